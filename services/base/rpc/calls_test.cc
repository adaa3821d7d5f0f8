#include <grpcpp/channel.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <future>

#include "base/async/service_thread.h"
#include "base/rpc/client_call.h"
#include "base/rpc/in_process.h"
#include "base/rpc/server.h"
#include "base/rpc/server_call.h"
#include "hark/v1/blob_service.grpc.pb.h"
#include "hark/v1/channel_service.grpc.pb.h"
#include "hark/v1/event_service.grpc.pb.h"

namespace hark::rpc {
namespace {

using namespace std::chrono_literals;

/// Echoes, so that the glue is seen at work without any service of ours.
class EchoService final : public v1::ChannelService::CallbackService {
 public:
  explicit EchoService(TaskGroup& tasks) : tasks_{tasks} {}

  grpc::ServerUnaryReactor* Accept(grpc::CallbackServerContext*, const v1::AcceptRequest* request,
                                   v1::AcceptResponse* response) override {
    return run_unary(tasks_, "Accept", accept(*request), response);
  }
  grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* Connect(
      grpc::CallbackServerContext*) override {
    return run_stream<v1::ConnectRequest, v1::ConnectResponse>(tasks_, "Connect", &EchoService::echo);
  }

 private:
  static Task<Result<v1::AcceptResponse>> accept(v1::AcceptRequest request) {
    if (request.message().native_id().empty()) {
      co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "native_id: is empty"};
    }
    if (request.message().native_id() == "hang") co_await sleep_for(1h);
    v1::AcceptResponse response;
    response.set_entry_id(request.message().native_id());
    co_return response;
  }
  using Stream = ServerStream<v1::ConnectRequest, v1::ConnectResponse>;
  static void echo_one(Stream& stream, const v1::ConnectRequest& request) {
    v1::ConnectResponse response;
    response.set_frame_id(request.frame_id());
    stream.write(std::move(response));
  }
  /// Reads the first one and listens to the rest, if the first one is a hello.
  static Task<Status> echo(std::shared_ptr<Stream> stream) {
    const auto first = co_await stream->read();
    if (first) echo_one(*stream, *first);
    if (first && first->has_hello()) {
      Notifier ended{co_await asio::this_coro::executor};
      stream->listen([&stream](const v1::ConnectRequest& request) { echo_one(*stream, request); },
                     [&ended] { ended.notify_all(); });
      co_await ended.wait();
      co_return Status{};
    }
    while (auto request = co_await stream->read()) echo_one(*stream, *request);
    co_return Status{};
  }
  TaskGroup& tasks_;
};

/// Sends as many responses as the cursor says, then goes on listening or ends with an error.
class CountingService final : public v1::EventService::CallbackService {
 public:
  explicit CountingService(TaskGroup& tasks) : tasks_{tasks} {}

  grpc::ServerWriteReactor<v1::SubscribeResponse>* Subscribe(grpc::CallbackServerContext*,
                                                             const v1::SubscribeRequest* request) override {
    return run_write_stream<v1::SubscribeResponse>(
        tasks_, "Subscribe",
        [request = *request](std::shared_ptr<ServerWriteStream<v1::SubscribeResponse>> stream) {
          return count(std::move(stream), request);
        });
  }

