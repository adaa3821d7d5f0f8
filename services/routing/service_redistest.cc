#include <gmock/gmock.h>

#include <set>

#include "routing/redis/journal.h"
#include "routing/service_fixture.h"

namespace hark::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(RoutingService, OffersAcceptsAndAssignsFenced) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana");
    const auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    const auto state = co_await t.see_offers(session, 1);
    EXPECT_EQ(state.offers(0).ticket().preview(), "where is my order");
    EXPECT_EQ(state.agent().used_units(), 1);
    EXPECT_EQ(state.offers(0).explanation(), "the only one with room");

    const auto answer = co_await t.accept(state.offers(0).id(), "ana");
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(answer->assignment_token(), 1);
    EXPECT_EQ(answer->offer().ticket().agent_id(), "ana");
    EXPECT_THAT(t.conversations.assign_keys, ElementsAre(state.offers(0).id()));
    EXPECT_GT(t.conversations.fence, 0);
    const auto held = co_await t.see_offers(session, 0);
    EXPECT_THAT(held.agent().ticket_ids(), ElementsAre("tkt_1"));

    const auto again = co_await t.accept(state.offers(0).id(), "ana");
    EXPECT_EQ(again->assignment_token(), 1);
    EXPECT_EQ(t.conversations.assign_keys.size(), 1u);
    co_await t.stop();
  });
}

TEST_F(RoutingService, AnAssignmentOfUnknownFateIsSentAgainUnderItsKey) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana");
    const auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    t.conversations.unknown_assigns = 2;
    const auto state = co_await t.see_offers(session, 1);
    const std::string id = state.offers(0).id();
    EXPECT_TRUE((co_await t.accept(id, "ana")).ok());
    EXPECT_THAT(t.conversations.assign_keys, ElementsAre(id, id, id));
    co_await t.stop();
  });
}

TEST_F(RoutingService, AnOfferOutlivesItsProcess) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one");
    co_await t.make_agent("ana");
    auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    const auto before = co_await t.see_offers(session, 1);
    const auto fence = t.conversations.fence;
    session.reset();
    co_await t.stop();

    co_await t.start("two");
    EXPECT_GT(t.conversations.fence, fence);
    session = co_await t.sit_down("ana");
    const auto after = co_await t.see_offers(session, 1);
    EXPECT_EQ(after.offers(0).id(), before.offers(0).id());
    EXPECT_TRUE((co_await t.accept(before.offers(0).id(), "ana")).ok());
    session.reset();
    co_await t.stop();

    co_await t.start("three");
    const auto again = co_await t.accept(before.offers(0).id(), "ana");
    EXPECT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->assignment_token(), 1);
    EXPECT_EQ((co_await t.accept(before.offers(0).id(), "eve")).error().reason, Reason::kAgentNotFound);
    co_await t.stop();
  });
}

TEST_F(RoutingService, AWrapUpOutlivesItsProcessAndEndsByItsAgentsWord) {
  rules.settings.wrap_up = std::chrono::hours{1};
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one");
    co_await t.make_agent("ana");
    auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    const auto offered = co_await t.see_offers(session, 1);
    EXPECT_TRUE((co_await t.accept(offered.offers(0).id(), "ana")).ok());
    t.conversations.resolve("tkt_1");
    std::int64_t until = 0;
    while (until == 0) until = (co_await t.next_state(session)).agent().wrap_up_until_ms();
    session.reset();
    co_await t.stop();

    co_await t.start("two");
    session = co_await t.sit_down("ana");
    EXPECT_EQ((co_await t.next_state(session)).agent().wrap_up_until_ms(), until);
    t.conversations.open("tkt_2");
    v1::EndWrapUpRequest done;
    done.set_agent_id("ana");
    EXPECT_TRUE((co_await t.node->service.end_wrap_up(done)).ok());
    EXPECT_EQ((co_await t.see_offers(session, 1)).offers(0).ticket().id(), "tkt_2");
    session.reset();
    co_await t.stop();
  });
}

