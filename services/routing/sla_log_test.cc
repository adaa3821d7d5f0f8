#include "routing/sla_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

v1::Entry entry(const char* id, v1::EntryKind kind, std::int64_t at_ms) {
  v1::Entry out;
  out.set_id(id);
  out.set_kind(kind);
  out.set_accepted_at_ms(at_ms);
  out.set_ticket_id("tkt_1");
  return out;
}
v1::Entry status(v1::StatusChange::Change change, std::int64_t at_ms) {
  v1::Entry out = entry("s", v1::ENTRY_KIND_STATUS, at_ms);
  out.mutable_status()->set_change(change);
  return out;
}
v1::Ticket ticket() {
  v1::Ticket out;
  out.set_id("tkt_1");
  out.set_opened_at_ms(100);
  return out;
}

std::vector<SlaEvent::Kind> kinds(const SlaLog& log) {
  std::vector<SlaEvent::Kind> out;
  for (const SlaEvent& event : log.events) out.push_back(event.kind);
  return out;
}

TEST(SlaLog, TakesACallAsAnsweredWhenTheyBeganToTalk) {
  auto call = entry("c1", v1::ENTRY_KIND_INBOUND, 100);
  call.set_answered_by_entry_id("c1");
  call.mutable_call()->set_answered_at_ms(300);
  const std::vector<v1::Entry> entries{call, entry("m2", v1::ENTRY_KIND_INBOUND, 200)};
  const SlaLog log = sla_log(ticket(), entries);
  using Kind = SlaEvent::Kind;
  EXPECT_THAT(kinds(log), ElementsAre(Kind::kOpened, Kind::kOwed, Kind::kOwed, Kind::kReplied));
  EXPECT_THAT(log.events[3].messages, ElementsAre("c1"));
}

TEST(SlaLog, AHoldEndsByWordByTheCustomersNextMessageAndByAChangeOfHands) {
  using Kind = SlaEvent::Kind;
  auto held = status(v1::StatusChange::CHANGE_HELD, 110);
  held.mutable_status()->mutable_hold()->set_state("supplier");
  const auto ends_by = [&](v1::Entry last) {
    const std::vector<v1::Entry> entries{entry("m1", v1::ENTRY_KIND_INBOUND, 100), held, std::move(last)};
    return kinds(sla_log(ticket(), entries));
  };
  const std::vector<v1::Entry> entries{held};
  EXPECT_EQ(sla_log(ticket(), entries).events.back().hold_state, "supplier");
  EXPECT_THAT(ends_by(status(v1::StatusChange::CHANGE_RELEASED, 120)),
              ElementsAre(Kind::kOpened, Kind::kOwed, Kind::kHeld, Kind::kReleased));
  EXPECT_THAT(ends_by(status(v1::StatusChange::CHANGE_TRANSFERRED, 120)),
              ElementsAre(Kind::kOpened, Kind::kOwed, Kind::kHeld, Kind::kReleased));
  EXPECT_THAT(ends_by(entry("m2", v1::ENTRY_KIND_INBOUND, 120)),
              ElementsAre(Kind::kOpened, Kind::kOwed, Kind::kHeld, Kind::kReleased, Kind::kOwed));
  EXPECT_THAT(ends_by(entry("r1", v1::ENTRY_KIND_REPLY, 120)),
              ElementsAre(Kind::kOpened, Kind::kOwed, Kind::kHeld, Kind::kReplied));
}

