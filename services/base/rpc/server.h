#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "base/rpc/security.h"

namespace grpc {
class Channel;
class Server;
class Service;
}  // namespace grpc

namespace hark::rpc {

constexpr int kMessageBytesMax = 4 << 20;

/// A peer that says nothing is asked so often whether it is still there, and is taken for dead if it does not
/// answer: a machine that was switched off, or a firewall that forgot the connection, closes nothing.
struct Keepalive {
  std::chrono::milliseconds every{20'000};
  std::chrono::milliseconds answer_within{10'000};
};
/// Clients of any make may ask a server so often; who asks more is sent away (GOAWAY, too_many_pings).
constexpr std::chrono::milliseconds kPingsEveryMin{5'000};
static_assert(Keepalive{}.every >= 2 * kPingsEveryMin);

/// The gRPC server of a process: every bound service, grpc.health.v1 and reflection.
class Server {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    int port = 0;  // 0: any free one
    Security security;
    Keepalive keepalive = {};
  };

  Server();
  ~Server();

  /// Before start(). `name` is the service's full name, for health checks. The service must outlive the
  /// server.
  void add(grpc::Service& service, std::string name);

  /// Errors: UNAVAILABLE with the address that is taken.
  Status start(const Options& options);

  /// What health checks are told, for the whole process and for each service.
  void set_serving(bool serving);

  /// Ends new calls at once and running ones after the grace.
  void shutdown(std::chrono::milliseconds grace);

  /// The way to this process' own services without a socket.
  std::shared_ptr<grpc::Channel> in_process();

  [[nodiscard]] int port() const { return port_; }

 private:
  std::vector<std::pair<grpc::Service*, std::string>> services_;
  std::unique_ptr<grpc::Server> server_;
  int port_ = 0;
};

/// A channel to another process, "host:port". With TLS it shows a certificate of `name`, or of its host if
/// that is empty.
std::shared_ptr<grpc::Channel> connect(const std::string& address, const Security& security,
                                       const std::string& name = "", const Keepalive& keepalive = {});

}  // namespace hark::rpc
