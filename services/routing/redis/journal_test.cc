#include "routing/redis/journal.h"

#include <gtest/gtest.h>

namespace hark::routing {
namespace {

Work some_work() {
  Work work;
  work.ticket_id = "tkt_1";
  work.conversation_id = "con_1";
  work.channel = Channel::kChat;
  work.account_id = "site";
  work.required_skills = {{"billing", 2}, {"language:lv", 1}};
  work.wanted_agent_id = "ana";
  work.declined_by = {"ben", "sam"};
  work.waiting_since = from_ms(1'700'000'000'123);
  work.priority = 1;
  work.units = 2;
  work.assignment_token = 7;
  work.note = "written in lv";
  return work;
}

v1::RoutingJournalRecord through_bytes(const Input& input) {
  v1::RoutingJournalRecord record;
  EXPECT_TRUE(record.ParseFromString(encode(input, from_ms(42))));
  return record;
}

TEST(Journal, GivesEveryInputBackAsItWas) {
  Settings settings;
  settings.gone_policy = GonePolicy::kKeep;
  settings.wanted_wait = Duration{17};
  settings.wrap_up = Duration{18};
  const Offer offer{"off_1", "tkt_1", "ana", 2, from_ms(5), from_ms(9), "longest idle"};
  const std::vector<Input> inputs{AgentUpserted{{"ana", {{"billing", 4}}, 5}},
                                  PresenceChanged{"ana", Presence::kAway},
                                  AgentConnected{"ana", Presence::kAvailable},
                                  AgentConnected{"ana", std::nullopt},
                                  AgentDisconnected{"ana"},
                                  TicketQueued{some_work()},
                                  TicketAssigned{some_work(), "ben"},
                                  TicketClosed{"tkt_1"},
                                  OfferRestored{offer},
                                  OfferAccepted{"off_1", "ana"},
                                  OfferDeclined{"off_1", "ana"},
                                  AssignmentConfirmed{"off_1", 8},
                                  AssignmentRefused{"off_1", "resolved"},
                                  WrapUpEnded{"ana"},
                                  WrapUpRestored{"ana", from_ms(11)},
                                  SettingsChanged{settings},
                                  RebuildFinished{},
                                  TimePassed{}};
  for (const Input& input : inputs) {
    const auto record = through_bytes(input);
    const auto back = decode(record);
    ASSERT_TRUE(back) << input.index();
    EXPECT_EQ(back->at, from_ms(42));
    EXPECT_EQ(back->input.index(), input.index());
    EXPECT_EQ(encode(back->input, back->at), encode(input, from_ms(42))) << input.index();
  }
  const auto queued = *decode(through_bytes(TicketQueued{some_work()}));
  EXPECT_EQ(std::get<TicketQueued>(queued.input).work, some_work());
  const auto restored = *decode(through_bytes(OfferRestored{offer}));
  EXPECT_EQ(std::get<OfferRestored>(restored.input).offer, offer);
  const auto changed = *decode(through_bytes(SettingsChanged{settings}));
  EXPECT_EQ(std::get<SettingsChanged>(changed.input).settings, settings);
}

TEST(Journal, ALeadersStartIsNoInput) {
  v1::RoutingJournalRecord record;
  ASSERT_TRUE(record.ParseFromString(encode_start(0, 3, Settings{}, from_ms(1))));
  EXPECT_FALSE(decode(record));
  EXPECT_EQ(decode(record.started().settings()), Settings{});
}

}  // namespace
}  // namespace hark::routing
