#include "email/sender.h"

#include <algorithm>

#include "base/async/notifier.h"
#include "base/log/log.h"
#include "email/core/compose_mail.h"
#include "email/core/retry.h"
#include "email/core/subject_mark.h"

namespace hark::email {
namespace {

constexpr std::string_view kScheme = "mailto:";
constexpr std::chrono::milliseconds kReportAgainFirst{200};
constexpr std::chrono::milliseconds kReportAgainMost{10'000};

const Logger& logger() {
  static const Logger log{"email"};
  return log;
}

Mailbox mailbox(const v1::Participant& participant) {
  std::string address = participant.address();
  if (address.starts_with(kScheme)) address.erase(0, kScheme.size());
  return {std::move(address), participant.name()};
}

/// support@x.lv with a token: support+token@x.lv.
std::string tagged(const std::string& address, const std::string& token) {
  const auto at = address.rfind('@');
  return address.substr(0, at) + "+" + token + address.substr(at);
}

}  // namespace

Sender::Sender(TaskGroup& tasks, const Settings& settings, ConversationPort& conversation,
               Transport& transport, const Clock& clock, Metrics& metrics)
    : tasks_{tasks},
      settings_{settings},
      conversation_{conversation},
      transport_{transport},
      clock_{clock},
      sent_{metrics.counter("hark_email_sent_total", "Mails that the relay took")},
      retried_{metrics.counter("hark_email_retried_total", "Tries after which a mail waits for another one")},
      failed_{metrics.counter("hark_email_failed_total", "Mails that were refused for good, or given up")} {}

void Sender::take(v1::Lease lease) {
  if (draining_) return;
  if (const auto found = under_way_.find(lease.message().entry_id()); found != under_way_.end()) {
    found->second = lease.lease_id();
    return;
  }
  if (under_way_.size() >= kMailsUnderWayMax) return;
  under_way_.emplace(lease.message().entry_id(), lease.lease_id());
  tasks_.spawn("send mail", send(std::move(lease)));
}

Task<> Sender::drain(std::chrono::milliseconds time) {
  draining_ = true;
  transport_.stop();
  const auto give_up = std::chrono::steady_clock::now() + time;
  while (!under_way_.empty() && std::chrono::steady_clock::now() < give_up)
    co_await sleep_for(std::chrono::milliseconds{10});
}

Task<Result<OutgoingTransfer>> Sender::compose(const v1::OutboundMessage& message) {
  const auto* account = settings_.account(message.account_id());
  if (!account) {
    co_return Error{Code::kFailedPrecondition, Reason::kAccountUnknown,
                    "account '" + message.account_id() + "' is not a mail account any more"};
  }
  const auto reply_address = tagged(account->address, message.thread_token());
  OutgoingMail mail;
  mail.date_ms = message.created_at_ms();
  mail.message_id = message.native_id_left() + account->address.substr(account->address.rfind('@'));
  const bool plain = settings_.extras_of(*account).plain_from;
  mail.from = {plain ? account->address : reply_address, message.from_name()};
  if (plain) mail.reply_to.push_back({reply_address, message.from_name()});
  mail.to.push_back(mailbox(message.to()));
  for (const auto& cc : message.cc()) mail.cc.push_back(mailbox(cc));
  mail.subject = settings_.threading.subject_mark
                     ? with_mark(message.content().subject(), message.thread_token())
                     : message.content().subject();
  mail.in_reply_to = message.in_reply_to();
  mail.references = {message.references().begin(), message.references().end()};
  mail.text = message.content().text();
  mail.html = message.content().html();
  for (const auto& file : message.content().attachments()) {
    HARK_CO_TRY(auto content, co_await conversation_.get_blob(file.blob(), message.conversation_id()));
    mail.attachments.push_back(
        {file.file_name(), file.content_type(), file.content_id(), file.is_inline(), std::move(content)});
  }
  OutgoingTransfer transfer;
  HARK_CO_TRY(transfer.mail, compose_mail(mail));
  // The envelope's sender carries the token too: a bounce without the original's headers still finds its
  // thread.
  transfer.mail_from = reply_address;
  for (const auto& to : mail.to) transfer.recipients.push_back(to.address);
  for (const auto& cc : mail.cc) transfer.recipients.push_back(cc.address);
  transfer.name = message.entry_id();
  co_return transfer;
}

Task<> Sender::send(v1::Lease lease) {
  const auto entry = lease.message().entry_id();
  auto receipt = co_await try_once(lease);
  if (receipt) {
    logger().info("mail out", {{"conversation", lease.message().conversation_id()},
                               {"entry", entry},
                               {"state", v1::DeliveryState_Name(receipt->state())},
                               {"detail", receipt->detail()}});
    count(*receipt);
    co_await report(*std::move(receipt));
  }
  under_way_.erase(entry);
}

void Sender::count(const v1::Receipt& receipt) const {
  if (receipt.state() == v1::DELIVERY_STATE_SENT) sent_.add();
  if (receipt.state() == v1::DELIVERY_STATE_QUEUED) retried_.add();
  if (receipt.state() == v1::DELIVERY_STATE_FAILED) failed_.add();
}

/// What there is to report; nothing: the lease runs out and comes again.
Task<std::optional<v1::Receipt>> Sender::try_once(const v1::Lease& lease) {
  const auto& message = lease.message();
  v1::Receipt receipt;
  receipt.set_entry_id(message.entry_id());
  auto transfer = co_await compose(message);
  if (!transfer.ok()) {
    const bool later =
        transfer.error().code == Code::kUnavailable || transfer.error().code == Code::kDeadlineExceeded;
    if (later) co_return std::nullopt;
    receipt.set_state(v1::DELIVERY_STATE_FAILED);
    receipt.set_detail(transfer.error().message);
    co_return receipt;
  }
  const auto outcome = co_await transport_.send(*std::move(transfer));
  receipt.set_detail(outcome.detail);
  const auto now = clock_.now();
  const auto again =
      next_attempt(lease.attempts() + 1, from_ms(message.created_at_ms()), now, settings_.give_up_after);
  if (outcome.kind == TransferOutcome::Kind::kSent) {
    receipt.set_state(v1::DELIVERY_STATE_SENT);
  } else if (outcome.kind == TransferOutcome::Kind::kNotBegun) {
    receipt.set_state(v1::DELIVERY_STATE_QUEUED);
    receipt.set_retry_at_ms(to_ms(now));
  } else if (outcome.kind == TransferOutcome::Kind::kTryLater && again) {
    receipt.set_state(v1::DELIVERY_STATE_QUEUED);
    receipt.set_retry_at_ms(to_ms(*again));
  } else {
    receipt.set_state(v1::DELIVERY_STATE_FAILED);
  }
  co_return receipt;
}

/// Until conversation has it: a receipt that is lost costs a second mail. It goes under the lease that holds
/// by then.
Task<> Sender::report(v1::Receipt receipt) {
  for (auto pause = kReportAgainFirst;; pause = std::min(pause * 2, kReportAgainMost)) {
    receipt.set_lease_id(under_way_.at(receipt.entry_id()));
    const auto reported = co_await conversation_.report(receipt);
    if (reported.ok() || is_final(reported.error())) co_return;
    co_await sleep_for(pause);
  }
}

}  // namespace hark::email
