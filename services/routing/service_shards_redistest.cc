// Several shards: whose tickets are, and who leads.
#include <set>

#include "base/config/config.h"
#include "routing/config_check.h"
#include "routing/redis/journal.h"
#include "routing/service_fixture.h"
#include "routing/study/journal_file.h"
#include "routing/study/replay.h"

namespace hark::routing {
namespace {

constexpr std::uint16_t kEmea = 0, kApac = 1;

class RoutingShards : public hark::testing::RedisTest, public Onlooker {
 public:
  RoutingShards() {
    const auto config = read_config(
        "shards: [emea, apac]\n"
        "routing:\n  queues:\n"
        "    - {id: west, entries: [{accounts: [a]}]}\n"
        "    - {id: east, shard: apac, entries: [{accounts: [b]}]}\n",
        "f", &check_config);
    EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
    file = *config;
  }

  void play(Task<> (*scene)(RoutingShards&)) {
    tasks().spawn("scene", scene(*this));
    run_until_idle();
  }

  redis::Client& redis() { return client(); }
  std::unique_ptr<Node> node(std::string name, std::uint16_t shard, Company* company = nullptr) {
    return std::make_unique<Node>(executor(), client(), conversations, std::move(name), rules_of(file),
                                  nullptr, file, shard, company);
  }
  /// Each shard led, ana and bob at their desks.
  Task<> start() {
    emea = node("one", kEmea);
    EXPECT_TRUE(co_await emea->service.is_led_within(20s));
    apac = node("two", kApac);
    EXPECT_TRUE(co_await apac->service.is_led_within(20s));
    ana = co_await sit_down(*emea, "ana");
    bob = co_await sit_down(*apac, "bob");
  }
  Task<> stop() {
    ana.reset();
    bob.reset();
    co_await emea->stop();
    co_await apac->stop();
  }
  Task<std::shared_ptr<Routing::Session>> sit_down(Node& node, std::string id) {
    v1::UpsertAgentRequest record;
    record.mutable_agent()->set_id(id);
    record.mutable_agent()->set_capacity_units(5);
    const auto made = co_await node.service.upsert_agent(record);
    EXPECT_TRUE(made.ok()) << (made.ok() ? "" : made.error().message);
    v1::AgentSessionRequest::Hello hello;
    hello.set_agent_id(id);
    hello.set_presence(v1::PRESENCE_AVAILABLE);
    co_return *co_await node.service.open_session(hello);
  }
  void open(const std::string& id, const std::string& account) {
    v1::Ticket& ticket = conversations.tickets[id];
    ticket.set_account_id(account);
    ticket.set_waiting_since_ms(1'000);
    conversations.open(id);
  }
  Task<v1::Offer> offer_to(std::shared_ptr<Routing::Session> session) {
    co_return (co_await see_offers(std::move(session), 1)).offers(0);
  }
  static Task<> accept(Node& node, v1::Offer offer) {
    v1::AcceptOfferRequest request;
    request.set_offer_id(offer.id());
    request.set_agent_id(offer.agent_id());
    const auto accepted = co_await node.service.accept_offer(request);
    EXPECT_TRUE(accepted.ok()) << (accepted.ok() ? "" : accepted.error().message);
  }
  /// As its holder, or a supervisor, passes it on.
  void transfer(const std::string& id, const std::string& queue, const std::string& agent = "") {
    v1::Ticket& ticket = conversations.tickets.at(id);
    ticket.set_state(v1::TICKET_STATE_QUEUED);
    if (!ticket.agent_id().empty()) ticket.add_declined_by(ticket.agent_id());
    ticket.clear_agent_id();
    ticket.set_wanted_queue_id(queue);
    ticket.set_wanted_agent_id(agent);
    conversations.log(v1::EVENT_TYPE_TRANSFERRED, ticket);
  }
  static Task<std::set<std::string>> offered(Node& node) {
    std::set<std::string> out;
    const auto standing = *co_await node.store.standing_offers();
    for (const Offer& offer : standing) out.insert(offer.ticket_id);
    co_return out;
  }

  /// The first shard's offers of the ticket are gone durably as it is passed on.
  Task<> see_passed(std::string id, int shard, int& passed) {
    if (shard != kApac + 1) co_return;
    ++passed;
    EXPECT_FALSE((co_await offered(*emea)).contains(id));
  }
  /// The other way: the second shard's.
  Task<> see_passed_back(std::string id, int shard, int& passed) {
    if (shard != kEmea + 1) co_return;
    ++passed;
    EXPECT_FALSE((co_await offered(*apac)).contains(id));
  }
  static Task<> decline(Node& node, v1::Offer offer) {
    v1::DeclineOfferRequest request;
    request.set_offer_id(offer.id());
    request.set_agent_id(offer.agent_id());
    EXPECT_TRUE((co_await node.service.decline_offer(request)).ok());
  }
  /// What is wrong with it, or "".
  static Task<std::string> pass_on(Node& node, std::string queue, std::string agent) {
    v1::PassOnRequest request;
    request.mutable_transfer()->set_ticket_id("tkt_1");
    request.mutable_transfer()->set_wanted_queue_id(queue);
    request.mutable_transfer()->set_wanted_agent_id(agent);
    const auto passed = co_await node.service.pass_on(request);
    co_return passed.ok() ? "" : passed.error().message;
  }
  static Task<> hold_up(bool& waits, const bool& goes_on) {
    waits = true;
    co_await until([&] { return goes_on; });
  }

  FakeConversations conversations{executor()};
  v1::Config file;
  std::unique_ptr<Node> emea, apac;
  std::shared_ptr<Routing::Session> ana, bob;
};

TEST_F(RoutingShards, ATicketIsTakenByTheShardOfItsQueueAndOfferedThereAlone) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_b", "b");
    EXPECT_EQ((co_await t.offer_to(t.bob)).ticket().id(), "tkt_b");
    EXPECT_EQ(t.conversations.tickets.at("tkt_b").shard(), kApac + 1);
    t.open("tkt_none", "of no queue");
    EXPECT_EQ((co_await t.offer_to(t.ana)).ticket().id(), "tkt_none") << "the first shard's";
    EXPECT_EQ(t.conversations.tickets.at("tkt_none").shard(), kEmea + 1);
    EXPECT_THAT(co_await offered(*t.emea), ::testing::ElementsAre("tkt_none"));
    EXPECT_THAT(co_await offered(*t.apac), ::testing::ElementsAre("tkt_b"));
    co_await t.stop();
  });
}

