#include <arpa/inet.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <future>
#include <thread>

#include "base/rpc/server.h"
#include "hark/v1/event_service.grpc.pb.h"

namespace hark::rpc {
namespace {

using namespace std::chrono_literals;

constexpr Keepalive kImpatient{100ms, 200ms};
constexpr Keepalive kNever{1h, 1h};
/// Of what must happen; far below what a peer that is never asked would take.
constexpr auto kAtMost = 60s;

/// Between two looks at whether something has happened.
void moment() { ::poll(nullptr, 0, 1); }

/// A wire between one client and a server that can go silent: both ends stay open, and no byte passes.
class Wire {
 public:
  explicit Wire(int server_port) : server_port_{server_port} {
    listener_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in here = loopback(0);
    EXPECT_EQ(::bind(listener_, reinterpret_cast<sockaddr*>(&here), sizeof here), 0);
    EXPECT_EQ(::listen(listener_, 1), 0);
    socklen_t size = sizeof here;
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&here), &size);
    port_ = ntohs(here.sin_port);
    thread_ = std::thread{[this] { carry(); }};
  }
  ~Wire() {
    over_ = true;
    thread_.join();
    ::close(listener_);
  }
  Wire(const Wire&) = delete;

  void fall_silent() { silent_ = true; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  static sockaddr_in loopback(int port) {
    sockaddr_in out{};
    out.sin_family = AF_INET;
    out.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    out.sin_port = htons(static_cast<std::uint16_t>(port));
    return out;
  }
  static void pass(int from, int to) {
    std::array<char, 4096> bytes{};
    const auto size = ::recv(from, bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (size > 0) (void)::send(to, bytes.data(), static_cast<std::size_t>(size), MSG_NOSIGNAL);
  }
  void carry() {
    pollfd waiting{listener_, POLLIN, 0};
    while (!over_ && ::poll(&waiting, 1, 20) == 0) {
    }
    if (over_) return;
    const int client = ::accept(listener_, nullptr, nullptr);
    const int server = ::socket(AF_INET, SOCK_STREAM, 0);
    const sockaddr_in there = loopback(server_port_);
    EXPECT_EQ(::connect(server, reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    while (!over_) {
      std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
      if (silent_ || ::poll(ends.data(), ends.size(), 20) == 0) {
        moment();
        continue;
      }
      pass(client, server);
      pass(server, client);
    }
    ::close(client);
    ::close(server);
  }

  int server_port_;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> silent_ = false, over_ = false;
  std::thread thread_;
};

/// Says one thing, then waits for as long as its caller is there.
class QuietService final : public v1::EventService::Service {
 public:
  grpc::Status Subscribe(grpc::ServerContext* context, const v1::SubscribeRequest*,
                         grpc::ServerWriter<v1::SubscribeResponse>* writer) override {
    writer->Write(v1::SubscribeResponse{});
    while (!context->IsCancelled()) moment();
    noticed.set_value();
    return grpc::Status::OK;
  }
  std::promise<void> noticed;
};

class KeepaliveTest : public ::testing::Test {
 protected:
  void begin(const Keepalive& of_server, const Keepalive& of_client) {
    server_.add(service_, v1::EventService::service_full_name());
    ASSERT_TRUE(server_.start({.keepalive = of_server}).ok());
    wire_.emplace(server_.port());
    stub_ = v1::EventService::NewStub(connect(wire_->address(), {}, "", of_client));
    context_.set_deadline(std::chrono::system_clock::now() + kAtMost);
    stream_ = stub_->Subscribe(&context_, v1::SubscribeRequest{});
    v1::SubscribeResponse first;
    ASSERT_TRUE(stream_->Read(&first));
  }

  QuietService service_;
  Server server_;
  std::optional<Wire> wire_;
  std::unique_ptr<v1::EventService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::SubscribeResponse>> stream_;
};

TEST_F(KeepaliveTest, AServerLetsGoOfACallerWhoHasFallenSilent) {
  begin(kImpatient, kNever);
  wire_->fall_silent();
  EXPECT_EQ(service_.noticed.get_future().wait_for(kAtMost / 2), std::future_status::ready);
  context_.TryCancel();
  (void)stream_->Finish();
}

TEST_F(KeepaliveTest, ACallerLetsGoOfAServerThatHasFallenSilent) {
  begin(kNever, kImpatient);
  wire_->fall_silent();
  v1::SubscribeResponse never;
  EXPECT_FALSE(stream_->Read(&never));
  EXPECT_EQ(stream_->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
  wire_.reset();
}

}  // namespace
}  // namespace hark::rpc
