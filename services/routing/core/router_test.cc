#include "routing/core/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::routing {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr TimePoint t0 = from_ms(1'700'000'000'000);

Settings test_settings() {
  Settings settings;
  settings.accept_timeout = 20s;
  settings.disconnect_grace = 10s;
  settings.missed_offers_until_away = 3;
  settings.wanted_wait = 30s;
  settings.rest_after_miss = 30s;
  settings.rest_after_miss_max = 120s;
  return settings;
}

std::vector<Skill> skills(std::initializer_list<const char*> texts) {
  std::vector<Skill> result;
  for (const char* text : texts) result.push_back(*parse_skill(text, 1));
  return result;
}

/// A contact center with its clock in the test's hand.
class Center {
 public:
  explicit Center(Settings settings = test_settings()) : router{settings, 0, 7} {}

  std::vector<Effect> tell(const Input& input) {
    effects = router.apply(input, now);
    for (const Effect& effect : effects) {
      if (const auto* made = std::get_if<OfferMade>(&effect)) last_offer = made->offer;
    }
    return effects;
  }
  void begin() { tell(RebuildFinished{}); }
  void agent(const std::string& id, std::initializer_list<const char*> has = {}, int units = 1) {
    tell(AgentUpserted{{id, skills(has), units}});
    tell(AgentConnected{id, Presence::kAvailable});
  }
  static Work work(const std::string& id, std::initializer_list<const char*> needs = {}, int units = 1) {
    Work work;
    work.ticket_id = id;
    work.conversation_id = "con_" + id;
    work.channel = Channel::kEmail;
    work.required_skills = skills(needs);
    work.units = units;
    return work;
  }
  void queue(Work work) {
    if (work.waiting_since == TimePoint{}) work.waiting_since = now;
    tell(TicketQueued{work});
  }
  void queue(const std::string& id, std::initializer_list<const char*> needs = {}, int units = 1) {
    queue(work(id, needs, units));
  }
  void wait(Duration time) {
    now += time;
    tell(TimePassed{});
  }
  void accept(const Offer& offer) { tell(OfferAccepted{offer.id, offer.agent_id}); }
  void accept_and_confirm(const Offer& offer, std::int64_t token) {
    const Offer copy = offer;
    accept(copy);
    tell(AssignmentConfirmed{copy.id, token});
  }

  /// "ticket>agent" of the offers that the last input made.
  [[nodiscard]] std::vector<std::string> made() const {
    std::vector<std::string> result;
    for (const Effect& effect : effects) {
      if (const auto* m = std::get_if<OfferMade>(&effect))
        result.push_back(m->offer.ticket_id + ">" + m->offer.agent_id);
    }
    return result;
  }
  /// "ticket>agent how".
  [[nodiscard]] std::vector<std::string> ended() const {
    std::vector<std::string> result;
    for (const Effect& effect : effects) {
      if (const auto* e = std::get_if<OfferEnded>(&effect)) {
        result.push_back(e->ticket_id + ">" + e->agent_id + " " + std::string{name_of(e->how)});
      }
    }
    return result;
  }
  template <class T>
  [[nodiscard]] std::vector<T> all() const {
    std::vector<T> result;
    for (const Effect& effect : effects) {
      if (const T* e = std::get_if<T>(&effect)) result.push_back(*e);
    }
    return result;
  }
  [[nodiscard]] Offer offer_of(const std::string& ticket) const { return *router.ticket(ticket)->offer; }
  [[nodiscard]] Standing standing(const std::string& ticket) const { return router.ticket(ticket)->standing; }

  Router router;
  TimePoint now = t0;
  std::vector<Effect> effects;
  Offer last_offer;
};

TEST(Router, OffersANewTicketToAnAvailableAgentAtOnce) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_EQ(c.last_offer.expires_at, c.now + 20s);
  EXPECT_EQ(c.last_offer.explanation, "the only one available");
  EXPECT_EQ(c.router.next_deadline(), c.now + 20s);
  EXPECT_EQ(c.all<AgentChanged>().size(), 1u);
  EXPECT_EQ(c.all<AgentChanged>()[0].used_units, 1);
}

