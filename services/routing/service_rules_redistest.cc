#include <gmock/gmock.h>

#include "routing/config_check.h"
#include "routing/core/decision.h"
#include "routing/redis/journal.h"
#include "routing/service_fixture.h"

namespace hark::routing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kMay =
    "routing:\n  version: may\n  queues: [{id: claims, entries: [{channels: [email]}]}]\n";

v1::ApplyRoutingRequest change(std::string key, std::string yaml, std::int64_t expected = 0) {
  v1::ApplyRoutingRequest request;
  request.set_idempotency_key(std::move(key));
  request.set_yaml(std::move(yaml));
  request.set_file_name("new.yaml");
  request.set_expected_number(expected);
  request.set_by("sam");
  request.set_reason("spring");
  return request;
}

v1::RollBackRoutingRequest back_to(std::string key, std::int64_t number) {
  v1::RollBackRoutingRequest request;
  request.set_idempotency_key(std::move(key));
  request.set_to_number(number);
  return request;
}

v1::ExplainRequest about(const std::string& ticket_id) {
  v1::ExplainRequest request;
  request.set_ticket_id(ticket_id);
  return request;
}

/// The file that the process was started with.
void write_file(RoutingService& t, const std::string& yaml) {
  const auto config = read_config(yaml, "hark.yaml", &check_config);
  ASSERT_TRUE(config.ok()) << config.error().message;
  t.file = *config;
  t.rules = rules_of(*config);
}

TEST_F(RoutingService, AVersionSetAtRunTimeHoldsForEveryDecisionAndOverAChangeOfLeader) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one");
    t.conversations.open("tkt_1");
    co_await until([&t] { return t.node->service.queues().at(0).tickets.waiting == 1; });
    EXPECT_EQ((co_await t.node->service.explain(about("tkt_1")))->config_version(), "1");
    const auto set = co_await t.node->service.apply_routing(change("a", kMay, 1));
    EXPECT_TRUE(set.ok()) << set.error().message;
    EXPECT_EQ(set->version().number(), 2);
    EXPECT_EQ(set->version().by(), "sam");
    const auto moved = *co_await t.node->service.explain(about("tkt_1"));
    EXPECT_EQ(moved.config_version(), "2 may");
    EXPECT_EQ(moved.queue_id(), "claims");
    co_await t.stop();

    co_await t.start("two");
    EXPECT_EQ((co_await t.node->service.get_routing({}))->version().yaml(), kMay);
    co_await t.make_agent("ana");
    auto session = co_await t.sit_down("ana");
    const v1::Offer offer = (co_await t.see_offers(session, 1)).offers(0);
    EXPECT_EQ(offer.config_version(), "2 may");
    EXPECT_EQ((*co_await t.node->store.standing_offers()).at(0).version, "2 may");
    EXPECT_TRUE((co_await t.node->service.apply_routing(change("b", kMay, 2))).ok());
    session.reset();
    co_await t.stop();

    co_await t.start("three");
    const auto explained = *co_await t.node->service.explain(about("tkt_1"));
    EXPECT_EQ(explained.config_version(), "3 may");
    EXPECT_EQ(explained.offer_config_version(), "2 may") << "what stands was decided by what held then";
    session = co_await t.sit_down("ana");
    EXPECT_TRUE((co_await t.accept(offer.id(), "ana")).ok());
    EXPECT_EQ(t.conversations.reasons,
              std::vector<std::string>{"the only one with room; queue claims (rules 2 may)"})
        << "for the record";
    session.reset();
    co_await t.stop();
  });
}

TEST_F(RoutingService, TheJournalGivesTheSameDecisionsAgainAcrossAChangeOfRules) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start("one");
    co_await t.make_agent("ana");
    const auto session = co_await t.sit_down("ana");
    t.conversations.open("tkt_1");
    (void)co_await t.see_offers(session, 1);
    EXPECT_TRUE((co_await t.node->service.apply_routing(change("a", kMay))).ok());
    t.conversations.open("tkt_2");
    (void)co_await t.see_offers(session, 2);
    const auto journal = *co_await t.node->store.journal("-", 1000);
    const auto& start = journal.at(0).record.started();
    Router replayed{decode(start.settings()), 0, start.fencing_token()};
    int decisions = 0;
    for (const auto& item : journal) {
      const auto input = decode(item.record);
      if (!input) continue;
      EXPECT_EQ(digest(replayed.apply(input->input, input->at)), item.record.decided()) << item.id;
      decisions += item.record.offered_size();
    }
    EXPECT_EQ(decisions, 2);
    co_await t.stop();
  });
}

