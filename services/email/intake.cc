#include "email/intake.h"

#include <algorithm>

#include "base/async/blocking.h"
#include "base/core/digest.h"
#include "base/core/utf8.h"
#include "base/log/log.h"
#include "email/core/html_reply.h"
#include "email/core/native_id.h"
#include "email/core/parse_mail.h"
#include "email/core/reply_route.h"
#include "email/core/sender_trust.h"
#include "email/core/subject_mark.h"
#include "email/core/verdict.h"
#include "email/refused.h"

namespace hark::email {
namespace {

const Logger& logger() {
  static const Logger log{"email"};
  return log;
}

/// Cuts at a character's border, not inside one.
std::string cut(std::string_view text, std::size_t bytes_max, std::string_view what,
                std::vector<std::string>& remarks) {
  if (text.size() <= bytes_max) return std::string{text};
  remarks.push_back("the " + std::string{what} + " is longer than shown; all of it is in the raw mail");
  return std::string{first_bytes(text, bytes_max)};
}

v1::Participant participant(const Mailbox& mailbox) {
  v1::Participant out;
  out.set_address("mailto:" + mailbox.address);
  out.set_name(mailbox.name);
  return out;
}

DeliveryOutcome outcome_of(const Status& status) {
  if (status.ok()) return {250, "2.0.0", "kept"};
  const auto& error = status.error();
  const bool wrong_for_ever = error.code == Code::kInvalidArgument;
  if (wrong_for_ever) return {554, "5.6.0", error.message};
  if (error.reason == Reason::kStoreFull)
    return {452, "4.3.1", "no room for new mail; it will be taken later"};
  return {451, "4.3.0", "not kept yet; send it again: " + error.message};
}

}  // namespace

Intake::Intake(ChannelClient& channel, const Settings& settings, Metrics& metrics)
    : channel_{channel},
      settings_{settings},
      metrics_{metrics},
      accepted_{taken("accepted")},
      known_{taken("known")},
      bounced_{taken("bounce")},
      delivery_notices_{taken("delivery_notice")},
      quarantined_{taken("quarantined")} {}

Counter Intake::taken(std::string_view outcome) {
  return metrics_.counter("hark_email_taken_total", "Mails that were answered 250, by what became of them",
                          {{"outcome", outcome}});
}

RecipientAnswer Intake::knows(std::string_view recipient) const {
  if (match_account(recipient, settings_.accounts)) return RecipientAnswer::kOurs;
  count_refused(metrics_, "unknown_recipient");
  return RecipientAnswer::kUnknown;
}

Task<std::vector<DeliveryOutcome>> Intake::take(LmtpDelivery delivery) {
  auto body = std::make_shared<const std::string>(std::move(delivery.body));
  auto parsed = body->size() <= kParseInPlaceBytesMax
                    ? parse_mail(*body)
                    : co_await run_blocking(pool_, [body] { return parse_mail(*body); });
  std::vector<DeliveryOutcome> outcomes;
  // One after the other: the first delivery makes the entry, the others are noted on it.
  for (const auto& recipient : delivery.envelope.recipients) {
    const auto* account = match_account(recipient, settings_.accounts);
    if (!account) {
      outcomes.push_back({550, "5.1.1", "no such mailbox here"});
      continue;
    }
    const auto status = parsed.ok() ? co_await take_for(*parsed, delivery.envelope, *body, *account)
                                    : co_await set_aside(*body, "unreadable-" + sha256_hex(*body), *account,
                                                         parsed.error().message);
    if (!status.ok()) {
      logger().warning("a mail was not taken",
                       {{"account", account->id}, {"why", status.error().message}, {"bytes", body->size()}});
      count_refused(metrics_, status.error().reason);
    }
    outcomes.push_back(outcome_of(status));
  }
  co_return outcomes;
}

Task<Status> Intake::take_for(const Mail& mail, const Envelope& envelope, std::string_view raw,
                              const MailAccount& account) {
  const auto verdict = judge(mail, envelope, settings_.own_addresses);
  switch (verdict.kind) {
    case MailKind::kBounce:
    case MailKind::kDelayNotice:
    case MailKind::kDeliveredReport:
      co_return co_await report(mail, envelope, raw, account, verdict);
    case MailKind::kLoop:
    case MailKind::kOwnCopy:
      co_return co_await set_aside(raw, native_id(raw, mail.message_id), account,
                                   std::string{name_of(verdict.kind)} + ": " + verdict.rule);
    case MailKind::kAutoReply:
    case MailKind::kComplaint:
    case MailKind::kDispositionNotification:
      co_return co_await accept(mail, envelope, raw, account, v1::InboundMessage::KIND_AUTO_REPLY);
    case MailKind::kMessage:
      break;
  }
  co_return co_await accept(mail, envelope, raw, account, v1::InboundMessage::KIND_MESSAGE);
}

Task<Status> Intake::accept(const Mail& mail, const Envelope& envelope, std::string_view raw,
                            const MailAccount& account, v1::InboundMessage::Kind kind) {
  const auto& extras = settings_.extras_of(account);
  auto id = native_id(raw, mail.message_id);
  const auto sender = choose_sender(mail, extras.trust_reply_to);
  if (!sender.ok()) co_return co_await set_aside(raw, std::move(id), account, sender.error().message);

  v1::InboundMessage message;
  message.set_channel(v1::CHANNEL_EMAIL);
  message.set_account_id(account.id);
  message.set_native_id(std::move(id));
  message.set_kind(kind);
  *message.mutable_sender() = participant(*sender);
  message.set_sender_verified(judge_sender(mail, extras.authserv_id).verified);
  message.set_sent_at_ms(mail.date_ms);

  auto remarks = mail.remarks;
  auto& content = *message.mutable_content();
  const auto subject = settings_.threading.subject_mark ? take_marks(mail.subject).subject : mail.subject;
  content.set_subject(subject.substr(0, 998));
  content.set_text(cut(mail.text, kEntryTextBytesMax, "text", remarks));
  content.set_visible_text(cut(visible_reply(mail), kEntryTextBytesMax, "text", remarks));
  // Cut HTML would be broken HTML; the text stands for it.
  if (mail.html.size() <= kEntryTextBytesMax) {
    content.set_html(mail.html);
  } else {
    remarks.emplace_back("the HTML is too long to show; it is in the raw mail");
  }

  auto hints = thread_hints(mail, envelope, settings_.accounts, settings_.threading);
  auto& thread = *message.mutable_thread();
  for (auto& token : hints.address_tokens) thread.add_tokens(std::move(token));
  for (auto& token : hints.subject_tokens) thread.add_subject_tokens(std::move(token));
  for (auto& reference : hints.references) thread.add_references(std::move(reference));
  thread.set_own_reference(mail.message_id);

  const auto route = reply_route(mail, *sender, settings_.own_addresses);
  *message.mutable_reply_route()->mutable_to() = participant(route.to);
  for (const auto& cc : route.cc) *message.mutable_reply_route()->add_cc() = participant(cc);
  for (const auto& reference : route.references) message.mutable_reply_route()->add_references(reference);

  std::size_t room = kInlineBytesMax;
  HARK_CO_TRY(*message.mutable_raw(), co_await keep(raw, room, *message.mutable_blobs()));
  for (const auto& file : mail.attachments) {
    auto& attachment = *content.add_attachments();
    attachment.set_file_name(file.file_name);
    attachment.set_content_type(file.content_type);
    attachment.set_content_id(file.content_id);
    attachment.set_is_inline(file.is_inline);
    HARK_CO_TRY(*attachment.mutable_blob(), co_await keep(file.content, room, *message.mutable_blobs()));
  }
  for (auto& remark : remarks) content.add_remarks(std::move(remark));

  const auto accepted = co_await channel_.accept(std::move(message));
  if (!accepted.ok()) {
    // Refused for what it says: no retry will help, so it is kept for a person instead of being sent back.
    if (accepted.error().code == Code::kInvalidArgument) {
      co_return co_await set_aside(raw, native_id(raw, mail.message_id), account, accepted.error().message);
    }
    co_return accepted.error();
  }
  (accepted->duplicate() ? known_ : accepted_).add();
  logger().info(accepted->duplicate() ? "mail known already" : "mail accepted",
                {{"conversation", accepted->conversation_id()},
                 {"entry", accepted->entry_id()},
                 {"account", account.id}});
  co_return Status{};
}

Task<Status> Intake::report(const Mail& mail, const Envelope& envelope, std::string_view raw,
                            const MailAccount& account, const Verdict& verdict) {
  v1::BounceReport report;
  report.set_native_id(native_id(raw, mail.message_id));
  report.set_account_id(account.id);
  // What may lead a customer's mail to its thread is the operator's choice; a report is about a mail of ours.
  const auto hints = thread_hints(mail, envelope, settings_.accounts, {}, &verdict.report.original);
  for (const auto& token : hints.address_tokens) report.add_tokens(token);
  if (!verdict.report.original.message_id.empty()) report.add_references(verdict.report.original.message_id);
  for (const auto& reference : hints.references) report.add_references(reference);
  report.set_state(verdict.kind == MailKind::kBounce        ? v1::DELIVERY_STATE_BOUNCED
                   : verdict.kind == MailKind::kDelayNotice ? v1::DELIVERY_STATE_QUEUED
                                                            : v1::DELIVERY_STATE_DELIVERED);
  if (!verdict.report.recipients.empty()) {
    const auto& first = verdict.report.recipients.front();
    report.set_recipient(first.recipient);
    report.set_detail(first.status.empty() ? first.diagnostic : first.status + " " + first.diagnostic);
  } else {
    report.set_detail(verdict.rule);
  }
  std::size_t room = kInlineBytesMax;
  HARK_CO_TRY(*report.mutable_raw(), co_await keep(raw, room, *report.mutable_blobs()));
  HARK_CO_TRY_VOID(co_await channel_.bounce(std::move(report)));
  (verdict.kind == MailKind::kBounce ? bounced_ : delivery_notices_).add();
  co_return Status{};
}

Task<Status> Intake::set_aside(std::string_view raw, std::string native_id, const MailAccount& account,
                               std::string reason) {
  v1::Quarantine input;
  input.set_native_id(std::move(native_id));
  input.set_channel(v1::CHANNEL_EMAIL);
  input.set_account_id(account.id);
  input.set_reason(reason);
  std::size_t room = kInlineBytesMax;
  HARK_CO_TRY(*input.mutable_raw(), co_await keep(raw, room, *input.mutable_blobs()));
  HARK_CO_TRY_VOID(co_await channel_.quarantine(std::move(input)));
  quarantined_.add();
  logger().warning("a mail went into quarantine", {{"account", account.id}, {"why", reason}});
  co_return Status{};
}

Task<Result<v1::BlobRef>> Intake::keep(std::string_view content, std::size_t& room,
                                       google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs) {
  if (content.size() > room) co_return co_await channel_.put_blob(std::string{content});
  room -= content.size();
  v1::BlobRef ref;
  ref.set_id(sha256_hex(content));
  ref.set_size_bytes(static_cast<std::int64_t>(content.size()));
  ref.set_inlined(true);
  const bool there =
      std::ranges::any_of(blobs, [&](const v1::InlineBlob& blob) { return blob.id() == ref.id(); });
  if (!there) {
    auto* blob = blobs.Add();
    blob->set_id(ref.id());
    blob->set_content(std::string{content});
  }
  co_return ref;
}

}  // namespace hark::email
