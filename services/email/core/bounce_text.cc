#include "email/core/bounce_text.h"

#include <algorithm>
#include <array>

#include "email/core/ascii.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

using std::string_view_literals::operator""sv;

// Lower case; the languages are those that mail systems of our customers speak.
constexpr auto kFailureSubjects = std::to_array<std::string_view>({
    "undeliver",
    "delivery fail",
    "delivery has failed",
    "failure notice",
    "returned mail",
    "delivery status",
    "mail system error",
    "mail delivery failed",
    "delivery error",
    "could not be delivered",
    "not be delivered",
    "non-deliver",
    "nondeliver",
    "you sent blocked",
    "delivery problem",
    "delivery notification",
    "message blocked",
    "unzustellbar",
    "zustellung fehlgeschlagen",
    "non remis",
    "échec de la remise",
    "no se puede entregar",
    "no entregado",
    "mancato recapito",
    "impossibile recapitare",
    "onbestelbaar",
    "niedostarcz",
    "não entregue",
    "não foi possível entregar",
    "не доставлено",
    "недоставлен",
    "nav piegādāt",
    "nepiegādāt",
    "ikke leveret",
    "kunde inte levereras",
    "ei voitu toimittaa",
});

constexpr auto kFailureWords = std::to_array<std::string_view>({
    "could not be delivered",
    "couldn't be delivered",
    "cannot be delivered",
    "can't be delivered",
    "unable to deliver",
    "wasn't able to deliver",
    "did not reach the following recipient",
    "following recipient",
    "was undeliverable",
    "following address failed",
    "following address(es) failed",
    "permanent fatal error",
    "delivery has failed",
    "delivery failed",
    "rejected by a remote mail server",
    "rejected your message",
    "had delivery problems",
    "was not delivered",
    "not been delivered",
    "could not be sent",
    "failed permanently",
    "invalid user address",
    "unknown user",
    "user unknown",
    "was blocked by",
});

constexpr auto kDelaySubjects = std::to_array<std::string_view>({
    "delay",
    "warning: could not send",
    "still being retried",
    "verzögert",
    "retard",
    "задерж",
    "aizkav",
});

constexpr auto kDelayWords = std::to_array<std::string_view>({
    "will be retried",
    "will keep trying",
    "will continue to try",
    "will retry",
    "no action is required",
    "do not need to resend",
    "not need to resend",
    "has not yet been delivered",
    "is still being",
    "delivery attempts will continue",
    "this is a warning",
});

// How a notice says "from here on I quote your mail". Compared with a line freed of its dashes.
constexpr auto kOriginalFollows = std::to_array<std::string_view>({
    "below this line is a copy of the message",
    "this is a copy of the message",
    "original message",
    "included is a copy",
    "a copy of the original message",
    "below is a copy of",
    "the header of the original message",
    "header of the original",
    "message header",
    "returned message",
    "undelivered message",
    "unsent message",
    "original mail",
    "your original mail",
});

constexpr auto kOriginalHeaders =
    std::to_array<std::string_view>({"received:", "return-path:", "message-id:", "dkim-signature:"});

template <class List>
std::string_view first_found(std::string_view words, const List& list) {
  for (const auto part : list) {
    if (contains(words, part)) return part;
  }
  return {};
}

bool opens_original(std::string_view line) {
  const auto words = ascii_lowered(line.substr(0, 80));
  std::string_view bare = ascii_trimmed(words);
  if (std::any_of(kOriginalHeaders.begin(), kOriginalHeaders.end(),
                  [&](std::string_view name) { return words.starts_with(name); })) {
    return true;
  }
  bare.remove_prefix(std::min(bare.find_first_not_of("-_=*> "), bare.size()));
  return std::any_of(kOriginalFollows.begin(), kOriginalFollows.end(),
                     [&](std::string_view name) { return bare.starts_with(name); });
}

bool in_address(char c) {
  return ascii_alpha(c) || ascii_digit(c) || contains("@._-+=/!#$%&'*?^`{|}~"sv, std::string_view{&c, 1}) ||
         static_cast<unsigned char>(c) >= 0x80;
}

/// The address at the start of `text` and how much of the text it takes; empty if there is none.
std::string_view leading_address(std::string_view text) {
  const auto end =
      static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), in_address) - text.begin());
  auto address = text.substr(0, end);
  while (!address.empty() && (address.back() == '.' || address.back() == '\'')) address.remove_suffix(1);
  const auto at = address.find('@');
  if (at == std::string_view::npos || at == 0 || address.find('@', at + 1) != std::string_view::npos)
    return {};
  const auto domain = address.substr(at + 1);
  if (domain.find('.') == std::string_view::npos || domain.front() == '.') return {};
  return address;
}

/// Where a line of a notice names a failed recipient, and what it says after the name.
struct Named {
  std::string_view address;
  std::string_view rest;
};

