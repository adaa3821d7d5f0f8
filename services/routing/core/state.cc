#include "routing/core/state.h"

namespace hark::routing {

const Particulars TicketState::kNothingSpecial{};

bool WaitKey::has_lower_id(const TicketState& a, const TicketState& b) { return a.id.view() < b.id.view(); }

Work work_of(const TicketState& ticket) {
  Work work;
  work.ticket_id = ticket.id.str();
  work.conversation_id = ticket.conversation_id.str();
  work.channel = ticket.kind->channel;
  work.account_id = ticket.kind->account_id;
  work.required_skills = ticket.kind->required_skills;
  work.wanted_agent_id = ticket.special().wanted_agent_id;
  work.declined_by = ticket.special().declined_by;
  work.waiting_since = ticket.waiting_since;
  work.priority = ticket.priority;
  work.units = ticket.kind->units;
  work.assignment_token = ticket.assignment_token;
  work.note = ticket.kind->note;
  work.language = ticket.kind->language;
  work.topics = ticket.kind->topics;
  work.customer_tier = ticket.kind->customer_tier;
  work.queue_id = ticket.kind->queue_id;
  work.queued_since = ticket.queued_since;
  work.virtual_start = ticket.virtual_start;
  work.due = ticket.due;
  work.visits = ticket.special().visits;
  work.queues_left = ticket.special().left_before;
  work.steps = ticket.kind->steps;
  work.preferred = ticket.special().preferred;
  work.hold = ticket.special().hold;
  work.hold_until = ticket.special().hold_until;
  work.quiet_since = ticket.special().quiet_since;
  return work;
}

}  // namespace hark::routing
