#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/dsn.h"

namespace hark::email {

/// What a notice in plain words says (qmail, Exim, old Exchange, Gmail, Notes and others that know no RFC
/// 3464).
struct NoticeInWords {
  std::string rule;  // which words gave it away, for people
  std::vector<RecipientReport> recipients;
};

/// Decides whether words in a subject and a text are a non-delivery or delay notice. Only for mails of a mail
/// system (null sender, or a daemon's address): people quote such words as well. Reads kReportTextReadMax of
/// the text.
std::optional<NoticeInWords> read_notice(std::string_view subject, std::string_view text);

/// The beginning of the text that is the mail system's own, without what it quotes of the original.
std::string_view notice_part(std::string_view text);

}  // namespace hark::email
