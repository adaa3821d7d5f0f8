#include "email/core/parse_mail.h"

#include <gmime/gmime.h>

#include <algorithm>

#include "email/core/addresses.h"
#include "email/core/ascii.h"
#include "email/core/charset.h"
#include "email/core/header_text.h"
#include "email/core/mail_body.h"
#include "email/core/mime_tree.h"

namespace hark::email {
namespace {

constexpr std::size_t kDateBytesMax = 200;

// "10:00:t" is ten o'clock: seconds that are no number cost the seconds, not the time of day.
std::string without_broken_seconds(std::string date) {
  for (std::size_t i = date.find(':'); i != std::string::npos; i = date.find(':', i + 1)) {
    const auto digit_at = [&](std::size_t at) { return at < date.size() && ascii_digit(date[at]); };
    const bool time = i > 0 && digit_at(i - 1) && digit_at(i + 1) && digit_at(i + 2);
    if (!time || i + 3 >= date.size() || date[i + 3] != ':' || digit_at(i + 4)) continue;
    date.erase(i + 3, std::min(date.find(' ', i + 3), date.size()) - (i + 3));
    break;
  }
  return date;
}

// Milliseconds since the epoch, 0 if the date says nothing (RFC 5322 §3.3 and what people's programs write).
std::int64_t parse_date(std::string_view raw) {
  const std::string text = without_broken_seconds(decode_header_text(raw.substr(0, kDateBytesMax)));
  if (text.empty() || !is_ascii(text)) return 0;
  GDateTime* date = g_mime_utils_header_decode_date(text.c_str());
  if (date == nullptr) return 0;
  const std::int64_t ms = g_date_time_to_unix(date) * 1000;
  g_date_time_unref(date);
  return ms;
}

// Raw 8-bit headers are in the charset of the text, if anything says so.
std::string_view charset_hint_of(const MimeTree& tree) {
  for (const auto& part : tree.parts) {
    if (const auto charset = part.type.parameter("charset"); !charset.empty()) return charset;
  }
  return {};
}

// Programs that fold by RFC 2047 encode long ids, ours among them, though RFC 5322 has no words there.
std::vector<std::string> read_message_ids(std::string_view raw) {
  return raw.find("=?") == std::string_view::npos ? parse_message_ids(raw)
                                                  : parse_message_ids(decode_header_text(raw));
}

void read_headers(const MimePart& top, std::string_view hint, Mail& mail) {
  for (const auto& field : top.fields) {
    std::string name{field.name};
    std::string value = decode_header_text(field.value, hint);
    mail.headers.push_back({std::move(name), std::move(value)});
  }
  mail.from = parse_mailboxes(top.field("from"), hint);
  mail.reply_to = parse_mailboxes(top.field("reply-to"), hint);
  mail.subject = header(mail, "subject");
  mail.in_reply_to = read_message_ids(top.field("in-reply-to"));
  mail.references = read_message_ids(top.field("references"));
  if (auto ids = read_message_ids(top.field("message-id")); !ids.empty())
    mail.message_id = std::move(ids.front());
  mail.date_ms = parse_date(top.field("date"));
  mail.content_type = top.type.value;
  if (top.type.value == "multipart/report")
    mail.report_type = ascii_lowered(top.type.parameter("report-type"));
  // A mail may have several of each (RFC 5322 §3.6 says one, senders say otherwise).
  for (const auto& field : top.fields) {
    auto* list = ascii_iequals(field.name, "to")   ? &mail.to
                 : ascii_iequals(field.name, "cc") ? &mail.cc
                                                   : nullptr;
    if (list == nullptr) continue;
    std::ranges::move(parse_mailboxes(field.value, hint), std::back_inserter(*list));
  }
}

void remark_on_headers(const MimePart& top, const Mail& parsed, Mail& mail) {
  for (const std::string_view name : {"from", "subject", "date", "message-id", "content-type", "reply-to"}) {
    const auto times =
        std::ranges::count_if(top.fields, [&](const auto& f) { return ascii_iequals(f.name, name); });
    if (times > 1)
      add_remark(mail, "the mail has more than one " + std::string{name} + " header; the first counts");
  }
  if (parsed.from.empty()) add_remark(mail, "the mail names no sender in From");
  if (parsed.date_ms == 0 && !top.field("date").empty()) add_remark(mail, "the Date header cannot be read");
}

}  // namespace

Result<Mail> parse_mail(std::string_view raw, const ParseLimits& limits) {
  if (raw.find_first_not_of(std::string_view{" \t\r\n\0", 5}) == std::string_view::npos) {
    return Error{Code::kInvalidArgument, Reason::kInvalidField,
                 "the mail is empty: " + std::to_string(raw.size()) +
                     " bytes without a character to read; ask the sender"};
  }
  MimeTree tree = split_mime(raw, {.depth_max = limits.depth_max, .parts_max = limits.parts_max});
  Mail mail;
  mail.remarks = std::move(tree.remarks);
  const MimePart& top = tree.parts.front();
  read_headers(top, charset_hint_of(tree), mail);
  remark_on_headers(top, mail, mail);
  read_body(tree, limits, mail);
  return mail;
}

}  // namespace hark::email
