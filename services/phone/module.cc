#include "phone/module.h"

#include <grpcpp/channel.h>

#include "base/app/log_defects.h"
#include "base/app/redis_options.h"
#include "base/async/blocking.h"
#include "base/config/config.h"
#include "base/rpc/server.h"
#include "phone/ari/ari_exchange.h"
#include "phone/desk.h"
#include "phone/http/recording_client.h"
#include "phone/rpc/agent_client.h"
#include "phone/rpc/conversation_client.h"
#include "phone/rpc/handler.h"
#include "phone/rpc/ticket_watch.h"
#include "phone/twilio/twilio_exchange.h"

namespace hark::phone {
namespace {

constexpr int kRecordingConnections = 2;

/// A call back carries no files.
std::vector<v1::SendingRules> rules_of(const Settings& settings) {
  std::vector<v1::SendingRules> rules;
  for (const auto& id : ChannelClient::account_ids(settings.accounts)) {
    auto& out = rules.emplace_back();
    out.set_account_id(id);
    out.set_network("telephone");
    out.set_no_files_reason("files cannot be sent by telephone; answer by another channel");
  }
  return rules;
}

/// What exists between start() and stop().
struct Running {
  Running(Process& process, const Settings& settings, TaskGroup& tasks)
      : redis{process.web_executor, redis_options(process, "phone")},
        store{redis},
        channel{tasks, process.channel_to("conversation"), v1::CHANNEL_PHONE,
                ChannelClient::account_ids(settings.accounts),
                [this](v1::Lease lease) { desk.take(std::move(lease)); }},
        conversation{channel, process.channel_to("conversation")},
        agents{process.channel_to("routing")},
        http{settings.connections},
        recordings{kRecordingConnections},
        desk{{tasks, conversation, agents, recordings, store, process.clock, settings, process.metrics}} {
    channel.limit(rules_of(settings));
  }

  redis::Client redis;
  Store store;
  ChannelClient channel;
  ConversationClient conversation;
  AgentClient agents;
  http::HttpClient http;
  RecordingClient recordings;
  Desk desk;
  std::vector<std::unique_ptr<Exchange>> exchanges;
};

class PhoneModule final : public Module {
 public:
  explicit PhoneModule(Process& process)
      : process_{process},
        settings_{settings_from(process.config)},
        tasks_{process.web_executor, log_defects("phone")} {
    process_.rpc.add(handler_, v1::PhoneService::service_full_name());
    for (const auto& [id, account] : settings_.accounts) {
      if (account.kind != ExchangeKind::kTwilio) continue;
      add_route(process_.http, id, [slot = twilio_[id] = std::make_shared<TwilioPtr>()] { return *slot; });
    }
  }
  ~PhoneModule() override { stop(); }

  [[nodiscard]] std::string_view name() const override { return "phone"; }

  Status start() override { return block_on(process_.web_executor, open()); }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    block_on(process_.web_executor, close());
  }

 private:
  using TwilioPtr = std::shared_ptr<TwilioExchange>;

  Task<Status> open() {
    running_ = std::make_unique<Running>(process_, settings_, tasks_);
    add_exchanges();
    // Before anything is leased: a reply may be a call already.
    HARK_CO_TRY_VOID(co_await running_->desk.start());
    HARK_CO_TRY_VOID(co_await running_->channel.start());
    // Only now: what they compare with their channels are the calls that were taken up.
    for (auto* exchange : asterisks_) tasks_.spawn("Asterisk", exchange->run());
    for (const auto& [id, exchange] : carriers_) {
      *twilio_[id] = exchange;
      tasks_.spawn("Twilio's calls", exchange->watch());
    }
    tasks_.spawn("tickets",
                 watch_tickets(process_.web_executor, process_.channel_to("conversation"), running_->desk));
    serving_.desk = &running_->desk;
    co_return Status{};
  }

  void add_exchanges() {
    auto& on = *running_;
    for (const auto& [id, account] : settings_.accounts) {
      switch (account.kind) {
        case ExchangeKind::kGrpc: {
          auto exchange = std::make_unique<GrpcExchange>(id, on.desk);
          serving_.exchanges.emplace(id, exchange.get());
          on.exchanges.push_back(std::move(exchange));
          break;
        }
        case ExchangeKind::kTwilio: {
          auto exchange =
              std::make_shared<TwilioExchange>(account, on.desk, on.http, process_.clock, process_.metrics);
          carriers_.emplace(id, exchange);
          on.desk.add(id, *exchange);
          continue;
        }
        case ExchangeKind::kAri: {
          auto exchange = std::make_unique<AriExchange>(tasks_, account, on.desk, on.http, process_.clock,
                                                        process_.metrics);
          asterisks_.push_back(exchange.get());
          on.exchanges.push_back(std::move(exchange));
          break;
        }
      }
      on.desk.add(id, *on.exchanges.back());
    }
  }

  Task<bool> close() {
    serving_ = {};
    for (auto& [id, slot] : twilio_) slot->reset();
    tasks_.cancel();
    co_await tasks_.wait();
    if (running_) co_await running_->redis.close();
    co_return true;
  }

  Process& process_;
  Settings settings_;
  TaskGroup tasks_;
  Serving serving_;
  Handler handler_{tasks_, serving_};
  std::unique_ptr<Running> running_;
  std::vector<AriExchange*> asterisks_;
  std::map<std::string, TwilioPtr> carriers_;
  /// Shared with the routes, which live as long as the HTTP server. Touched on its thread alone.
  std::map<std::string, std::shared_ptr<TwilioPtr>> twilio_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  return std::unique_ptr<Module>{std::make_unique<PhoneModule>(process)};
}

}  // namespace hark::phone