TEST_F(RoutingShards, APassedTicketKeepsItsPlaceAndIsLetGoOfBeforeTheOtherShardHasIt) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    (void)co_await t.offer_to(t.ana);
    int passed = 0;
    t.conversations.on_pass = [&t, &passed](const std::string& id, int shard, int) {
      return t.see_passed(id, shard, passed);
    };
    t.transfer("tkt_1", "east");
    const v1::Offer offer = co_await t.offer_to(t.bob);
    EXPECT_EQ(passed, 1);
    EXPECT_EQ(offer.ticket().waiting_since_ms(), 1'000);
    EXPECT_EQ(t.conversations.tickets.at("tkt_1").shard(), kApac + 1);
    EXPECT_THAT(co_await offered(*t.emea), ::testing::IsEmpty());
    co_await accept(*t.apac, offer);

    // And back, from its holder: nobody has resolved anything, so there is nothing to wrap up.
    t.transfer("tkt_1", "west");
    EXPECT_EQ((co_await t.offer_to(t.ana)).ticket().id(), "tkt_1");
    EXPECT_EQ(t.conversations.tickets.at("tkt_1").shard(), kEmea + 1);
    co_await until([&t] {
      const auto agents = t.apac->service.queues();
      return !agents.empty() && agents.front().ready == 1;
    });
    co_await t.stop();
  });
}

TEST_F(RoutingShards, ATicketThatIsPassedToAnAgentGoesToTheirShard) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    co_await accept(*t.emea, co_await t.offer_to(t.ana));
    t.transfer("tkt_1", "", "bob");
    EXPECT_EQ((co_await t.offer_to(t.bob)).ticket().id(), "tkt_1");
    EXPECT_EQ(t.conversations.tickets.at("tkt_1").shard(), kApac + 1);
    co_await t.stop();
  });
}

TEST_F(RoutingShards, ATicketThatItsWantedAgentDeclinesGoesBackToItsQueueForGood) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    const v1::Offer first = co_await t.offer_to(t.ana);
    int passed = 0;
    t.conversations.on_pass = [&t, &passed](const std::string& id, int shard, int) {
      return t.see_passed_back(id, shard, passed);
    };
    t.transfer("tkt_1", "", "bob");
    const v1::Offer offer = co_await t.offer_to(t.bob);
    co_await decline(*t.apac, offer);
    EXPECT_EQ((co_await t.offer_to(t.ana)).ticket().id(), "tkt_1");
    EXPECT_EQ(passed, 1);
    const v1::Ticket& ticket = t.conversations.tickets.at("tkt_1");
    EXPECT_EQ(ticket.shard(), kEmea + 1);
    EXPECT_EQ(ticket.waiting_since_ms(), 1'000);
    EXPECT_EQ(ticket.wanted_agent_id(), "");
    EXPECT_EQ(ticket.passage().why(), "was meant for bob, who did not take it");
    EXPECT_THAT(co_await offered(*t.apac), ::testing::IsEmpty());
    EXPECT_TRUE((co_await t.apac->store.declines())->empty());
    co_await t.stop();
  });
}

