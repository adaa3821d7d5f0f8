#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/dsn.h"
#include "email/core/mail.h"

namespace hark::email {

constexpr std::size_t kThreadReferencesMax = 50;  // nearest first; the rest of a long thread adds nothing
constexpr std::size_t kThreadTokensMax = 20;      // different ones in one mail: more is somebody trying

/// One of our addresses and those that lead to it.
struct MailAccount {
  std::string id;
  std::string address;
  std::vector<std::string> aliases;
};

/// What is looked at, for a mail's thread.
struct ThreadMatchers {
  bool address_token = true;
  bool message_id_token = true;
  bool references = true;
  bool subject_mark = false;
};

/// What a mail says about the thread it belongs to, best first. Nothing here is verified: a token is only
/// well formed, and whose it is, is for those who hold the key and the conversation's participants.
struct ThreadHints {
  std::vector<std::string> address_tokens;  // lower case, each once; as are those of the subject
  std::vector<std::string> subject_tokens;
  std::vector<std::string> references;  // Message-IDs without brackets, nearest first, each once; our own too
};

/// Looks for tokens in the envelope's recipients, Delivered-To, X-Original-To, To and Cc, written
/// <local>+<token>@<domain> of one of our accounts, and in the marks of the subject (subject_mark.h).
/// References are In-Reply-To, then References from right to left; those that have the form of our own
/// Message-IDs hold a token. For a report, pass its original: its Message-ID and headers count before the
/// report's own.
ThreadHints thread_hints(const Mail& mail, const Envelope& envelope, const std::vector<MailAccount>& accounts,
                         const ThreadMatchers& matchers = {}, const OriginalMail* original = nullptr);

/// The account that a recipient belongs to: its address or an alias, whatever the case and the tag after '+'.
/// Null if none.
const MailAccount* match_account(std::string_view recipient, const std::vector<MailAccount>& accounts);

}  // namespace hark::email
