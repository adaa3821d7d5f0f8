#include "hark/targets.h"

#include <algorithm>

#include "chat/module.h"
#include "console/module.h"
#include "conversation/module.h"
#include "email/module.h"
#include "phone/module.h"
#include "routing/module.h"
#include "social/module.h"

namespace hark {

std::span<const Target> targets() {
  static const std::vector<Target> all{
      {"conversation", &conversation::bind, {}},
      {"routing", &routing::bind, {"conversation"}},
      {"email", &email::bind, {"conversation"}},
      {"chat", &chat::bind, {"conversation"}},
      {"social", &social::bind, {"conversation"}},
      {"phone", &phone::bind, {"conversation", "routing"}},
      {"console", &console::bind, {"conversation", "routing"}},
  };
  return all;
}

Result<std::vector<const Target*>> select_targets(std::span<const std::string> names) {
  std::vector<const Target*> out;
  for (const auto& target : targets()) {
    if (names.empty() || std::ranges::find(names, target.name) != names.end()) out.push_back(&target);
  }
  for (const auto& name : names) {
    if (std::ranges::find(targets(), name, &Target::name) != targets().end()) continue;
    std::string known;
    for (const auto& target : targets()) known += (known.empty() ? "" : ", ") + std::string{target.name};
    return Error{Code::kInvalidArgument, Reason::kInvalidField,
                 "there is no service '" + name + "'; there are " + known};
  }
  return out;
}

}  // namespace hark
