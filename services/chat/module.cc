#include "chat/module.h"

#include <grpcpp/channel.h>

#include <optional>

#include "base/app/log_defects.h"
#include "base/app/redis_options.h"
#include "base/async/blocking.h"
#include "base/config/config.h"
#include "base/core/ids.h"
#include "chat/rpc/conversation_client.h"
#include "chat/service.h"
#include "chat/web/routes.h"

namespace hark::chat {
namespace {

constexpr std::size_t kSecretBytes = 32;

std::string random_secret() {
  std::string secret;
  while (secret.size() < kSecretBytes) secret += std::to_string(secure_random());
  return secret;
}

/// What exists between start() and the last request after stop().
struct Running {
  Running(Process& process, const Settings& settings)
      : tasks{process.web_executor, log_defects("chat")},
        redis{process.web_executor, redis_options(process, "chat")},
        blocking{process.web_executor, redis_options(process, "chat", 1)},
        news{tasks, redis, blocking, std::to_string(secure_random())},
        store{redis, settings.session_life},
        channel{tasks, process.channel_to("conversation"), v1::CHANNEL_CHAT,
                ChannelClient::account_ids(settings.accounts),
                [this](v1::Lease lease) {
                  if (service) service->take(std::move(lease));
                }},
        conversation{channel} {}

  TaskGroup tasks;
  redis::Client redis;
  redis::Client blocking;
  News news;
  Store store;
  ChannelClient channel;
  ConversationClient conversation;
  std::optional<ChatService> service;
};

class ChatModule final : public Module {
 public:
  explicit ChatModule(Process& process) : process_{process}, settings_{settings_from(process.config)} {
    add_routes(process.http, [slot = slot_] { return *slot; }, settings_);
  }
  ~ChatModule() override { stop(); }

  [[nodiscard]] std::string_view name() const override { return "chat"; }

  Status start() override { return block_on(process_.web_executor, open()); }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    block_on(process_.web_executor, close());
  }

 private:
  using Slot = std::shared_ptr<ChatService>;

  Task<Status> open() {
    running_ = std::make_shared<Running>(process_, settings_);
    HARK_CO_TRY(auto secret, co_await Store::secret(running_->redis, random_secret()));
    running_->service.emplace(running_->tasks, running_->store, running_->news, running_->conversation,
                              process_.clock, settings_, std::move(secret), process_.metrics);
    running_->channel.on_typing(
        [service = &*running_->service](const v1::Typing& typing) { service->show_typing(typing); });
    running_->news.start(
        [service = &*running_->service](std::string_view address) { service->look_again(address); });
    HARK_CO_TRY_VOID(co_await running_->channel.start());
    *slot_ = Slot{running_, &*running_->service};
    co_return Status{};
  }

  Task<bool> close() {
    slot_->reset();
    if (running_) {
      running_->tasks.cancel();
      co_await running_->tasks.wait();
      co_await running_->blocking.close();
      co_await running_->redis.close();
    }
    co_return true;
  }

  Process& process_;
  Settings settings_;
  std::shared_ptr<Running> running_;
  /// Shared with the routes, which live as long as the HTTP server. Touched on its thread alone.
  std::shared_ptr<Slot> slot_ = std::make_shared<Slot>();
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  return std::unique_ptr<Module>{std::make_unique<ChatModule>(process)};
}

}  // namespace hark::chat