TEST_F(RoutingService, ADeclineOutlivesItsProcess) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one");
    co_await t.make_agent("ana");
    auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    const auto state = co_await t.see_offers(session, 1);
    v1::DeclineOfferRequest decline;
    decline.set_offer_id(state.offers(0).id());
    decline.set_agent_id("ana");
    EXPECT_TRUE((co_await t.node->service.decline_offer(decline)).ok());
    session.reset();
    co_await t.stop();

    co_await t.start("two");
    session = co_await t.sit_down("ana");
    const auto queue = *co_await t.node->service.list_queue({});
    EXPECT_EQ(queue.total(), 1);
    EXPECT_THAT(queue.tickets(0).explanation(),
                ::testing::StartsWith("waits: everybody who is available has declined it (ana)"));
    session.reset();
    co_await t.stop();
  });
}

TEST_F(RoutingService, ALeaderWhoseLeaseIsGoneDecidesNothingMore) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one");
    co_await t.make_agent("ana");
    const auto session = co_await t.sit_down("ana");
    (void)co_await session->next();
    // Another process finds the lease free before this one notices.
    EXPECT_TRUE((co_await t.node->store.resign("one")).ok());
    EXPECT_TRUE((co_await t.node->store.lead("usurper", 60s))->leading);
    t.conversations.open("tkt_1");
    while (const auto state = co_await session->next()) EXPECT_EQ(state->offers_size(), 0);
    EXPECT_EQ(session->why_ended().error().reason, Reason::kNotLeader);
    EXPECT_EQ((co_await t.node->service.list_agents({})).error().reason, Reason::kNotLeader);
    EXPECT_THAT(*co_await t.node->store.standing_offers(), IsEmpty());
    co_await t.stop();
  });
}

TEST_F(RoutingService, AStaleFenceEndsTheTermAndANewOneServesTheTicket) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one");
    co_await t.make_agent("ana");
    auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    const auto state = co_await t.see_offers(session, 1);
    const auto before = t.conversations.fence++;
    EXPECT_EQ((co_await t.accept(state.offers(0).id(), "ana")).error().reason, Reason::kNotLeader);
    session.reset();
    EXPECT_TRUE(co_await t.node->service.is_led_within(20s));
    EXPECT_GT(t.conversations.fence, before);
    EXPECT_TRUE((co_await t.accept(state.offers(0).id(), "ana")).ok());
    co_await t.stop();
  });
}

TEST_F(RoutingService, SignsInWithTheRightPasswordAlone) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana");
    v1::SignInRequest request;
    request.set_agent_id("ana");
    request.set_password("correct horse");
    const auto right = co_await t.node->service.sign_in(request);
    EXPECT_TRUE(right.ok());
    EXPECT_EQ(right->agent().id(), "ana");
    request.set_password("wrong horse");
    EXPECT_EQ((co_await t.node->service.sign_in(request)).error().reason, Reason::kUnauthenticated);
    request.set_agent_id("eve");
    EXPECT_EQ((co_await t.node->service.sign_in(request)).error().reason, Reason::kUnauthenticated);
    co_await t.stop();
  });
}

TEST_F(RoutingService, SeedsAgentsOnce) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    v1::AgentSeed seed;
    seed.set_id("ana");
    seed.set_name("Ana");
    seed.set_role("supervisor");
    seed.set_password("correct horse");
    seed.set_capacity_units(4);
    seed.add_skills("billing");
    seed.add_skills("language:lv=5");
    EXPECT_TRUE((co_await t.node->service.seed({seed})).ok());
    seed.set_capacity_units(1);
    EXPECT_TRUE((co_await t.node->service.seed({seed})).ok());
    const auto agents = *co_await t.node->store.agents();
    EXPECT_EQ(agents.size(), 1u);
    EXPECT_EQ(agents[0].agent.capacity_units(), 4);
    EXPECT_EQ(agents[0].agent.role(), v1::ROLE_SUPERVISOR);
    EXPECT_EQ(agents[0].agent.skills(0).level(), 3);
    co_await t.stop();
  });
}

