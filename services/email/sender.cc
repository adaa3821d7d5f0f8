#include "email/sender.h"

#include "base/log/log.h"
#include "email/core/compose_mail.h"
#include "email/core/retry.h"
#include "email/core/subject_mark.h"

namespace hark::email {
namespace {

constexpr std::string_view kScheme = "mailto:";

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

void Sender::take(v1::Lease lease) { tasks_.spawn("send mail", send(std::move(lease))); }

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
    HARK_CO_TRY(auto content, co_await channel_->get_blob(file.blob(), message.conversation_id()));
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
  const auto& message = lease.message();
  v1::Receipt receipt;
  receipt.set_lease_id(lease.lease_id());
  receipt.set_entry_id(message.entry_id());
  auto transfer = co_await compose(message);
  if (!transfer.ok()) {
    const bool later =
        transfer.error().code == Code::kUnavailable || transfer.error().code == Code::kDeadlineExceeded;
    if (later) co_return;  // the lease runs out and comes again
    receipt.set_state(v1::DELIVERY_STATE_FAILED);
    receipt.set_detail(transfer.error().message);
  } else {
    const auto outcome = co_await transport_.send(*std::move(transfer));
    receipt.set_detail(outcome.detail);
    const auto now = clock_.now();
    const auto again =
        next_attempt(lease.attempts() + 1, from_ms(message.created_at_ms()), now, settings_.give_up_after);
    if (outcome.kind == TransferOutcome::Kind::kSent) {
      receipt.set_state(v1::DELIVERY_STATE_SENT);
    } else if (outcome.kind == TransferOutcome::Kind::kTryLater && again) {
      receipt.set_state(v1::DELIVERY_STATE_QUEUED);
      receipt.set_retry_at_ms(to_ms(*again));
    } else {
      receipt.set_state(v1::DELIVERY_STATE_FAILED);
    }
  }
  logger().info("mail out", {{"conversation", message.conversation_id()},
                             {"entry", message.entry_id()},
                             {"state", v1::DeliveryState_Name(receipt.state())},
                             {"detail", receipt.detail()}});
  // A receipt that is lost costs a second mail with the same Message-ID, so it is worth another try.
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto reported = co_await channel_->report(receipt);
    if (reported.ok() || reported.error().code == Code::kInvalidArgument ||
        reported.error().code == Code::kNotFound)
      co_return;
    co_await sleep_for(std::chrono::milliseconds{200 << attempt});
  }
}

}  // namespace hark::email
