#pragma once

#include <string>
#include <string_view>

namespace hark::email {

/// Why a mail was not delivered, as far as codes and words tell.
enum class FailureReason {
  kNone,  // it was delivered, or is only delayed without a word why
  kUserUnknown,
  kHostUnknown,
  kMoved,
  kSuspended,
  kMailboxFull,
  kTooLarge,
  kSpam,
  kVirus,
  kAuthentication,  // SPF, DKIM, DMARC
  kBlocked,         // our server's address or reputation
  kTooMany,         // rate limits
  kSenderRejected,
  kPolicy,
  kRelaying,
  kNetwork,
  kExpired,
  kMailerError,
  kOther,
};

/// In words for an agent, for example "mailbox full".
std::string_view name_of(FailureReason reason);

/// Decides by the words first (servers are more careful with those than with codes), then by the enhanced
/// status.
FailureReason failure_reason(std::string_view status, std::string_view diagnostic);

/// The address itself is dead, so that nothing automatic should go there again.
bool is_hard(FailureReason reason, std::string_view status);

/// The first enhanced status code ("5.1.1", RFC 3463) in the text that is not part of an IP address; empty if
/// none.
std::string find_status(std::string_view text);

/// The first SMTP reply code (2yz, 4yz, 5yz) that stands alone in the text; 0 if none.
int find_reply_code(std::string_view text);

}  // namespace hark::email
