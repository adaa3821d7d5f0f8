#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hark::email {

constexpr std::size_t kTrimHtmlBytesMax = std::size_t{4} * 1024 * 1024;  // of HTML that is read

/// The writer's own words in an HTML reply, as plain text: what the elements of mail programs mark as quoted
/// goes (Gmail, Outlook in all its kinds, Apple Mail, Thunderbird, Yahoo, Proton, Tutanota, GMX, Zimbra),
/// then trim_reply() reads the rest. Interleaved answers, forwarded mails and blockquotes of the writer's own
/// are kept. Empty only if the HTML has no words at all. Linear in the size.
std::string trim_html_reply(std::string_view html, bool forwarded = false);

}  // namespace hark::email
