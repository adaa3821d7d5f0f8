#include "phone/rpc/grpc_exchange.h"

#include "base/async/notifier.h"

namespace hark::phone {
namespace {

constexpr int kFramesUnderWayMax = 256;

void answer(PhoneStream& stream, std::int64_t frame_id, const Status& status) {
  v1::PhoneEventsResponse response;
  response.set_frame_id(frame_id);
  auto& ack = *response.mutable_ack();
  if (!status.ok()) {
    ack.set_code(static_cast<int>(status.error().code));
    ack.set_message(status.error().message);
  }
  stream.write(std::move(response));
}

struct UnderWay {
  explicit UnderWay(const asio::any_io_executor& executor) : changed{executor} {}
  int frames = 0;
  Notifier changed;
};

Task<> take(Desk& desk, std::string account, std::shared_ptr<PhoneStream> stream,
            v1::PhoneEventsRequest frame, std::shared_ptr<UnderWay> under_way) {
  const auto id = frame.frame_id();
  if (frame.has_event()) {
    frame.mutable_event()->set_account_id(account);
    answer(*stream, id, co_await desk.take(std::move(*frame.mutable_event())));
  } else if (frame.has_result()) {
    answer(*stream, id, co_await desk.take(account, std::move(*frame.mutable_result())));
  } else {
    answer(*stream, id,
           Error{Code::kInvalidArgument, Reason::kUnknownField, "frame: this kind is not known here"});
  }
  --under_way->frames;
  under_way->changed.notify_all();
}

}  // namespace

Task<Status> GrpcExchange::serve(TaskGroup& tasks, v1::PhoneEventsRequest::Hello hello,
                                 std::shared_ptr<PhoneStream> stream) {
  stream_ = stream;
  if (hello.complete()) {
    HARK_CO_TRY_VOID(co_await desk_.reconcile(account_, {hello.call_ids().begin(), hello.call_ids().end()}));
  }
  desk_.connected(account_);
  const auto under_way = std::make_shared<UnderWay>(tasks.executor());
  // Frames of one call in their order: each reaches the desk before the next one is read.
  while (auto frame = co_await stream->read()) {
    ++under_way->frames;
    tasks.spawn("phone event", take(desk_, account_, stream, *std::move(frame), under_way));
    while (under_way->frames >= kFramesUnderWayMax) co_await under_way->changed.wait();
  }
  while (under_way->frames > 0) co_await under_way->changed.wait();
  if (stream_ == stream) stream_.reset();
  co_return Status{};
}

Task<Carried> GrpcExchange::carry_out(v1::PhoneCommand command) {
  v1::PhoneEventsResponse response;
  *response.mutable_command() = std::move(command);
  if (!stream_) co_return Carried{Carried::Kind::kSent, "goes out when the exchange connects"};
  if (!stream_->write(std::move(response)))
    co_return Carried{Carried::Kind::kAway, "it does not read its commands"};
  co_return Carried{Carried::Kind::kSent};
}

}  // namespace hark::phone