TEST_F(RoutingService, RefusesWhatIsNoAgentAndNoPresence) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    v1::UpsertAgentRequest upsert;
    upsert.mutable_agent()->set_id("Not An Id");
    EXPECT_EQ((co_await t.node->service.upsert_agent(upsert)).error().reason, Reason::kInvalidField);
    upsert.mutable_agent()->set_id("ana");
    upsert.mutable_agent()->add_skills()->set_name("x");  // level 0
    EXPECT_EQ((co_await t.node->service.upsert_agent(upsert)).error().reason, Reason::kInvalidField);
    v1::SetPresenceRequest presence;
    presence.set_agent_id("ana");
    EXPECT_EQ((co_await t.node->service.set_presence(presence)).error().reason, Reason::kInvalidField);
    presence.set_presence(v1::PRESENCE_AWAY);
    EXPECT_EQ((co_await t.node->service.set_presence(presence)).error().reason, Reason::kAgentNotFound);
    v1::AgentSessionRequest::Hello hello;
    hello.set_agent_id("ana");
    EXPECT_EQ((co_await t.node->service.open_session(hello)).error().reason, Reason::kAgentNotFound);
    co_await t.stop();
  });
}

TEST_F(RoutingService, TheJournalGivesTheSameDecisionsAgain) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana", 2);
    const auto session = co_await t.sit_down("ana");
    for (const char* id : {"tkt_1", "tkt_2", "tkt_3"}) t.conversations.open(id);
    const auto state = co_await t.see_offers(session, 2);
    EXPECT_TRUE((co_await t.accept(state.offers(0).id(), "ana")).ok());
    v1::DeclineOfferRequest decline;
    decline.set_offer_id(state.offers(1).id());
    decline.set_agent_id("ana");
    EXPECT_TRUE((co_await t.node->service.decline_offer(decline)).ok());
    const auto standing = *co_await t.node->store.standing_offers();
    EXPECT_EQ(standing.size(), 1u);

    const auto journal = *co_await t.node->store.journal("-", 1000);
    const auto& start = journal.at(0).record.started();
    Router replayed{decode(start.settings()), static_cast<std::uint16_t>(start.shard()),
                    start.fencing_token()};
    std::map<std::string, Offer> offers;
    for (const auto& item : journal) {
      const auto input = decode(item.record);
      if (!input) continue;
      for (const Effect& effect : replayed.apply(input->input, input->at)) {
        if (const auto* made = std::get_if<OfferMade>(&effect)) offers.emplace(made->offer.id, made->offer);
        if (const auto* ended = std::get_if<OfferEnded>(&effect)) offers.erase(ended->offer_id);
      }
    }
    EXPECT_EQ(offers.size(), 1u);
    EXPECT_EQ(offers.begin()->second, standing.at(0));
    co_await t.stop();
  });
}

TEST_F(RoutingService, ATicketOfSomeoneWhoSignsOutGoesToTheNext) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana");
    const auto ana = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    const auto state = co_await t.see_offers(ana, 1);
    EXPECT_TRUE((co_await t.accept(state.offers(0).id(), "ana")).ok());
    co_await t.make_agent("ben");
    const auto ben = co_await t.sit_down("ben");
    v1::SetPresenceRequest out;
    out.set_agent_id("ana");
    out.set_presence(v1::PRESENCE_OFFLINE);
    EXPECT_TRUE((co_await t.node->service.set_presence(out)).ok());
    const auto next = co_await t.see_offers(ben, 1);
    EXPECT_EQ(next.offers(0).ticket().id(), "tkt_1");

    // Having been gone does not count as having declined.
    out.set_agent_id("ben");
    EXPECT_TRUE((co_await t.node->service.set_presence(out)).ok());
    out.set_agent_id("ana");
    out.set_presence(v1::PRESENCE_AVAILABLE);
    EXPECT_TRUE((co_await t.node->service.set_presence(out)).ok());
    EXPECT_EQ((co_await t.see_offers(ana, 1)).offers(0).ticket().id(), "tkt_1");
    co_await t.stop();
  });
}

