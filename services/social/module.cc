#include "social/module.h"

#include <grpcpp/channel.h>

#include <optional>

#include "base/app/log_defects.h"
#include "base/app/redis_options.h"
#include "base/async/blocking.h"
#include "base/config/config.h"
#include "social/http/https_client.h"
#include "social/rpc/conversation_client.h"
#include "social/rules.h"
#include "social/sender.h"
#include "social/web/routes.h"

namespace hark::social {
namespace {

using namespace std::chrono_literals;

constexpr Duration kDrain = 5s;
constexpr int kFilesAtOnce = 8;

/// What exists between start() and the last request after stop().
struct Running {
  Running(Process& process, const Settings& settings)
      : tasks{process.web_executor, log_defects("social")},
        redis{process.web_executor, redis_options(process, "social")},
        store{redis},
        channel{tasks, process.channel_to("conversation"), v1::CHANNEL_SOCIAL,
                ChannelClient::account_ids(settings.accounts),
                [this](v1::Lease lease) { sender.take(std::move(lease)); }},
        conversation{channel},
        transport{settings.connections},
        sender{tasks, conversation, store, transport, process.clock, settings, process.metrics},
        intake{conversation, files, store, process.clock, settings, process.metrics},
        answer_files{conversation, process.clock, settings} {
    std::vector<v1::SendingRules> rules;
    for (const auto& [id, account] : settings.accounts) rules.push_back(rules_of(account));
    channel.limit(std::move(rules));
  }

  TaskGroup tasks;
  redis::Client redis;
  Store store;
  ChannelClient channel;
  ConversationClient conversation;
  HttpsClient transport;
  FileClient files{kFilesAtOnce};
  Sender sender;
  Intake intake;
  AnswerFiles answer_files;
};

class SocialModule final : public Module {
 public:
  explicit SocialModule(Process& process) : process_{process}, settings_{settings_from(process.config)} {
    add_routes(
        process.http, [slot = slot_] { return *slot; }, [slot = files_slot_] { return *slot; }, settings_);
  }
  ~SocialModule() override { stop(); }

  [[nodiscard]] std::string_view name() const override { return "social"; }

  Status start() override { return block_on(process_.web_executor, open()); }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    block_on(process_.web_executor, close());
  }

 private:
  using Slot = std::shared_ptr<Intake>;
  using FilesSlot = std::shared_ptr<AnswerFiles>;

  Task<Status> open() {
    running_ = std::make_shared<Running>(process_, settings_);
    HARK_CO_TRY_VOID(co_await running_->channel.start());
    *slot_ = Slot{running_, &running_->intake};
    *files_slot_ = FilesSlot{running_, &running_->answer_files};
    co_return Status{};
  }

  Task<bool> close() {
    slot_->reset();
    files_slot_->reset();
    if (running_) {
      co_await running_->sender.drain(kDrain);
      running_->tasks.cancel();
      co_await running_->tasks.wait();
      co_await running_->redis.close();
    }
    co_return true;
  }

  Process& process_;
  Settings settings_;
  std::shared_ptr<Running> running_;
  /// Shared with the routes, which live as long as the HTTP server. Touched on its thread alone.
  std::shared_ptr<Slot> slot_ = std::make_shared<Slot>();
  std::shared_ptr<FilesSlot> files_slot_ = std::make_shared<FilesSlot>();
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  return std::unique_ptr<Module>{std::make_unique<SocialModule>(process)};
}

}  // namespace hark::social
