#include "email/core/verdict.h"

#include <algorithm>
#include <array>
#include <optional>

#include "email/core/ascii.h"
#include "email/core/bounce_text.h"
#include "email/core/message_id.h"
#include "email/core/parse_mail.h"
#include "email/core/reply_route.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

constexpr std::string_view kOwnLoopHeader = "X-Hark-Loop";

std::string_view local_part(std::string_view address) { return address.substr(0, address.rfind('@')); }

std::string_view sender_address(const Mail& mail) {
  return mail.from.empty() ? std::string_view{} : std::string_view{mail.from.front().address};
}

/// "auto-replied; owner-email=..." → "auto-replied"; comments as in "auto-generated (failure)" fall away too.
std::string first_word(std::string_view value) {
  value = ascii_trimmed(value);
  return ascii_lowered(value.substr(0, value.find_first_of("; \t(,")));
}

bool is_null_sender(const Mail& mail, const Envelope& envelope) {
  if (envelope.mail_from.empty()) return true;
  const auto path = ascii_trimmed(header(mail, "Return-Path"));
  return path == "<>" || ascii_iequals(path, "<MAILER-DAEMON>") ||
         ascii_iequals(envelope.mail_from, "MAILER-DAEMON");
}

bool is_daemon(std::string_view address) {
  const auto local = ascii_lowered(local_part(address));
  return local == "mailer-daemon" || local == "mailerdaemon" || local == "postmaster" ||
         local == "post_master" || local == "mail-daemon" || local == "mail.delivery.system" ||
         local == "mail-delivery-system";
}

bool has_daemon_name(const Mail& mail) {
  const auto name = mail.from.empty() ? std::string{} : ascii_lowered(mail.from.front().name);
  return contains_any(name,
                      {"mail delivery s", "mailer-daemon", "mail delivery system", "delivery subsystem"});
}

std::optional<Verdict> as_loop(const Mail& mail) {
  const auto received = std::count_if(mail.headers.begin(), mail.headers.end(), [](const HeaderField& field) {
    return ascii_iequals(field.name, "Received");
  });
  if (static_cast<std::size_t>(received) > kReceivedHeadersMax) {
    return Verdict{.kind = MailKind::kLoop,
                   .rule = std::to_string(received) + " Received headers: the mail goes round"};
  }
  return std::nullopt;
}

std::optional<Verdict> as_own_loop(const Mail& mail, const std::vector<std::string>& own_addresses) {
  const auto mark = ascii_trimmed(header(mail, kOwnLoopHeader));
  if (mark.empty()) return std::nullopt;
  // The mark of another installation is a machine's mail, but not ours come back.
  if (contains(mark, "@") && !is_own_address(mark, own_addresses)) {
    return Verdict{.kind = MailKind::kAutoReply, .rule = "X-Hark-Loop of another Hark: its automatic mail"};
  }
  return Verdict{.kind = MailKind::kLoop, .rule = "X-Hark-Loop: our own automatic mail came back"};
}

std::optional<Verdict> as_own(const Mail& mail, const std::vector<std::string>& own_addresses) {
  for (const auto& from : mail.from) {
    if (!is_own_address(from.address, own_addresses)) continue;
    if (token_of_own_message_id(mail.message_id)) {
      return Verdict{.kind = MailKind::kOwnCopy,
                     .rule = "From and Message-ID are ours: a copy of a mail that we sent"};
    }
    return Verdict{.kind = MailKind::kLoop, .rule = "From is our own address " + from.address};
  }
  return std::nullopt;
}

std::string field_of(std::string_view body, std::string_view name) {
  while (!body.empty()) {
    const auto line = take_line(body);
    const auto colon = line.find(':');
    if (colon != std::string_view::npos && ascii_iequals(ascii_trimmed(line.substr(0, colon)), name)) {
      return first_word(line.substr(colon + 1));
    }
  }
  return {};
}

