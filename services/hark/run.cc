#include "hark/run.h"

#include <arpa/inet.h>
#include <grpcpp/channel.h>
#include <netdb.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <memory>
#include <optional>

#include "base/app/redis_options.h"
#include "base/async/blocking.h"
#include "base/async/service_thread.h"
#include "base/config/defaults.h"
#include "base/core/url.h"
#include "base/log/log.h"
#include "base/metrics/metrics.h"
#include "base/redis/file_lock.h"
#include "base/redis/private_server.h"
#include "base/redis/watch.h"
#include "base/rpc/call_in_flight.h"
#include "base/rpc/in_process.h"
#include "base/rpc/server.h"
#include "base/web/http_server.h"
#include "hark/demo.h"
#include "hark/targets.h"

namespace hark {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kDrain = 5s;
constexpr std::chrono::milliseconds kLookEvery = 500ms;
constexpr std::chrono::milliseconds kLookEveryAtStart = 50ms;
/// Connections that are no WebSockets.
constexpr std::size_t kRequestsBeside = 1024;

/// One hark per data folder: two would fight over one Redis.
Result<redis::FileLock> lock_folder(const fs::path& folder) {
  const auto path = folder / kFolderLock;
  redis::FileLock lock{path};
  if (lock.trouble() != 0) {
    return Error{Code::kUnavailable, Reason::kInvalidField,
                 "cannot write to the data folder: " + path.string() + ": " + std::strerror(lock.trouble())};
  }
  if (!lock.held()) {
    return Error{
        Code::kFailedPrecondition, Reason::kInvalidField,
        "another hark runs on the data folder " + folder.string() + "; stop it or choose another --data"};
  }
  return lock;
}

/// This machine's own address, where it is not told by that which servers bind to.
std::string address_of_host() {
  std::array<char, 256> name{};
  if (gethostname(name.data(), name.size() - 1) != 0) return "";
  addrinfo* found = nullptr;
  addrinfo wanted{};
  wanted.ai_family = AF_INET;
  wanted.ai_socktype = SOCK_STREAM;
  if (getaddrinfo(name.data(), nullptr, &wanted, &found) != 0) return "";
  std::array<char, INET_ADDRSTRLEN> text{};
  const auto* first = reinterpret_cast<const sockaddr_in*>(found->ai_addr);
  inet_ntop(AF_INET, &first->sin_addr, text.data(), text.size());
  freeaddrinfo(found);
  return text.data();
}

/// Where other processes reach this one's gRPC.
std::string own_address(const v1::Listen& listen) {
  const bool any = listen.host() == "0.0.0.0" || listen.host() == "::";
  std::string host = any ? address_of_host() : listen.host();
  if (host.empty()) return "";
  return host_and_port(host, listen.port_base() + 1);
}

/// How a process fares. Lives on the thread of its HTTP, which `serving` is told from outside.
struct Health {
  std::atomic<bool> serving = false;
  std::string store_trouble;  // why the store does not answer; empty: it does
};

Task<web::HttpResponse> answer_health(const Health& health) {
  web::HttpResponse response;
  const bool well = health.serving && health.store_trouble.empty();
  response.status = well ? 200 : 503;
  response.body = well             ? "ok\n"
                  : health.serving ? "the store does not answer: " + health.store_trouble + "\n"
                                   : "not serving\n";
  co_return response;
}

Task<web::HttpResponse> answer_metrics(const Metrics& metrics) {
  web::HttpResponse response;
  response.content_type = "text/plain; version=0.0.4";
  response.body = metrics.text();
  co_return response;
}

/// Room for every socket that the configuration lets in, and for requests beside them.
web::HttpLimits http_limits(const v1::Config& config) {
  web::HttpLimits limits;
  const auto sockets = config.chat().sockets_max() + config.console().sockets_max();
  limits.connections_max =
      std::max(limits.connections_max, static_cast<std::size_t>(sockets) + kRequestsBeside);
  return limits;
}

/// HTTP that every process has, whatever runs in it.
void add_process_routes(web::HttpServer& http, const Metrics& metrics, const Health& health) {
  http.route({"GET", "/healthz", [&health](const web::HttpRequest&) { return answer_health(health); }});
  http.route({"GET", "/metrics", [&metrics](const web::HttpRequest&) { return answer_metrics(metrics); }});
}

const std::string& peer_address(const v1::Peers& peers, std::string_view service) {
  return service == "routing" ? peers.routing() : service == "phone" ? peers.phone() : peers.conversation();
}

/// Of everything that these services cannot do without it is known where it is.
Status reaches_others(std::span<const Target* const> selected, const v1::Peers& peers) {
  for (const Target* target : selected) {
    for (const std::string_view needed : target->after) {
      if (std::ranges::find(selected, needed, &Target::name) != selected.end()) continue;
      if (!peer_address(peers, needed).empty()) continue;
      return Error{Code::kInvalidArgument, Reason::kInvalidField,
                   "peers." + std::string{needed} + ": is not set; " + std::string{target->name} + " needs " +
                       std::string{needed} + ", which does not run in this process"};
    }
  }
  return {};
}

class Running {
 public:
  explicit Running(const RunOptions& options) : options_{options} {}
  ~Running() { stop(); }

