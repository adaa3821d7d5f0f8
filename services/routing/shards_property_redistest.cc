// Random tickets, transfers, overflow, agents and declines over the leaders of three shards, which share a
// store and follow one log (FIELD row 44: several nodes). HARK_SEED=<n> repeats one run.
#include <cstdlib>
#include <random>
#include <set>

#include "base/config/config.h"
#include "routing/config_check.h"
#include "routing/service_fixture.h"

namespace hark::routing {
namespace {

constexpr std::uint16_t kShards = 3;
constexpr int kAgentsOfEach = 3;
constexpr int kSteps = 150;

/// North takes two at once and no more, west what overflows there; all of them whatever is transferred.
constexpr std::string_view kRules =
    "shards: [emea, apac, latam]\n"
    "routing:\n"
    "  accept_timeout_seconds: 2\n"
    "  wanted_wait_seconds: 1\n"
    "  disconnect_grace_seconds: 1\n"
    "  queues:\n"
    "    - {id: west, entries: [{accounts: [a]}], overflows: [{to: east, after_seconds: 1}]}\n"
    "    - {id: east, shard: apac, entries: [{accounts: [b]}]}\n"
    "    - {id: north, shard: latam, entries: [{accounts: [c]}], length_max: 2, overflow_to: west}\n";

class ShardsProperty : public hark::testing::RedisTest, public ::testing::WithParamInterface<std::uint64_t> {
 public:
  ShardsProperty() : random_{GetParam()} {
    const auto config = read_config(std::string{kRules}, "f", &check_config);
    EXPECT_TRUE(config.ok()) << (config.ok() ? "" : config.error().message);
    file_ = *config;
  }

  void play() {
    tasks().spawn("random steps", steps());
    run_until_idle();
  }