std::optional<Verdict> as_complaint(const Mail& mail) {
  const auto body = part_of_type(mail, "message/feedback-report");
  if (body.empty() && mail.report_type != "feedback-report") return std::nullopt;
  Verdict verdict{.kind = MailKind::kComplaint, .rule = "feedback report (RFC 5965)"};
  verdict.feedback_type = field_of(body, "Feedback-Type");
  if (verdict.feedback_type.empty()) verdict.feedback_type = "abuse";
  verdict.report.original = original_of_report(mail);
  return verdict;
}

std::optional<Verdict> as_disposition(const Mail& mail) {
  if (mail.report_type != "disposition-notification" &&
      part_of_type(mail, "message/disposition-notification").empty()) {
    return std::nullopt;
  }
  Verdict verdict{.kind = MailKind::kDispositionNotification, .rule = "disposition notification (RFC 8098)"};
  verdict.report.original = original_of_report(mail);
  return verdict;
}

MailKind kind_of(const std::vector<RecipientReport>& recipients) {
  const auto any = [&](DeliveryAction action) {
    return std::any_of(recipients.begin(), recipients.end(),
                       [&](const auto& each) { return each.action == action; });
  };
  if (any(DeliveryAction::kFailed)) return MailKind::kBounce;
  return any(DeliveryAction::kDelayed) ? MailKind::kDelayNotice : MailKind::kDeliveredReport;
}

/// What the report's fields leave open, its words may tell (Exchange and others fill the fields carelessly).
void complete_from_words(const Mail& mail, std::vector<RecipientReport>& recipients) {
  const bool open = std::any_of(recipients.begin(), recipients.end(), [](const RecipientReport& each) {
    return each.action == DeliveryAction::kFailed && each.reason == FailureReason::kOther;
  });
  if (!open) return;
  const auto notice = read_notice(mail.subject, mail.text);
  if (!notice) return;
  for (auto& report : recipients) {
    if (report.action != DeliveryAction::kFailed || report.reason != FailureReason::kOther) continue;
    const auto same =
        std::find_if(notice->recipients.begin(), notice->recipients.end(),
                     [&](const auto& each) { return ascii_iequals(each.recipient, report.recipient); });
    const auto& words = same == notice->recipients.end() ? notice->recipients.front() : *same;
    report.reason = words.reason;
    if (report.status.empty() || report.status.ends_with(".0.0"))
      report.status = words.status.empty() ? report.status : words.status;
    if (report.reply_code == 0) report.reply_code = words.reply_code;
    if (report.diagnostic.empty()) report.diagnostic = words.diagnostic;
    report.hard = is_hard(report.reason, report.status);
  }
}

std::optional<Verdict> as_delivery_report(const Mail& mail) {
  auto body = part_of_type(mail, "message/delivery-status");
  if (body.empty()) body = part_of_type(mail, "message/global-delivery-status");
  auto recipients = read_delivery_status(body);
  if (recipients.empty()) return std::nullopt;
  complete_from_words(mail, recipients);
  Verdict verdict{.kind = kind_of(recipients), .rule = "delivery status report (RFC 3464)"};
  verdict.report = {std::move(recipients), original_of_report(mail)};
  return verdict;
}

constexpr auto kAutoReplySubjects = std::to_array<std::string_view>({
    "automatic reply",
    "auto:",
    "autoreply",
    "auto-reply",
    "auto reply",
    "auto response",
    "out of office",
    "out of the office",
    "vacation",
    "away from my mail",
    "abwesenheit",
    "automatische antwort",
    "réponse automatique",
    "absence du bureau",
    "respuesta automática",
    "fuera de la oficina",
    "risposta automatica",
    "fuori sede",
    "resposta automática",
    "automatisch antwoord",
    "afwezigheid",
    "automatiskt svar",
    "autosvar",
    "automatisk svar",
    "fraværende",
    "automaattinen vastaus",
    "poissa",
    "автоответ",
    "автоматический ответ",
    "автоматична відповідь",
    "automātiskā atbilde",
    "automātiska atbilde",
    "ārpus biroja",
    "automatyczna odpowiedź",
    "odpowiedź automatyczna",
    "nieobecność",
});

