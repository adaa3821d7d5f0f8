#pragma once

#include <memory>

#include "base/rpc/server_call.h"
#include "hark/v1/phone_service.pb.h"
#include "phone/desk.h"

namespace hark::phone {

using PhoneStream = rpc::ServerStream<v1::PhoneEventsRequest, v1::PhoneEventsResponse>;

/// An exchange whose side calls us (PhoneService.PhoneEvents). Of two streams of one account the newer
/// counts.
class GrpcExchange final : public Exchange {
 public:
  GrpcExchange(std::string account, Desk& desk) : account_{std::move(account)}, desk_{desk} {}

  /// Serves one stream to its end, its hello first.
  Task<Status> serve(TaskGroup& tasks, v1::PhoneEventsRequest::Hello hello,
                     std::shared_ptr<PhoneStream> stream);

  Task<Carried> carry_out(v1::PhoneCommand command) override;

 private:
  std::string account_;
  Desk& desk_;
  std::shared_ptr<PhoneStream> stream_;
};

}  // namespace hark::phone