TEST(Router, DecidesNothingWhileItRebuilds) {
  Center c;
  c.agent("ana");
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);
  c.begin();
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, ServesAWaitingTicketWhenAnAgentComes) {
  Center c;
  c.begin();
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.agent("ana");
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, OffersNothingToAnAgentWhoIsAwayOfflineOrUnconnected) {
  Center c;
  c.begin();
  c.tell(AgentUpserted{{"ana", {}, 1}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.agent("bob");
  c.tell(PresenceChanged{"bob", Presence::kAway});
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t1"), "waits: of 2 agents 1 away, 1 offline");
  c.tell(AgentConnected{"ana", {}});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, RequiresEverySkillAtItsLevel) {
  Center c;
  c.begin();
  c.agent("low", {"billing=2", "language:lv=5"});
  c.agent("none", {"billing=5"});
  c.queue("t1", {"billing=3", "language:lv"});
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t1"), "waits: none of 2 agents with billing ≥ 3, language:lv ≥ 1");
  c.agent("fit", {"language:lv=1", "billing=3"});
  EXPECT_THAT(c.made(), ElementsAre("t1>fit"));
  EXPECT_EQ(c.last_offer.explanation, "the only one available with billing ≥ 3, language:lv ≥ 1");
}

TEST(Router, ServesAWaitingTicketWhenAnAgentGainsTheSkill) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1", {"language:lv"});
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_FALSE(c.router.skill_known("language:lv"));
  c.tell(AgentUpserted{{"ana", skills({"language:lv"}), 1}});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_TRUE(c.router.skill_known("language:lv"));
}

TEST(Router, ChoosesTheLongestIdle) {
  Center c;
  c.begin();
  c.agent("zoe", {}, 2);
  c.wait(1s);
  c.agent("ana", {}, 2);
  c.wait(1s);
  c.queue("t1");
  EXPECT_THAT(c.made(), ElementsAre("t1>zoe"));
  EXPECT_EQ(c.last_offer.explanation, "longest idle of 2 available");
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.queue("t3");
  EXPECT_THAT(c.made(), ElementsAre("t3>zoe"));
  EXPECT_EQ(c.last_offer.explanation, "all 2 available have work; longest without new work");
}

TEST(Router, PrefersAnIdleAgentToOneWithWork) {
  Center c;
  c.begin();
  c.agent("ana", {}, 3);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.wait(1h);
  c.agent("bob", {}, 3);
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>bob"));
}

TEST(Router, SpreadsABurstThatCameInOneMillisecond) {
  Center c;
  c.begin();
  for (const char* id : {"a", "b", "c"}) c.agent(id, {}, 3);
  std::vector<std::string> order;
  for (const char* id : {"t1", "t2", "t3", "t4", "t5", "t6"}) {
    c.queue(id);
    order.push_back(c.made().at(0));
  }
  EXPECT_THAT(order, ElementsAre("t1>a", "t2>b", "t3>c", "t4>a", "t5>b", "t6>c"));
}

TEST(Router, ServesByPriorityThenAgeThenId) {
  Center c;
  c.begin();
  Work late = Center::work("t2");
  late.waiting_since = t0;
  Work same = Center::work("t1");
  same.waiting_since = t0;
  Work old = Center::work("t3");
  old.waiting_since = t0 - 1h;
  Work urgent = Center::work("t4");
  urgent.waiting_since = t0 + 1s;
  urgent.priority = 1;
  for (const Work& work : {late, same, old, urgent}) c.queue(work);
  EXPECT_THAT(c.router.queue(10), ElementsAre("t4", "t3", "t1", "t2"));
  EXPECT_THAT(c.router.queue(2), ElementsAre("t4", "t3"));
  c.agent("ana", {}, 4);
  EXPECT_THAT(c.made(), ElementsAre("t4>ana", "t3>ana", "t1>ana", "t2>ana"));
}

TEST(Router, AFreedAgentTakesTheOldestOfAllLanesThatFit) {
  Center c;
  c.begin();
  c.queue("b1", {"billing"});
  c.wait(1s);
  c.queue("l1", {"language:lv"});
  c.wait(1s);
  c.queue("x1", {"secret"});
  c.queue("p1");
  c.agent("ana", {"language:lv", "billing"}, 1);
  EXPECT_THAT(c.made(), ElementsAre("b1>ana"));
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"b1"});
  EXPECT_THAT(c.made(), ElementsAre("l1>ana"));
}

