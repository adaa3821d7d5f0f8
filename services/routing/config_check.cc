#include "routing/config_check.h"

#include <set>
#include <string>
#include <utility>

#include "base/config/names.h"
#include "routing/convert.h"
#include "routing/policies.h"

namespace hark::routing {

std::vector<ConfigProblem> rules_unread(const v1::Config& config) {
  std::vector<ConfigProblem> problems = policy_problems(config);
  for (auto& [field, what] : rule_problems(config)) problems.push_back({std::move(field), std::move(what)});
  return problems;
}

std::vector<ConfigProblem> check_config(const v1::Config& config) {
  std::vector<ConfigProblem> problems = rules_unread(config);
  std::set<std::string> accounts, queues;
  for (const v1::Account& account : config.accounts()) accounts.insert(account.id());
  for (const v1::RoutingQueue& queue : config.routing().queues()) queues.insert(queue.id());
  for (int i = 0; i < config.accounts_size(); ++i) {
    const std::string& queue = config.accounts(i).queue();
    if (!queue.empty() && !queues.contains(queue))
      problems.push_back({"accounts[" + std::to_string(i) + "].queue",
                          no_such("is no queue", queue, "routing.queues", queues)});
  }
  for (int i = 0; i < config.routing().sla_size(); ++i) {
    const auto& wanted = config.routing().sla(i).accounts();
    for (int j = 0; j < wanted.size(); ++j) {
      if (!accounts.contains(wanted[j]))
        problems.push_back({"routing.sla[" + std::to_string(i) + "].accounts[" + std::to_string(j) + "]",
                            no_such("is no account", wanted[j], "accounts", accounts)});
    }
  }
  return problems;
}

}  // namespace hark::routing
