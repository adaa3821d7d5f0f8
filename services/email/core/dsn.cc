#include "email/core/dsn.h"

#include <optional>

#include "email/core/ascii.h"
#include "email/core/bounce_text.h"
#include "email/core/header_text.h"
#include "email/core/message_id.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

/// One field of a header-like text, its folded lines joined.
struct Field {
  std::string_view name;
  std::string value;
};

/// The next field of `text`; nothing at a blank line (taken off as well) or at the end. Lines that are no
/// field and continue none are skipped.
std::optional<Field> take_field(std::string_view& text) {
  while (!text.empty()) {
    const auto line = take_line(text);
    if (ascii_trimmed(line).empty()) return std::nullopt;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || ascii_space(line.front()) ||
        ascii_trimmed(line.substr(0, colon)).find_first_of(" \t") != std::string_view::npos) {
      continue;
    }
    Field field{ascii_trimmed(line.substr(0, colon)), std::string{ascii_trimmed(line.substr(colon + 1))}};
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) {
      auto rest = text;
      const auto more = ascii_trimmed(take_line(rest));
      if (more.empty()) break;
      text = rest;
      field.value += ' ';
      field.value += more;
    }
    return field;
  }
  return std::nullopt;
}

/// "rfc822; ana@x.lv" or "RFC822;<ana@x.lv>" → "ana@x.lv".
std::string address_of_field(std::string_view value) {
  const auto semicolon = value.find(';');
  if (semicolon != std::string_view::npos) value = value.substr(semicolon + 1);
  value = ascii_trimmed(value);
  if (!value.empty() && value.front() == '<') value.remove_prefix(1);
  return std::string{ascii_trimmed(value.substr(0, value.find('>')))};
}

std::optional<DeliveryAction> action_of(std::string_view value) {
  if (ascii_istarts_with(value, "failed") || ascii_istarts_with(value, "failure"))
    return DeliveryAction::kFailed;
  if (ascii_istarts_with(value, "delayed")) return DeliveryAction::kDelayed;
  if (ascii_istarts_with(value, "deliver"))
    return DeliveryAction::kDelivered;  // also Postfix's "deliverable"
  if (ascii_istarts_with(value, "relayed")) return DeliveryAction::kRelayed;
  if (ascii_istarts_with(value, "expanded")) return DeliveryAction::kExpanded;
  if (ascii_istarts_with(value, "undeliver")) return DeliveryAction::kFailed;
  return std::nullopt;
}

/// One block of a report while it is read.
struct Block {
  std::string original_recipient;
  std::string final_recipient;
  std::optional<DeliveryAction> action;
  std::string status;
  std::string diagnostic;

  [[nodiscard]] bool names_recipient() const {
    return !original_recipient.empty() || !final_recipient.empty();
  }
  [[nodiscard]] bool names_outcome() const { return action || !status.empty() || !diagnostic.empty(); }
};

/// The member that a field sets; null for all others. A second one of the same name opens a new block.
std::string* slot_of(Block& block, std::string_view name) {
  if (ascii_iequals(name, "Original-Recipient")) return &block.original_recipient;
  if (ascii_iequals(name, "Final-Recipient")) return &block.final_recipient;
  if (ascii_iequals(name, "Status")) return &block.status;
  if (ascii_iequals(name, "Diagnostic-Code")) return &block.diagnostic;
  return nullptr;
}

RecipientReport to_report(const Block& block) {
  RecipientReport report;
  report.recipient =
      address_of_field(block.original_recipient.empty() ? block.final_recipient : block.original_recipient);
  const std::string_view diagnostic = std::string_view{block.diagnostic}.substr(0, kDiagnosticBytesMax);
  report.diagnostic = diagnostic;
  report.status = find_status(block.status);
  // "5.0.0" says nothing: the server's own words may know more.
  const bool vague = report.status.empty() || report.status.ends_with(".0.0");
  if (auto told = vague ? find_status(diagnostic) : std::string{}; !told.empty())
    report.status = std::move(told);
  if (!ascii_istarts_with(diagnostic, "x-unix")) report.reply_code = find_reply_code(diagnostic);
  if (block.action) {
    report.action = *block.action;
  } else if (report.status.starts_with('2')) {
    report.action = DeliveryAction::kDelivered;
  }
  if (report.action == DeliveryAction::kFailed) {
    report.reason = failure_reason(report.status, diagnostic);
    report.hard = is_hard(report.reason, report.status);
  }
  return report;
}