  Status start() {
    const auto started = std::chrono::steady_clock::now();
    const auto& config = options_.config;
    const fs::path data = config.data_dir();
    std::error_code error;
    fs::create_directories(data, error);  // what writes there says what is wrong
    if (config.redis().url().empty() || options_.services.empty()) {
      HARK_TRY(auto lock, lock_folder(data));
      lock_.emplace(std::move(lock));
    }
    HARK_TRY(security_, rpc::read_security(config.grpc()));
    HARK_TRY_VOID(open_redis(data));
    HARK_TRY_VOID(may_go_on());
    HARK_TRY(const auto selected, select_targets(options_.services));
    HARK_TRY_VOID(reaches_others(selected, config.peers()));

    process_.emplace(Process{config, data, redis_url_, rpc_, in_process_, http_, web_.executor(), clock_,
                             metrics_, [this](std::string_view service) { return channel_to(service); },
                             own_address(config.listen()),
                             [this](std::string_view service, const std::string& address) {
                               const std::string& name = peer_address(options_.config.peers(), service);
                               return rpc::connect(address, security_, name.substr(0, name.rfind(':')));
                             }});
    for (const auto* target : selected) {
      HARK_TRY(auto module, target->bind(*process_));
      modules_.push_back(std::move(module));
      HARK_TRY_VOID(may_go_on());
    }
    const auto base = config.listen().port_base();
    HARK_TRY_VOID(rpc_.start({config.listen().host(), base + 1, security_}));
    rpc_.set_serving(false);
    for (auto& module : modules_) {
      HARK_TRY_VOID(module->start());
      HARK_TRY_VOID(may_go_on());
    }
    add_process_routes(http_, metrics_, health_);
    HARK_TRY_VOID(block_on(web_.executor(), listen_http()));
    http_listens_ = true;
    rpc_.set_serving(true);
    health_.serving = true;
    watch_store();
    const auto took =
        std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
    log_.info("ready",
              {{"took_ms", took.count()}, {"http", base}, {"grpc", base + 1}, {"redis", redis_url_}});
    return {};
  }

  /// From any thread: start() ends after the step that it is at.
  void end_start() { ends_ = true; }

  /// A private Redis that somebody killed is started again on its files; commands wait for it meanwhile.
  void keep_redis_alive() {
    if (!redis_ || redis_->alive()) return;
    log_.error("the private Redis has died; starting it again", {{"pid", redis_->pid()}});
    auto server = redis::PrivateServer::start({.folder = fs::path{options_.config.data_dir()} / "redis"});
    if (!server.ok()) {
      log_.error("the private Redis does not start", {{"why", server.error().message}});
      return;
    }
    redis_.emplace(*std::move(server));
  }

