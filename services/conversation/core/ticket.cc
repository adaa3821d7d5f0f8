#include "conversation/core/ticket.h"

#include <algorithm>

namespace hark::conversation {
namespace {

// An assigned ticket may be assigned anew (take-over); its token grows, and the former holder can do nothing.
constexpr Transition kTransitions[] = {
    {TicketEvent::kAssign, "qa", TicketState::kAssigned, "assign"},
    {TicketEvent::kTransfer, "a", TicketState::kQueued, "transfer"},
    {TicketEvent::kReassign, "qa", TicketState::kQueued, "reassign"},
    {TicketEvent::kReply, "qa", TicketState::kAssigned, "reply to"},
    {TicketEvent::kResolve, "qa", TicketState::kResolved, "resolve"},
    {TicketEvent::kReopen, "r", TicketState::kQueued, "reopen"},
    {TicketEvent::kAnnotate, "qa", TicketState::kAssigned, "annotate"},
    {TicketEvent::kHold, "a", TicketState::kAssigned, "hold"},
    {TicketEvent::kRelease, "a", TicketState::kAssigned, "release"},
};

}  // namespace

std::span<const Transition> transitions() { return kTransitions; }

const Transition& transition(TicketEvent event) {
  const auto* found = std::ranges::find(kTransitions, event, &Transition::event);
  HARK_CHECK(found != std::end(kTransitions));
  return *found;
}

std::string_view name_of_state(std::string_view letter) {
  if (letter == "q") return "queued";
  if (letter == "a") return "assigned";
  if (letter == "r") return "resolved";
  return "unknown";
}

Error illegal_transition(TicketEvent event, std::string_view state_letter) {
  std::string message = "cannot " + std::string{transition(event).name} + " a ticket that is " +
                        std::string{name_of_state(state_letter)};
  if (event == TicketEvent::kReply && state_letter == "r") message += "; reopen it first";
  return {Code::kFailedPrecondition, Reason::kIllegalTransition, std::move(message)};
}

}  // namespace hark::conversation
