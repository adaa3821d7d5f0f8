#pragma once

#include <cstddef>
#include <string_view>

namespace hark::email::samples {

/// How many values match today. A change that lowers one of these made something worse.
constexpr std::size_t kStalwartMatchesMin = 363;
constexpr std::size_t kRubyMatchesMin = 31;
constexpr std::size_t kChatwootMatchesMin = 31;
constexpr std::size_t kMimeKitMatchesMin = 25;
constexpr std::size_t kSisimaiMatchesMin = 90;

/// Where we read a mail differently from the test that came with it, and why that is meant.
struct KnownDifference {
  std::string_view sample;
  std::string_view field;
  std::string_view reason;
};

constexpr KnownDifference kKnownDifferences[] = {
    {"stalwart-mail-parser/legacy/009.eml", "text",
     "the text is format=flowed (RFC 3676); its soft line breaks are undone here and kept there"},
    {"stalwart-mail-parser/legacy/016.eml", "name of attachment 2",
     "the raw 8-bit name is in the charset of the text; there it is replaced by U+FFFD"},
    {"stalwart-mail-parser/legacy/020.eml", "subject",
     "raw 8-bit header, read here by the charset of the text"},
    {"stalwart-mail-parser/legacy/020.eml", "to", "raw 8-bit header, read here by the charset of the text"},
    {"stalwart-mail-parser/legacy/026.eml", "name of attachment 1",
     "raw 8-bit name, read here by the charset of the text"},
    {"stalwart-mail-parser/legacy/027.eml", "subject",
     "raw 8-bit header, read here by the charset of the text"},
    {"stalwart-mail-parser/legacy/027.eml", "to", "raw 8-bit header, read here by the charset of the text"},
    {"stalwart-mail-parser/legacy/039.eml", "name of attachment 1",
     "a Windows path, C:\\TEMP\\nsmailV0.png: the name alone is kept"},
    {"stalwart-mail-parser/legacy/039.eml", "name of attachment 2",
     "a Windows path, C:\\TEMP\\nsmailNM.png: the name alone is kept"},
    {"stalwart-mail-parser/legacy/049.eml", "text",
     "three files are uuencoded in the text; here they are taken out of it"},
    {"stalwart-mail-parser/legacy/049.eml", "attachments",
     "three files are uuencoded in the text; here they are attachments"},
    {"stalwart-mail-parser/malformed/002.eml", "text",
     "a multipart without parts: its text is shown, not attached"},
    {"stalwart-mail-parser/malformed/002.eml", "attachments",
     "a multipart without parts: its text is shown, not attached"},
    {"stalwart-mail-parser/malformed/003.eml", "text",
     "nested multiparts with one boundary: the text is shown, not attached"},
    {"stalwart-mail-parser/malformed/003.eml", "attachments",
     "nested multiparts with one boundary: the text is shown, not attached"},
    {"stalwart-mail-parser/malformed/009.eml", "text",
     "the inner multipart lacks its end; the outer boundary ends it here (RFC 2046 5.1.2), there it is text"},
    {"stalwart-mail-parser/malformed/009.eml", "attachments", "as above: three texts, all shown"},
    {"stalwart-mail-parser/malformed/011.eml", "text", "as malformed/009"},
    {"stalwart-mail-parser/malformed/011.eml", "attachments", "as malformed/009"},
    {"stalwart-mail-parser/malformed/019.eml", "text",
     "a mail mangled on purpose: a text that is not empty is shown"},
    {"stalwart-mail-parser/malformed/020.eml", "text",
     "a part with two Content-Type fields: the first, a multipart, counts here, so its HTML is shown"},
    {"stalwart-mail-parser/thirdparty/000.eml", "text", "a lone CR is a line end here"},
    {"stalwart-mail-parser/thirdparty/015.eml", "text",
     "the text is format=flowed; soft line breaks are undone here"},
    {"stalwart-mail-parser/thirdparty/015.eml", "attachments",
     "three embedded mails, whose own multiparts never end: the boundary around them ends each here"},
    {"chatwoot-fork/multiple_attachments.eml", "attachments",
     "that product keeps 15 attachments of the 30; here all are kept"},
    {"ruby-mail/attachment_emails/attachment_message_rfc822.eml", "attachments.length",
     "an embedded mail is one .eml attachment here and is not searched for its own"},
    {"ruby-mail/attachment_emails/attachment_message_rfc822.eml", "attachments[1].decoded.length",
     "an embedded mail is one .eml attachment here"},
    {"ruby-mail/error_emails/multiple_invalid_content_dispositions.eml", "references",
     "the line is of another mail: this one has no References"},
    {"ruby-mail/rfc6532/utf8_headers.eml", "to",
     "the line is of another mail: these addresses are not in this one"},
    {"chatwoot-fork/mail_with_plain_text_and_inline_image.eml", "attachments",
     "no HTML refers to the three images, so they are listed; there they are put into the text"},
    {"sisimai/lhost-office365-01.eml", "report",
     "the sample was cut: it says report-type=delivery-status and has no such part"},
};

/// From the specs of that product: what can be said of the mail alone.
struct ChatwootMail {
  std::string_view file;
  std::string_view subject;
  std::size_t attachments;
  std::string_view text;  // a part of it
};

constexpr ChatwootMail kChatwoot[] = {
    {"only_attachments.eml", "only attachments", 1, ""},
    {"only_html.eml", "test html only mail", 0, ""},
    {"non_utf_encoded_mail.eml", "أهلين عميلنا الكريم", 0, ""},
    {"attachments_without_text.eml", "Hello there", 2, ""},
    {"welcome.eml", "Discussion: Let's debate these attachments", 2, "Let's talk about these images"},
    {"support_in_reply_to.eml", "Discussion: Let's debate these attachments", 2,
     "Let's talk about these images"},
    {"reply_mail_without_uuid.eml", "Discussion: Let's debate these attachments", 2,
     "Let's talk about these images"},
    {"group_sender_support.eml", "Discussion: Let's debate these attachments", 2,
     "Let's talk about these images"},
    {"multiple_attachments.eml", "multiple attachments", 15, ""},
    {"bounced_with_no_from.eml", "Undelivered Mail Returned to Sender", 0, ""},
    {"mail_with_plain_text_and_inline_image.eml", "New inline image test email conversation", 0,
     "Let's add no HTML content here, just plain text and images"},
};

}  // namespace hark::email::samples
