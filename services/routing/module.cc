#include "routing/module.h"
#include "routing/config_check.h"

#include <algorithm>
#include <deque>

#include "base/app/redis_options.h"
#include "base/async/all.h"
#include "base/async/blocking.h"
#include "base/async/service_thread.h"
#include "base/config/config.h"
#include "base/core/ids.h"
#include "base/log/line_limit.h"
#include "base/log/log.h"
#include "base/metrics/metrics.h"
#include "base/rpc/in_process.h"
#include "base/rpc/server.h"
#include "routing/queue_gauges.h"
#include "routing/rpc/admin_handler.h"
#include "routing/rpc/conversation_client.h"
#include "routing/rpc/handler.h"
#include "routing/rpc/shard_handler.h"
#include "routing/rpc/switchboard.h"
#include "routing/rpc/triage_client.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

/// After a crash the lease of the process before has to run out first.
constexpr std::chrono::milliseconds kStartWait = kLeaseTime + 3'500ms;

/// Every look counts all tickets.
constexpr std::chrono::milliseconds kGaugesEvery = 5s;
constexpr std::chrono::milliseconds kUnknownQueueLinesEvery = 60s;

void report_defect(std::string_view task, std::string_view what) {
  Logger{"routing"}.error("a task ended by a defect", {{"task", task}, {"what", what}});
}

class RoutingModule final : public Module {
 public:
  explicit RoutingModule(Process& process)
      : process_{process},
        tasks_{thread_.executor(), &report_defect},
        redis_{thread_.executor(), redis_options(process, "routing")},
        registry_{redis_} {}

  ~RoutingModule() override { stop(); }

  std::string_view name() const override { return "routing"; }

  void prepare() {
    const v1::TriageConfig& triage = process_.config.routing().triage();
    if (!triage.service().empty())
      triager_.emplace(triage.service(), std::chrono::milliseconds{triage.service_timeout_ms()});
    const Rules rules = rules_of(process_.config);
    const std::string name = instance();
    sla_.resize(rules.shards.count());
    for (std::uint16_t shard = 0; shard < rules.shards.count(); ++shard) {
      stores_.emplace_back(redis_, shard);
      services_.emplace_back(world_of(shard, rules.shards.name(shard), name), rules, process_.config);
      here_.push_back(&services_.back());
    }
    board_.emplace(Switchboard::World{
        thread_.executor(), here_, registry_, rules.shards,
        [this](const std::string& address) { return process_.connect("routing", address); }});
    handler_.emplace(tasks_, *board_);
    admin_handler_.emplace(tasks_, *board_);
    shard_handler_.emplace(tasks_, here_);
    process_.in_process.add(thread_.executor(), *handler_, &Handler::AgentSession);
    process_.in_process.add(thread_.executor(), *handler_, &Handler::AcceptOffer);
    process_.rpc.add(*handler_, v1::RoutingService::service_full_name());
    process_.rpc.add(*admin_handler_, v1::RoutingAdminService::service_full_name());
    process_.rpc.add(*shard_handler_, v1::RoutingShardService::service_full_name());
  }

  Status start() override {
    conversations_.connect(thread_.executor(), process_.channel_to("conversation"));
    HARK_TRY_VOID(block_on(thread_.executor(), seed()));
    block_on(thread_.executor(), begin());
    if (!block_on(thread_.executor(), all_led()))
      Logger{"routing"}.info("a shard has no leader yet; waits for the lead");
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
    Task<Status> set_shards(v1::SetShardsRequest request) override {
      return client_->set_shards(std::move(request));
    }
    Task<Result<Snapshot>> snapshot() override { return client_->snapshot(); }
    std::unique_ptr<EventFeed> subscribe(v1::Cursor after) override {
      return client_->subscribe(std::move(after));
    }

   private:
    std::optional<ConversationClient> client_;
  };

  /// A private Redis serves one process at a time, so whoever starts on it is the successor of the one before
  /// and need not wait for that one's lease to run out. Others say where they are to be asked.
  [[nodiscard]] std::string instance() const {
    if (process_.config.redis().url().empty()) return "private";
    const std::string id = IdSource{&secure_random}.next(IdKind::kLease, 0, SystemClock{}.now());
    return process_.address.empty() ? id : id + " " + process_.address;
  }

