#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/bounce_reason.h"
#include "email/core/mail.h"

namespace hark::email {

constexpr std::size_t kReportRecipientsMax = 100;                   // of one report; more are not read
constexpr std::size_t kDiagnosticBytesMax = 1000;                   // kept of one recipient's diagnostic
constexpr std::size_t kReportTextReadMax = std::size_t{64} * 1024;  // of a report's words that are searched

enum class DeliveryAction { kFailed, kDelayed, kDelivered, kRelayed, kExpanded };

/// What a report says about one recipient (RFC 3464 §2.3).
struct RecipientReport {
  std::string recipient;  // as the sender knew it (Original-Recipient), else Final-Recipient; may be empty
  DeliveryAction action = DeliveryAction::kFailed;
  std::string status;      // RFC 3463, for example "5.1.1"; empty if the report has none
  int reply_code = 0;      // SMTP, for example 550; 0 if the report has none
  std::string diagnostic;  // for people, one line
  FailureReason reason = FailureReason::kNone;
  bool hard = false;  // the address itself is dead (not only this mail refused): send nothing automatic to it

  friend bool operator==(const RecipientReport&, const RecipientReport&) = default;
};

/// The mail that a report is about, as far as the report shows it.
struct OriginalMail {
  std::string message_id;  // without angle brackets
  std::vector<std::string> in_reply_to;
  std::vector<std::string> references;  // oldest first
  std::string from;                     // header values as written
  std::string to;
  std::string reply_to;
  std::string subject;
};

struct DeliveryReport {
  std::vector<RecipientReport> recipients;
  OriginalMail original;
};

/// Reads a message/delivery-status body (RFC 3464 §2.1). Tolerant: blocks without a blank line between them,
/// several blank lines, fields in any order, a missing Action or Status. Blocks that name neither a recipient
/// nor an outcome are skipped.
std::vector<RecipientReport> read_delivery_status(std::string_view body);

/// Reads the headers at the start of a mail, or of what a report gives in its place. Lines that are no header
/// (the rest of a Subject that lost its fold) are skipped up to the first blank line.
OriginalMail read_original(std::string_view headers);

/// A part of the mail of this content type, decoded: of the report, else among the attachments. Empty if
/// none.
std::string_view part_of_type(const Mail& mail, std::string_view content_type);

/// The original of a report: message/rfc822, text/rfc822-headers, or what the words quote of it.
OriginalMail original_of_report(const Mail& mail);

}  // namespace hark::email