  void stop() {
    if (std::exchange(stopped_, true)) return;
    health_.serving = false;
    rpc_.set_serving(false);
    if (store_watch_) block_on(web_.executor(), stop_watch());
    if (http_listens_) block_on(web_.executor(), stop_http());
    for (auto it = modules_.rbegin(); it != modules_.rend(); ++it) (*it)->stop();
    rpc_.shutdown(1s);
    if (!rpc::await_calls(kDrain)) log_.warning("gRPC still holds calls of this process");
    while (!modules_.empty()) modules_.pop_back();
    if (redis_) redis_->stop();
  }

 private:
  [[nodiscard]] Status may_go_on() const {
    if (!ends_) return {};
    return Error{Code::kCancelled, Reason::kShuttingDown, "asked to end while starting"};
  }

  Status open_redis(const fs::path& data) {
    redis_url_ = options_.config.redis().url();
    if (!redis_url_.empty()) return {};
    if (!options_.private_redis) {
      return Error{Code::kInvalidArgument, Reason::kInvalidField,
                   "redis.url: is not set; `hark serve` needs a Redis that all services share"};
    }
    HARK_TRY(auto server, redis::PrivateServer::start({.folder = data / "redis"}));
    if (server.adopted())
      log_.info("adopted the private Redis that was still running", {{"pid", server.pid()}});
    redis_.emplace(std::move(server));
    redis_url_ = redis_->url();
    return {};
  }

  rpc::Peer channel_to(std::string_view service) {
    for (const auto& module : modules_) {
      if (module->name() == service) {
        if (!channel_within_) channel_within_ = rpc_.in_process();
        return {channel_within_, &in_process_};
      }
    }
    const auto& address = peer_address(options_.config.peers(), service);
    if (address.empty()) return rpc::Peer{nullptr};
    return rpc::connect(address, security_);
  }

  void watch_store() {
    const auto connected = metrics_.gauge("hark_store_connected", "1 while the store answers, else 0");
    connected.set(1);
    redis::Watch::Hooks hooks;
    hooks.silent = [this, connected](std::string_view why) {
      connected.set(0);
      health_.store_trouble = why;
      log_.error("the store does not answer; nothing is acknowledged until it does", {{"why", why}});
    };
    hooks.back = [this, connected](std::chrono::seconds silence) {
      connected.set(1);
      health_.store_trouble.clear();
      log_.info("the store answers again", {{"silent_s", silence.count()}});
    };
    store_watch_.emplace(web_.executor(), redis_options(*process_, "hark", 1), std::move(hooks));
    asio::post(web_.executor(), [this] { store_watch_->start(); });
  }
  Task<bool> stop_watch() {
    co_await store_watch_->close();
    co_return true;
  }

  Task<Status> listen_http() {
    HARK_CO_TRY_VOID(http_.listen(options_.config.listen().host(),
                                  static_cast<std::uint16_t>(options_.config.listen().port_base())));
    co_return Status{};
  }
  Task<bool> stop_http() {
    co_await http_.stop(kDrain);
    co_return true;
  }