 private:
  static Task<Status> count(std::shared_ptr<ServerWriteStream<v1::SubscribeResponse>> stream,
                            v1::SubscribeRequest request) {
    const auto gone = std::make_shared<Notifier>(co_await asio::this_coro::executor);
    stream->on_cancel = [gone] { gone->notify_all(); };
    for (const auto& [partition, responses] : request.after().positions()) {
      for (std::int64_t i = 1; i <= responses; ++i) {
        v1::SubscribeResponse response;
        response.add_events()->set_position(i);
        stream->write(std::move(response));
      }
    }
    while (request.from_now() && !stream->cancelled()) co_await gone->wait();
    co_return Error{Code::kOutOfRange, Reason::kCursorExpired, "that is all"};
  }
  TaskGroup& tasks_;
};

enum class Way { kChannel, kInProcess };

std::string name_of(const ::testing::TestParamInfo<Way>& info) {
  return info.param == Way::kChannel ? "OverAChannel" : "InOneProcess";
}

class CallsTest : public ::testing::TestWithParam<Way> {
 protected:
  CallsTest() : service_{server_tasks_} {
    in_process_.add(context_.get_executor(), service_, &EchoService::Accept);
    in_process_.add(context_.get_executor(), service_, &EchoService::Connect);
    in_process_.add(context_.get_executor(), events_, &CountingService::Subscribe);
    server_.add(events_, v1::EventService::service_full_name());
    server_.add(service_, v1::ChannelService::service_full_name());
    HARK_CHECK(server_.start({}).ok());
    channel_ = server_.in_process();
    stub_ = v1::ChannelService::NewStub(channel_);
    events_stub_ = v1::EventService::NewStub(channel_);
  }
  ~CallsTest() override {
    stub_.reset();
    events_stub_.reset();
    TaskGroup closing{context_.get_executor()};
    closing.spawn("stop", stop());
    while (closing.size() > 0) context_.run_one();
    // What came too late for its group is answered on the service's thread.
    auto closed = std::async(std::launch::async, [this] {
      server_.shutdown(0ms);
      return await_calls(10s);
    });
    while (closed.wait_for(0s) != std::future_status::ready) context_.run_one_for(1ms);
    EXPECT_TRUE(closed.get());
    EXPECT_EQ(channel_.use_count(), 1) << "a call that is no longer counted holds it";
  }
  Task<> stop() {
    server_tasks_.cancel();
    co_await server_tasks_.wait();
  }
  void run(Task<> task) {
    TaskGroup tasks{context_.get_executor(), [](auto, auto what) { ADD_FAILURE() << what; }};
    tasks.spawn("test", std::move(task));
    while (tasks.size() > 0) context_.run_one_for(10s);
  }

  /// What calls are given: with it they go past gRPC.
  const InProcess* in_process() { return GetParam() == Way::kInProcess ? &in_process_ : nullptr; }

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  TaskGroup server_tasks_{context_.get_executor()};
  EchoService service_;
  CountingService events_{server_tasks_};
  InProcess in_process_;
  Server server_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::ChannelService::Stub> stub_;
  std::unique_ptr<v1::EventService::Stub> events_stub_;
};

INSTANTIATE_TEST_SUITE_P(BothWays, CallsTest, ::testing::Values(Way::kChannel, Way::kInProcess), name_of);

Task<> call_it(v1::ChannelService::Stub& stub, const InProcess* in_process, std::string id,
               std::chrono::milliseconds timeout, std::optional<Result<v1::AcceptResponse>>& out) {
  v1::AcceptRequest request;
  request.mutable_message()->set_native_id(id);
  out = co_await call(stub.async(), &v1::ChannelService::Stub::async_interface::Accept, std::move(request),
                      timeout, in_process);
}

TEST_P(CallsTest, AnswerWithTheHandlersResult) {
  std::optional<Result<v1::AcceptResponse>> out;
  run(call_it(*stub_, in_process(), "m1", 5s, out));
  EXPECT_EQ((*out)->entry_id(), "m1");
}

TEST_P(CallsTest, CarryTheReasonOfAnError) {
  std::optional<Result<v1::AcceptResponse>> out;
  run(call_it(*stub_, in_process(), "", 5s, out));
  EXPECT_EQ(out->error(), (Error{Code::kInvalidArgument, Reason::kInvalidField, "native_id: is empty"}));
}

TEST_P(CallsTest, EndAtTheirDeadline) {
  std::optional<Result<v1::AcceptResponse>> out;
  run(call_it(*stub_, in_process(), "hang", 50ms, out));
  EXPECT_EQ(out->error().reason, Reason::kDeadline);
}

TEST_P(CallsTest, OfACancelledTaskAreCancelledAndAwaited) {
  std::optional<Result<v1::AcceptResponse>> out;
  TaskGroup tasks{context_.get_executor()};
  tasks.spawn("test", call_it(*stub_, in_process(), "hang", 1h, out));
  context_.run_one_for(100ms);
  tasks.cancel();
  while (tasks.size() > 0) context_.run_one_for(10s);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->error().code, Code::kCancelled);
}

TEST_P(CallsTest, AreInFlightUntilGrpcIsThroughWithThem) {
  std::optional<Result<v1::AcceptResponse>> out;
  TaskGroup tasks{context_.get_executor()};
  tasks.spawn("test", call_it(*stub_, in_process(), "hang", 1h, out));
  context_.run_one_for(100ms);
  EXPECT_EQ(await_calls(1ms), in_process() != nullptr) << "in this process there is nothing to wait for";
  tasks.cancel();
  while (tasks.size() > 0) context_.run_one_for(10s);
}