/// ASCII and the two-byte letters of Latin-1, Latin Extended-A and Cyrillic are all that the list above
/// needs.
bool has_auto_reply_subject(std::string_view subject) {
  // Only the beginning counts: "Re: vacation plans" is a person's.
  const auto words = ascii_lowered(ascii_trimmed(subject).substr(0, 120));
  return std::any_of(kAutoReplySubjects.begin(), kAutoReplySubjects.end(), [&](std::string_view start) {
    if (words.starts_with(start)) return true;
    // ascii_lowered() leaves letters beyond ASCII alone, so a capital first letter of theirs is compared from
    // the next on.
    const auto skip = [](std::string_view text) {
      return text.substr(std::min<std::size_t>(2, text.size()));
    };
    const bool wide = static_cast<unsigned char>(start.front()) >= 0x80;
    return wide && words.size() > 2 && static_cast<unsigned char>(words[0]) >= 0x80 &&
           skip(words).starts_with(skip(start));
  });
}

std::optional<Verdict> as_notice(const Mail& mail, const Envelope& envelope) {
  const bool by_machine = is_null_sender(mail, envelope) || is_daemon(sender_address(mail)) ||
                          has_daemon_name(mail) || mail.report_type == "delivery-status";
  if (!by_machine) return std::nullopt;
  // An absent colleague may well write that something "could not be delivered".
  if (has_auto_reply_subject(mail.subject) && !is_daemon(sender_address(mail))) return std::nullopt;
  auto notice = read_notice(mail.subject, mail.text);
  if (!notice) return std::nullopt;
  // A gateway wraps the report of another one: that one knows more.
  const auto inner = part_of_type(mail, "message/rfc822");
  if (contains(inner, "message/delivery-status")) {
    if (const auto wrapped = parse_mail(inner); wrapped.ok()) {
      if (auto verdict = as_delivery_report(*wrapped)) return verdict;
    }
  }
  Verdict verdict{.kind = kind_of(notice->recipients), .rule = std::move(notice->rule)};
  verdict.report = {std::move(notice->recipients), original_of_report(mail)};
  return verdict;
}

std::optional<Verdict> as_auto_reply(const Mail& mail, const Envelope& envelope) {
  const auto reply = [](std::string rule) {
    return Verdict{.kind = MailKind::kAutoReply, .rule = std::move(rule)};
  };
  const auto submitted = first_word(header(mail, "Auto-Submitted"));
  const auto sender = sender_address(mail);
  // Daemons and root mark alarms and unknown kinds of bounces so: a person has to see those.
  const bool system = is_daemon(sender) || ascii_iequals(local_part(sender), "root");
  if (submitted == "auto-replied" && !system) return reply("Auto-Submitted: auto-replied (RFC 3834)");
  for (const std::string_view name : {"X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply"}) {
    const auto value = ascii_trimmed(header(mail, name));
    if (!value.empty() && !ascii_iequals(value, "no") && !system) return reply(std::string{name} + " is set");
  }
  if (ascii_iequals(ascii_trimmed(header(mail, "X-Apple-Action")), "vacation"))
    return reply("X-Apple-Action: vacation");
  const auto precedence = first_word(header(mail, "Precedence"));
  if (precedence == "auto_reply" || precedence == "auto-reply") return reply("Precedence: " + precedence);
  const bool automatic = is_null_sender(mail, envelope) || (!submitted.empty() && submitted != "no");
  if (automatic && !system && has_auto_reply_subject(mail.subject)) {
    return reply("the subject of an automatic reply, sent by a machine");
  }
  return std::nullopt;
}

