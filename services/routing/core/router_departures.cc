// Tickets that leave for other shards.
#include <utility>

#include "routing/core/router.h"

namespace hark::routing {

/// Whether the ticket, which is in no line, leaves at the end of this input.
bool Router::departs(TicketState& ticket) {
  if (!ticket.is_special()) return false;
  Particulars& special = ticket.make_special();
  if (special.visits && !special.departure && !wish_stands(ticket)) {
    drop_wish(ticket);
    special.departure = Departure{"", special.wish_note};
  }
  if (!special.departure || ticket.standing != Standing::kWaiting) return false;
  leaving_.push_back(ticket.id.str());
  return true;
}

void Router::send_on() {
  for (std::string& id : std::exchange(leaving_, {})) {
    TicketState* ticket = find_ticket(id);
    // This input may have given it to somebody, or read it anew.
    if (!ticket || ticket->standing != Standing::kWaiting || ticket->in_line || !ticket->special().departure)
      continue;
    const Particulars& special = ticket->special();
    TicketSentOn sent{std::move(id), special.departure->to_queue_id, special.left_before, ""};
    if (sent.to_queue_id.empty()) {
      sent.why = special.departure->why;
    } else {
      for (const QueueIndex left : special.queues_left) sent.queues_left.push_back(queues_[left].rules.id);
      sent.queues_left.push_back(queues_[ticket->queue].rules.id);
      sent.why = "came from queue " + queues_[ticket->queue].rules.id + ": " + special.departure->why;
    }
    effects_.emplace_back(std::move(sent));
    erase_ticket(*ticket);
  }
}

}  // namespace hark::routing
