#include "email/settings.h"

#include <algorithm>

#include "base/core/check.h"
#include "hark/v1/config.pb.h"

namespace hark::email {

const MailAccount* Settings::account(std::string_view id) const {
  const auto found = std::ranges::find(accounts, id, &MailAccount::id);
  return found == accounts.end() ? nullptr : &*found;
}

const Settings::AccountExtras& Settings::extras_of(const MailAccount& account) const {
  const auto index = static_cast<std::size_t>(&account - accounts.data());
  HARK_CHECK(index < extras.size());
  return extras[index];
}

Settings settings_from(const v1::Config& config) {
  Settings settings;
  for (const auto& account : config.accounts()) {
    if (!account.has_email()) continue;
    const auto& mail = account.email();
    settings.accounts.push_back(
        {account.id(), mail.address(), {mail.aliases().begin(), mail.aliases().end()}});
    settings.extras.push_back({mail.trust_reply_to(), mail.authserv_id(), mail.plain_from()});
    settings.own_addresses.push_back(mail.address());
    settings.own_addresses.insert(settings.own_addresses.end(), mail.aliases().begin(), mail.aliases().end());
  }
  if (config.email().retry_hours_max() > 0)
    settings.give_up_after = std::chrono::hours{config.email().retry_hours_max()};
  if (config.email().has_threading()) {
    const auto& threading = config.email().threading();
    settings.threading = {threading.address_token(), threading.message_id_token(), threading.references(),
                          threading.subject_mark()};
  }
  return settings;
}

}  // namespace hark::email
