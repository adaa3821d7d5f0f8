#include "routing/core/router.h"

namespace hark::routing {

/// What an agent holds takes units of theirs, or no longer does.
void Router::carry(AgentState& agent, const TicketState& ticket, int sign) {
  const Duration talked = talk_time(agent);
  agent.carried += sign;
  agent.talk_mark = agent.carried > 0 ? talked - now_.time_since_epoch() : talked;
  charge(agent, ticket, sign);
}

Duration Router::talk_time(const AgentState& agent) const {
  return agent.carried > 0 ? agent.talk_mark + now_.time_since_epoch() : agent.talk_mark;
}

/// They have signed in.
void Router::forget_talk_time(AgentState& agent) const {
  agent.talk_mark = agent.carried > 0 ? -now_.time_since_epoch() : Duration{0};
}

}  // namespace hark::routing