TEST_F(RoutingService, NobodyWaitsForWhoIsAwayWhenTheirCustomerComesLive) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana");
    const auto ana = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    EXPECT_TRUE((co_await t.accept((co_await t.see_offers(ana, 1)).offers(0).id(), "ana")).ok());
    co_await t.make_agent("ben");
    const auto ben = co_await t.sit_down("ben");
    v1::SetPresenceRequest away;
    away.set_agent_id("ana");
    away.set_presence(v1::PRESENCE_AWAY);
    EXPECT_TRUE((co_await t.node->service.set_presence(away)).ok());
    v1::Ticket& ticket = t.conversations.tickets.at("tkt_1");
    ticket.set_chatting(true);
    t.conversations.log(v1::EVENT_TYPE_CHATTING, ticket);
    EXPECT_EQ((co_await t.see_offers(ben, 1)).offers(0).ticket().id(), "tkt_1");
    EXPECT_EQ(t.conversations.transfers.back().reason(), "its customer came by chat, and ana is away");
    EXPECT_EQ(t.conversations.transfers.back().wanted_agent_id(), "");
    EXPECT_THAT(ticket.declined_by(), ::testing::IsEmpty()) << "ana has refused nothing";
    co_await t.stop();
  });
}

Rules with_policies(const std::string& yaml) {
  const auto config = read_config("routing:\n" + yaml, "f", &policy_problems);
  EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
  return rules_of(*config);
}

TEST_F(RoutingService, AnAssignmentTakesTheVerdictAlong) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one", with_policies("  email_units: 1\n"));
    co_await t.make_agent("ana");
    const auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1", "I demand a refund, your service is terrible");
    const auto state = co_await t.see_offers(session, 1);
    EXPECT_TRUE(state.offers(0).ticket().verdict().complaint()) << "the agent sees it before it is stored";
    EXPECT_FALSE(t.conversations.tickets["tkt_1"].has_verdict());
    EXPECT_TRUE((co_await t.accept(state.offers(0).id(), "ana")).ok());
    EXPECT_TRUE(t.conversations.tickets["tkt_1"].verdict().complaint());
    co_await t.stop();
  });
}

TEST_F(RoutingService, AVerdictIsStoredAndAnAngryCustomerGoesFirst) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one", with_policies("  email_units: 1\n"));
    t.conversations.open("tkt_1");
    t.conversations.open("tkt_2", "I demand a refund, your service is terrible");
    co_await until([&t] { return t.conversations.tickets["tkt_2"].has_verdict(); });
    const v1::TicketVerdict verdict = t.conversations.tickets["tkt_2"].verdict();
    EXPECT_TRUE(verdict.complaint());
    EXPECT_EQ(verdict.found_by(), "built-in");
    EXPECT_EQ(verdict.priority_points(), 30);
    const auto queue = co_await t.node->service.list_queue({});
    EXPECT_EQ(queue->tickets(0).ticket_id(), "tkt_2");
    EXPECT_THAT(queue->tickets(0).explanation(), HasSubstr("complaint (demand, refund)"));
    co_await t.stop();
  });
}

/// Answers as it is told, or not at all.
class FakeTriager final : public Triager {
 public:
  Task<Result<v1::TicketVerdict>> judge(v1::TriageRequest request) override {
    asked.push_back(std::move(request));
    if (!answer) co_return Error{Code::kDeadlineExceeded, Reason::kDeadline, "too late"};
    co_return *answer;
  }
  std::optional<v1::TicketVerdict> answer;
  std::vector<v1::TriageRequest> asked;
};

TEST_F(RoutingService, SomebodyElsesVerdictHoldsAndItsSilenceDoesNot) {
  play(+[](RoutingService& t) -> Task<> {
    FakeTriager triager;
    co_await t.start("one", with_policies("  email_units: 1\n"), &triager);
    t.conversations.open("tkt_1", "I demand a refund");
    co_await until([&t] { return t.conversations.tickets["tkt_1"].has_verdict(); });
    EXPECT_EQ(t.conversations.tickets["tkt_1"].verdict().found_by(), "built-in");
    EXPECT_TRUE(triager.asked.at(0).built_in().complaint());

    triager.answer.emplace().set_sentiment(-500);
    triager.answer->set_found_by("judge:1");
    t.conversations.open("tkt_2", "I demand a refund");
    co_await until([&t] { return t.conversations.tickets["tkt_2"].has_verdict(); });
    EXPECT_EQ(t.conversations.tickets["tkt_2"].verdict().found_by(), "judge:1");
    EXPECT_EQ(t.conversations.tickets["tkt_2"].verdict().sentiment(), -100);
    EXPECT_FALSE(t.conversations.tickets["tkt_2"].verdict().complaint());
    co_await t.stop();
  });
}

