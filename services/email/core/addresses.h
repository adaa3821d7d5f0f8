#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "email/core/mail.h"

namespace hark::email {

/// The mailboxes of an address header (RFC 5322 §3.4), groups flattened, in order, at most 1,000. Reads what
/// people's programs write: words in quotes, commas in bare names, names in comments, missing brackets, raw
/// 8-bit names. A mailbox without "@" is kept only if it stands in brackets or alone (MAILER-DAEMON).
std::vector<Mailbox> parse_mailboxes(std::string_view raw, std::string_view charset_hint = {});

/// local@domain, each not empty, without blanks, control characters or brackets, at most 254 bytes (RFC 5321
/// §4.5.3.1.3 less the brackets). Says nothing of whether it exists.
bool is_mail_address(std::string_view address);

/// The part after the last "@", in lower case; empty without "@".
std::string domain_of(std::string_view address);

/// Equal for delivery as far as a stranger can know: both halves without regard to case.
bool same_address(std::string_view a, std::string_view b);

}  // namespace hark::email
