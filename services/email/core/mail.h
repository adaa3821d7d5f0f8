#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace hark::email {

/// One header field, unfolded and decoded (RFC 2047) to UTF-8; name as written.
struct HeaderField {
  std::string name;
  std::string value;
};

/// One mailbox (RFC 5322 §3.4): the address as written without comments, and the display name in UTF-8.
struct Mailbox {
  std::string address;
  std::string name;

  friend bool operator==(const Mailbox&, const Mailbox&) = default;
};

/// A file in a mail, decoded.
struct MailAttachment {
  std::string file_name;     // sanitised, never empty: no path, no control characters, at most 255 bytes
  std::string content_type;  // lower case, without parameters
  std::string content_id;    // without angle brackets; empty if none
  bool is_inline = false;    // the HTML refers to its content_id
  std::string content;
};

/// A part of a multipart/report (RFC 6522) other than the words for people, decoded: its type in lower case
/// and its bytes, for example "message/delivery-status", "message/rfc822", "text/rfc822-headers".
struct ReportPart {
  std::string content_type;
  std::string content;
};

/// A mail taken apart: everything in UTF-8, nothing decided yet.
struct Mail {
  std::vector<HeaderField> headers;  // in order, all of them
  std::vector<Mailbox> from;
  std::vector<Mailbox> reply_to;
  std::vector<Mailbox> to;
  std::vector<Mailbox> cc;
  std::string subject;
  std::string message_id;                // without angle brackets; empty if the mail has none
  std::vector<std::string> in_reply_to;  // ids without angle brackets, in order
  std::vector<std::string> references;   // as written, oldest first
  std::int64_t date_ms = 0;              // of the Date header; 0 if missing or unreadable

  std::string content_type;  // of the whole, lower case, without parameters
  std::string report_type;   // parameter report-type of multipart/report, lower case
  std::vector<ReportPart> report_parts;

  std::string text;      // the whole text: text/plain with format=flowed undone, or derived from the HTML
  std::string html;      // sanitised; empty if the mail has none
  std::string raw_html;  // as it came, in UTF-8; only for reply trimming, never shown
  std::vector<MailAttachment> attachments;
  std::vector<std::string> remarks;  // what was wrong and how it was read, for people
};

/// What the transport said about the mail (RFC 5321 §3.3). Empty `mail_from` is the null sender.
struct Envelope {
  std::string mail_from;
  std::vector<std::string> recipients;
};

/// First header of that name (ASCII case-insensitive); empty if there is none.
std::string_view header(const Mail& mail, std::string_view name);

}  // namespace hark::email
