#pragma once

#include <functional>
#include <map>

#include "hark/v1/phone_service.grpc.pb.h"
#include "phone/rpc/grpc_exchange.h"

namespace hark::phone {

/// What the handler serves from while the service runs; empty before and after.
struct Serving {
  Desk* desk = nullptr;
  std::map<std::string, GrpcExchange*, std::less<>> exchanges;  // of accounts of kind grpc
};

class Handler final : public v1::PhoneService::CallbackService {
 public:
  using Context = grpc::CallbackServerContext;

  /// `serving` is asked on the tasks' executor.
  Handler(TaskGroup& tasks, const Serving& serving) : tasks_{tasks}, serving_{serving} {}

  grpc::ServerBidiReactor<v1::PhoneEventsRequest, v1::PhoneEventsResponse>* PhoneEvents(Context*) override;
  grpc::ServerUnaryReactor* ListCalls(Context*, const v1::ListCallsRequest* in,
                                      v1::ListCallsResponse* out) override;
  grpc::ServerUnaryReactor* ControlCall(Context*, const v1::ControlCallRequest* in,
                                        v1::ControlCallResponse* out) override;

 private:
  TaskGroup& tasks_;
  const Serving& serving_;
};

}  // namespace hark::phone
