#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/core/reason.h"
#include "routing/core/input.h"

namespace hark::routing {

enum class OfferEnd { kAssigned, kMissed, kDeclined, kWithdrawn };

std::string_view name_of(OfferEnd end);

/// Put this before the agent, and remember it over a restart.
struct OfferMade {
  Offer offer;
  friend bool operator==(const OfferMade&, const OfferMade&) = default;
};

/// Take it away again: `why` is for people.
struct OfferEnded {
  std::string offer_id;
  std::string ticket_id;
  std::string agent_id;
  OfferEnd how = OfferEnd::kWithdrawn;
  std::string why;
  friend bool operator==(const OfferEnded&, const OfferEnded&) = default;
};

/// Carry out the assignment, fenced, and answer with AssignmentConfirmed or AssignmentRefused: always one of
/// them.
struct AssignTicket {
  std::string offer_id;
  std::string ticket_id;
  std::string agent_id;
  friend bool operator==(const AssignTicket&, const AssignTicket&) = default;
};

/// Give the ticket back to the queue in its agent's stead; a TicketQueued follows when it has happened.
struct ReturnTicket {
  std::string ticket_id;
  std::string agent_id;
  std::int64_t assignment_token = 0;
  std::string why;
  friend bool operator==(const ReturnTicket&, const ReturnTicket&) = default;
};

/// The agent's presence is another one now; to be remembered over a restart.
struct PresenceSet {
  std::string agent_id;
  Presence presence = Presence::kOffline;
  std::string why;
  /// Away because so many offers in a row ran out; 0: not for that.
  int missed = 0;
  friend bool operator==(const PresenceSet&, const PresenceSet&) = default;
};

/// The agent takes these channels now, when available; to be remembered over a restart.
struct ChannelsSet {
  std::string agent_id;
  ChannelMask channels = kAllChannels;
  friend bool operator==(const ChannelsSet&, const ChannelsSet&) = default;
};

/// The time of a ticket on hold has come: take it off hold; a TicketAssigned follows when it has happened.
struct EndHold {
  std::string ticket_id;
  TimePoint until;
  friend bool operator==(const EndHold&, const EndHold&) = default;
};

/// The agent's wrap-up has begun or begun anew; nothing: it is over. To be remembered over a restart.
struct WrapUpSet {
  std::string agent_id;
  std::optional<TimePoint> until;
  bool forced = false;
  friend bool operator==(const WrapUpSet&, const WrapUpSet&) = default;
};

/// What the agent's session shows is out of date. At most one per agent and input, last, in order of ids.
struct AgentChanged {
  std::string agent_id;
  Presence presence = Presence::kOffline;
  int used_units = 0;
  int connections = 0;
  friend bool operator==(const AgentChanged&, const AgentChanged&) = default;
};

/// The offer was accepted by this agent before. Token 0: its assignment is still under way.
struct AcceptRepeated {
  std::string offer_id;
  std::string ticket_id;
  std::string agent_id;
  std::int64_t assignment_token = 0;
  friend bool operator==(const AcceptRepeated&, const AcceptRepeated&) = default;
};

/// The ticket is in another queue now, at the place it had.
struct TicketMoved {
  std::string ticket_id;
  std::string from_queue_id;
  std::string to_queue_id;
  std::string why;
  friend bool operator==(const TicketMoved&, const TicketMoved&) = default;
};

/// The ticket has left the engine for another shard: for a queue of its that it overflows into, or, if that
/// is empty, for where it belongs, as whom it was wanted for did not take it.
struct TicketSentOn {
  std::string ticket_id;
  std::string to_queue_id;
  /// Queues that it has overflowed out of, in order.
  std::vector<std::string> queues_left;
  std::string why;
  friend bool operator==(const TicketSentOn&, const TicketSentOn&) = default;
};

/// Who declined the ticket may be offered it again.
struct DeclinesForgotten {
  std::string ticket_id;
  friend bool operator==(const DeclinesForgotten&, const DeclinesForgotten&) = default;
};

/// These queues offer the agent nothing until they come back or set their presence anew; none: all do again.
/// To be remembered over a restart.
struct QueuesPaused {
  std::string agent_id;
  /// In order.
  std::vector<std::string> queue_ids;
  friend bool operator==(const QueuesPaused&, const QueuesPaused&) = default;
};

/// The input could not be followed; nothing changed but the time.
struct Refused {
  Reason reason = Reason::kUnspecified;
  std::string message;
  friend bool operator==(const Refused&, const Refused&) = default;
};

using Effect = std::variant<OfferMade, OfferEnded, AssignTicket, ReturnTicket, PresenceSet, AgentChanged,
                            AcceptRepeated, Refused, WrapUpSet, TicketMoved, ChannelsSet, EndHold,
                            TicketSentOn, DeclinesForgotten, QueuesPaused>;

}  // namespace hark::routing