TEST(Router, AnOfferReservesItsUnits) {
  Center c;
  c.begin();
  c.agent("ana", {}, 3);
  c.queue("t1", {}, 2);
  c.queue("t2", {}, 2);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t2"), "waits: of 1 agent 1 without room");
  c.queue("t3", {}, 1);
  EXPECT_THAT(c.made(), ElementsAre("t3>ana"));  // a smaller one is not held back
  EXPECT_EQ(c.router.agent("ana")->used_units, 3);
}

TEST(Router, AcceptanceIsAssignedAndThenHeld) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.accept(offer);
  EXPECT_THAT(c.all<AssignTicket>(), ElementsAre(AssignTicket{offer.id, "t1", "ana"}));
  EXPECT_EQ(c.standing("t1"), Standing::kAccepting);
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);  // accepted in time: it cannot run out any more
  c.tell(AssignmentConfirmed{offer.id, 1});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana assigned"));
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
  EXPECT_THAT(c.router.agent("ana")->ticket_ids, ElementsAre("t1"));
  EXPECT_EQ(c.router.explain("t1"), "held by ana");
}

TEST(Router, AcceptingTwiceAnswersTwiceAndAssignsOnce) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.accept(offer);
  c.accept(offer);
  EXPECT_THAT(c.all<AssignTicket>(), IsEmpty());
  EXPECT_THAT(c.all<AcceptRepeated>(), ElementsAre(AcceptRepeated{offer.id, "t1", "ana", 0}));
  c.tell(AssignmentConfirmed{offer.id, 5});
  c.accept(offer);
  EXPECT_THAT(c.all<AcceptRepeated>(), ElementsAre(AcceptRepeated{offer.id, "t1", "ana", 5}));
}

TEST(Router, RefusesAcceptanceOfForeignUnknownAndExpiredOffers) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.tell(OfferAccepted{offer.id, "eve"});
  ASSERT_EQ(c.all<Refused>().size(), 1u);
  EXPECT_EQ(c.all<Refused>()[0].reason, Reason::kOfferNotFound);
  c.tell(OfferAccepted{"off_nonsense", "ana"});
  EXPECT_EQ(c.all<Refused>()[0].reason, Reason::kOfferNotFound);
  c.now += 20s;
  c.accept(offer);  // no TimePassed came in between
  EXPECT_EQ(c.all<Refused>()[0].reason, Reason::kOfferExpired);
  EXPECT_THAT(c.all<AssignTicket>(), IsEmpty());
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana missed"));
}

TEST(Router, AMissedOfferGoesOnWithItsAge) {
  Center c;
  c.begin();
  c.agent("ana");
  c.wait(1s);
  c.agent("bob");
  c.queue("t1");
  const TimePoint queued_at = c.now;
  c.queue("t2");
  c.accept_and_confirm(c.offer_of("t2"), 1);
  c.wait(1s);
  c.queue("t3");
  c.wait(19s);
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana missed"));
  EXPECT_THAT(c.made(), ElementsAre("t3>ana"));  // she is spared t1, not the rest
  c.tell(TicketClosed{"t2"});
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
  EXPECT_EQ(c.router.ticket("t1")->work.waiting_since, queued_at);
}

TEST(Router, AMissedTicketComesBackToTheSameAgentOnlyAfterRestsThatDouble) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 0;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  std::vector<std::int64_t> rests_s;
  for (int i = 0; i < 5; ++i) {
    c.wait(20s);
    ASSERT_THAT(c.ended(), ElementsAre("t1>ana missed"));
    ASSERT_THAT(c.made(), IsEmpty());
    ASSERT_EQ(c.router.explain("t1"), "waits: of 1 agent 1 let it run out just now");
    const auto rest = *c.router.next_deadline() - c.now;
    rests_s.push_back(rest.count() / 1000);
    c.wait(rest - 1ms);
    ASSERT_THAT(c.made(), IsEmpty());
    c.wait(1ms);
    ASSERT_THAT(c.made(), ElementsAre("t1>ana"));
    ASSERT_THAT(c.last_offer.explanation,
                HasSubstr("let it run out before, but nobody else can take it now"));
  }
  EXPECT_THAT(rests_s, ElementsAre(30, 60, 120, 120, 120));
}

