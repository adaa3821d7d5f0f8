#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/core/result.h"

namespace hark::conversation {

/// States of a ticket, as stored: one letter each.
enum class TicketState : char { kQueued = 'q', kAssigned = 'a', kResolved = 'r' };

/// What can happen to a ticket after it was opened.
enum class TicketEvent {
  kAssign,
  kTransfer,
  kReassign,
  kReply,
  kResolve,
  kReopen,
  kAnnotate,
  kHold,
  kRelease
};

/// One row of the life cycle: where the event may start from, and where it leads.
struct Transition {
  TicketEvent event;
  std::string_view from;  // letters of TicketState
  TicketState to;         // of kReply, kAnnotate, kHold and kRelease: the state stays, whatever it is
  std::string_view name;
};

/// The life cycle, whole. The scripts take `from` as an argument and refuse everything else, so this table is
/// the law.
std::span<const Transition> transitions();

const Transition& transition(TicketEvent event);

/// "queued", "assigned", "resolved"; "unknown" for any other letter.
std::string_view name_of_state(std::string_view letter);

/// The error for an event that the state does not allow, in words.
Error illegal_transition(TicketEvent event, std::string_view state_letter);

}  // namespace hark::conversation