/// A message of tkt_1 that came so many milliseconds ago.
v1::Entry unanswered_for(RoutingService& t, std::int64_t ms) {
  v1::Entry message;
  message.set_id("ent_1");
  message.set_ticket_id("tkt_1");
  message.set_kind(v1::ENTRY_KIND_INBOUND);
  message.set_accepted_at_ms(to_ms(SystemClock{}.now()) - ms);
  t.conversations.entries.push_back(message);
  t.conversations.open("tkt_1");
  return message;
}

TEST_F(RoutingService, AMissedTargetIsToldOnceRaisesThePriorityAndCounts) {
  play(+[](RoutingService& t) -> Task<> {
    const auto rules = with_policies(
        "  sla:\n    - {id: quick, first_response_minutes: 1, warn_at_percent: [50], missed_priority_points: "
        "70}\n");
    const v1::Entry message = unanswered_for(t, 61'000);
    co_await t.start("one", rules);
    co_await until([&t] { return t.conversations.notices.size() == 2; });
    std::set<int> percents;
    for (const v1::SlaNotice& notice : t.conversations.notices) {
      percents.insert(notice.percent());
      EXPECT_EQ(notice.since_ms(), message.accepted_at_ms());
      EXPECT_EQ(notice.policy(), "quick");
      v1::Entry told;
      told.set_ticket_id("tkt_1");
      told.set_kind(v1::ENTRY_KIND_STATUS);
      told.mutable_status()->set_change(v1::StatusChange::CHANGE_SLA_MISSED);
      *told.mutable_status()->mutable_sla() = notice;
      t.conversations.entries.push_back(told);
    }
    EXPECT_THAT(percents, ElementsAre(50, 100));
    EXPECT_EQ((co_await t.node->service.summarize_queue({}))->sla_missed(), 1);
    co_await t.stop();

    // A new leader knows what stands on the timeline.
    co_await t.start("one", rules);
    for (;;) {
      const auto summary = co_await t.node->service.summarize_queue({});
      if (summary.ok() && summary->sla_missed() == 1) break;
      co_await sleep_for(std::chrono::milliseconds{5});
    }
    EXPECT_EQ(t.conversations.notices.size(), 2u);
    co_await t.stop();
  });
}

TEST_F(RoutingService, ATicketForAQueueThatIsNotThereIsServedAllTheSameAndToldOfOnce) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    co_await t.make_agent("ana");
    auto session = co_await t.sit_down("ana");
    v1::Ticket ticket;
    ticket.set_id("tkt_1");
    ticket.set_conversation_id("con_1");
    ticket.set_state(v1::TICKET_STATE_QUEUED);
    ticket.set_channel(v1::CHANNEL_EMAIL);
    ticket.set_wanted_queue_id("nosuch");
    t.conversations.tickets["tkt_1"] = ticket;
    t.conversations.log(v1::EVENT_TYPE_ACCEPTED, ticket);
    EXPECT_EQ((co_await t.see_offers(session, 1)).offers(0).ticket().id(), "tkt_1");
    t.conversations.log(v1::EVENT_TYPE_ACCEPTED, ticket);
    t.conversations.open("tkt_2");
    co_await until([&t] { return t.node->service.queues().at(0).tickets.waiting == 2; });
    EXPECT_THAT(t.node->unknown_queues, ElementsAre("tkt_1 nosuch"));
    v1::ExplainRequest why;
    why.set_ticket_id("tkt_1");
    EXPECT_THAT((co_await t.node->service.explain(why))->summary(),
                HasSubstr("'nosuch', which there is not"));
    co_await t.stop();
  });
}

