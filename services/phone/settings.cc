#include "phone/settings.h"

#include "hark/v1/config.pb.h"

namespace hark::phone {
namespace {

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

Account account_from(const v1::Account& in) {
  const auto& phone = in.phone();
  Account out;
  out.id = in.id();
  out.kind = phone.kind() == "ari"      ? ExchangeKind::kAri
             : phone.kind() == "twilio" ? ExchangeKind::kTwilio
                                        : ExchangeKind::kGrpc;
  out.number = phone.number();
  out.user = phone.user();
  out.password = phone.password();
  out.base_url = without_slash(phone.base_url());
  if (out.kind == ExchangeKind::kTwilio && out.base_url.empty()) out.base_url = kTwilioUrl;
  out.app = phone.app().empty() ? "hark-" + in.id() : phone.app();
  out.public_url = without_slash(phone.public_url());
  out.trunk = phone.trunk();
  out.ca_file = phone.ca_file();
  return out;
}

}  // namespace

const Account* Settings::account(std::string_view id) const {
  const auto found = accounts.find(id);
  return found == accounts.end() ? nullptr : &found->second;
}

Settings settings_from(const v1::Config& config) {
  Settings settings;
  for (const auto& account : config.accounts())
    if (account.has_phone()) settings.accounts.emplace(account.id(), account_from(account));
  const auto& phone = config.phone();
  settings.rules.ring = std::chrono::seconds{phone.ring_seconds()};
  settings.rules.voicemail_after = std::chrono::seconds{phone.voicemail_after_seconds()};
  settings.rules.announce_every = std::chrono::seconds{phone.announce_every_seconds()};
  settings.return_within = std::chrono::seconds{phone.return_seconds()};
  settings.callback_tries = phone.callback_tries();
  settings.callback_retry = std::chrono::minutes{phone.callback_retry_minutes()};
  settings.callback_hours = calling_hours_of(phone.callback_hours());
  settings.region = phone.region();
  return settings;
}

}  // namespace hark::phone
