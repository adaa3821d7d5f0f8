#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/core/time.h"

namespace hark::v1 {
class Config;
}

namespace hark::chat {

/// What of the configuration chat needs.
struct Settings {
  struct Account {
    std::string name;
    std::vector<std::string> origins;
    std::string identity_secret;
    bool identity_required = false;
  };
  std::map<std::string, Account, std::less<>> accounts;
  std::size_t sockets_max = 5000;
  std::int64_t file_size_max = 10 << 20;
  int messages_per_minute = 30;
  int messages_per_minute_and_address = 300;
  std::size_t sockets_per_visitor = 20;
  std::size_t sockets_per_address = 1000;
  std::int64_t upload_size_per_hour = std::int64_t{200} << 20;
  std::int64_t upload_size_per_hour_and_address = std::int64_t{2} << 30;
  bool behind_proxy = false;
  std::chrono::seconds session_life = std::chrono::hours{24 * 90};
  Duration idle_time = std::chrono::hours{4};
};

Settings settings_from(const v1::Config& config);

}  // namespace hark::chat