TEST_F(RoutingShards, ATicketThatIsPassedToAnAgentWhoIsNotThereGoesBackToItsQueue) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    v1::SetPresenceRequest gone;
    gone.set_agent_id("bob");
    gone.set_presence(v1::PRESENCE_OFFLINE);
    EXPECT_TRUE((co_await t.apac->service.set_presence(gone)).ok());
    t.open("tkt_1", "a");
    (void)co_await t.offer_to(t.ana);
    t.transfer("tkt_1", "", "bob");
    co_await until([&t] { return t.conversations.tickets.at("tkt_1").has_passage(); });
    EXPECT_EQ(t.conversations.tickets.at("tkt_1").shard(), kEmea + 1);
    EXPECT_EQ((co_await t.offer_to(t.ana)).ticket().id(), "tkt_1");
    co_await t.stop();
  });
}

TEST_F(RoutingShards, APassToWhatIsNotThereOrDoesNotGoTogetherSaysWhatThereIs) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    (void)co_await t.offer_to(t.ana);
    EXPECT_EQ(co_await pass_on(*t.emea, "wset", ""),
              "wanted_queue_id: there is no queue 'wset' in routing.queues: west, east");
    EXPECT_EQ(co_await pass_on(*t.emea, "", "bobo"),
              "wanted_agent_id: there is no agent 'bobo' (`hark ctl agents` shows all)");
    EXPECT_EQ(co_await pass_on(*t.emea, "west", "bob"),
              "wanted_agent_id: 'bob' is of shard apac and cannot serve queue 'west' of shard emea; name one "
              "of the two");
    EXPECT_TRUE(t.conversations.transfers.empty());
    EXPECT_EQ(co_await pass_on(*t.emea, "east", "bob"), "");
    EXPECT_EQ((co_await t.offer_to(t.bob)).ticket().id(), "tkt_1");
    co_await t.stop();
  });
}

TEST_F(RoutingShards, OverflowGoesToAQueueOfAnotherShardAndNotBack) {
  play(+[](RoutingShards& t) -> Task<> {
    const auto config = read_config(
        "shards: [emea, apac]\n"
        "routing:\n  queues:\n"
        "    - {id: west, entries: [{accounts: [a]}], members: none_of_us, overflows: [{to: east, "
        "after_seconds: 1}]}\n"
        "    - {id: east, shard: apac, overflows: [{to: west}]}\n",
        "f", &check_config);
    EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
    t.file = *config;
    co_await t.start();
    t.open("tkt_1", "a");
    const v1::Offer offer = co_await t.offer_to(t.bob);
    EXPECT_EQ(offer.ticket().passage().queue_id(), "east");
    EXPECT_EQ(offer.ticket().waiting_since_ms(), 1'000);
    EXPECT_THAT(offer.explanation(), ::testing::HasSubstr("came from queue west: waited there for 1 s"));
    EXPECT_EQ(t.conversations.tickets.at("tkt_1").shard(), kApac + 1);
    co_await accept(*t.apac, offer);
    co_await t.stop();
  });
}

TEST_F(RoutingShards, ATicketThatComesBackWhileItIsPassedOnIsOfferedOnceItIsSettledWhoseItIs) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    (void)co_await t.offer_to(t.ana);
    bool waits = false, goes_on = false;
    t.conversations.on_pass = [&](const std::string&, int, int) { return hold_up(waits, goes_on); };
    t.transfer("tkt_1", "east");
    co_await until([&] { return waits; });
    t.transfer("tkt_1", "west");
    co_await sleep_for(50ms);
    EXPECT_THAT(co_await offered(*t.emea), ::testing::IsEmpty()) << "the other shard may have it any moment";
    goes_on = true;
    for (;;) {
      const auto state = co_await t.next_state(t.ana);
      if (state.offers_size() == 1 && t.conversations.tickets.at("tkt_1").shard() == kEmea + 1) break;
    }
    EXPECT_THAT(co_await offered(*t.apac), ::testing::IsEmpty());
    co_await t.stop();
  });
}

TEST_F(RoutingShards, WhoTakesATicketOverTakesItToTheirShard) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    (void)co_await t.offer_to(t.ana);
    v1::TakeOverRequest request;
    request.set_ticket_id("tkt_1");
    request.set_agent_id("bob");
    EXPECT_TRUE((co_await t.apac->service.take_over(request)).ok());
    EXPECT_EQ((co_await t.see_offers(t.ana, 0)).offers_size(), 0);
    for (;;) {
      const auto state = co_await t.next_state(t.bob);
      if (state.agent().ticket_ids_size() == 1) break;
    }
    EXPECT_EQ(t.conversations.tickets.at("tkt_1").shard(), kApac + 1);
    co_await t.stop();
  });
}