/// Joins a block that a stray blank line has cut in two.
bool completes(const Block& previous, const Block& next) {
  return !next.names_recipient() && next.names_outcome() && previous.names_recipient() &&
         !previous.names_outcome();
}

/// What a report's words quote of the original, after their separator.
OriginalMail original_in_words(const Mail& mail) {
  const auto words = std::string_view{mail.text}.substr(0, kReportTextReadMax);
  return read_original(words.substr(notice_part(words).size()));
}

}  // namespace

std::vector<RecipientReport> read_delivery_status(std::string_view body) {
  std::vector<Block> blocks;
  Block block;
  const auto close = [&] {
    if (!blocks.empty() && completes(blocks.back(), block)) {
      blocks.back().action = block.action;
      blocks.back().status = block.status;
      blocks.back().diagnostic = block.diagnostic;
    } else if (block.names_recipient() || block.names_outcome()) {
      blocks.push_back(block);
    }
    block = {};
  };
  while (!body.empty() && blocks.size() < kReportRecipientsMax) {
    auto field = take_field(body);
    if (!field) {
      close();
    } else if (ascii_iequals(field->name, "Action")) {
      if (block.action) close();
      block.action = action_of(field->value);
    } else if (auto* slot = slot_of(block, field->name)) {
      if (!slot->empty()) {
        close();
        slot = slot_of(block, field->name);
      }
      *slot = std::move(field->value);
    }
  }
  if (blocks.size() < kReportRecipientsMax) close();

  std::vector<RecipientReport> reports;
  reports.reserve(blocks.size());
  for (const auto& each : blocks) reports.push_back(to_report(each));
  return reports;
}

OriginalMail read_original(std::string_view headers) {
  OriginalMail original;
  // Rules, words and blank lines may come first; the headers then end with their first blank line.
  bool begun = false;
  while (!headers.empty()) {
    auto field = take_field(headers);
    if (!field) {
      if (begun) break;
      continue;
    }
    begun = true;
    auto& value = field->value;
    if (ascii_iequals(field->name, "Message-ID")) {
      if (auto ids = parse_message_ids(value); !ids.empty() && original.message_id.empty())
        original.message_id = ids.front();
      if (original.message_id.empty()) original.message_id = clean_message_id(value);
    } else if (ascii_iequals(field->name, "In-Reply-To")) {
      original.in_reply_to = parse_message_ids(value);
    } else if (ascii_iequals(field->name, "References")) {
      original.references = parse_message_ids(value);
    } else if (ascii_iequals(field->name, "From")) {
      original.from = std::move(value);
    } else if (ascii_iequals(field->name, "To")) {
      original.to = std::move(value);
    } else if (ascii_iequals(field->name, "Reply-To")) {
      original.reply_to = std::move(value);
    } else if (ascii_iequals(field->name, "Subject")) {
      original.subject = std::move(value);
    }
  }
  return original;
}

std::string_view part_of_type(const Mail& mail, std::string_view content_type) {
  for (const auto& part : mail.report_parts) {
    if (part.content_type == content_type) return part.content;
  }
  for (const auto& attachment : mail.attachments) {
    if (attachment.content_type == content_type) return attachment.content;
  }
  return {};
}

OriginalMail original_of_report(const Mail& mail) {
  for (const std::string_view type :
       {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers", "text/rfc822-header",
        "message/partial", "message/global", "message/global-headers"}) {
    auto original = read_original(part_of_type(mail, type));
    if (!original.message_id.empty()) return original;
  }
  return original_in_words(mail);
}

}  // namespace hark::email
