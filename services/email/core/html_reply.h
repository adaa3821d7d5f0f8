#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "email/core/mail.h"

namespace hark::email {

constexpr std::size_t kTrimHtmlBytesMax = std::size_t{4} * 1024 * 1024;  // of HTML that is read

/// The writer's own words in an HTML reply, as plain text: what the elements of mail programs mark as quoted
/// goes (Gmail, Outlook in all its kinds, Apple Mail, Thunderbird, Yahoo, Proton, Tutanota, GMX, Zimbra),
/// then trim_reply() reads the rest. Interleaved answers, forwarded mails and blockquotes of the writer's own
/// are kept. Empty only if the HTML has no words at all. Linear in the size.
std::string trim_html_reply(std::string_view html, bool forwarded = false);

/// What the sender of this mail wrote now: read from the HTML if the mail's text is only derived from it
/// (quotes are marked more surely there), else from the text.
std::string visible_reply(const Mail& mail);

}  // namespace hark::email
