#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/mail.h"

namespace hark::email {

constexpr std::size_t kReferencesMax = 20;  // of one mail that we send
constexpr std::size_t kReplyCopiesMax = 50;

/// Where the answer to a mail goes and how it hangs together with it (RFC 5322 §3.6.4).
struct ReplyRoute {
  Mailbox to;
  std::vector<Mailbox> cc;
  std::string subject;                  // "Re: " and the subject, unless it begins so already
  std::string in_reply_to;              // without angle brackets; empty if the mail has no id
  std::vector<std::string> references;  // oldest first, capped
};

/// Whether the address is one of ours, with or without a plus-tag of its own; case does not matter.
bool is_own_address(std::string_view address, std::span<const std::string> own_addresses);

/// `to` is the customer, as choose_sender found them. Copies go to whoever else stood in To and Cc, never to
/// ourselves, never twice, and to nobody if the mail came over a mailing list (List-Id, List-Post,
/// Precedence: list).
ReplyRoute reply_route(const Mail& mail, const Mailbox& customer, std::span<const std::string> own_addresses);

/// A chain of ids with at most kReferencesMax: the first stays, then the last ones. Repeated ids stand once.
std::vector<std::string> capped_references(std::vector<std::string> references);

}  // namespace hark::email
