#include "routing/module.h"

#include "base/app/redis_options.h"
#include "base/async/blocking.h"
#include "base/async/service_thread.h"
#include "base/config/config.h"
#include "base/core/ids.h"
#include "base/log/log.h"
#include "base/metrics/metrics.h"
#include "base/rpc/in_process.h"
#include "base/rpc/server.h"
#include "routing/queue_gauges.h"
#include "routing/rpc/admin_handler.h"
#include "routing/rpc/conversation_client.h"
#include "routing/rpc/handler.h"
#include "routing/rpc/triage_client.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

/// After a crash the lease of the process before has to run out first.
constexpr std::chrono::milliseconds kStartWait = kLeaseTime + 3'500ms;

/// Every look counts all tickets.
constexpr std::chrono::milliseconds kGaugesEvery = 5s;

void report_defect(std::string_view task, std::string_view what) {
  Logger{"routing"}.error("a task ended by a defect", {{"task", task}, {"what", what}});
}

class RoutingModule final : public Module {
 public:
  explicit RoutingModule(Process& process)
      : process_{process},
        tasks_{thread_.executor(), &report_defect},
        redis_{thread_.executor(), redis_options(process, "routing")},
        store_{redis_, 0} {}

  ~RoutingModule() override { stop(); }

  std::string_view name() const override { return "routing"; }

  void prepare() {
    Routing::World world{thread_.executor(),
                         store_,
                         conversations_,
                         process_.clock,
                         passwords_,
                         instance(),
                         &report_defect,
                         [](std::string_view what, std::string_view detail) {
                           Logger{"routing"}.info(what, {{"detail", detail}});
                         }};
    const v1::TriageConfig& triage = process_.config.routing().triage();
    if (!triage.service().empty()) {
      triager_.emplace(triage.service(), std::chrono::milliseconds{triage.service_timeout_ms()});
      world.triager = &*triager_;
    }
    world.on_sla = [at_risk = process_.metrics.gauge("hark_routing_sla_at_risk",
                                                     "Open tickets that have passed a warning of a target"),
                    missed = process_.metrics.gauge(
                        "hark_routing_sla_missed", "Open tickets that have missed a target that still runs")](
                       SlaCounts counts) {
      at_risk.set(counts.at_risk);
      missed.set(counts.missed);
    };
    if (process_.config.redis().url().empty()) world.lease = kLeaseTimeAlone;
    service_.emplace(std::move(world), rules_of(process_.config), process_.config);
    handler_.emplace(tasks_, *service_);
    admin_handler_.emplace(tasks_, *service_);
    process_.in_process.add(thread_.executor(), *handler_, &Handler::AgentSession);
    process_.in_process.add(thread_.executor(), *handler_, &Handler::AcceptOffer);
    process_.rpc.add(*handler_, v1::RoutingService::service_full_name());
    process_.rpc.add(*admin_handler_, v1::RoutingAdminService::service_full_name());
  }

  Status start() override {
    conversations_.connect(thread_.executor(), process_.channel_to("conversation"));
    const auto& agents = process_.config.agents();
    HARK_TRY_VOID(block_on(thread_.executor(), service_->seed({agents.begin(), agents.end()})));
    block_on(thread_.executor(), begin());
    if (!block_on(thread_.executor(), service_->leads_within(kStartWait))) {
      Logger{"routing"}.info("does not lead yet; waits for the lead");
    }
    return {};
  }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    block_on(thread_.executor(), close());
  }

 private:
  /// The way to the conversation service is known only when the servers listen.
  class LateConversations final : public Conversations {
   public:
    void connect(const asio::any_io_executor& executor, const rpc::Peer& to_conversation) {
      client_.emplace(executor, to_conversation);
    }
    Task<Result<v1::AssignResponse>> assign(v1::AssignRequest request) override {
      return client_->assign(std::move(request));
    }
    Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) override {
      return client_->transfer(std::move(request));
    }
    Task<Result<v1::HoldTicketResponse>> hold(v1::HoldTicketRequest request) override {
      return client_->hold(std::move(request));
    }
    Task<Result<v1::ReleaseTicketResponse>> release(v1::ReleaseTicketRequest request) override {
      return client_->release(std::move(request));
    }
    Task<Result<v1::AnnotateTicketResponse>> annotate(v1::AnnotateTicketRequest request) override {
      return client_->annotate(std::move(request));
    }
    Task<Result<v1::SetVerdictsResponse>> set_verdicts(v1::SetVerdictsRequest request) override {
      return client_->set_verdicts(std::move(request));
    }
    Task<Result<std::vector<v1::Entry>>> entries_since(std::string conversation_id,
                                                       std::int64_t since_ms) override {
      return client_->entries_since(std::move(conversation_id), since_ms);
    }
    Task<Status> raise_fence(std::int64_t token) override { return client_->raise_fence(token); }
    Task<Result<Snapshot>> snapshot() override { return client_->snapshot(); }
    std::unique_ptr<EventFeed> subscribe(v1::Cursor after) override {
      return client_->subscribe(std::move(after));
    }

   private:
    std::optional<ConversationClient> client_;
  };

  /// A private Redis serves one process at a time, so whoever starts on it is the successor of the one before
  /// and need not wait for that one's lease to run out.
  [[nodiscard]] std::string instance() const {
    if (process_.config.redis().url().empty()) return "private";
    return IdSource{&secure_random}.next(IdKind::kLease, 0, SystemClock{}.now());
  }

  Task<bool> begin() {
    tasks_.spawn("lead", service_->run());
    tasks_.spawn("queue gauges", show_queues());
    co_return true;
  }

  Task<> show_queues() {
    for (;;) {
      gauges_.show(service_->queues(), process_.clock.now());
      co_await sleep_for(kGaugesEvery);
    }
  }

  Task<bool> close() {
    tasks_.cancel();
    co_await tasks_.wait();
    if (service_) co_await service_->close();
    co_await redis_.close();
    co_return true;
  }

  Process& process_;
  ServiceThread thread_{"routing"};
  TaskGroup tasks_;
  redis::Client redis_;
  Store store_;
  Passwords passwords_;
  LateConversations conversations_;
  std::optional<TriageClient> triager_;
  std::optional<Routing> service_;
  std::optional<Handler> handler_;
  std::optional<AdminHandler> admin_handler_;
  QueueGauges gauges_{process_.metrics};
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  if (const auto problems = check_config(process.config); !problems.empty()) {
    std::string message;
    for (const auto& [field, what] : problems)
      (message += message.empty() ? "" : "\n") += field + ": " + what;
    return Error{Code::kInvalidArgument, Reason::kInvalidField, std::move(message)};
  }
  auto module = std::make_unique<RoutingModule>(process);
  module->prepare();
  return std::unique_ptr<Module>{std::move(module)};
}

}  // namespace hark::routing
