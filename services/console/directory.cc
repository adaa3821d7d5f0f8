#include "console/directory.h"

#include <utility>

namespace hark::console {
namespace {

constexpr Duration kRetryFirst{200};
constexpr Duration kRetryMost{10'000};

v1::ConsoleResponse::Colleague colleague(const v1::Agent& agent) {
  v1::ConsoleResponse::Colleague out;
  out.set_id(agent.id());
  out.set_name(agent.name());
  out.set_role(agent.role());
  *out.mutable_skills() = agent.skills();
  out.set_presence(agent.presence());
  out.set_connected(agent.connections() > 0);
  return out;
}

}  // namespace

Directory::Directory(asio::any_io_executor executor, RoutingPort& routing)
    : routing_{routing}, follower_{std::move(executor), BackOff{kRetryFirst, kRetryMost}} {}

void Directory::follow(OnChange on_change) {
  follower_.start({.open = [this] { return routing_.watch_agents(); },
                   .take = [this, on_change = std::move(on_change)](
                               v1::WatchAgentsResponse news) { on_change(take(std::move(news))); },
                   .begun = {},
                   .ended = {}});
}

std::vector<std::string> Directory::take(v1::WatchAgentsResponse news) {
  if (news.full()) {
    known_ = true;
    agents_.clear();
  }
  std::vector<std::string> ids;
  for (auto& agent : *news.mutable_agents()) {
    ids.push_back(agent.id());
    auto& known = agents_[ids.back()];
    known = std::move(agent);
  }
  return ids;
}

const v1::Agent* Directory::find(std::string_view id) const {
  const auto found = agents_.find(id);
  return found == agents_.end() ? nullptr : &found->second;
}

void Directory::put(v1::Agent agent) {
  if (known_) agents_[agent.id()] = std::move(agent);
}

v1::ConsoleResponse Directory::everybody() const {
  v1::ConsoleResponse response;
  response.mutable_directory()->set_full(true);
  for (const auto& [id, agent] : agents_) *response.mutable_directory()->add_colleagues() = colleague(agent);
  return response;
}

v1::ConsoleResponse Directory::news_of(const std::vector<std::string>& ids) {
  v1::ConsoleResponse response;
  response.mutable_directory()->set_full(shown_.empty());
  for (const auto& id : ids) {
    const auto* agent = find(id);
    if (!agent) continue;
    auto now = colleague(*agent);
    auto bytes = now.SerializeAsString();
    if (std::exchange(shown_[id], bytes) == bytes) continue;
    *response.mutable_directory()->add_colleagues() = std::move(now);
  }
  return response;
}

}  // namespace hark::console