Task<> stream_many(v1::ChannelService::Stub& stub, const InProcess* in_process, int count,
                   std::vector<std::int64_t>& echoed, bool& ok) {
  auto stream = open_stream(co_await asio::this_coro::executor, stub.async(),
                            &v1::ChannelService::Stub::async_interface::Connect, in_process);
  for (int i = 0; i < count; ++i) {
    v1::ConnectRequest request;
    request.set_frame_id(i);
    stream->write(std::move(request));
    if (auto response = co_await stream->read()) echoed.push_back(response->frame_id());
  }
  for (int i = count; i < 2 * count; ++i) {
    v1::ConnectRequest request;
    request.set_frame_id(i);
    stream->write(std::move(request));
  }
  stream->writes_done();
  while (auto response = co_await stream->read()) echoed.push_back(response->frame_id());
  ok = true;
}

TEST_P(CallsTest, StreamInBothDirectionsInOrder) {
  std::vector<std::int64_t> echoed;
  bool ok = false;
  run(stream_many(*stub_, in_process(), 300, echoed, ok));
  ASSERT_TRUE(ok);
  ASSERT_EQ(echoed.size(), 600U);
  for (std::size_t i = 0; i < echoed.size(); ++i) ASSERT_EQ(echoed[i], static_cast<std::int64_t>(i));
}

Task<> listen_to_many(v1::ChannelService::Stub& stub, const InProcess* in_process, int count,
                      std::vector<std::int64_t>& heard, bool& ok) {
  const auto executor = co_await asio::this_coro::executor;
  auto stream =
      open_stream(executor, stub.async(), &v1::ChannelService::Stub::async_interface::Connect, in_process);
  Notifier ended{executor};
  std::optional<Status> end;
  stream->listen([&heard](const v1::ConnectResponse& response) { heard.push_back(response.frame_id()); },
                 [&ended, &end](const Status& status) {
                   end = status;
                   ended.notify_all();
                 });
  for (int i = 0; i < count; ++i) {
    v1::ConnectRequest request;
    request.set_frame_id(i);
    if (i == 0) request.mutable_hello();
    stream->write(std::move(request));
  }
  stream->writes_done();
  co_await ended.wait();
  ok = end.has_value() && end->ok();
}

TEST_P(CallsTest, ListenersHearEverythingInOrderAndThenTheEnd) {
  std::vector<std::int64_t> heard;
  bool ok = false;
  run(listen_to_many(*stub_, in_process(), 300, heard, ok));
  EXPECT_TRUE(ok);
  ASSERT_EQ(heard.size(), 300U);
  for (std::size_t i = 0; i < heard.size(); ++i) ASSERT_EQ(heard[i], static_cast<std::int64_t>(i));
}

Task<> listen_and_drop(v1::ChannelService::Stub& stub, const InProcess* in_process, int& heard) {
  auto stream = open_stream(co_await asio::this_coro::executor, stub.async(),
                            &v1::ChannelService::Stub::async_interface::Connect, in_process);
  Notifier once{co_await asio::this_coro::executor};
  stream->listen(
      [&](const v1::ConnectResponse&) {
        ++heard;
        stream.reset();
        once.notify_all();
      },
      [](const Status&) { ADD_FAILURE() << "the stream was let go of"; });
  for (int i = 0; i < 10; ++i) {
    v1::ConnectRequest request;
    request.mutable_hello();
    stream->write(std::move(request));
  }
  co_await once.wait();
}

TEST_P(CallsTest, AListenerWhoLetsGoHearsNoMoreAndTheStreamEndsOnBothSides) {
  int heard = 0;
  run(listen_and_drop(*stub_, in_process(), heard));
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (server_tasks_.size() > 0 && std::chrono::steady_clock::now() < give_up) context_.run_one_for(100ms);
  EXPECT_EQ(server_tasks_.size(), 0U);
  EXPECT_EQ(heard, 1);
}

Task<> open_and_drop(v1::ChannelService::Stub& stub, const InProcess* in_process) {
  auto stream = open_stream(co_await asio::this_coro::executor, stub.async(),
                            &v1::ChannelService::Stub::async_interface::Connect, in_process);
  for (int i = 0; i < 200; ++i) {
    v1::ConnectRequest request;
    request.set_frame_id(i);
    stream->write(std::move(request));
  }
  co_await stream->read();
}

TEST_P(CallsTest, AStreamThatIsLetGoEndsOnBothSides) {
  run(open_and_drop(*stub_, in_process()));
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (server_tasks_.size() > 0 && std::chrono::steady_clock::now() < give_up) context_.run_one_for(100ms);
  EXPECT_EQ(server_tasks_.size(), 0U);
}

