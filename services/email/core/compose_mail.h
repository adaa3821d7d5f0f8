#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/core/result.h"
#include "email/core/mail.h"

namespace hark::email {

/// A mail that we send, in UTF-8. Nothing is added to it that is not given: the same one composes to the same
/// bytes.
struct OutgoingMail {
  std::int64_t date_ms = 0;  // written in UTC
  std::string message_id;    // without angle brackets; stored before the mail is sent
  Mailbox from;
  std::vector<Mailbox> to;
  std::vector<Mailbox> cc;
  std::vector<Mailbox> reply_to;
  std::string subject;
  std::string in_reply_to;              // without angle brackets; may be empty
  std::vector<std::string> references;  // oldest first; more than kReferencesMax are capped
  std::string text;
  std::string html;                         // empty: text alone
  std::vector<MailAttachment> attachments;  // is_inline with a content_id: shown by the HTML
  std::vector<HeaderField> extra_headers;   // Auto-Submitted, X-Auto-Response-Suppress, Precedence ...
};

/// Writes the mail as RFC 5322 and MIME bytes: CRLF, no line over 998 bytes, headers in RFC 2047 words, texts
/// in quoted-printable, attachments in base64, file names by RFC 2231. Not dot-stuffed: that is the
/// transport's. Errors: INVALID_FIELD if a header value holds CR, LF or NUL, an extra header has a bad name
/// or one that is set here, the Message-ID or a reference is no id, or the date is missing; ADDRESS_INVALID
/// for an address that cannot be written in ASCII or a mail to nobody. International domains are written in
/// their ASCII form.
Result<std::string> compose_mail(const OutgoingMail& mail);

}  // namespace hark::email