TEST_F(RoutingService, AChangeOfRulesIsMadeOnceAndOnlyOnWhatItsAuthorHasSeen) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    auto& service = t.node->service;
    EXPECT_EQ((co_await service.apply_routing(change("a", kMay, 7))).error().reason,
              Reason::kRoutingVersionChanged);
    EXPECT_EQ((co_await service.apply_routing(change("a", kMay, 1)))->version().number(), 2);
    EXPECT_EQ((co_await service.apply_routing(change("b", kMay, 2)))->version().number(), 3);
    EXPECT_EQ((co_await service.apply_routing(change("a", kMay, 1)))->version().number(), 2);
    EXPECT_EQ((co_await service.apply_routing(change("a", kMay, 3))).error().reason,
              Reason::kIdempotencyKeyReused);
    EXPECT_EQ((co_await service.apply_routing(change("", kMay))).error().reason,
              Reason::kIdempotencyKeyMissing);
    EXPECT_EQ((co_await service.get_routing({}))->number_in_force(), 3);
    co_await t.stop();
  });
}

TEST_F(RoutingService, WrongRulesAreToldInTheWordsOfTheFileAndChangeNothing) {
  play(+[](RoutingService& t) -> Task<> {
    co_await t.start();
    auto& service = t.node->service;
    const std::string wrong =
        "routing:\n  queues:\n    - id: a\n      members: 'billing >'\n  gone_policy: stay\n";
    const auto expected = read_config(wrong, "new.yaml", &check_config);
    EXPECT_EQ((co_await service.apply_routing(change("a", wrong))).error().message, expected.error().message);
    v1::CheckRoutingRequest check;
    check.set_yaml(wrong);
    check.set_file_name("new.yaml");
    const auto checked = *co_await service.check_routing(check);
    EXPECT_EQ(checked.problems_size(), 2);
    EXPECT_THAT(checked.problems(0), HasSubstr("new.yaml:4: routing.queues[0].members"));
    check.set_yaml(kMay);
    EXPECT_THAT((co_await service.check_routing(check))->problems(), IsEmpty());
    EXPECT_THAT((co_await service.apply_routing(change("b", "agents: []\nrouting: {}\n"))).error().message,
                HasSubstr("new.yaml:1: agents: cannot be set at run time"));
    EXPECT_THAT((co_await service.apply_routing(change("b", ""))).error().message,
                HasSubstr("has no section `routing:`"));
    EXPECT_EQ(
        (co_await service.apply_routing(change("b", std::string(kRulesBytesMax + 1, '#')))).error().reason,
        Reason::kTooLarge);
    EXPECT_EQ((co_await service.get_routing({}))->number_in_force(), 1);
    co_await t.stop();
  });
}

TEST_F(RoutingService, WhatWasSetAtRunTimeStandsUntilTheFileChanges) {
  play(+[](RoutingService& t) -> Task<> {
    write_file(t, "routing: {version: april}\n");
    co_await t.start();
    EXPECT_TRUE((co_await t.node->service.apply_routing(change("a", kMay))).ok());
    EXPECT_TRUE((co_await t.node->service.get_routing({}))->file_overridden());
    co_await t.stop();
    co_await t.start();
    EXPECT_EQ((co_await t.node->service.get_routing({}))->version().name(), "may");
    co_await t.stop();

    write_file(t, "routing: {version: june}\n");
    co_await t.start();
    const auto now = *co_await t.node->service.get_routing({});
    EXPECT_EQ(now.version().source(), v1::RoutingVersion::SOURCE_FILE);
    EXPECT_EQ(now.version().name(), "june");
    EXPECT_FALSE(now.file_overridden());
    std::vector<std::string> names;
    const auto listed = *co_await t.node->service.list_routing_versions({});
    for (const auto& version : listed.versions()) names.push_back(version.name());
    EXPECT_THAT(names, ElementsAre("june", "may", "april"));
    co_await t.stop();
  });
}

TEST_F(RoutingService, RulesGoBackToAnEarlierVersionOrToTheFile) {
  play(+[](RoutingService& t) -> Task<> {
    write_file(t, "routing: {version: april}\n");
    co_await t.start();
    auto& service = t.node->service;
    EXPECT_TRUE((co_await service.apply_routing(change("a", kMay))).ok());
    EXPECT_TRUE((co_await service.apply_routing(change("b", "routing: {version: june}"))).ok());
    const auto back = co_await service.roll_back_routing(back_to("c", 2));
    EXPECT_EQ(back->version().number(), 4);
    EXPECT_EQ(back->version().copy_of(), 2);
    EXPECT_EQ((co_await service.get_routing({}))->version().yaml(), kMay);
    EXPECT_EQ((co_await service.roll_back_routing(back_to("d", 77))).error().reason,
              Reason::kRoutingVersionNotFound);
    const auto file = co_await service.roll_back_routing(back_to("e", 0));
    EXPECT_EQ(file->version().name(), "april");
    EXPECT_EQ(file->version().source(), v1::RoutingVersion::SOURCE_FILE);
    EXPECT_THAT(file->version().yaml(), HasSubstr("routing:\n  accept_timeout_seconds: 30\n"));
    EXPECT_FALSE((co_await service.get_routing({}))->file_overridden());
    co_await t.stop();
  });
}

}  // namespace
}  // namespace hark::routing
