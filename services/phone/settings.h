#pragma once

#include <map>
#include <string>
#include <string_view>

#include "phone/core/call.h"
#include "phone/core/calling_hours.h"

namespace hark::v1 {
class Config;
}

namespace hark::phone {

enum class ExchangeKind { kAri, kTwilio, kGrpc };

/// A number of ours, as it is configured.
struct Account {
  std::string id;
  ExchangeKind kind = ExchangeKind::kGrpc;
  std::string number;
  std::string user;
  std::string password;
  std::string base_url;    // without a slash at the end
  std::string app;         // Asterisk's application
  std::string public_url;  // without a slash at the end
  std::string trunk;       // Asterisk's endpoint that leads outside, with {number} in it
  std::string ca_file;  // whom to believe that the exchange is who it says; empty: whom this machine believes
};

/// Where Twilio's own interface is.
constexpr std::string_view kTwilioUrl = "https://api.twilio.com";

/// What of the configuration phone needs.
struct Settings {
  std::map<std::string, Account, std::less<>> accounts;
  Rules rules;
  Duration return_within{0};
  int callback_tries = 3;
  Duration callback_retry{0};
  CallingHours callback_hours;
  std::string region;  // of numbers that are written without a country
  int connections = 8;

  [[nodiscard]] const Account* account(std::string_view id) const;
};

Settings settings_from(const v1::Config& config);

}  // namespace hark::phone
