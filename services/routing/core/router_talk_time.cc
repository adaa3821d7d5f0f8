#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

/// What agents hold takes units of theirs, or no longer does.
void Router::carry(AgentState& agent, const TicketState& ticket, int sign) {
  agent.talked = talk_time(agent);
  agent.talks_since = now_;
  agent.carried += sign;
  charge(agent, ticket, sign);
}

Duration Router::talk_time(const AgentState& agent) const {
  return agent.carried > 0 ? agent.talked + (now_ - agent.talks_since) : agent.talked;
}

/// They have signed in.
void Router::forget_talk_time(AgentState& agent) const {
  agent.talked = Duration{0};
  agent.talks_since = now_;
}

}  // namespace hark::routing
