#include "phone/rpc/handler.h"

namespace hark::phone {
namespace {

Error not_ready() {
  return {Code::kUnavailable, Reason::kShuttingDown, "phone does not run (yet); try again"};
}

Task<Status> serve(TaskGroup& tasks, const Serving& serving, std::shared_ptr<PhoneStream> stream) {
  auto first = co_await stream->read();
  if (!first || !first->has_hello())
    co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "frame: the first one must be hello"};
  if (!serving.desk) co_return not_ready();
  const auto exchange = serving.exchanges.find(first->hello().account_id());
  if (exchange == serving.exchanges.end()) {
    co_return Error{
        Code::kInvalidArgument, Reason::kAccountUnknown,
        "hello.account_id: '" + first->hello().account_id() + "' is no phone account of kind grpc"};
  }
  v1::PhoneEventsResponse ready;
  ready.set_frame_id(first->frame_id());
  ready.mutable_ack();
  stream->write(std::move(ready));
  co_return co_await exchange->second->serve(tasks, std::move(*first->mutable_hello()), std::move(stream));
}

Task<Result<v1::ListCallsResponse>> list(const Serving& serving) {
  if (!serving.desk) co_return not_ready();
  v1::ListCallsResponse out;
  for (auto& call : serving.desk->calls()) *out.add_calls() = std::move(call);
  co_return out;
}

Task<Result<v1::ControlCallResponse>> control(const Serving& serving, v1::ControlCallRequest request) {
  if (!serving.desk) co_return not_ready();
  v1::ControlCallResponse out;
  HARK_CO_TRY(*out.mutable_call(), co_await serving.desk->control(std::move(request)));
  co_return out;
}

}  // namespace

grpc::ServerBidiReactor<v1::PhoneEventsRequest, v1::PhoneEventsResponse>* Handler::PhoneEvents(Context*) {
  return rpc::run_stream<v1::PhoneEventsRequest, v1::PhoneEventsResponse>(
      tasks_, "PhoneEvents",
      [this](std::shared_ptr<PhoneStream> stream) { return serve(tasks_, serving_, std::move(stream)); });
}

grpc::ServerUnaryReactor* Handler::ListCalls(Context*, const v1::ListCallsRequest*,
                                             v1::ListCallsResponse* out) {
  return rpc::run_unary(tasks_, "ListCalls", list(serving_), out);
}

grpc::ServerUnaryReactor* Handler::ControlCall(Context*, const v1::ControlCallRequest* in,
                                               v1::ControlCallResponse* out) {
  return rpc::run_unary(tasks_, "ControlCall", control(serving_, *in), out);
}

}  // namespace hark::phone
