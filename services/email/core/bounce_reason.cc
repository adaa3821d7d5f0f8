#include "email/core/bounce_reason.h"

#include <array>

#include "email/core/ascii.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

struct Phrase {
  std::string_view words;  // lower case
  FailureReason reason;
};

// In order: the first that occurs decides, so what is more telling stands above ("blocked ip ... rate
// limited").
constexpr auto kPhrases = std::to_array<Phrase>({
    {"frequency limited", FailureReason::kTooMany},
    {"rate limit", FailureReason::kTooMany},
    {"too many connections", FailureReason::kTooMany},
    {"too many messages", FailureReason::kTooMany},
    {"too many emails", FailureReason::kTooMany},
    {"throttl", FailureReason::kTooMany},
    // Spectrum's AUP#In-1310 to 1330 read "sender rejected" and mean: too much, wait.
    {"aup#in-13", FailureReason::kTooMany},
    {"aup#i-13", FailureReason::kTooMany},
    {"no longer on server", FailureReason::kMoved},
    {"has moved", FailureReason::kMoved},
    {"new address is", FailureReason::kMoved},
    {"address has changed", FailureReason::kMoved},
    {"spf record", FailureReason::kAuthentication},
    {"spf fail", FailureReason::kAuthentication},
    {"spf check", FailureReason::kAuthentication},
    {"dmarc", FailureReason::kAuthentication},
    {"dkim", FailureReason::kAuthentication},
    {"unauthenticated email", FailureReason::kAuthentication},
    {"unauthenticated mail", FailureReason::kAuthentication},
    {"rbl", FailureReason::kBlocked},
    {"dnsbl", FailureReason::kBlocked},
    {"blacklist", FailureReason::kBlocked},
    {"black list", FailureReason::kBlocked},
    {"blocklist", FailureReason::kBlocked},
    {"block list", FailureReason::kBlocked},
    {"spamhaus", FailureReason::kBlocked},
    {"spamcop", FailureReason::kBlocked},
    {"reputation", FailureReason::kBlocked},
    {"blocked ip", FailureReason::kBlocked},
    {"ip blocked", FailureReason::kBlocked},
    {"blocked using", FailureReason::kBlocked},
    {"use the smtp server of your isp", FailureReason::kBlocked},
    {"client host rejected", FailureReason::kBlocked},
    {"banned", FailureReason::kBlocked},
    {"mailbox full", FailureReason::kMailboxFull},
    {"mailbox is full", FailureReason::kMailboxFull},
    {"mailbox exceeds", FailureReason::kMailboxFull},
    {"mailbox size limit", FailureReason::kMailboxFull},
    {"quota", FailureReason::kMailboxFull},
    {"storage limit", FailureReason::kMailboxFull},
    {"out of storage", FailureReason::kMailboxFull},
    {"not enough storage", FailureReason::kMailboxFull},
    {"insufficient disk space", FailureReason::kMailboxFull},
    {"maildir over", FailureReason::kMailboxFull},
    {"postfach voll", FailureReason::kMailboxFull},
    {"message too large", FailureReason::kTooLarge},
    {"message is too large", FailureReason::kTooLarge},
    {"message too big", FailureReason::kTooLarge},
    {"message is too big", FailureReason::kTooLarge},
    {"too long", FailureReason::kTooLarge},
    {"size limit", FailureReason::kTooLarge},
    {"maximum message size", FailureReason::kTooLarge},
    {"max message size", FailureReason::kTooLarge},
    {"message size exceeds", FailureReason::kTooLarge},
    {"exceeds size", FailureReason::kTooLarge},
    {"couldn't create \"", FailureReason::kMailerError},
    {"command died", FailureReason::kMailerError},
    {"mailer error", FailureReason::kMailerError},
    {"virus", FailureReason::kVirus},
    {"malware", FailureReason::kVirus},
    {"spam", FailureReason::kSpam},
    {"junk mail", FailureReason::kSpam},
    {"unsolicited", FailureReason::kSpam},
    {"bulk mail", FailureReason::kSpam},
    {"bulk email", FailureReason::kSpam},
    {"content rejected", FailureReason::kSpam},
    {"relaying", FailureReason::kRelaying},
    {"relay access", FailureReason::kRelaying},
    {"relay not permitted", FailureReason::kRelaying},
    {"unable to relay", FailureReason::kRelaying},
    {"unknown host", FailureReason::kHostUnknown},
    {"host unknown", FailureReason::kHostUnknown},
    {"host or domain name not found", FailureReason::kHostUnknown},
    {"host not found", FailureReason::kHostUnknown},
    {"no such host", FailureReason::kHostUnknown},
    {"no such domain", FailureReason::kHostUnknown},
    {"unknown domain", FailureReason::kHostUnknown},
    {"domain not found", FailureReason::kHostUnknown},
    {"domain couldn't be found", FailureReason::kHostUnknown},
    {"domain does not exist", FailureReason::kHostUnknown},
    {"domain doesn't exist", FailureReason::kHostUnknown},
    {"name or service not known", FailureReason::kHostUnknown},
    {"nxdomain", FailureReason::kHostUnknown},
    {"unrouteable mail domain", FailureReason::kHostUnknown},
    {"unrouteable address", FailureReason::kUserUnknown},
    {"account is disabled", FailureReason::kSuspended},
    {"account disabled", FailureReason::kSuspended},
    {"account has been disabled", FailureReason::kSuspended},
    {"account that you tried to reach is disabled", FailureReason::kSuspended},
    {"suspended", FailureReason::kSuspended},
    {"deactivated", FailureReason::kSuspended},
    {"inactive", FailureReason::kSuspended},
    {"user unknown", FailureReason::kUserUnknown},
    {"unknown user", FailureReason::kUserUnknown},
    {"no such user", FailureReason::kUserUnknown},
    {"no such account", FailureReason::kUserUnknown},
    {"no such mailbox", FailureReason::kUserUnknown},
    {"no such recipient", FailureReason::kUserUnknown},
    {"no such address", FailureReason::kUserUnknown},
    {"user not found", FailureReason::kUserUnknown},
    {"recipient not found", FailureReason::kUserUnknown},
    {"recipientnotfound", FailureReason::kUserUnknown},
    {"recipient name is not recognized", FailureReason::kUserUnknown},
    {"unknown recipient", FailureReason::kUserUnknown},
    {"recipient unknown", FailureReason::kUserUnknown},
    {"unknown address", FailureReason::kUserUnknown},
    {"address unknown", FailureReason::kUserUnknown},
    {"unknown local", FailureReason::kUserUnknown},
    {"no valid recipient", FailureReason::kUserUnknown},
    {"not a valid recipient", FailureReason::kUserUnknown},
    {"not a valid mailbox", FailureReason::kUserUnknown},
    {"not a known user", FailureReason::kUserUnknown},
    {"invalid user", FailureReason::kUserUnknown},
    {"invalid recipient", FailureReason::kUserUnknown},
    {"invalid mailbox", FailureReason::kUserUnknown},
    {"invalid address", FailureReason::kUserUnknown},
    {"mailbox not found", FailureReason::kUserUnknown},
    {"mailbox unavailable", FailureReason::kUserUnknown},
    {"mailbox name not allowed", FailureReason::kUserUnknown},
    {"no mailbox here", FailureReason::kUserUnknown},
    {"bad destination mailbox", FailureReason::kUserUnknown},
    {"account that you tried to reach does not exist", FailureReason::kUserUnknown},
    {"doesn't have a ", FailureReason::kUserUnknown},
    {"does not have an account", FailureReason::kUserUnknown},
    {"not listed in", FailureReason::kUserUnknown},
    {"wasn't found at", FailureReason::kUserUnknown},
    {"address couldn't be found", FailureReason::kUserUnknown},
    {"does not exist", FailureReason::kUserUnknown},
    {"doesn't exist", FailureReason::kUserUnknown},
    {"recipient address rejected", FailureReason::kUserUnknown},
    {"sender rejected", FailureReason::kSenderRejected},
    {"sender address rejected", FailureReason::kSenderRejected},
    {"sender denied", FailureReason::kSenderRejected},
    {"not a member", FailureReason::kSenderRejected},
    {"not permitted to post", FailureReason::kSenderRejected},
    {"not have permission to post", FailureReason::kSenderRejected},
    {"not allowed to post", FailureReason::kSenderRejected},
    {"have permission to post", FailureReason::kSenderRejected},
    {"rejected by the organization", FailureReason::kPolicy},
    {"policy", FailureReason::kPolicy},
    {"prohibited", FailureReason::kPolicy},
    {"header error", FailureReason::kPolicy},
    {"not authorized", FailureReason::kPolicy},
    {"retry timeout", FailureReason::kExpired},
    {"retry time not reached", FailureReason::kExpired},
    {"delivery time expired", FailureReason::kExpired},
    {"message expired", FailureReason::kExpired},
    {"has expired", FailureReason::kExpired},
    {"in the queue too long", FailureReason::kExpired},
    {"queue too long", FailureReason::kExpired},
    {"could not be delivered for", FailureReason::kExpired},
    {"connection refused", FailureReason::kNetwork},
    {"connection timed out", FailureReason::kNetwork},
    {"connection timeout", FailureReason::kNetwork},
    {"no route to host", FailureReason::kNetwork},
    {"unreachable", FailureReason::kNetwork},
    {"lost connection", FailureReason::kNetwork},
});

