#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "base/rpc/peer.h"

namespace hark::rpc {
class InProcess;
class Server;
}  // namespace hark::rpc
namespace hark::web {
class HttpServer;
}
namespace hark::v1 {
class Config;
}

namespace hark {

class Metrics;

/// What a process gives to the services in it. Outlives them all.
struct Process {
  const v1::Config& config;
  std::filesystem::path data_dir;
  std::string redis_url;
  rpc::Server& rpc;
  /// Calls that the services of this process make to each other without gRPC; filled by bind().
  rpc::InProcess& in_process;
  /// HTTP of the process: pages, WebSockets, /metrics, /healthz. Lives on `web_executor`, a thread of its
  /// own.
  web::HttpServer& http;
  asio::any_io_executor web_executor;
  const Clock& clock;
  Metrics& metrics;
  /// The way to a service: within the process if it runs here, else its address of `peers`; without a channel
  /// if there is neither, which only happens with services that a module can do without. Valid once start()
  /// is called.
  std::function<rpc::Peer(std::string_view service)> channel_to;
  /// Where other processes of the same service reach this one over gRPC, host:port; empty: not known.
  std::string address;
  /// The way to such a process, which shows the certificate of its service.
  std::function<rpc::Peer(std::string_view service, const std::string& address)> connect;
};

/// One service in a process. Made by its bind(Process&), which registers its gRPC services and HTTP routes;
/// then the servers listen, and start() is called in order of dependence. All calls come from the main
/// thread.
class Module {
 public:
  virtual ~Module() = default;
  [[nodiscard]] virtual std::string_view name() const = 0;
  /// Returns when the service is ready to serve. An error ends the process with its message.
  virtual Status start() = 0;
  /// Stops accepting, drains within its limits, cancels the rest and waits. Idempotent; called in reverse
  /// order.
  virtual void stop() = 0;
};

using Bind = Result<std::unique_ptr<Module>> (*)(Process&);

}  // namespace hark
