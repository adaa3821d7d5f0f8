#include "routing/study/workload_reader.h"

#include <algorithm>
#include <array>
#include <utility>

namespace hark::routing {

void WorkloadReader::begin_term(const RecordedStart& start) {
  if (!std::exchange(begun_, true)) out_.begins = start.at;
  out_.ends = std::max(out_.ends, start.at);
  // Sessions are with a leader; they open again with the next.
  for (auto& [id, count] : connections_) {
    for (; count > 0; --count) out_.agents.push_back({start.at, AgentDisconnected{id}});
  }
  offers_.clear();
}

void WorkloadReader::observe(TimePoint at, const Input& input, const std::vector<Effect>& effects) {
  out_.ends = std::max(out_.ends, at);
  if (const auto* queued_now = std::get_if<TicketQueued>(&input)) {
    queued(at, queued_now->work);
  } else if (const auto* taken = std::get_if<TicketAssigned>(&input)) {
    assigned(at, *taken);
  } else if (const auto* gone = std::get_if<TicketClosed>(&input)) {
    closed(at, gone->ticket_id);
  } else if (const auto* left = std::get_if<TicketLeft>(&input)) {
    gone_elsewhere(at, left->ticket_id);
  } else if (const auto* accepted = std::get_if<OfferAccepted>(&input)) {
    const auto offer = offers_.find(accepted->offer_id);
    const auto seen = offer == offers_.end() ? seen_.end() : seen_.find(offer->second.first);
    if (seen != seen_.end() && !seen->second.told && !std::exchange(seen->second.accepted, true)) {
      out_.tickets[seen->second.nth].reaction = at - offer->second.second;
      reacted_[seen->second.nth] = true;
    }
  } else if (std::holds_alternative<AgentUpserted>(input) || std::holds_alternative<PresenceChanged>(input)) {
    out_.agents.push_back({at, input});
  } else if (const auto* in = std::get_if<AgentConnected>(&input)) {
    ++connections_[in->agent_id];
    out_.agents.push_back({at, input});
  } else if (const auto* lost = std::get_if<AgentDisconnected>(&input)) {
    --connections_[lost->agent_id];
    out_.agents.push_back({at, input});
  }
  for (const Effect& effect : effects) {
    if (const auto* sent = std::get_if<TicketSentOn>(&effect)) gone_elsewhere(at, sent->ticket_id);
    if (const auto* made = std::get_if<OfferMade>(&effect)) {
      offers_[made->offer.id] = {made->offer.ticket_id, at};
    } else if (const auto* ended = std::get_if<OfferEnded>(&effect)) {
      offers_.erase(ended->offer_id);
      const auto seen = seen_.find(ended->ticket_id);
      if (ended->how == OfferEnd::kAssigned && seen != seen_.end()) held(at, seen->second);
    }
  }
}

void WorkloadReader::queued(TimePoint at, const Work& work) {
  const auto [found, fresh] = seen_.try_emplace(work.ticket_id);
  Seen& seen = found->second;
  if (!fresh) {
    if (seen.told) return;
    if (seen.held_since) {  // passed on: its handling goes on with another
      seen.handled += at - *std::exchange(seen.held_since, std::nullopt);
    } else if (!seen.accepted) {
      // What was found of it since.
      Work& known = out_.tickets[seen.nth].work;
      const std::string id = known.ticket_id;
      const TimePoint since = known.waiting_since;
      known = work;
      known.ticket_id = id;
      known.waiting_since = since;
    }
    return;
  }
  seen.nth = out_.tickets.size();
  SimulatedTicket ticket;
  ticket.work = work;
  if (ticket.work.waiting_since == TimePoint{} || ticket.work.waiting_since > at)
    ticket.work.waiting_since = at;
  // Opened again: another piece of work.
  if (const int before = times_[work.ticket_id]++; before > 0)
    ticket.work.ticket_id += "~" + std::to_string(before + 1);
  // Of leaders that are gone.
  ticket.work.assignment_token = 0;
  ticket.work.wanted_agent_id.clear();
  ticket.work.declined_by.clear();
  out_.tickets.push_back(std::move(ticket));
  reacted_.push_back(false);
}

void WorkloadReader::held(TimePoint at, Seen& seen) {
  seen.accepted = true;
  if (!seen.held_since) seen.held_since = at;
}

void WorkloadReader::assigned(TimePoint at, const TicketAssigned& in) {
  const auto [found, fresh] = seen_.try_emplace(in.work.ticket_id);
  if (!fresh) {
    if (!found->second.told) held(at, found->second);
    return;
  }
  found->second.told = true;
  out_.agents.push_back({at, in});
}

void WorkloadReader::closed(TimePoint at, const std::string& ticket_id) {
  const auto found = seen_.find(ticket_id);
  if (found == seen_.end()) return;
  Seen& seen = found->second;
  if (seen.told) {
    out_.agents.push_back({at, TicketClosed{ticket_id}});
  } else {
    SimulatedTicket& ticket = out_.tickets[seen.nth];
    if (seen.held_since) seen.handled += at - *seen.held_since;
    if (seen.accepted) {
      ticket.handling = seen.handled;
    } else {
      ticket.patience = at - ticket.work.waiting_since;
    }
  }
  seen_.erase(found);
}

/// It waits on in another shard: nobody has given up.
void WorkloadReader::gone_elsewhere(TimePoint at, const std::string& ticket_id) {
  const auto found = seen_.find(ticket_id);
  if (found == seen_.end()) return;
  if (found->second.told || found->second.accepted) return closed(at, ticket_id);
  SimulatedTicket& ticket = out_.tickets[found->second.nth];
  ticket.leaves = at - ticket.work.waiting_since;
  seen_.erase(found);
}

Workload WorkloadReader::take(Duration usual_reaction) {
  for (const auto& [id, seen] : seen_) {  // not closed yet: at least so long
    if (!seen.told && seen.held_since)
      out_.tickets[seen.nth].handling = seen.handled + (out_.ends - *seen.held_since);
  }
  // Who gave up would have been accepted as fast and handled as long as others of the channel.
  struct Mean {
    Duration sum{0};
    int count = 0;
    [[nodiscard]] Duration or_else(Duration usual) const { return count == 0 ? usual : sum / count; }
    void add(Duration time) { sum += time, ++count; }
  };
  std::array<Mean, kChannels> handling{}, reaction{};
  const auto channel = [](const SimulatedTicket& t) {
    return static_cast<std::size_t>(t.work.channel) % kChannels;
  };
  for (std::size_t i = 0; i < out_.tickets.size(); ++i) {
    const SimulatedTicket& ticket = out_.tickets[i];
    if (ticket.handling) handling[channel(ticket)].add(*ticket.handling);
    if (reacted_[i]) reaction[channel(ticket)].add(ticket.reaction);
  }
  for (std::size_t i = 0; i < out_.tickets.size(); ++i) {
    SimulatedTicket& ticket = out_.tickets[i];
    if (!reacted_[i]) ticket.reaction = reaction[channel(ticket)].or_else(usual_reaction);
    if (!ticket.handling && handling[channel(ticket)].count > 0)
      ticket.handling = handling[channel(ticket)].or_else({});
  }
  return std::move(out_);
}

}  // namespace hark::routing
