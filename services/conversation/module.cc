#include "conversation/module.h"

#include "base/app/log_defects.h"
#include "base/app/redis_options.h"
#include "base/async/blocking.h"
#include "base/async/service_thread.h"
#include "base/config/config.h"
#include "base/log/log.h"
#include "base/rpc/in_process.h"
#include "base/rpc/server.h"
#include "conversation/attention_relay.h"
#include "conversation/blob/folder.h"
#include "conversation/outbox_gauges.h"
#include "conversation/rpc/attention_handler.h"
#include "conversation/rpc/blob_handler.h"
#include "conversation/rpc/channel_handler.h"
#include "conversation/rpc/conversation_handler.h"
#include "conversation/rpc/event_handler.h"
#include "conversation/unfetched_replies.h"
#include "conversation/unfinished_merges.h"

namespace hark::conversation {
namespace {

Conversations::Settings settings_from(const v1::Config& config) {
  Conversations::Settings settings;
  for (const auto& account : config.accounts()) {
    const auto channel = account.has_chat()     ? v1::CHANNEL_CHAT
                         : account.has_social() ? v1::CHANNEL_SOCIAL
                         : account.has_phone()  ? v1::CHANNEL_PHONE
                                                : v1::CHANNEL_EMAIL;
    settings.accounts.emplace(
        account.id(), OwnAccount{channel, account.name(), std::chrono::days{account.reopen_within_days()}});
  }
  settings.offer_switch_after = std::chrono::seconds{config.chat().offer_switch_after_seconds()};
  return settings;
}

void tell_unfinished_merge(const Error& why) {
  Logger{"conversation"}.warning("a merge of customers could not be finished; it is tried again",
                                 {{"why", why.message}});
}

/// gRPC services that exist before the store is open: calls that come earlier wait for nothing, they are
/// refused.
class ConversationModule final : public Module {
 public:
  explicit ConversationModule(Process& process)
      : process_{process},
        tasks_{thread_.executor(), log_defects("conversation")},
        redis_{thread_.executor(), redis_options(process, "conversation")},
        blocking_{thread_.executor(), redis_options(process, "conversation", 1)},
        attention_blocking_{thread_.executor(), redis_options(process, "conversation", 1)},
        blobs_{process.data_dir / "blobs"},
        attention_hub_{thread_.executor()},
        attention_relay_{tasks_, attention_hub_, redis_, attention_blocking_,
                         std::to_string(secure_random())} {}

  ~ConversationModule() override { stop(); }

  std::string_view name() const override { return "conversation"; }

  Status prepare() {
    Store::Meta wished{static_cast<std::uint16_t>(process_.config.partitions()), {}};
    while (wished.secret.size() < 32) wished.secret += std::to_string(secure_random());
    auto meta = block_on(thread_.executor(), Store::open(redis_, wished));
    if (!meta.ok()) return std::move(meta).error();
    if (meta->partitions != wished.partitions) {
      return Error{Code::kFailedPrecondition, Reason::kInvalidField,
                   "partitions: the store was created with " + std::to_string(meta->partitions) +
                       " and that number is fixed; set it in the configuration"};
    }
    if (const auto gap = block_on(thread_.executor(), Store::durability_gap(redis_)); !gap.empty()) {
      Logger{"conversation"}.warning("Redis does not keep every acknowledged write", {{"why", gap}});
    }
    store_.emplace(redis_, meta->partitions);
    service_.emplace(*store_, process_.clock, ThreadTokens{meta->secret}, settings_from(process_.config),
                     process_.metrics);
    events_.emplace(tasks_, *store_, blocking_);
    events_->on_older = [this] {
      Logger{"conversation"}.error(
          "Redis came back with older data: what was acknowledged since is not there; readers begin anew",
          {});
      service_->forget_owners();
    };
    unfetched_.emplace(tasks_, *service_, *events_);
    merges_.emplace(tasks_, *service_, &tell_unfinished_merge);
    outbox_.emplace(*service_, process_.metrics);
    conversation_.emplace(tasks_, *service_);
    channel_.emplace(tasks_, *service_, *events_, attention_hub_);
    event_.emplace(tasks_, *service_, *events_);
    blob_.emplace(tasks_, *store_, blobs_);
    attention_.emplace(tasks_, attention_hub_);
    process_.in_process.add(thread_.executor(), *conversation_, &ConversationHandler::Assign);
    process_.in_process.add(thread_.executor(), *conversation_, &ConversationHandler::SetVerdicts);
    process_.in_process.add(thread_.executor(), *channel_, &ChannelHandler::Connect);
    process_.in_process.add(thread_.executor(), *event_, &EventHandler::Subscribe);
    process_.rpc.add(*conversation_, v1::ConversationService::service_full_name());
    process_.rpc.add(*channel_, v1::ChannelService::service_full_name());
    process_.rpc.add(*event_, v1::EventService::service_full_name());
    process_.rpc.add(*blob_, v1::BlobService::service_full_name());
    process_.rpc.add(*attention_, v1::AttentionService::service_full_name());
    return {};
  }

  Status start() override {
    // What a crash left of merges; a merge that cannot be finished now is carried on later.
    const auto finished = block_on(thread_.executor(), service_->finish_all_sagas());
    if (!finished.ok()) tell_unfinished_merge(finished.error());
    asio::post(thread_.executor(), [this] { attention_relay_.start(); });
    if (auto started = block_on(thread_.executor(), events_->start()); !started.ok()) return started;
    asio::post(thread_.executor(), [this] {
      unfetched_->start();
      merges_->start();
      tasks_.spawn("outbox gauges", outbox_->watch());
    });
    return {};
  }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    block_on(thread_.executor(), close());
  }

 private:
  Task<bool> close() {
    tasks_.cancel();
    co_await tasks_.wait();
    co_await blocking_.close();
    co_await attention_blocking_.close();
    co_await redis_.close();
    co_return true;
  }

  Process& process_;
  ServiceThread thread_{"conversation"};
  TaskGroup tasks_;
  redis::Client redis_;
  redis::Client blocking_;
  redis::Client attention_blocking_;
  BlobFolder blobs_;
  AttentionHub attention_hub_;
  AttentionRelay attention_relay_;
  std::optional<Store> store_;
  std::optional<Conversations> service_;
  std::optional<EventHub> events_;
  std::optional<UnfetchedReplies> unfetched_;
  std::optional<UnfinishedMerges> merges_;
  std::optional<OutboxGauges> outbox_;
  std::optional<ConversationHandler> conversation_;
  std::optional<ChannelHandler> channel_;
  std::optional<EventHandler> event_;
  std::optional<BlobHandler> blob_;
  std::optional<AttentionHandler> attention_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  auto module = std::make_unique<ConversationModule>(process);
  HARK_TRY_VOID(module->prepare());
  return std::unique_ptr<Module>{std::move(module)};
}

}  // namespace hark::conversation
