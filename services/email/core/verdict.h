#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/dsn.h"
#include "email/core/mail.h"

namespace hark::email {

constexpr std::size_t kReceivedHeadersMax = 100;  // more: a loop (RFC 5321 §6.3)

enum class MailKind {
  kMessage,                  // wants a person
  kAutoReply,                // vacation and the like: attach, keep state, no obligation
  kBounce,                   // at least one recipient failed
  kDelayNotice,              // still being tried; not a failure
  kDeliveredReport,          // delivered, relayed or expanded
  kComplaint,                // ARF (RFC 5965): the recipient calls our mail abuse, or opts out
  kDispositionNotification,  // read receipt and the like (RFC 8098)
  kLoop,                     // our own mail, or one that goes round: record it, answer nothing
  kOwnCopy,                  // has the form of a mail that we sent ourselves, come back (a list, a Cc to us)
};

std::string_view name_of(MailKind kind);

/// What a mail is, by machine-readable signs first and by words last.
struct Verdict {
  MailKind kind = MailKind::kMessage;
  std::string rule;  // the sign that decided, for people
  bool may_auto_answer = false;
  std::string no_auto_answer_because;  // the first sign against it, for people; empty if allowed
  DeliveryReport report;      // of a bounce, delay notice or delivered report; original also of a complaint
  std::string feedback_type;  // of a complaint, lower case: "abuse", "opt-out", ...
};

/// `own_addresses` are the addresses and aliases of our accounts.
Verdict judge(const Mail& mail, const Envelope& envelope, const std::vector<std::string>& own_addresses);

}  // namespace hark::email