TEST(Router, AnAgentWhoHasNotMissedTheTicketGoesBeforeOneWhoHas) {
  Settings settings = test_settings();
  settings.rest_after_miss = 5s;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.wait(1s);
  c.agent("bob");
  c.queue("t1");
  c.wait(20s);
  ASSERT_THAT(c.made(), ElementsAre("t1>bob"));
  c.wait(10s);
  c.agent("carl");  // idle for less long than ana, whose rest is over
  c.tell(OfferDeclined{c.last_offer.id, "bob"});
  EXPECT_THAT(c.made(), ElementsAre("t1>carl"));
  EXPECT_EQ(c.last_offer.explanation, "the first one available; 1 more let it run out before");
}

TEST(Router, ADeclinedTicketIsNotOfferedToThatAgentAgain) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.queue("t2");
  c.tell(OfferDeclined{offer.id, "ana"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana declined"));
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.tell(OfferDeclined{offer.id, "ana"});
  EXPECT_THAT(c.all<Refused>(), IsEmpty());  // a retry has what it wants
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"t2"});
  c.wait(48h);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t1"), "waits: of 1 agent 1 declined it");
  c.agent("bob");
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
}

TEST(Router, DecliningKeepsTheAgentsPlaceAndMissingLosesIt) {
  Center c;
  c.begin();
  c.agent("ana");
  c.wait(1s);
  c.agent("bob");
  c.queue("t1");
  ASSERT_EQ(c.last_offer.agent_id, "ana");
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(TicketClosed{"t1"});
  c.queue("t2");
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.wait(20s);
  EXPECT_THAT(c.made(), ElementsAre("t2>bob"));
}

TEST(Router, DeclinedByOfTheTicketIsHeeded) {
  Center c;
  c.begin();
  c.agent("ana");
  Work work = Center::work("t1");
  work.declined_by = {"ana", "someone.unknown"};
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
}

TEST(Router, SetsAnAgentAwayAfterMissedOffersInARow) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 2;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.queue("t2");
  c.wait(20s);
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.wait(20s);
  EXPECT_THAT(c.all<PresenceSet>(),
              ElementsAre(PresenceSet{"ana", Presence::kAway, "let 2 offers in a row run out"}));
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
}

TEST(Router, AnAnswerStartsTheCountOfMissedOffersAnew) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 2;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.queue("t2");
  c.queue("t3");
  c.wait(20s);
  c.tell(OfferDeclined{c.last_offer.id, "ana"});
  ASSERT_THAT(c.made(), ElementsAre("t3>ana"));
  c.wait(20s);
  EXPECT_THAT(c.all<PresenceSet>(), IsEmpty());
}

TEST(Router, OffersThatRunOutTogetherAreOneAbsence) {
  Settings settings = test_settings();
  settings.missed_offers_until_away = 2;
  Center c{settings};
  c.begin();
  c.agent("ana", {}, 5);
  c.queue("t1");
  c.wait(1s);
  c.queue("t2");
  c.wait(1s);
  c.queue("t3");
  c.wait(18s);
  c.wait(1s);
  c.wait(1s);
  EXPECT_EQ(c.router.agent("ana")->presence, Presence::kAvailable);
}

TEST(Router, GoingAwayTakesOffersBackButNotWork) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.queue("t2");
  c.tell(PresenceChanged{"ana", Presence::kAway});
  EXPECT_THAT(c.ended(), ElementsAre("t2>ana withdrawn"));
  EXPECT_THAT(c.all<ReturnTicket>(), IsEmpty());
  EXPECT_THAT(c.router.agent("ana")->ticket_ids, ElementsAre("t1"));
}

TEST(Router, ALostSessionIsForgivenWithinTheGrace) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.tell(AgentDisconnected{"ana"});
  EXPECT_EQ(c.router.next_deadline(), c.now + 10s);
  c.wait(9s);
  c.tell(AgentConnected{"ana", {}});
  c.wait(10s);
  EXPECT_EQ(c.router.agent("ana")->presence, Presence::kAvailable);
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
}