/// "5.1.10" → "1.10", or nothing.
std::string_view subject_and_detail(std::string_view status) {
  return status.size() > 2 && status[1] == '.' ? status.substr(2) : std::string_view{};
}

FailureReason reason_of_status(std::string_view status) {
  const auto code = subject_and_detail(status);
  if (code == "1.1" || code == "1.3" || code == "1.10" || code == "1.0") return FailureReason::kUserUnknown;
  if (code == "1.2" || code == "4.4") return FailureReason::kHostUnknown;
  if (code == "1.6") return FailureReason::kMoved;
  if (code == "1.7" || code == "1.8") return FailureReason::kSenderRejected;
  if (code == "2.1") return FailureReason::kSuspended;
  if (code == "2.2") return FailureReason::kMailboxFull;
  if (code == "2.3" || code == "3.4") return FailureReason::kTooLarge;
  if (code == "4.1" || code == "4.2" || code == "4.3") return FailureReason::kNetwork;
  if (code == "4.0" || code == "4.7") return FailureReason::kExpired;
  if (code == "7.20" || code == "7.23" || code == "7.26") return FailureReason::kAuthentication;
  if (code.starts_with("7.")) return FailureReason::kPolicy;
  return FailureReason::kOther;
}

/// Letters, digits and what binds numbers to words or addresses.
bool binds(char c) { return ascii_digit(c) || ascii_alpha(c) || c == '.' || c == '_'; }

}  // namespace

