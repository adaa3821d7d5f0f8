#include <grpcpp/channel.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "base/async/service_thread.h"
#include "base/rpc/client_call.h"
#include "base/rpc/server.h"
#include "base/rpc/server_call.h"
#include "hark/v1/blob_service.grpc.pb.h"
#include "hark/v1/channel_service.grpc.pb.h"

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
  static Task<Status> echo(std::shared_ptr<ServerStream<v1::ConnectRequest, v1::ConnectResponse>> stream) {
    while (auto request = co_await stream->read()) {
      v1::ConnectResponse response;
      response.set_frame_id(request->frame_id());
      stream->write(std::move(response));
    }
    co_return Status{};
  }
  TaskGroup& tasks_;
};

class CallsTest : public ::testing::Test {
 protected:
  CallsTest() : service_{server_tasks_} {
    server_.add(service_, v1::ChannelService::service_full_name());
    HARK_CHECK(server_.start({}).ok());
    stub_ = v1::ChannelService::NewStub(server_.in_process());
  }
  ~CallsTest() override {
    stub_.reset();
    TaskGroup closing{context_.get_executor()};
    closing.spawn("stop", stop());
    while (closing.size() > 0) context_.run_one();
    server_.shutdown(0ms);
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

  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  TaskGroup server_tasks_{context_.get_executor()};
  EchoService service_;
  Server server_;
  std::unique_ptr<v1::ChannelService::Stub> stub_;
};

Task<> call_it(v1::ChannelService::Stub& stub, std::string id, std::chrono::milliseconds timeout,
               std::optional<Result<v1::AcceptResponse>>& out) {
  v1::AcceptRequest request;
  request.mutable_message()->set_native_id(id);
  out = co_await call(stub.async(), &v1::ChannelService::Stub::async_interface::Accept, std::move(request),
                      timeout);
}

TEST_F(CallsTest, AnswerWithTheHandlersResult) {
  std::optional<Result<v1::AcceptResponse>> out;
  run(call_it(*stub_, "m1", 5s, out));
  EXPECT_EQ((*out)->entry_id(), "m1");
}

TEST_F(CallsTest, CarryTheReasonOfAnError) {
  std::optional<Result<v1::AcceptResponse>> out;
  run(call_it(*stub_, "", 5s, out));
  EXPECT_EQ(out->error(), (Error{Code::kInvalidArgument, Reason::kInvalidField, "native_id: is empty"}));
}

TEST_F(CallsTest, EndAtTheirDeadline) {
  std::optional<Result<v1::AcceptResponse>> out;
  run(call_it(*stub_, "hang", 50ms, out));
  EXPECT_EQ(out->error().reason, Reason::kDeadline);
}

TEST_F(CallsTest, OfACancelledTaskAreCancelledAndAwaited) {
  std::optional<Result<v1::AcceptResponse>> out;
  TaskGroup tasks{context_.get_executor()};
  tasks.spawn("test", call_it(*stub_, "hang", 1h, out));
  context_.run_one_for(100ms);
  tasks.cancel();
  while (tasks.size() > 0) context_.run_one_for(10s);
  ASSERT_TRUE(out.has_value());
  EXPECT_EQ(out->error().code, Code::kCancelled);
}

Task<> stream_many(v1::ChannelService::Stub& stub, int count, std::vector<std::int64_t>& echoed, bool& ok) {
  auto stream = open_stream(co_await asio::this_coro::executor, stub.async(),
                            &v1::ChannelService::Stub::async_interface::Connect);
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

TEST_F(CallsTest, StreamInBothDirectionsInOrder) {
  std::vector<std::int64_t> echoed;
  bool ok = false;
  run(stream_many(*stub_, 300, echoed, ok));
  ASSERT_TRUE(ok);
  ASSERT_EQ(echoed.size(), 600U);
  for (std::size_t i = 0; i < echoed.size(); ++i) ASSERT_EQ(echoed[i], static_cast<std::int64_t>(i));
}

Task<> open_and_drop(v1::ChannelService::Stub& stub) {
  auto stream = open_stream(co_await asio::this_coro::executor, stub.async(),
                            &v1::ChannelService::Stub::async_interface::Connect);
  for (int i = 0; i < 200; ++i) {
    v1::ConnectRequest request;
    request.set_frame_id(i);
    stream->write(std::move(request));
  }
  co_await stream->read();
}

TEST_F(CallsTest, AStreamThatIsLetGoEndsOnBothSides) {
  run(open_and_drop(*stub_));
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (server_tasks_.size() > 0 && std::chrono::steady_clock::now() < give_up) context_.run_one_for(100ms);
  EXPECT_EQ(server_tasks_.size(), 0U);
}

}  // namespace
}  // namespace hark::rpc