  const RunOptions& options_;
  Logger log_{"hark"};
  SystemClock clock_;
  Metrics metrics_;
  std::optional<redis::FileLock> lock_;
  std::optional<redis::PrivateServer> redis_;
  std::string redis_url_;
  ServiceThread web_{"web"};
  web::HttpServer http_{web_.executor(),
                        {.limits = http_limits(options_.config),
                         .on_failure = [this](std::string_view where, std::string_view what) {
                           log_.error("a web handler failed", {{"where", where}, {"what", what}});
                         }}};
  rpc::Security security_;
  rpc::InProcess in_process_;
  rpc::Server rpc_;
  std::optional<Process> process_;
  std::vector<std::unique_ptr<Module>> modules_;
  std::shared_ptr<grpc::Channel> channel_within_;
  std::optional<redis::Watch> store_watch_;
  Health health_;
  bool http_listens_ = false;
  bool stopped_ = false;
  std::atomic<bool> ends_ = false;
};

/// Agents of a configuration of one's own: their names, and where the passwords are.
void say_who_signs_in(const v1::Config& config) {
  constexpr int kNamesMax = 5;
  if (config.agents_size() == 0) {
    std::printf("  sign in  nobody is configured; add an agent: hark ctl agents add <login>\n");
    return;
  }
  std::string names;
  for (int i = 0; i < std::min(config.agents_size(), kNamesMax); ++i)
    names += (i > 0 ? ", " : "") + config.agents(i).id();
  if (const int more = config.agents_size() - kNamesMax; more > 0)
    names += " and " + std::to_string(more) + " more";
  std::printf("  sign in  %s (passwords: as the configuration has them, unless changed since)\n",
              names.c_str());
}

void print_welcome(const RunOptions& options) {
  const auto& listen = options.config.listen();
  const auto base = listen.port_base();
  const auto at = [&](int offset) { return host_and_port(listen.host(), base + offset); };
  const std::string pages = "http://" + at(0);
  const auto runs = [&](std::string_view service) {
    return options.services.empty() || std::ranges::find(options.services, service) != options.services.end();
  };
  std::printf("Hark is ready.\n");
  if (runs("console")) std::printf("  console  %s/\n", pages.c_str());
  std::printf("  gRPC     %s\n", at(1).c_str());
  if (runs("email")) {
    std::printf("  LMTP     %s\n", at(2).c_str());
    for (const auto& account : options.config.accounts()) {
      if (account.has_email()) std::printf("  mail to  %s\n", account.email().address().c_str());
    }
  }
  if (runs("chat")) {
    for (const auto& account : options.config.accounts()) {
      if (!account.has_chat()) continue;
      std::printf("  chat at  %s/chat?account=%s\n", pages.c_str(), account.id().c_str());
    }
  }
  if (runs("social")) {
    for (const auto& account : options.config.accounts()) {
      if (!account.has_social()) continue;
      std::printf("  %s to  %s/webhooks/%s\n", account.social().network().c_str(), pages.c_str(),
                  account.id().c_str());
    }
  }
  if (runs("phone")) {
    for (const auto& account : options.config.accounts()) {
      if (account.has_phone())
        std::printf("  calls to %s (%s)\n", account.phone().number().c_str(), account.phone().kind().c_str());
    }
  }
  if (options.demo_accounts && options.config.agents_size() > 0) {
    std::printf("  sign in  %s / %s\n", options.config.agents(0).id().c_str(),
                std::string{kDemoPassword}.c_str());
    const auto where =
        base == DemoOptions{}.port_base ? std::string{} : " --port-base " + std::to_string(base);
    std::printf("Next: `hark demo%s` plays customers; Ctrl-C ends it.\n", where.c_str());
  }
  if (!options.demo_accounts && runs("console")) say_who_signs_in(options.config);
  std::fflush(stdout);
}

/// The signal that asked to end before all had started; 0: none. What waits for somebody else for too long,
/// such as for a store that is away, is left on the spot: whatever was acknowledged by then is durable.
int await_start(std::future<Status>& start, Running& running, const EndSignals& signals) {
  const Logger log{"hark"};
  while (start.wait_for(kLookEveryAtStart) != std::future_status::ready) {
    const int signal_number = signals.wait(0ms);
    if (signal_number == 0) continue;
    log.info("stopping before everything has started", {{"signal", signal_number}});
    running.end_start();
    if (start.wait_for(kDrain) == std::future_status::ready) return signal_number;
    log.warning("the start does not come to an end; left on the spot");
    stop_logging();
    std::_Exit(0);
  }
  return 0;
}

}  // namespace

Status run_services(const RunOptions& options, const EndSignals& signals) {
  signal(SIGPIPE, SIG_IGN);
  ::umask(077);  // what customers wrote is nobody else's on this machine

  Running running{options};
  auto start = std::async(std::launch::async, [&running] { return running.start(); });
  const bool ends_early = await_start(start, running, signals) != 0;
  const auto started = start.get();
  if (ends_early) return {};
  if (!started.ok()) return started;
  print_welcome(options);
  int signal_number = 0;
  while ((signal_number = signals.wait(kLookEvery)) == 0) running.keep_redis_alive();
  Logger{"hark"}.info("stopping", {{"signal", signal_number}});
  running.stop();
  return {};
}

}  // namespace hark
