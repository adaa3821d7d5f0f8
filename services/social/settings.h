#pragma once

#include <map>
#include <string>

#include "base/core/time.h"
#include "social/core/account.h"

namespace hark::v1 {
class Config;
}

namespace hark::social {

/// What of the configuration social needs.
struct Settings {
  std::map<std::string, Account, std::less<>> accounts;
  Duration give_up_after = std::chrono::hours{24};
  int connections = 8;

  [[nodiscard]] const Account* account(std::string_view id) const;
  /// Whose an item of `via`'s webhook is: another account counts only if the same app's secret stands behind
  /// it.
  [[nodiscard]] const Account* owner(const Account& via, std::string_view network,
                                     std::string_view own_id) const;
};

Settings settings_from(const v1::Config& config);

}  // namespace hark::social