std::string_view name_of(FailureReason reason) {
  switch (reason) {
    case FailureReason::kNone:
      return "none";
    case FailureReason::kUserUnknown:
      return "address unknown";
    case FailureReason::kHostUnknown:
      return "domain unknown";
    case FailureReason::kMoved:
      return "recipient has moved";
    case FailureReason::kSuspended:
      return "mailbox disabled";
    case FailureReason::kMailboxFull:
      return "mailbox full";
    case FailureReason::kTooLarge:
      return "mail too large";
    case FailureReason::kSpam:
      return "taken for spam";
    case FailureReason::kVirus:
      return "taken for a virus";
    case FailureReason::kAuthentication:
      return "sender authentication failed";
    case FailureReason::kBlocked:
      return "our server is blocked";
    case FailureReason::kTooMany:
      return "too many mails or connections";
    case FailureReason::kSenderRejected:
      return "sender refused";
    case FailureReason::kPolicy:
      return "refused by policy";
    case FailureReason::kRelaying:
      return "relaying denied";
    case FailureReason::kNetwork:
      return "server not reachable";
    case FailureReason::kExpired:
      return "not delivered in time";
    case FailureReason::kMailerError:
      return "error in the recipient's mail system";
    case FailureReason::kOther:
      return "other";
  }
  return "other";
}

FailureReason failure_reason(std::string_view status, std::string_view diagnostic) {
  const auto words = ascii_lowered(diagnostic);
  for (const auto& phrase : kPhrases) {
    if (contains(words, phrase.words)) return phrase.reason;
  }
  return reason_of_status(status);
}

bool is_hard(FailureReason reason, std::string_view status) {
  switch (reason) {
    case FailureReason::kUserUnknown:
    case FailureReason::kMoved:
      return true;
    case FailureReason::kHostUnknown:
      return !status.starts_with('4');  // a name server may be down for a day
    default:
      return false;
  }
}

std::string find_status(std::string_view text) {
  for (std::size_t i = 0; i + 4 < text.size(); ++i) {
    if (text[i + 1] != '.' || (text[i] != '2' && text[i] != '4' && text[i] != '5')) continue;
    if (i > 0 && binds(text[i - 1])) continue;
    std::size_t end = i + 2;
    std::size_t digits = 0;
    while (end < text.size() && ascii_digit(text[end])) ++end, ++digits;
    if (digits < 1 || digits > 3 || end >= text.size() || text[end] != '.') continue;
    const auto detail = ++end;
    while (end < text.size() && ascii_digit(text[end])) ++end;
    if (end == detail || end - detail > 3) continue;
    // "5.1.1." may end a sentence, "5.1.1.7" is an address, "5.1.1a" a version.
    if (end < text.size() && (ascii_alpha(text[end]) ||
                              (text[end] == '.' && end + 1 < text.size() && ascii_digit(text[end + 1])))) {
      continue;
    }
    return std::string{text.substr(i, end - i)};
  }
  return {};
}

int find_reply_code(std::string_view text) {
  for (std::size_t i = 0; i + 2 < text.size(); ++i) {
    const char first = text[i];
    if ((first != '2' && first != '4' && first != '5') || text[i + 1] < '0' || text[i + 1] > '5' ||
        !ascii_digit(text[i + 2])) {
      continue;
    }
    if (i > 0 && (binds(text[i - 1]) || text[i - 1] == '-' || text[i - 1] == '/' || text[i - 1] == '='))
      continue;
    // "550", "550 ", "550-5.1.1", "550," and "550:" are codes; "550kB", "550.", "[192.0.2.2]" and "550-1234"
    // are not.
    const auto rest = text.substr(i + 3);
    const bool ends = rest.empty() || ascii_space(rest.front()) || rest.front() == ',' ||
                      rest.front() == ':' || rest.front() == ';' || rest.front() == '\'' ||
                      (rest.front() == '-' && (rest.size() < 5 || !ascii_digit(rest[1]) || rest[2] == '.'));
    if (ends) return (first - '0') * 100 + (text[i + 1] - '0') * 10 + (text[i + 2] - '0');
  }
  return 0;
}

}  // namespace hark::email