TEST(Router, AnAgentWithoutASessionGetsNoNewOffersDuringTheGrace) {
  Center c;
  c.begin();
  c.agent("ana");
  c.tell(AgentDisconnected{"ana"});
  c.queue("t1");
  EXPECT_THAT(c.made(), IsEmpty());
  c.tell(AgentConnected{"ana", {}});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, OneOfSeveralSessionsMayGo) {
  Center c;
  c.begin();
  c.agent("ana");
  c.tell(AgentConnected{"ana", {}});
  c.tell(AgentDisconnected{"ana"});
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);
  EXPECT_EQ(c.router.agent("ana")->connections, 1);
}

TEST(Router, AGoneAgentsOffersGoOnAndTicketsGoBack) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 4);
  c.queue("t2");
  c.agent("bob");
  c.tell(AgentDisconnected{"ana"});
  c.wait(10s);
  EXPECT_THAT(c.all<PresenceSet>(),
              ElementsAre(PresenceSet{"ana", Presence::kOffline, "no session for 10 s"}));
  EXPECT_THAT(c.ended(), ElementsAre("t2>ana withdrawn"));
  EXPECT_THAT(c.made(), ElementsAre("t2>bob"));
  EXPECT_THAT(c.all<ReturnTicket>(),
              ElementsAre(ReturnTicket{"t1", "ana", 4, "ana is offline: no session for 10 s"}));
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);  // until the log says that it is back
  Work back = Center::work("t1");
  back.assignment_token = 4;
  back.waiting_since = t0;
  c.queue(back);
  EXPECT_EQ(c.standing("t1"), Standing::kWaiting);
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
}

TEST(Router, AGoneAgentKeepsTicketsIfThePolicySaysSo) {
  Settings settings = test_settings();
  settings.gone_policy = GonePolicy::kKeep;
  Center c{settings};
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept_and_confirm(c.last_offer, 1);
  c.tell(AgentDisconnected{"ana"});
  c.wait(1h);
  EXPECT_THAT(c.all<ReturnTicket>(), IsEmpty());
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
}

TEST(Router, AnAssignmentThatIsConfirmedAfterItsAgentWentIsTakenBack) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept(c.last_offer);
  c.tell(PresenceChanged{"ana", Presence::kOffline});
  EXPECT_EQ(c.standing("t1"), Standing::kAccepting);
  c.tell(AssignmentConfirmed{c.last_offer.id, 3});
  EXPECT_THAT(c.all<ReturnTicket>(), ElementsAre(ReturnTicket{"t1", "ana", 3, "ana is offline"}));
}

TEST(Router, AWantedAgentComesFirst) {
  Center c;
  c.begin();
  c.agent("ana");
  c.wait(1h);
  c.agent("bob");
  Work work = Center::work("t1");
  work.wanted_agent_id = "bob";
  work.declined_by = {"bob"};  // asked for by name: stronger
  c.queue(work);
  EXPECT_THAT(c.made(), ElementsAre("t1>bob"));
  EXPECT_EQ(c.last_offer.explanation, "asked for by name");
  c.tell(OfferDeclined{c.last_offer.id, "bob"});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
  EXPECT_EQ(c.last_offer.explanation, "the only one available; was meant for bob, who did not take it");
}

TEST(Router, ATicketWaitsForABusyWantedAgentButNotForEver) {
  Center c;
  c.begin();
  c.agent("bob");
  c.queue("t1");
  c.agent("ana");
  Work work = Center::work("t2");
  work.wanted_agent_id = "bob";
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.explain("t2"), "waits for bob, who was asked for by name");
  c.tell(OfferDeclined{c.offer_of("t1").id, "bob"});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana", "t2>bob"));

  Work other = Center::work("t3");
  other.wanted_agent_id = "bob";
  c.queue(other);
  c.accept_and_confirm(c.offer_of("t1"), 1);
  c.accept_and_confirm(c.offer_of("t2"), 1);
  c.tell(TicketClosed{"t1"});
  EXPECT_THAT(c.made(), IsEmpty());
  c.wait(30s);
  EXPECT_THAT(c.made(), ElementsAre("t3>ana"));
}

TEST(Router, AWishForSomeoneOfflineUnknownOrUnskilledIsDroppedAtOnce) {
  Center c;
  c.begin();
  c.tell(AgentUpserted{{"off", skills({"x"}), 1}});
  c.agent("low", {}, 1);
  c.agent("ana", {"x"}, 5);
  for (const char* wanted : {"off", "low", "nobody"}) {
    Work work = Center::work(std::string{"t-"} + wanted, {"x"});
    work.wanted_agent_id = wanted;
    c.queue(work);
    EXPECT_THAT(c.made(), ElementsAre(std::string{"t-"} + wanted + ">ana"));
    EXPECT_THAT(c.last_offer.explanation, HasSubstr(std::string{"was meant for "} + wanted));
  }
}

