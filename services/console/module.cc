#include "console/module.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/async/blocking.h"
#include "base/config/config.h"
#include "base/config/defaults.h"
#include "base/core/ids.h"
#include "base/log/log.h"
#include "base/metrics/metrics.h"
#include "console/rpc/grpc_ports.h"
#include "console/service.h"
#include "console/web/routes.h"

namespace hark::console {
namespace {

constexpr std::size_t kSecretBytes = 32;

Error cannot_keep_secret(const std::filesystem::path& path) {
  return {Code::kUnavailable, Reason::kInternal,
          "cannot keep the console's signing key in " + path.string() + ": " + std::strerror(errno)};
}

/// Made at the first start. Whoever reads it can sign in as anyone, so nobody else may.
Result<std::string> secret_in(const std::filesystem::path& data_dir) {
  const auto path = data_dir / "console.key";
  std::string secret(kSecretBytes, '\0');
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    const auto got = ::read(file, secret.data(), secret.size());
    ::close(file);
    if (got == static_cast<ssize_t>(secret.size())) return secret;
    return Error{Code::kFailedPrecondition, Reason::kInternal,
                 path.string() +
                     " is too short to be the console's signing key; remove it and everybody signs in anew"};
  }
  if (errno != ENOENT) return cannot_keep_secret(path);
  for (std::size_t i = 0; i < secret.size(); i += sizeof(std::uint64_t)) {
    const auto bits = secure_random();
    std::memcpy(secret.data() + i, &bits, sizeof bits);
  }
  const auto fresh = path.string() + ".new";
  file = ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return cannot_keep_secret(fresh);
  const bool written = ::write(file, secret.data(), secret.size()) == static_cast<ssize_t>(secret.size()) &&
                       ::fsync(file) == 0;
  ::close(file);
  if (!written || ::rename(fresh.c_str(), path.c_str()) != 0) return cannot_keep_secret(path);
  return secret;
}

RouteOptions route_options(const v1::Config& config) {
  RouteOptions options;
  options.sockets_max = static_cast<std::size_t>(config.console().sockets_max());
  for (const auto& agent : config.agents()) {
    if (agent.password() != kDemoPassword) continue;
    options.demo_login = agent.id();
    options.demo_password = agent.password();
    break;
  }
  return options;
}

ConsoleObserver observer_of(const Process& process) {
  ConsoleObserver observer;
  observer.sessions = [gauge = process.metrics.gauge("hark_console_sessions", "Pages that are connected")](
                          std::size_t now) { gauge.set(static_cast<double>(now)); };
  observer.sign_in = [](std::string_view login, std::string_view address, const Status& outcome) {
    const Logger log{"console"};
    if (outcome.ok()) {
      log.info("signed in", {{"agent", login}, {"address", address}});
    } else {
      log.warning("refused to sign in",
                  {{"login", login}, {"address", address}, {"reason", name_of(outcome.error().reason)}});
    }
  };
  return observer;
}

/// What exists between start() and the last download after stop().
struct Running {
  Running(const Process& process, std::string secret)
      : ports{process.web_executor, process.channel_to("conversation"), process.channel_to("routing")},
        service{
            process.web_executor, ports.ports(), process.clock,
            ConsoleOptions{std::move(secret), std::chrono::hours{process.config.console().session_hours()},
                           observer_of(process)},
            [](std::string_view task, std::string_view what) {
              Logger{"console"}.error("a task ended by a defect", {{"task", task}, {"what", what}});
            }} {}
  GrpcPorts ports;
  ConsoleService service;
};

class ConsoleModule final : public Module {
 public:
  ConsoleModule(Process& process, std::string secret) : process_{process}, secret_{std::move(secret)} {
    add_routes(process.http, [slot = slot_] { return *slot; }, route_options(process.config));
  }
  ~ConsoleModule() override { stop(); }

  [[nodiscard]] std::string_view name() const override { return "console"; }

  Status start() override { return block_on(process_.web_executor, open()); }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    block_on(process_.web_executor, close());
  }

 private:
  using Slot = std::shared_ptr<ConsoleService>;

  Task<Status> open() {
    const auto running = std::make_shared<Running>(process_, secret_);
    running->service.start();
    *slot_ = Slot{running, &running->service};
    co_return Status{};
  }

  Task<bool> close() {
    if (const auto service = std::exchange(*slot_, nullptr)) co_await service->stop();
    co_return true;
  }

  Process& process_;
  std::string secret_;
  /// Shared with the routes, which live as long as the HTTP server. Touched on its thread alone.
  std::shared_ptr<Slot> slot_ = std::make_shared<Slot>();
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  HARK_TRY(auto secret, secret_in(process.data_dir));
  return std::unique_ptr<Module>{std::make_unique<ConsoleModule>(process, std::move(secret))};
}

}  // namespace hark::console