TEST_F(RoutingShards, AnAgentBelongsToOneShardForGood) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    v1::UpsertAgentRequest record;
    record.mutable_agent()->set_id("bob");
    EXPECT_EQ((co_await t.emea->service.upsert_agent(record)).error().reason, Reason::kInvalidField);
    const auto again = co_await t.apac->service.upsert_agent(record);
    EXPECT_TRUE(again.ok());
    EXPECT_EQ(again->agent().shard(), "apac");
    v1::AgentSeed seed;
    seed.set_id("bob");
    EXPECT_TRUE((co_await t.emea->service.seed({seed})).ok());
    EXPECT_EQ((co_await t.emea->store.agents())->size(), 1u) << "ana alone";
    co_await t.stop();
  });
}

TEST_F(RoutingShards, NamesOfShardsStayAndMayGrow) {
  play(+[](RoutingShards& t) -> Task<> {
    Registry registry{t.redis()};
    EXPECT_TRUE((co_await registry.name_shards({})).ok());
    EXPECT_TRUE((co_await registry.name_shards({"emea", "apac"})).ok());
    EXPECT_TRUE((co_await registry.name_shards({"emea", "apac", "latam"})).ok());
    for (const auto& names : std::vector<std::vector<std::string>>{{}, {"emea"}, {"apac", "emea", "latam"}})
      EXPECT_EQ((co_await registry.name_shards(names)).error().reason, Reason::kInvalidField);
  });
}

TEST_F(RoutingShards, RulesThatAreAppliedAtTheFirstHoldInAll) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    (void)co_await t.offer_to(t.ana);
    v1::ApplyRoutingRequest request;
    request.set_idempotency_key("k1");
    request.set_yaml("routing: {queues: [{id: east, shard: apac, entries: [{accounts: [a]}]}]}");
    const auto applied = co_await t.emea->service.apply_routing(request);
    EXPECT_TRUE(applied.ok()) << (applied.ok() ? "" : applied.error().message);
    EXPECT_EQ((co_await t.offer_to(t.bob)).ticket().id(), "tkt_1") << "the queue's shard is another one now";
    request.set_idempotency_key("k2");
    request.set_yaml("routing:\n  queues:\n    - {id: east, shard: mars}\n");
    EXPECT_THAT((co_await t.emea->service.apply_routing(request)).error().message,
                ::testing::HasSubstr(":3: routing.queues[0].shard: there is no shard 'mars'"));
    co_await t.stop();
  });
}

TEST_F(RoutingShards, TheJournalOfEachGivesTheSameDecisionsAgain) {
  play(+[](RoutingShards& t) -> Task<> {
    co_await t.start();
    t.open("tkt_1", "a");
    co_await accept(*t.emea, co_await t.offer_to(t.ana));
    t.transfer("tkt_1", "east");
    co_await accept(*t.apac, co_await t.offer_to(t.bob));
    co_await t.stop();
    for (Node* node : {t.emea.get(), t.apac.get()}) {
      Replay replay{5min};
      auto journal = *co_await node->store.journal("-", 1000);
      for (auto& item : journal) {
        v1::RoutingJournalEntry entry;
        entry.set_position(item.id);
        *entry.mutable_record() = std::move(item.record);
        const auto said = *recorded(entry);
        if (const auto* start = std::get_if<RecordedStart>(&said)) replay.begin(*start);
        if (const auto* input = std::get_if<RecordedInput>(&said))
          EXPECT_FALSE(replay.apply(*input).has_value()) << item.id;
      }
      EXPECT_GT(replay.inputs(), 5);
      EXPECT_GT(replay.offers(), 0);
    }
  });
}

/// All shards of one process.
struct Process {
  Process(RoutingShards& t, const std::string& name)
      : emea{t.node(name, kEmea, &company)}, apac{t.node(name, kApac, &company)} {}
  [[nodiscard]] int leads() const { return emea->service.leads() + apac->service.leads(); }
  Task<> stop() {
    co_await emea->stop();
    co_await apac->stop();
  }
  Company company;
  std::unique_ptr<Node> emea, apac;
};

TEST_F(RoutingShards, LeadsAreSpreadOverProcessesAndTheLastOneHasThemAll) {
  play(+[](RoutingShards& t) -> Task<> {
    Process one{t, "one"};
    co_await until([&] { return one.leads() == 2; });
    Process two{t, "two"};
    co_await until([&] { return one.leads() == 1 && two.leads() == 1; });
    co_await sleep_for(2s);  // who has no more than one above the other keeps it
    EXPECT_EQ(one.leads(), 1);
    EXPECT_EQ(two.leads(), 1);
    co_await two.stop();
    co_await until([&] { return one.leads() == 2; });
    co_await one.stop();
  });
}

}  // namespace
}  // namespace hark::routing
