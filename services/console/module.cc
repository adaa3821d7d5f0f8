#include "console/module.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>

#include "base/app/log_defects.h"
#include "base/app/redis_options.h"
#include "base/async/blocking.h"
#include "base/config/config.h"
#include "base/config/defaults.h"
#include "base/core/ids.h"
#include "base/log/log.h"
#include "base/metrics/metrics.h"
#include "base/redis/client.h"
#include "console/core/attachment_rules.h"
#include "console/redis/store.h"
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
  options.attachment_size_max = static_cast<std::size_t>(config.console().attachment_size_max());
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
  observer.supervised = [](std::string_view supervisor, std::string_view what, std::string_view whom) {
    Logger{"console"}.info("a supervisor acted",
                           {{"supervisor", supervisor}, {"what", what}, {"whom", whom}});
  };
  return observer;
}

v1::Channel channel_of(const v1::Account& account) {
  if (account.has_chat()) return v1::CHANNEL_CHAT;
  if (account.has_social()) return v1::CHANNEL_SOCIAL;
  if (account.has_phone()) return v1::CHANNEL_PHONE;
  return v1::CHANNEL_EMAIL;
}

v1::ConsoleResponse::Setup setup_of(const v1::Config& config) {
  v1::ConsoleResponse::Setup setup;
  for (const auto& account : config.accounts()) {
    auto& own = *setup.add_accounts();
    own.set_id(account.id());
    own.set_name(account.name());
    own.set_channel(channel_of(account));
    if (account.has_email()) own.set_address("mailto:" + account.email().address());
  }
  for (const auto& canned : config.console().canned_replies()) {
    auto& reply = *setup.add_canned_replies();
    reply.set_id(canned.id());
    reply.set_language(canned.language());
    reply.set_title(canned.title());
    reply.set_text(canned.text());
  }
  setup.set_attachment_size_max(config.console().attachment_size_max());
  setup.set_attachments_size_max(config.console().attachments_size_max());
  setup.set_attachments_max(static_cast<std::int32_t>(kAttachmentsMax));
  return setup;
}

/// What exists between start() and the last download after stop().
struct Running {
  Running(const Process& process, std::string secret)
      : ports{process.web_executor, process.channel_to("conversation"), process.channel_to("routing"),
              process.channel_to("phone")},
        redis{process.web_executor, redis_options(process, "console", 1)},
        store{redis},
        service{
            process.web_executor, ports.ports(store), process.clock,
            ConsoleOptions{std::move(secret), std::chrono::hours{process.config.console().session_hours()},
                           observer_of(process), setup_of(process.config)},
            log_defects("console")} {}
  GrpcPorts ports;
  redis::Client redis;
  RedisAgentStore store;
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
    running_ = running;
    *slot_ = Slot{running, &running->service};
    co_return Status{};
  }

  Task<bool> close() {
    if (const auto service = std::exchange(*slot_, nullptr)) co_await service->stop();
    if (const auto running = std::exchange(running_, nullptr)) co_await running->redis.close();
    co_return true;
  }

  Process& process_;
  std::string secret_;
  /// Shared with the routes, which live as long as the HTTP server. Touched on its thread alone.
  std::shared_ptr<Slot> slot_ = std::make_shared<Slot>();
  std::shared_ptr<Running> running_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  HARK_TRY(auto secret, secret_in(process.data_dir));
  return std::unique_ptr<Module>{std::make_unique<ConsoleModule>(process, std::move(secret))};
}

}  // namespace hark::console