 private:
  Task<> steps() {
    for (std::uint16_t shard = 0; shard < kShards; ++shard) {
      nodes_.push_back(std::make_unique<Node>(executor(), client(), conversations_, std::to_string(shard),
                                              rules_of(file_), nullptr, file_, shard));
      EXPECT_TRUE(co_await nodes_.back()->service.is_led_within(20s));
      for (int i = 0; i < kAgentsOfEach; ++i) co_await sit_down(shard, name(shard, i), 2);
    }
    conversations_.on_pass = [this](std::string id, int, int by) { return see_no_offer(std::move(id), by); };
    for (int i = 0; i < kSteps && !HasFailure(); ++i) {
      co_await step();
      co_await see_each_in_one_shard();
      co_await sleep_for(std::chrono::milliseconds{pick(4)});
    }
    for (std::uint16_t shard = 0; shard < kShards; ++shard)
      co_await sit_down(shard, "closer-" + std::to_string(shard), 1'000);
    const auto give_up = std::chrono::steady_clock::now() + 30s;
    while (!HasFailure() && !all_are_somebodys()) {
      if (std::chrono::steady_clock::now() > give_up) co_await tell_who_is_left();
      for (const auto& [id, offer] : co_await offers()) co_await accept(offer);
      co_await see_each_in_one_shard();
      co_await sleep_for(5ms);
    }
    EXPECT_GT(passed_, kSteps / 30) << "next to nothing went from shard to shard";
    sessions_.clear();
    for (auto& node : nodes_) co_await node->stop();
  }

  Task<> step() {
    switch (pick(10)) {
      case 0:
      case 1:
      case 2:
        open();
        break;
      case 3:
        co_await come_or_go();
        break;
      case 4:
        co_await with_an_offer([this](const v1::Offer& offer) { return decline(offer); });
        break;
      case 5:
      case 6:
        transfer();
        break;
      case 7:
        resolve();
        break;
      default:
        co_await with_an_offer([this](const v1::Offer& offer) { return accept(offer); });
    }
  }

  std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  static std::string name(std::uint64_t shard, std::uint64_t agent) {
    return "agent-" + std::to_string(shard) + "-" + std::to_string(agent);
  }
  static std::uint16_t shard_of(std::string_view agent) {
    return static_cast<std::uint16_t>(agent.at(agent.find('-') + 1) - '0');
  }

  Task<> sit_down(std::uint16_t shard, std::string id, int units) {
    v1::UpsertAgentRequest record;
    record.mutable_agent()->set_id(id);
    record.mutable_agent()->set_capacity_units(units);
    EXPECT_TRUE((co_await nodes_[shard]->service.upsert_agent(record)).ok());
    co_await come(shard, std::move(id));
  }
  Task<> come(std::uint16_t shard, std::string id) {
    v1::AgentSessionRequest::Hello hello;
    hello.set_agent_id(id);
    hello.set_presence(v1::PRESENCE_AVAILABLE);
    auto session = co_await nodes_[shard]->service.open_session(hello);
    EXPECT_TRUE(session.ok());
    if (session.ok()) sessions_[id] = *std::move(session);
  }

  void open() {
    const std::string id = "tkt_" + std::to_string(++opened_);
    v1::Ticket& ticket = conversations_.tickets[id];
    ticket.set_account_id(std::vector<std::string>{"a", "b", "c", "of no queue"}[pick(4)]);
    ticket.set_waiting_since_ms(1'000 + opened_);
    if (pick(8) == 0) ticket.set_wanted_agent_id(name(pick(kShards), pick(kAgentsOfEach)));
    conversations_.open(id);
  }
  Task<> come_or_go() {
    const auto shard = static_cast<std::uint16_t>(pick(kShards));
    const std::string id = name(shard, pick(kAgentsOfEach));
    if (pick(3) > 0) {
      v1::SetPresenceRequest request;
      request.set_agent_id(id);
      request.set_presence(pick(2) ? v1::PRESENCE_AVAILABLE : v1::PRESENCE_AWAY);
      EXPECT_TRUE((co_await nodes_[shard]->service.set_presence(request)).ok());
    } else if (sessions_.erase(id) == 0) {
      co_await come(shard, id);
    }
  }
  v1::Ticket* some_ticket() {
    auto& all = conversations_.tickets;
    return all.empty() ? nullptr : &std::next(all.begin(), static_cast<long>(pick(all.size())))->second;
  }
  /// By its holder or a supervisor; to a queue, or to an agent of whatever shard.
  void transfer() {
    v1::Ticket* ticket = some_ticket();
    if (!ticket) return;
    ticket->set_state(v1::TICKET_STATE_QUEUED);
    if (!ticket->agent_id().empty()) ticket->add_declined_by(ticket->agent_id());
    ticket->clear_agent_id();
    ticket->clear_passage();
    ticket->clear_wanted_agent_id();
    if (pick(2) == 0) {
      ticket->set_wanted_agent_id(name(pick(kShards), pick(kAgentsOfEach)));
    } else {
      ticket->set_wanted_queue_id(std::vector<std::string>{"west", "east", "north"}[pick(3)]);
    }
    conversations_.log(v1::EVENT_TYPE_TRANSFERRED, *ticket);
  }
  void resolve() {
    const v1::Ticket* ticket = some_ticket();
    if (ticket && ticket->state() == v1::TICKET_STATE_ASSIGNED) conversations_.resolve(ticket->id());
  }

  /// Of the leaders, as they stand at this moment: none of this waits for anything.
  Task<std::vector<v1::QueuedTicket>> listed() {
    std::vector<v1::QueuedTicket> out;
    for (const auto& node : nodes_) {
      v1::ListQueueRequest request;
      request.set_limit(500);
      const auto queue = co_await node->service.list_queue(request);
      if (queue.ok()) out.insert(out.end(), queue->tickets().begin(), queue->tickets().end());
    }
    co_return out;
  }
  /// By ticket.
  Task<std::map<std::string, v1::Offer>> offers() {
    std::map<std::string, v1::Offer> out;
    const auto all = co_await listed();
    for (const v1::QueuedTicket& queued : all) {
      if (queued.has_offer())
        EXPECT_TRUE(out.emplace(queued.ticket_id(), queued.offer()).second)
            << queued.ticket_id() << " is offered by two shards";
    }
    co_return out;
  }
  Task<> see_each_in_one_shard() {
    std::map<std::string, std::string> seen;
    const auto all = co_await listed();
    for (const v1::QueuedTicket& queued : all) {
      const auto [at, fresh] = seen.emplace(queued.ticket_id(), queued.shard());
      EXPECT_TRUE(fresh) << queued.ticket_id() << " is " << at->second << "'s and " << queued.shard() << "'s";
    }
    (void)co_await offers();
  }
  /// Before a shard has a ticket, no offer of it stands in the store, which a new leader would take up.
  Task<> see_no_offer(std::string id, int by) {
    const auto whose = [&] {
      const auto at = conversations_.tickets.find(id);
      return at == conversations_.tickets.end() ? -1 : at->second.shard();
    };
    const int before = whose();
    if (before != 0 && before != by) co_return;  // it comes too late and changes nothing
    ++passed_;
    for (const auto& node : nodes_) {
      const auto standing = co_await node->store.standing_offers();
      if (whose() != before) co_return;
      if (standing.ok()) EXPECT_EQ(std::ranges::count(*standing, id, &Offer::ticket_id), 0) << id;
    }
  }

  template <class What>
  Task<> with_an_offer(What what) {
    const auto standing = co_await offers();
    if (standing.empty()) co_return;
    co_await what(std::next(standing.begin(), static_cast<long>(pick(standing.size())))->second);
  }
  /// It may have ended meanwhile.
  Task<> accept(v1::Offer offer) {
    v1::AcceptOfferRequest request;
    request.set_offer_id(offer.id());
    request.set_agent_id(offer.agent_id());
    (void)co_await nodes_[shard_of(offer.agent_id())]->service.accept_offer(request);
  }
  Task<> decline(v1::Offer offer) {
    v1::DeclineOfferRequest request;
    request.set_offer_id(offer.id());
    request.set_agent_id(offer.agent_id());
    (void)co_await nodes_[shard_of(offer.agent_id())]->service.decline_offer(request);
  }

  bool all_are_somebodys() {
    return std::ranges::all_of(conversations_.tickets, [](const auto& one) {
      const v1::Ticket& ticket = one.second;
      return ticket.state() == v1::TICKET_STATE_ASSIGNED && ticket.shard() == shard_of(ticket.agent_id()) + 1;
    });
  }

  Task<> tell_who_is_left() {
    for (const auto& [id, ticket] : conversations_.tickets) {
      if (ticket.state() == v1::TICKET_STATE_ASSIGNED) continue;
      std::string told;
      for (const auto& node : nodes_) {
        v1::ExplainRequest request;
        request.set_ticket_id(id);
        const auto why = co_await node->service.explain(request);
        told += why.ok() ? why->shard() + ": " + why->summary() + " " : "";
      }
      ADD_FAILURE() << id << " is left over: " << ticket.ShortDebugString() << "; " << told;
    }
    ADD_FAILURE() << "not all tickets came to an agent of their shard";
  }

  std::mt19937_64 random_;
  FakeConversations conversations_{executor()};
  v1::Config file_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::map<std::string, std::shared_ptr<Routing::Session>> sessions_;
  int opened_ = 0;
  int passed_ = 0;
};

std::vector<std::uint64_t> seeds() {
  if (const char* seed = std::getenv("HARK_SEED")) return {std::strtoull(seed, nullptr, 10)};
  return {1, 2, 3, 4, 5, 6};
}

TEST_P(ShardsProperty, EveryTicketIsOfOneShardAtATimeAndEndsWithAnAgent) {
  SCOPED_TRACE("HARK_SEED=" + std::to_string(GetParam()));
  play();
}

INSTANTIATE_TEST_SUITE_P(Seeds, ShardsProperty, ::testing::ValuesIn(seeds()),
                         [](const auto& seed) { return std::to_string(seed.param); });

}  // namespace
}  // namespace hark::routing