TEST(Router, AWishEndsWhenItsAgentSignsOut) {
  Center c;
  c.begin();
  c.agent("bob");
  c.tell(PresenceChanged{"bob", Presence::kAway});
  c.agent("ana");
  Work work = Center::work("t1");
  work.wanted_agent_id = "bob";
  c.queue(work);
  EXPECT_THAT(c.made(), IsEmpty());
  c.tell(PresenceChanged{"bob", Presence::kOffline});
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, ATicketTakenElsewhereTakesItsOfferAlong) {
  Center c;
  c.begin();
  c.agent("ana");
  c.agent("bob");
  c.queue("t1");
  ASSERT_EQ(c.last_offer.agent_id, "ana");
  Work work = Center::work("t1");
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "bob"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana withdrawn"));
  EXPECT_THAT(c.router.agent("bob")->ticket_ids, ElementsAre("t1"));
  EXPECT_EQ(c.router.agent("ana")->used_units, 0);
}

TEST(Router, WorkFromElsewherePushesOutOffersThatNoLongerFit) {
  Center c;
  c.begin();
  c.agent("ana", {}, 2);
  c.queue("t1");
  c.queue("t2");
  Work work = Center::work("t9");
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "ana"});
  EXPECT_THAT(c.ended(), ElementsAre("t2>ana withdrawn"));
  EXPECT_EQ(c.router.agent("ana")->used_units, 2);
}

TEST(Router, TheLogMayBeFasterThanTheAnswer) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  const Offer offer = c.last_offer;
  c.accept(offer);
  Work work = Center::work("t1");
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "ana"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana assigned"));
  c.tell(AssignmentConfirmed{offer.id, 1});
  EXPECT_THAT(c.effects, IsEmpty());
  c.accept(offer);
  EXPECT_EQ(c.all<AcceptRepeated>().at(0).assignment_token, 1);
}

TEST(Router, OldNewsChangeNothing) {
  Center c;
  c.begin();
  c.agent("ana");
  Work work = Center::work("t1");
  work.waiting_since = t0;
  c.queue(work);
  c.queue(work);
  EXPECT_THAT(c.effects, IsEmpty());
  c.accept_and_confirm(c.last_offer, 1);
  c.queue(work);
  EXPECT_THAT(c.effects, IsEmpty());
  EXPECT_EQ(c.standing("t1"), Standing::kHeld);
  work.assignment_token = 1;
  c.tell(TicketAssigned{work, "ana"});
  EXPECT_THAT(c.effects, IsEmpty());
}

TEST(Router, ARefusedAssignmentRestsAMomentAndIsOfferedAgain) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.accept(c.last_offer);
  c.tell(AssignmentRefused{c.last_offer.id, "the ticket is resolved"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana withdrawn"));
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.router.next_deadline(), c.now + 1s);
  c.wait(1s);
  EXPECT_THAT(c.made(), ElementsAre("t1>ana"));
}

TEST(Router, ALesserRecordTakesBackWhatNoLongerFits) {
  Center c;
  c.begin();
  c.agent("ana", {"x"}, 3);
  c.queue("t1");
  c.queue("t2", {"x"});
  c.queue("t3");
  c.tell(AgentUpserted{{"ana", {}, 1}});
  EXPECT_THAT(c.ended(), ElementsAre("t3>ana withdrawn", "t2>ana withdrawn"));
  EXPECT_EQ(c.router.agent("ana")->used_units, 1);
}

TEST(Router, AResolvedTicketIsForgotten) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.tell(TicketClosed{"t1"});
  EXPECT_THAT(c.ended(), ElementsAre("t1>ana withdrawn"));
  EXPECT_FALSE(c.router.ticket("t1"));
  EXPECT_EQ(c.router.queue_size(), 0u);
  EXPECT_EQ(c.router.next_deadline(), std::nullopt);
}