std::string sign_in_sender(const Mail& mail, const Envelope& envelope) {
  const auto sender = sender_address(mail);
  if (sender.empty()) return "no From";
  if (is_null_sender(mail, envelope)) return "the null sender: answers are not wanted";
  for (const std::string_view address : {sender, std::string_view{envelope.mail_from}}) {
    const auto local = ascii_lowered(local_part(address));
    const bool machine =
        is_daemon(address) || local == "abuse" || local == "root" || local.ends_with("-request") ||
        local.starts_with("owner-") || local.starts_with("noreply") || local.starts_with("no-reply") ||
        local.starts_with("no_reply") || local.starts_with("no.reply") || local.starts_with("donotreply") ||
        local.starts_with("do-not-reply") || local.starts_with("do_not_reply");
    if (machine) return "the sender " + std::string{address} + " is a machine";
  }
  return {};
}

std::string sign_in_headers(const Mail& mail) {
  const auto submitted = first_word(header(mail, "Auto-Submitted"));
  if (!submitted.empty() && submitted != "no") return "Auto-Submitted: " + submitted;
  const auto precedence = first_word(header(mail, "Precedence"));
  if (precedence == "bulk" || precedence == "junk" || precedence == "list" || precedence == "auto_reply") {
    return "Precedence: " + precedence;
  }
  const auto suppress = ascii_lowered(header(mail, "X-Auto-Response-Suppress"));
  if (contains_any(suppress, {"all", "oof", "autoreply"}))
    return "X-Auto-Response-Suppress: " + suppress.substr(0, 80);
  for (const auto& field : mail.headers) {
    if (ascii_istarts_with(field.name, "List-") || ascii_iequals(field.name, "Mailing-List"))
      return field.name + ": a list";
    for (const std::string_view name :
         {"X-Loop", "X-Autoreply", "X-Autorespond", "X-Autoresponder", "X-Auto-Reply"}) {
      if (ascii_iequals(field.name, name)) return std::string{name} + " is set";
    }
  }
  return {};
}

Verdict decide(const Mail& mail, const Envelope& envelope, const std::vector<std::string>& own_addresses) {
  if (auto verdict = as_loop(mail)) return *std::move(verdict);
  if (auto verdict = as_own_loop(mail, own_addresses)) return *std::move(verdict);
  if (auto verdict = as_complaint(mail)) return *std::move(verdict);
  if (auto verdict = as_disposition(mail)) return *std::move(verdict);
  if (auto verdict = as_delivery_report(mail)) return *std::move(verdict);
  if (auto verdict = as_own(mail, own_addresses)) return *std::move(verdict);
  if (auto verdict = as_notice(mail, envelope)) return *std::move(verdict);
  if (auto verdict = as_auto_reply(mail, envelope)) return *std::move(verdict);
  return {.kind = MailKind::kMessage, .rule = "no sign of anything but a message"};
}

}  // namespace

std::string_view name_of(MailKind kind) {
  switch (kind) {
    case MailKind::kMessage:
      return "message";
    case MailKind::kAutoReply:
      return "automatic reply";
    case MailKind::kBounce:
      return "bounce";
    case MailKind::kDelayNotice:
      return "delay notice";
    case MailKind::kDeliveredReport:
      return "delivered report";
    case MailKind::kComplaint:
      return "complaint";
    case MailKind::kDispositionNotification:
      return "disposition notification";
    case MailKind::kLoop:
      return "loop";
    case MailKind::kOwnCopy:
      return "copy of our own mail";
  }
  return "message";
}

Verdict judge(const Mail& mail, const Envelope& envelope, const std::vector<std::string>& own_addresses) {
  auto verdict = decide(mail, envelope, own_addresses);
  if (verdict.kind != MailKind::kMessage) {
    verdict.no_auto_answer_because = "it is a " + std::string{name_of(verdict.kind)};
  } else if (auto sign = sign_in_sender(mail, envelope); !sign.empty()) {
    verdict.no_auto_answer_because = std::move(sign);
  } else {
    verdict.no_auto_answer_because = sign_in_headers(mail);
  }
  verdict.may_auto_answer = verdict.no_auto_answer_because.empty();
  return verdict;
}

}  // namespace hark::email