TEST_F(RoutingService, AMissedTargetMovesTheTicketToOtherSkillsAndQueueWhoeverHasIt) {
  play(+[](RoutingService& t) -> Task<> {
    unanswered_for(t, 61'000);
    co_await t.start("one", with_policies("  sla:\n    - {id: quick, first_response_minutes: 1, "
                                          "missed_move_to_skills: [rescue, 'language:lv'], "
                                          "missed_move_to_queue: last}\n  queues: [{id: last}]\n"));
    co_await until([&t] { return !t.conversations.transfers.empty(); });
    const v1::TransferRequest& moved = t.conversations.transfers.front();
    EXPECT_EQ(moved.ticket_id(), "tkt_1");
    EXPECT_THAT(moved.wanted_skills(), ElementsAre("rescue", "language:lv"));
    EXPECT_EQ(moved.wanted_queue_id(), "last");
    EXPECT_TRUE(moved.by_supervisor());
    EXPECT_EQ(moved.reason(), "the first response target of quick (1 min) is missed");
    co_await t.stop();
    EXPECT_EQ(t.conversations.transfers.size(), 1u);
  });
}

TEST_F(RoutingService, AMissedTargetThatTheLastLeaderOnlyToldOfMovesTheTicketOnce) {
  play(+[](RoutingService& t) -> Task<> {
    const v1::Entry message = unanswered_for(t, 61'000);
    v1::Entry told;
    told.set_ticket_id("tkt_1");
    told.set_kind(v1::ENTRY_KIND_STATUS);
    told.mutable_status()->set_change(v1::StatusChange::CHANGE_SLA_MISSED);
    told.mutable_status()->mutable_sla()->set_metric(v1::SLA_METRIC_FIRST_RESPONSE);
    told.mutable_status()->mutable_sla()->set_percent(100);
    told.mutable_status()->mutable_sla()->set_since_ms(message.accepted_at_ms());
    t.conversations.entries.push_back(told);
    const auto rules = with_policies(
        "  sla:\n    - {id: quick, first_response_minutes: 1, missed_move_to_queue: last}\n  queues: [{id: "
        "last}]\n");
    co_await t.start("one", rules);
    co_await until([&t] { return !t.conversations.transfers.empty(); });
    EXPECT_EQ(t.conversations.transfers[0].reason(), "the first response target of quick (1 min) is missed");
    EXPECT_TRUE(t.conversations.notices.empty());
    co_await t.stop();

    told.mutable_status()->clear_sla();
    told.mutable_status()->set_change(v1::StatusChange::CHANGE_RETURNED);
    t.conversations.entries.push_back(told);
    t.conversations.tickets["tkt_1"].clear_wanted_queue_id();
    co_await t.start("two", rules);
    for (;;) {
      const auto summary = co_await t.node->service.summarize_queue({});
      if (summary.ok() && summary->sla_missed() == 1) break;
      co_await sleep_for(std::chrono::milliseconds{5});
    }
    co_await t.stop();
    EXPECT_EQ(t.conversations.transfers.size(), 1u);
  });
}

TEST_F(RoutingService, TargetsMissedAtOnceOrWhileTheTicketWaitsThereAlreadyMoveItOnce) {
  play(+[](RoutingService& t) -> Task<> {
    const v1::Entry message = unanswered_for(t, 21'000);
    t.conversations.tickets["tkt_1"].set_opened_at_ms(message.accepted_at_ms());
    co_await t.start(
        "one", with_policies("  sla:\n    - {id: quick, first_response_seconds: 20, requester_wait_seconds: "
                             "20, resolution_seconds: 22, missed_move_to_queue: last}\n"
                             "  queues: [{id: last}]\n"));
    co_await until([&t] { return t.conversations.notices.size() == 3; });
    for (const v1::SlaNotice& notice : t.conversations.notices)
      EXPECT_EQ(notice.target_seconds(), notice.metric() == v1::SLA_METRIC_RESOLUTION ? 22 : 20);
    co_await t.stop();
    EXPECT_EQ(t.conversations.transfers.size(), 1u);
    EXPECT_EQ(
        t.conversations.transfers.front().reason(),
        "the first response target of quick (20 s), the requester wait target of quick (20 s) are missed");
  });
}

}  // namespace
}  // namespace hark::routing
