#pragma once

#include <string>
#include <vector>

#include "base/core/time.h"
#include "email/core/threading.h"

namespace hark::v1 {
class Config;
}

namespace hark::email {

/// What of the configuration email needs.
struct Settings {
  struct AccountExtras {
    bool trust_reply_to = false;
    std::string authserv_id;
    bool plain_from = false;
  };
  std::vector<MailAccount> accounts;
  std::vector<AccountExtras> extras;       // of accounts, by index
  std::vector<std::string> own_addresses;  // addresses and aliases of all accounts
  Duration give_up_after = std::chrono::hours{48};
  ThreadMatchers threading;

  [[nodiscard]] const MailAccount* account(std::string_view id) const;
  [[nodiscard]] const AccountExtras& extras_of(const MailAccount& account) const;
};

Settings settings_from(const v1::Config& config);

}  // namespace hark::email