TEST(SlaLog, OwesWhatAnotherTicketWasOpenedForIfItTookThatOver) {
  using Kind = SlaEvent::Kind;
  const auto of_another = [](const char* id, std::int64_t at) {
    auto out = entry(id, v1::ENTRY_KIND_INBOUND, at);
    out.set_ticket_id("tkt_0");
    return out;
  };
  auto owed = of_another("owed", 110), answered = of_another("answered", 120),
       waived = of_another("waived", 130), before = of_another("before", 140);
  owed.set_obligation(v1::OBLIGATION_STATE_OPEN);
  answered.set_answered_by_entry_id("r1");
  before.set_answered_by_entry_id("r0");  // in the other ticket
  auto waiver = status(v1::StatusChange::CHANGE_WAIVED, 300);
  waiver.set_answers_entry_id("waived");
  const std::vector<v1::Entry> entries{
      owed, answered, waived, before, entry("r1", v1::ENTRY_KIND_REPLY, 200), waiver};
  const SlaLog log = sla_log(ticket(), entries);
  EXPECT_THAT(kinds(log), ElementsAre(Kind::kOpened, Kind::kOwed, Kind::kOwed, Kind::kOwed, Kind::kReplied,
                                      Kind::kWaived));
  EXPECT_THAT(log.events[4].messages, ElementsAre("answered"));
}

TEST(SlaLog, IsReadFromTheTimeline) {
  using Kind = SlaEvent::Kind;
  auto first = entry("m1", v1::ENTRY_KIND_INBOUND, 100);
  first.set_answered_by_entry_id("r1");
  auto waived = status(v1::StatusChange::CHANGE_WAIVED, 300);
  waived.set_answers_entry_id("m2");
  auto elsewhere = entry("x", v1::ENTRY_KIND_REPLY, 150);
  elsewhere.set_ticket_id("tkt_0");
  const std::vector<v1::Entry> entries{first,
                                       elsewhere,
                                       entry("n", v1::ENTRY_KIND_NOTE, 160),
                                       entry("auto", v1::ENTRY_KIND_AUTO_REPLY, 170),
                                       entry("r1", v1::ENTRY_KIND_REPLY, 200),
                                       entry("m2", v1::ENTRY_KIND_INBOUND, 250),
                                       waived,
                                       status(v1::StatusChange::CHANGE_RESOLVED, 400),
                                       status(v1::StatusChange::CHANGE_REOPENED, 500)};
  const SlaLog log = sla_log(ticket(), entries);
  EXPECT_THAT(kinds(log), ElementsAre(Kind::kOpened, Kind::kOwed, Kind::kReplied, Kind::kOwed, Kind::kWaived,
                                      Kind::kResolved, Kind::kReopened));
  EXPECT_THAT(log.events[2].messages, ElementsAre("m1"));
  EXPECT_THAT(log.events[4].messages, ElementsAre("m2"));
}

TEST(SlaLog, AReplyThatDidNotArriveAnsweredNothing) {
  auto message = entry("m1", v1::ENTRY_KIND_INBOUND, 100);
  message.set_answered_by_entry_id("r2");  // r1 bounced
  const SlaLog log = sla_log(ticket(), std::vector<v1::Entry>{message, entry("r1", v1::ENTRY_KIND_REPLY, 200),
                                                              entry("r2", v1::ENTRY_KIND_REPLY, 900)});
  EXPECT_THAT(log.events[2].messages, IsEmpty());
  EXPECT_THAT(log.events[3].messages, ElementsAre("m1"));
}

TEST(SlaLog, ANoticeSaysTheTargetInSeconds) {
  SlaPolicy calls{"calls", {}, {}};
  calls.targets[0] = usual_target(SlaMetric::kFirstResponse, std::chrono::seconds{20});
  const v1::SlaNotice notice =
      to_proto({SlaMetric::kFirstResponse, 50, from_ms(100), from_ms(10'100)}, calls);
  EXPECT_EQ(notice.target_seconds(), 20);
  EXPECT_EQ(describe(SlaMetric::kFirstResponse, calls), "first response target of calls (20 s)");
}

TEST(SlaLog, MarksThatWereToldAreKnownAgain) {
  const SlaMark mark{SlaMetric::kNextResponse, 80, from_ms(100), from_ms(900)};
  auto told = status(v1::StatusChange::CHANGE_SLA_WARNING, 900);
  *told.mutable_status()->mutable_sla() = to_proto(mark, {"usual", {}, {}});
  const SlaLog log = sla_log(ticket(), std::vector<v1::Entry>{told});
  EXPECT_THAT(log.told, ElementsAre(key_of(mark)));
}

}  // namespace
}  // namespace hark::routing
