#include "routing/rpc/triage_client.h"

#include <grpcpp/create_channel.h>

#include <utility>

#include "base/rpc/client_call.h"

namespace hark::routing {

TriageClient::TriageClient(const std::string& address, std::chrono::milliseconds timeout)
    : address_{address},
      timeout_{timeout},
      stub_{v1::TriageService::NewStub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()))} {}

Task<Result<v1::TicketVerdict>> TriageClient::judge(v1::TriageRequest request) {
  auto answer = co_await rpc::call(stub_->async(), &v1::TriageService::Stub::async_interface::Triage,
                                   std::move(request), timeout_);
  if (!answer.ok()) co_return answer.error();
  if (!answer->has_verdict()) {
    co_return Error{Code::kInternal, Reason::kInvalidField, "the answer has no verdict"};
  }
  answer->mutable_verdict()->set_found_by(address_);
  co_return std::move(*answer->mutable_verdict());
}

}  // namespace hark::routing