  Routing::World world_of(std::uint16_t shard, const std::string& name, const std::string& instance) {
    Routing::World world{
        thread_.executor(),
        stores_[shard],
        registry_,
        conversations_,
        process_.clock,
        passwords_,
        instance,
        &report_defect,
        [name, leads = process_.metrics.gauge("hark_routing_leads", "1: this process leads the shard",
                                              {{"shard", name.empty() ? "all" : name}})](
            std::string_view what, std::string_view detail) {
          if (what == "leads") leads.set(1);
          if (what == "stops leading") leads.set(0);
          if (name.empty()) {
            Logger{"routing"}.info(what, {{"detail", detail}});
          } else {
            Logger{"routing"}.info(what, {{"shard", name}, {"detail", detail}});
          }
        }};
    if (triager_) world.triager = &*triager_;
    world.on_unknown_queue = [this](const std::string& ticket_id, const std::string& queue_id) {
      unknown_queues_.add();
      const auto untold = unknown_queue_lines_.let_through(process_.clock.now());
      if (!untold) return;
      Logger{"routing"}.warning("a ticket was put into a queue that is not there; it goes where it belongs",
                                {{"ticket", ticket_id}, {"queue", queue_id}, {"more_since", *untold}});
    };
    world.on_sla = [this, shard](SlaCounts counts) { show_sla(shard, counts); };
    if (process_.config.redis().url().empty()) world.lease = kLeaseTimeAlone;
    world.shard = shard;
    world.first_store = &stores_.front();
    world.company = &company_;
    return world;
  }

  void show_sla(std::uint16_t shard, SlaCounts counts) {
    sla_[shard] = counts;
    SlaCounts sum;
    for (const SlaCounts& of_shard : sla_) {
      sum.at_risk += of_shard.at_risk;
      sum.missed += of_shard.missed;
    }
    sla_at_risk_.set(sum.at_risk);
    sla_missed_.set(sum.missed);
  }

  Task<Status> seed() {
    const Shards& shards = services_.front().shards();
    HARK_CO_TRY_VOID(co_await registry_.name_shards(shards.names));
    for (std::uint16_t shard = 0; shard < shards.count(); ++shard) {
      std::vector<v1::AgentSeed> seeds;
      for (const v1::AgentSeed& seed : process_.config.agents()) {
        if (shards.find(seed.shard()) == shard) seeds.push_back(seed);
      }
      HARK_CO_TRY_VOID(co_await services_[shard].seed(std::move(seeds)));
    }
    co_return Status{};
  }

  Task<bool> begin() {
    for (Routing& service : services_) tasks_.spawn("lead", service.run());
    tasks_.spawn("queue gauges", show_queues());
    co_return true;
  }

  Task<bool> all_led() {
    std::vector<Task<bool>> led;
    for (Routing& service : services_) led.push_back(service.is_led_within(kStartWait));
    const std::vector<bool> answers = co_await all(std::move(led));
    co_return std::ranges::all_of(answers, [](bool is_led) { return is_led; });
  }

  Task<> show_queues() {
    for (;;) {
      std::vector<std::vector<QueueView>> queues;
      for (const Routing& service : services_) queues.push_back(service.queues());
      gauges_.show(joined(queues), process_.clock.now());
      co_await sleep_for(kGaugesEvery);
    }
  }

  Task<bool> close() {
    tasks_.cancel();
    co_await tasks_.wait();
    for (Routing& service : services_) co_await service.close();
    co_await redis_.close();
    co_return true;
  }

  Process& process_;
  ServiceThread thread_{"routing"};
  TaskGroup tasks_;
  redis::Client redis_;
  Registry registry_;
  Passwords passwords_;
  LateConversations conversations_;
  std::optional<TriageClient> triager_;
  /// By the shards' numbers, as are those of `sla_`.
  std::deque<Store> stores_;
  Company company_;
  std::deque<Routing> services_;
  std::vector<Routing*> here_;
  std::optional<Switchboard> board_;
  std::optional<Handler> handler_;
  std::optional<AdminHandler> admin_handler_;
  std::optional<ShardHandler> shard_handler_;
  QueueGauges gauges_{process_.metrics};
  Gauge sla_at_risk_ = process_.metrics.gauge("hark_routing_sla_at_risk",
                                              "Open tickets that have passed a warning of a target");
  Gauge sla_missed_ = process_.metrics.gauge("hark_routing_sla_missed",
                                             "Open tickets that have missed a target that still runs");
  Counter unknown_queues_ = process_.metrics.counter("hark_routing_unknown_queue_total",
                                                     "Tickets that were put into a queue which is not there");
  LineLimit unknown_queue_lines_{kUnknownQueueLinesEvery};
  std::vector<SlaCounts> sla_;
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