TEST(Router, StandingOffersOutliveTheirLeader) {
  Center c;
  c.tell(AgentUpserted{{"ana", {}, 2}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.queue("t1");
  c.queue("t2");
  const Offer mine{"off_a", "t1", "ana", 1, t0 - 15s, t0 + 5s, "longest idle"};
  const Offer gone{"off_b", "t7", "ana", 1, t0 - 15s, t0 + 5s, "longest idle"};
  c.tell(OfferRestored{mine});
  c.tell(OfferRestored{gone});
  EXPECT_THAT(c.ended(), ElementsAre("t7>ana withdrawn"));
  c.now += 6s;
  c.begin();
  EXPECT_THAT(c.made(), IsEmpty());
  EXPECT_EQ(c.standing("t1"), Standing::kOffered);
  c.wait(1s);
  c.tell(AgentConnected{"ana", {}});
  EXPECT_THAT(c.made(), ElementsAre("t2>ana"));
  c.accept(mine);
  EXPECT_EQ(c.all<AssignTicket>().size(), 1u);
}

TEST(Router, AgentsWhoDoNotComeBackAfterAChangeOfLeaderAreGone) {
  Center c;
  c.tell(AgentUpserted{{"ana", {}, 2}});
  c.tell(PresenceChanged{"ana", Presence::kAvailable});
  c.tell(AgentUpserted{{"bob", {}, 2}});
  Work held = Center::work("t1");
  held.assignment_token = 2;
  c.tell(TicketAssigned{held, "bob"});
  c.begin();
  EXPECT_THAT(c.all<ReturnTicket>(), ElementsAre(ReturnTicket{"t1", "bob", 2, "its agent is offline"}));
  c.wait(10s);
  EXPECT_EQ(c.router.agent("ana")->presence, Presence::kOffline);
}

TEST(Router, UnknownAgentsAreRefused) {
  Center c;
  c.begin();
  c.tell(PresenceChanged{"eve", Presence::kAvailable});
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kAgentNotFound);
  c.tell(AgentConnected{"eve", {}});
  EXPECT_EQ(c.all<Refused>().at(0).reason, Reason::kAgentNotFound);
  c.tell(AgentDisconnected{"eve"});
  EXPECT_THAT(c.effects, IsEmpty());
}

TEST(Router, TimeDoesNotRunBackwards) {
  Center c;
  c.begin();
  c.agent("ana");
  c.queue("t1");
  c.now -= 1h;
  c.tell(TimePassed{});
  c.queue("t2");
  EXPECT_EQ(c.router.next_deadline(), t0 + 20s);
}

TEST(Router, ThousandsOfKindsOfTicketsReuseLanes) {
  Center c;
  c.begin();
  c.agent("ana", {}, 1);
  for (int i = 0; i < 3000; ++i) {
    const std::string id = "t" + std::to_string(i);
    Work work = Center::work(id);
    work.required_skills = {{"skill" + std::to_string(i), 1}};
    c.queue(work);
    c.tell(TicketClosed{id});
  }
  c.queue("plain");
  EXPECT_THAT(c.made(), ElementsAre("plain>ana"));
  Work work = Center::work("special");
  work.required_skills = {{"skill5", 1}};
  c.queue(work);
  c.tell(AgentUpserted{{"bob", {{"skill5", 2}}, 1}});
  c.tell(AgentConnected{"bob", Presence::kAvailable});
  EXPECT_THAT(c.made(), ElementsAre("special>bob"));
}

TEST(OfferIds, AreDifferentForEveryOfferAndLeader) {
  OfferIds a{0, 1}, b{0, 2};
  const std::string first = a.next(t0);
  EXPECT_EQ(first.size(), 30u);
  EXPECT_NE(first, a.next(t0));
  EXPECT_NE(first, b.next(t0));
  OfferIds again{0, 1};
  EXPECT_EQ(first, again.next(t0));
}

TEST(Skill, IsReadWithItsLevel) {
  EXPECT_EQ(*parse_skill("billing", 3), (Skill{"billing", 3}));
  EXPECT_EQ(*parse_skill("Language:LV=5", 1), (Skill{"language:lv", 5}));
  for (const char* bad : {"", "=3", "a=", "a=6", "a=0", "a=10", "a b", "a\n"})
    EXPECT_FALSE(parse_skill(bad, 1).ok()) << bad;
}

}  // namespace
}  // namespace hark::routing
