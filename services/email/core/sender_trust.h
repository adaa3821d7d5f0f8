#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "email/core/mail.h"

namespace hark::email {

struct SenderTrust {
  bool verified = false;
  std::string why;  // for people: "dmarc=pass for x.lv, says mx.hark.example"
};

/// Whether the From domain is proven (RFC 8601). Verified only if the topmost Authentication-Results field is
/// by `authserv_id`, our own mail server, and says dmarc=pass with header.from the From domain, or dkim=pass
/// with a signing domain (header.d) that is the From domain or a parent of it. A signing domain below the
/// From domain is not taken as aligned: without a list of public suffixes it could be anybody's. Fields
/// further down may be forged and are never read; our mail server must remove those that arrive under its own
/// name (RFC 8601 §5). With an empty `authserv_id`, or with any number of From mailboxes but one, nothing is
/// verified.
SenderTrust judge_sender(const Mail& mail, std::string_view authserv_id);

/// Who wrote: the first From mailbox with a usable address; where the account trusts it, the first usable
/// Reply-To, under the name of From if it has none of its own. Errors: ADDRESS_INVALID if there is none, for
/// the caller to put the mail aside.
Result<Mailbox> choose_sender(const Mail& mail, bool trust_reply_to);

}  // namespace hark::email