/// "<a@b>: why", "  a@b", "a@b: why", "To: a@b", "* a@b", "kijitora:0:<a@b> : why" ... Only the first address
/// counts.
std::optional<Named> named_recipient(std::string_view line) {
  auto text = ascii_trimmed(line);
  text.remove_prefix(std::min(text.find_first_not_of("*-<> \t"), text.size()));
  if (const auto address = leading_address(text); !address.empty()) {
    return Named{address, text.substr(address.size())};
  }
  const auto open = text.find('<');
  if (open == std::string_view::npos || !ascii_istarts_with(text, "rcpt to:")) return std::nullopt;
  const auto address = leading_address(text.substr(open + 1));
  if (address.empty()) return std::nullopt;
  return Named{address, text.substr(open + 1 + address.size())};
}

/// The first address anywhere in the notice, when no line begins with one.
std::string_view any_address(std::string_view text) {
  std::size_t begin = 0;  // of the run of address characters that `i` is in
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && in_address(text[i])) continue;
    const auto run = text.substr(begin, i - begin);
    if (const auto address = leading_address(run); !address.empty()) return address;
    begin = i + 1;
  }
  return {};
}

/// White space of any kind becomes one space; cut at kDiagnosticBytesMax.
std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : ascii_trimmed(text)) {
    if (out.size() >= kDiagnosticBytesMax) break;
    if (!ascii_space(c)) {
      out += c;
    } else if (!out.ends_with(' ')) {
      out += ' ';
    }
  }
  return out;
}

RecipientReport report_from(std::string_view address, std::string_view diagnostic, DeliveryAction action) {
  RecipientReport report;
  report.recipient = address;
  report.action = action;
  while (!diagnostic.empty() && contains(" \t\r\n>:;,"sv, diagnostic.substr(0, 1)))
    diagnostic.remove_prefix(1);
  report.diagnostic = one_line(diagnostic);
  report.status = find_status(report.diagnostic);
  report.reply_code = find_reply_code(report.diagnostic);
  if (action == DeliveryAction::kFailed) {
    report.reason = failure_reason(report.status, report.diagnostic);
    report.hard = is_hard(report.reason, report.status);
  }
  return report;
}

std::vector<RecipientReport> recipients_in(std::string_view notice, DeliveryAction action) {
  std::vector<RecipientReport> reports;
  std::string_view address;
  std::size_t words_from = 0;
  const auto close = [&](std::size_t end) {
    if (address.empty()) return;
    const bool known = std::any_of(reports.begin(), reports.end(), [&](const RecipientReport& each) {
      return ascii_iequals(each.recipient, address);
    });
    if (!known) reports.push_back(report_from(address, notice.substr(words_from, end - words_from), action));
  };
  std::size_t at = 0;
  while (at < notice.size() && reports.size() < kReportRecipientsMax) {
    auto rest = notice.substr(at);
    const auto line = take_line(rest);
    if (const auto named = named_recipient(line); named && !ascii_iequals(named->address, address)) {
      close(at);
      address = named->address;
      words_from = static_cast<std::size_t>(named->rest.data() - notice.data());
    }
    at = notice.size() - rest.size();
  }
  close(notice.size());
  if (reports.empty()) reports.push_back(report_from(any_address(notice), notice, action));
  // A list of addresses comes first, the reason once for all of them.
  for (auto& report : reports) {
    if (report.reason == FailureReason::kOther && report.reply_code == 0) {
      report = report_from(report.recipient, notice, action);
    }
  }
  return reports;
}

}  // namespace

std::string_view notice_part(std::string_view text) {
  auto rest = text;
  while (!rest.empty()) {
    const auto at = text.size() - rest.size();
    if (opens_original(take_line(rest))) return text.substr(0, at);
  }
  return text;
}

std::optional<NoticeInWords> read_notice(std::string_view subject, std::string_view text) {
  const auto notice = notice_part(text.substr(0, kReportTextReadMax));
  const auto subject_words = ascii_lowered(subject);
  const auto text_words = ascii_lowered(notice);
  const auto about_delay = first_found(subject_words, kDelaySubjects);
  const auto delayed = first_found(text_words, kDelayWords);
  if (!delayed.empty() && (!about_delay.empty() || !first_found(subject_words, kFailureSubjects).empty() ||
                           !first_found(text_words, kFailureWords).empty())) {
    return NoticeInWords{"a mail system says '" + std::string{delayed} + "'",
                         recipients_in(notice, DeliveryAction::kDelayed)};
  }
  if (const auto found = first_found(subject_words, kFailureSubjects); !found.empty()) {
    return NoticeInWords{"a mail system's subject has '" + std::string{found} + "'",
                         recipients_in(notice, DeliveryAction::kFailed)};
  }
  if (const auto found = first_found(text_words, kFailureWords); !found.empty()) {
    return NoticeInWords{"a mail system says '" + std::string{found} + "'",
                         recipients_in(notice, DeliveryAction::kFailed)};
  }
  return std::nullopt;
}

}  // namespace hark::email
