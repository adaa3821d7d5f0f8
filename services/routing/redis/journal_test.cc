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
  work.queue_id = "billing";
  work.queued_since = from_ms(1'700'000'000'200);
  work.virtual_start = from_ms(1'699'000'000'000);
  work.due = from_ms(1'700'000'900'000);
  work.preferred = {{"ben", 3}};
  work.hold = Hold::kFreesUnits;
  work.hold_until = from_ms(1'700'000'600'000);
  work.quiet_since = from_ms(1'700'000'300'000);
  return work;
}

v1::RoutingJournalRecord through_bytes(const Input& input) {
  v1::RoutingJournalRecord record;
  EXPECT_TRUE(record.ParseFromString(encode(input, from_ms(42))));
  return record;
}

/// Nothing in it as it is by default.
QueueRules some_queue() {
  using std::chrono::seconds;
  QueueRules queue;
  queue.id = "billing";
  queue.entries = {{{"support"}, mask_of(Channel::kEmail), {"lv"}, {"invoice"}, {"gold"}}};
  queue.members = *parse_requirement("group:billing or agent:sam");
  queue.backups = {{*parse_requirement("group:night"), seconds{30}}};
  Step step;
  step.require = *parse_requirement("billing 2..4 and not group:trainees");
  step.drop_skills = {"language:lv"};
  step.lasts = seconds{60};
  step.skip_if = SkipCondition{Metric::kStaffedAgents, Comparison::kAtLeast, 3};
  Step last;
  last.drop_all_skills = true;
  queue.steps = {step, last};
  queue.order_class = 2;
  queue.weight = 3;
  queue.order = OrderPolicy::kScore;
  queue.priority_point = seconds{90};
  queue.answer_target = seconds{91};
  queue.choice = ChoicePolicy::kTiers;
  queue.tiers = {*parse_requirement("group:gold"), *parse_requirement("billing >= 4")};
  queue.offers_at_once = 5;
  queue.ring = RingPolicy::kProgressive;
  queue.ring_delay = seconds{7};
  queue.accept_timeout = seconds{8};
  queue.affinity_wait = seconds{9};
  queue.wrap_up = WrapUpRule{WrapUpMode::kOptional, seconds{30}};
  queue.length_max = 100;
  queue.wait_max = seconds{600};
  queue.overflow_to = "others";
  queue.overflows = {{seconds{20}, MetricCondition{Metric::kReadyAgents, Comparison::kAtMost, 0, "others"},
                      seconds{10}, "others"}};
  queue.empty_on_join = kOfflineCounts | kAwayCounts;
  queue.empty_on_leave = kOfflineCounts | kFullCounts;
  queue.empty_grace = seconds{15};
  queue.empty_to = "others";
  queue.hours = "office";
  queue.closed_to = "others";
  queue.shard = "apac";
  queue.missed_offers_until_paused = 4;
  return queue;
}

TEST(Journal, GivesEveryInputBackAsItWas) {
  Settings settings;
  settings.gone_policy = GonePolicy::kKeep;
  settings.wanted_wait = Duration{17};
  settings.wrap_up = Duration{18};
  settings.wrap_up_mode = WrapUpMode::kForced;
  settings.channels[1] = {std::chrono::seconds{40}, true, 3, mask_of(Channel::kSocial),
                          std::chrono::seconds{50}};
  settings.topics = {{"outage", {"billing", "sales"}}, {"billing", {}}};
  settings.rest_after_decline = {{"", std::chrono::seconds{5}}, {"busy", std::chrono::seconds{60}}};
  settings.live_wait = Duration{19};
  settings.seed = 20;
  settings.version = "of May";
  settings.queues = {some_queue()};
  settings.declined_again = Duration{20};
  settings.declined_again_max = Duration{21};
  settings.groups = {{"night", "nightshift"}};
  const Offer offer{"off_1", "tkt_1", "ana", 2, from_ms(5), from_ms(9), "longest idle"};
  const std::vector<Input> inputs{
      AgentUpserted{{"ana", {{"billing", 4}}, 5}},
      PresenceChanged{"ana", Presence::kAway},
      AgentConnected{"ana", Presence::kAvailable},
      AgentConnected{"ana", std::nullopt},
      AgentDisconnected{"ana"},
      TicketQueued{some_work()},
      TicketAssigned{some_work(), "ben"},
      TicketClosed{"tkt_1"},
      TicketLeft{"tkt_1"},
      OfferRestored{offer},
      OfferAccepted{"off_1", "ana"},
      OfferDeclined{"off_1", "ana"},
      AssignmentConfirmed{"off_1", 8},
      AssignmentRefused{"off_1", "resolved"},
      WrapUpEnded{"ana"},
      WrapUpEnded{"ana", true},
      WrapUpBegun{"ana"},
      WrapUpRestored{"ana", from_ms(77)},
      WrapUpRestored{"ana", from_ms(77), true},
      QueueHours{"claims", true},
      GroupHours{"night", true},
      PresenceChanged{"ana", Presence::kAvailable, kAllChannels, "", 0, {"claims", "rest"}},
      PresenceChanged{"ana", Presence::kAvailable, mask_of(Channel::kChat), "sam"},
      AgentUpserted{{"ana", {}, 5, {"night"}}},
      AgentUpserted{{"ana", {}, 5, {}, {0, 1, 2, 3, 4}}},
      OfferDeclined{"off_1", "ana", "busy"},
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
