#include "social/settings.h"

#include "base/core/check.h"
#include "hark/v1/config.pb.h"
#include "social/core/network.h"

namespace hark::social {
namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::vector<ApprovedTemplate> templates_of(const v1::SocialAccount& social) {
  std::vector<ApprovedTemplate> out;
  for (const auto& approved : social.templates())
    out.push_back({approved.name(), approved.language(), approved.text()});
  return out;
}

}  // namespace

const Account* Settings::account(std::string_view id) const {
  const auto found = accounts.find(id);
  return found == accounts.end() ? nullptr : &found->second;
}

const Account* Settings::owner(const Account& via, std::string_view network, std::string_view own_id) const {
  if (own_id.empty()) return &via;
  for (const auto& [id, account] : accounts) {
    if (account.network == network && account.own_id == own_id && account.secret == via.secret)
      return &account;
  }
  return nullptr;
}

Settings settings_from(const v1::Config& config) {
  Settings settings;
  for (const auto& account : config.accounts()) {
    if (!account.has_social()) continue;
    const auto& social = account.social();
    const auto* network = find_network(social.network());
    HARK_CHECK(network);  // the configuration's check knows the same names
    auto base_url =
        without_slash(social.base_url().empty() ? std::string{network->base_url} : social.base_url());
    settings.accounts.emplace(
        account.id(),
        Account{account.id(), social.network(), social.own_id(), social.access_token(), social.secret(),
                social.verify_token(), std::move(base_url), social.human_agent(),
                without_slash(social.public_url()), social.per_second(), templates_of(social)});
  }
  return settings;
}

}  // namespace hark::social
