#include "email/module.h"

#include <grpcpp/channel.h>

#include <optional>

#include "base/app/log_defects.h"
#include "base/async/blocking.h"
#include "base/async/service_thread.h"
#include "base/log/log.h"
#include "email/intake.h"
#include "email/lmtp/server.h"
#include "email/refused.h"
#include "email/sender.h"
#include "email/smtp/outbox_folder.h"
#include "email/smtp/relay.h"
#include "hark/v1/config.pb.h"

namespace hark::email {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kDrain = 5s;
constexpr int kLmtpPortOffset = 2;

class OverChannel final : public ConversationPort {
 public:
  void connect(ChannelClient& channel) { channel_ = &channel; }
  Task<Status> report(v1::Receipt receipt) override { return channel_->report(std::move(receipt)); }
  Task<Result<std::string>> get_blob(v1::BlobRef blob, std::string conversation_id) override {
    return channel_->get_blob(std::move(blob), std::move(conversation_id));
  }

 private:
  ChannelClient* channel_ = nullptr;
};

class EmailModule final : public Module {
 public:
  explicit EmailModule(Process& process)
      : process_{process},
        settings_{settings_from(process.config)},
        tasks_{thread_.executor(), log_defects("email")} {}
  ~EmailModule() override { stop(); }

  std::string_view name() const override { return "email"; }

  Status start() override {
    choose_transport();
    sender_.emplace(tasks_, settings_, conversation_, *transport_, process_.clock, process_.metrics);
    std::vector<std::string> accounts;
    for (const auto& account : settings_.accounts) accounts.push_back(account.id);
    channel_.emplace(tasks_, process_.channel_to("conversation"), v1::CHANNEL_EMAIL, std::move(accounts),
                     [this](v1::Lease lease) { sender_->take(std::move(lease)); });
    conversation_.connect(*channel_);
    intake_.emplace(*channel_, settings_, process_.metrics);
    LmtpServer::Options options;
    options.on_refusal = [this](std::string_view reason) { count_refused(process_.metrics, reason); };
    const auto& config = process_.config;
    options.host = config.listen().host();
    options.port = static_cast<std::uint16_t>(config.listen().port_base() + kLmtpPortOffset);
    if (config.email().sessions_max() > 0) options.sessions_max = config.email().sessions_max();
    if (config.email().message_size_max() > 0) {
      options.session.mail_bytes_max = static_cast<std::size_t>(config.email().message_size_max());
    }
    lmtp_.emplace(
        thread_.executor(), options, [this](std::string_view recipient) { return intake_->knows(recipient); },
        [this](LmtpDelivery delivery) { return intake_->take(std::move(delivery)); });
    return block_on(thread_.executor(), open());
  }

  void stop() override {
    if (std::exchange(stopped_, true)) return;
    block_on(thread_.executor(), close());
  }

 private:
  void choose_transport() {
    const auto& relay = process_.config.email().relay();
    if (relay.url().empty()) {
      const auto folder = process_.data_dir / "outbox";
      Logger{"email"}.info("no relay is configured: outgoing mail is written to files",
                           {{"folder", folder.string()}});
      transport_ = std::make_unique<OutboxFolder>(folder);
    } else {
      transport_ = std::make_unique<SmtpRelay>(SmtpRelay::Options{relay.url(), relay.user(), relay.password(),
                                                                  relay.require_tls(), relay.connections()});
    }
  }

  Task<Status> open() {
    HARK_CO_TRY_VOID(co_await channel_->start());
    const auto port = lmtp_->listen();
    co_return port.ok() ? Status{} : Status{port.error()};
  }

  Task<bool> close() {
    if (lmtp_) co_await lmtp_->stop(kDrain);
    if (sender_) co_await sender_->drain(kDrain);
    tasks_.cancel();
    co_await tasks_.wait();
    co_return true;
  }

  Process& process_;
  Settings settings_;
  ServiceThread thread_{"email"};
  TaskGroup tasks_;
  std::unique_ptr<Transport> transport_;
  OverChannel conversation_;
  std::optional<Sender> sender_;
  std::optional<ChannelClient> channel_;
  std::optional<Intake> intake_;
  std::optional<LmtpServer> lmtp_;
  bool stopped_ = false;
};

}  // namespace

Result<std::unique_ptr<Module>> bind(Process& process) {
  return std::unique_ptr<Module>{std::make_unique<EmailModule>(process)};
}

}  // namespace hark::email
