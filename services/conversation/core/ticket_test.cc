#include "conversation/core/ticket.h"

#include <gtest/gtest.h>

namespace hark::conversation {
namespace {

TEST(Ticket, LifeCycleLeadsFromEveryOpenStateToResolvedAndBack) {
  EXPECT_EQ(transition(TicketEvent::kResolve).from, "qa");
  EXPECT_EQ(transition(TicketEvent::kReopen).from, "r");
  for (const auto& row : transitions()) {
    for (const char from : row.from) EXPECT_NE(name_of_state(std::string{from}), "unknown") << row.name;
  }
}

TEST(Ticket, RefusalSaysWhatToDo) {
  const auto error = illegal_transition(TicketEvent::kReply, "r");
  EXPECT_EQ(error.reason, Reason::kIllegalTransition);
  EXPECT_EQ(error.message, "cannot reply to a ticket that is resolved; reopen it first");
}

}  // namespace
}  // namespace hark::conversation
