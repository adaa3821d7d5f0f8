#include "email/core/threading.h"

#include <algorithm>
#include <array>

#include "email/core/addresses.h"
#include "email/core/ascii.h"
#include "email/core/message_id.h"
#include "email/core/subject_mark.h"

namespace hark::email {
namespace {

/// "support+tag@x.lv" → local "support", tag "tag", domain "x.lv". The first '+' separates.
struct TaggedAddress {
  std::string_view local;
  std::string_view tag;
  std::string_view domain;
};

std::optional<TaggedAddress> take_apart(std::string_view address) {
  address = ascii_trimmed(address);
  if (address.starts_with('<')) address.remove_prefix(1);
  if (address.ends_with('>')) address.remove_suffix(1);
  const auto at = address.rfind('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  TaggedAddress out{address.substr(0, at), {}, address.substr(at + 1)};
  while (out.domain.ends_with('.')) out.domain.remove_suffix(1);
  if (out.domain.empty()) return std::nullopt;
  const auto plus = out.local.find('+');
  if (plus == std::string_view::npos) return out;
  out.tag = out.local.substr(plus + 1);
  out.local = out.local.substr(0, plus);
  return out;
}

bool leads_to(const TaggedAddress& recipient, std::string_view address) {
  const auto own = take_apart(address);
  if (!own || !ascii_iequals(own->domain, recipient.domain)) return false;
  if (ascii_iequals(own->local, recipient.local))
    return own->tag.empty() || ascii_iequals(own->tag, recipient.tag);
  return false;
}

const MailAccount* account_of(const TaggedAddress& recipient, const std::vector<MailAccount>& accounts) {
  // An account whose own address has a tag ("help+vip@...") is more particular than the one without.
  const MailAccount* found = nullptr;
  for (const auto& account : accounts) {
    const auto consider = [&](const std::string& address) {
      if (!leads_to(recipient, address)) return;
      const bool tagged = address.find('+') != std::string::npos;
      if (found == nullptr || tagged) found = &account;
    };
    consider(account.address);
    for (const auto& alias : account.aliases) consider(alias);
  }
  return found;
}

class HintsBuilder {
 public:
  HintsBuilder(const std::vector<MailAccount>& accounts, const ThreadMatchers& matchers)
      : accounts_{accounts}, matchers_{matchers} {}

  void recipient(std::string_view address) {
    const auto parts = matchers_.address_token ? take_apart(address) : std::nullopt;
    if (!parts || parts->tag.empty() || account_of(*parts, accounts_) == nullptr) return;
    // An account with a tag of its own has the token behind a second '+'.
    const auto last = parts->tag.rfind('+');
    keep(as_thread_token(last == std::string_view::npos ? parts->tag : parts->tag.substr(last + 1)),
         hints_.address_tokens);
  }

  void recipients(std::string_view header_value) {
    for (const auto& mailbox : parse_mailboxes(header_value)) recipient(mailbox.address);
  }

  void reference(std::string_view raw) {
    if (hints_.references.size() >= kThreadReferencesMax) return;
    auto id = clean_message_id(raw);
    if (id.empty()) return;
    // Junk such as "Your message of Friday" has neither the form of an id nor a use.
    if (id.find('@') == std::string::npos && id.size() < 8) return;
    const bool known =
        std::find(hints_.references.begin(), hints_.references.end(), id) != hints_.references.end();
    if (!known) hints_.references.push_back(std::move(id));
  }

  void newest_last(const std::vector<std::string>& ids) {
    for (auto id = ids.rbegin(); id != ids.rend() && hints_.references.size() < kThreadReferencesMax; ++id) {
      reference(*id);
    }
  }

  ThreadHints finish(std::string_view subject) {
    if (matchers_.subject_mark) {
      for (auto& found : take_marks(subject).tokens) keep(std::move(found), hints_.subject_tokens);
    }
    std::erase_if(hints_.references, [this](const std::string& id) {
      return token_of_own_message_id(id) ? !matchers_.message_id_token : !matchers_.references;
    });
    return std::move(hints_);
  }

 private:
  static void keep(std::optional<std::string> token, std::vector<std::string>& among) {
    if (!token || among.size() >= kThreadTokensMax) return;
    if (std::find(among.begin(), among.end(), *token) == among.end()) among.push_back(*std::move(token));
  }

  const std::vector<MailAccount>& accounts_;
  const ThreadMatchers& matchers_;
  ThreadHints hints_;
};

}  // namespace

const MailAccount* match_account(std::string_view recipient, const std::vector<MailAccount>& accounts) {
  const auto parts = take_apart(recipient);
  return parts ? account_of(*parts, accounts) : nullptr;
}

ThreadHints thread_hints(const Mail& mail, const Envelope& envelope, const std::vector<MailAccount>& accounts,
                         const ThreadMatchers& matchers, const OriginalMail* original) {
  HintsBuilder hints{accounts, matchers};
  for (const auto& recipient : envelope.recipients) hints.recipient(recipient);
  for (const std::string_view name : {"Delivered-To", "X-Original-To"}) {
    for (const auto& field : mail.headers) {
      if (ascii_iequals(field.name, name)) hints.recipients(field.value);
    }
  }
  for (const auto& mailbox : mail.to) hints.recipient(mailbox.address);
  for (const auto& mailbox : mail.cc) hints.recipient(mailbox.address);
  if (original != nullptr) {
    // Our mail, come back: its token stands where its own answers would have gone.
    hints.recipients(original->reply_to);
    hints.recipients(original->from);
    hints.reference(original->message_id);
    for (const auto& id : original->in_reply_to) hints.reference(id);
    hints.newest_last(original->references);
  }
  for (const auto& id : mail.in_reply_to) hints.reference(id);
  hints.newest_last(mail.references);
  return hints.finish(mail.subject);
}

}  // namespace hark::email