Task<> read_down(v1::EventService::Stub& stub, const InProcess* in_process, int count,
                 std::vector<std::int64_t>& got, std::optional<Status>& end) {
  v1::SubscribeRequest request;
  (*request.mutable_after()->mutable_positions())[0] = count;
  auto stream = open_read_stream(co_await asio::this_coro::executor, stub.async(),
                                 &v1::EventService::Stub::async_interface::Subscribe, request, in_process);
  while (auto response = co_await stream->read()) got.push_back(response->events(0).position());
  end = stream->status();
}

TEST_P(CallsTest, StreamDownInOrderAndTellHowItEnded) {
  std::vector<std::int64_t> got;
  std::optional<Status> end;
  run(read_down(*events_stub_, in_process(), 500, got, end));
  ASSERT_EQ(got.size(), 500U);
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_EQ(got[i], static_cast<std::int64_t>(i + 1));
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->error().reason, Reason::kCursorExpired);
}

Task<> listen_down(v1::EventService::Stub& stub, const InProcess* in_process, int count,
                   std::vector<std::int64_t>& got, std::optional<Status>& end) {
  const auto executor = co_await asio::this_coro::executor;
  v1::SubscribeRequest request;
  (*request.mutable_after()->mutable_positions())[0] = count;
  auto stream = open_read_stream(executor, stub.async(), &v1::EventService::Stub::async_interface::Subscribe,
                                 request, in_process);
  Notifier ended{executor};
  stream->listen(
      [&got](const v1::SubscribeResponse& response) { got.push_back(response.events(0).position()); },
      [&ended, &end](const Status& status) {
        end = status;
        ended.notify_all();
      });
  co_await ended.wait();
}

TEST_P(CallsTest, TellsAListenerDownstreamHowItEndedAfterAllOfIt) {
  std::vector<std::int64_t> got;
  std::optional<Status> end;
  run(listen_down(*events_stub_, in_process(), 500, got, end));
  EXPECT_EQ(got.size(), 500U);
  ASSERT_TRUE(end.has_value());
  EXPECT_EQ(end->error().reason, Reason::kCursorExpired);
}

Task<> listen_and_drop(v1::EventService::Stub& stub, const InProcess* in_process) {
  v1::SubscribeRequest request;
  request.set_from_now(true);
  (*request.mutable_after()->mutable_positions())[0] = 1;
  auto stream = open_read_stream(co_await asio::this_coro::executor, stub.async(),
                                 &v1::EventService::Stub::async_interface::Subscribe, request, in_process);
  co_await stream->read();
}

TEST_P(CallsTest, AListenerWhoGoesAwayEndsTheStream) {
  run(listen_and_drop(*events_stub_, in_process()));
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (server_tasks_.size() > 0 && std::chrono::steady_clock::now() < give_up) context_.run_one_for(100ms);
  EXPECT_EQ(server_tasks_.size(), 0U);
}

Task<> say_and_hang_up(v1::ChannelService::Stub& stub, const InProcess* in_process, Status& end) {
  auto stream = open_stream(co_await asio::this_coro::executor, stub.async(),
                            &v1::ChannelService::Stub::async_interface::Connect, in_process);
  stream->write({});
  co_await stream->read();
  stream->writes_done();
  while (co_await stream->read()) {
  }
  end = stream->status();
}

TEST_P(CallsTest, AStreamTellsThatItEndedWell) {
  Status end = Error{Code::kInternal, Reason::kInternal, "not told"};
  run(say_and_hang_up(*stub_, in_process(), end));
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (server_tasks_.size() > 0 && std::chrono::steady_clock::now() < give_up) context_.run_one_for(100ms);
  EXPECT_EQ(server_tasks_.size(), 0U);
  EXPECT_TRUE(end.ok());
}

TEST_P(CallsTest, AHandlerThatIsCancelledEndsTheCall) {
  std::optional<Result<v1::AcceptResponse>> out;
  TaskGroup tasks{context_.get_executor()};
  tasks.spawn("test", call_it(*stub_, in_process(), "hang", 1h, out));
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (server_tasks_.size() == 0 && std::chrono::steady_clock::now() < give_up) context_.run_one_for(100ms);
  server_tasks_.cancel();
  while (tasks.size() > 0 && std::chrono::steady_clock::now() < give_up) context_.run_one_for(100ms);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->error().reason, Reason::kShuttingDown);
  tasks.cancel();
}

}  // namespace
}  // namespace hark::rpc
