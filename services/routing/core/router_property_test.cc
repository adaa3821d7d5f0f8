// Thousands of random inputs against what must hold after each of them. HARK_SEED=<n> repeats one run.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <random>
#include <set>

#include "routing/core/capacity_model.h"
#include "routing/core/router.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint t0 = from_ms(1'700'000'000'000);
constexpr int kAgents = 8;
constexpr int kTicketsOpenMax = 40;
const std::vector<std::string> kSkillNames = {"billing", "language:lv", "language:ru"};
const std::vector<std::string> kTopics = {"outage", "billing", "sales"};

/// The conversation service as far as routing sees it: the truth about tickets, and a log of it that arrives
/// later.
struct StoredTicket {
  bool open = true;
  std::string holder;
  std::int64_t token = 0;
  Work work;
};

/// What the test itself knows of an offer, from effects alone.
struct Live {
  std::string ticket, agent;
  int units = 0;
  bool accepting = false;
};

class World {
 public:
  explicit World(std::uint64_t seed) : random_{seed}, router_{settings(), 0, 1}, twin_{settings(), 0, 1} {
    tell(RebuildFinished{});
  }

  void step() {
    switch (pick(17)) {
      case 0:
      case 1:
        open_ticket();
        break;
      case 2:
        upsert_agent();
        break;
      case 3:
        tell(PresenceChanged{some_agent(), static_cast<Presence>(1 + pick(3))});
        break;
      case 4:
        connect();
        break;
      case 5:
        disconnect();
        break;
      case 6:
      case 7:
      case 8:
        accept();
        break;
      case 9:
        decline();
        break;
      case 10:
      case 11:
        answer_assignment();
        break;
      case 12:
        close_or_transfer();
        break;
      case 13:
        pass_time();
        break;
      case 14:
        return_ticket();
        break;
      case 15:
        find_out();
        break;
      default:
        deliver_log();
        break;
    }
    while (log_.size() > 30) deliver_log();
  }

  /// Everyone comes to work and takes what they are offered: in the end nothing may be left.
  void finish() {
    calm_ = true;
    upsert("closer", {{"billing", 5}, {"language:lv", 5}, {"language:ru", 5}}, 50);
    tell(AgentConnected{"closer", Presence::kAvailable});
    for (int round = 0; round < 2000 && !(router_.queue_size() == 0 && log_.empty() && assigning_.empty());
         ++round) {
      while (!log_.empty()) deliver_log();
      while (!assigning_.empty()) answer_assignment();
      while (!returning_.empty()) return_ticket();
      tell(PresenceChanged{"closer", Presence::kAvailable});
      const auto offers = offers_;
      for (const auto& [id, live] : offers) {
        if (live.agent == "closer" && !live.accepting) tell(OfferAccepted{id, live.agent});
      }
      for (auto& [id, ticket] : store_) {
        if (ticket.open && ticket.holder == "closer") close(id, ticket);
      }
      now_ += 1s;
      tell(TimePassed{});
    }
    EXPECT_EQ(router_.queue_size(), 0u)
        << (router_.queue(1).empty() ? "" : router_.explain(router_.queue(1)[0]));
  }

  [[nodiscard]] std::size_t offers_made() const { return offers_made_; }

 private:
  static Settings settings() {
    Settings settings;
    settings.accept_timeout = 5s;
    settings.disconnect_grace = 3s;
    settings.wanted_wait = 4s;
    settings.rest_after_miss = 4s;
    settings.rest_after_miss_max = 20s;
    settings.declined_again = 6s;
    settings.channels[static_cast<std::size_t>(Channel::kPhone)].interrupts = mask_of(Channel::kEmail);
    settings.topics = {{"outage", {"billing", "sales"}}, {"billing", {"sales"}}, {"sales", {}}};
    return settings;
  }

  std::uint64_t pick(std::uint64_t n) { return random_() % n; }
  std::string some_agent() { return "agent" + std::to_string(pick(kAgents)); }

  void tell(const Input& input) {
    const auto effects = router_.apply(input, now_);
    ASSERT_EQ(effects, twin_.apply(input, now_)) << "the same inputs gave other effects";
    for (const Effect& effect : effects) {
      std::visit([this](const auto& e) { see(e); }, effect);
    }
    for (const Effect& effect : effects) {
      if (const auto* made = std::get_if<OfferMade>(&effect)) check_offer(made->offer);
    }
    check_agents();
    check_nobody_waits_in_vain();
    if (const auto next = router_.next_deadline()) EXPECT_GT(*next, now_);
  }

  // What is seen of effects.
  void see(const OfferMade& e) {
    ++offers_made_;
    for (const auto& [id, live] : offers_)
      EXPECT_NE(live.ticket, e.offer.ticket_id) << "two live offers of one ticket";
    EXPECT_TRUE(
        offers_.emplace(e.offer.id, Live{e.offer.ticket_id, e.offer.agent_id, e.offer.units, false}).second);
    EXPECT_EQ(e.offer.expires_at, now_ + settings().accept_timeout);
    EXPECT_FALSE(e.offer.explanation.empty());
    const auto key = std::pair{e.offer.ticket_id, e.offer.agent_id};
    EXPECT_FALSE(declined_.contains(key)) << "offered again to " << e.offer.agent_id << ", who declined";
    if (const auto rest = rests_.find(key); rest != rests_.end()) EXPECT_LE(rest->second.until, now_);
  }
  void see(const OfferEnded& e) {
    EXPECT_EQ(offers_.erase(e.offer_id), 1u);
    ended_.push_back({e.offer_id, e.agent_id});
    const auto key = std::pair{e.ticket_id, e.agent_id};
    if (e.how == OfferEnd::kDeclined) declined_.insert(key);
    if (e.how == OfferEnd::kAssigned)
      std::erase_if(rests_, [&](const auto& r) { return r.first.first == e.ticket_id; });
    if (e.how != OfferEnd::kMissed) return;
    Rest& rest = rests_[key];
    rest.until =
        now_ + std::min(settings().rest_after_miss * (1 << rest.count++), settings().rest_after_miss_max);
  }
  void see(const AssignTicket& e) {
    offers_.at(e.offer_id).accepting = true;
    assigning_.push_back(e);
  }
  void see(const ReturnTicket& e) { returning_.push_back(e); }
  void see(const PresenceSet&) {}
  void see(const WrapUpSet&) {}
  void see(const ChannelsSet&) {}
  void see(const EndHold&) { ADD_FAILURE() << "nothing was put on hold"; }
  void see(const AgentChanged& e) {
    const auto agent = router_.agent(e.agent_id);
    EXPECT_EQ(agent->used_units, e.used_units);
    EXPECT_EQ(agent->presence, e.presence);
  }
  void see(const AcceptRepeated&) {}
  void see(const Refused&) {}
  void see(const TicketMoved&) {}
  void see(const TicketSentOn&) { ADD_FAILURE() << "there is one shard"; }
  void see(const QueuesPaused&) { ADD_FAILURE() << "no queue pauses"; }
  void see(const DeclinesForgotten& e) {
    std::erase_if(declined_, [&](const auto& d) { return d.first == e.ticket_id; });
  }

  // What must hold.
  void check_offer(const Offer& offer) {
    const auto agent = *router_.agent(offer.agent_id);
    const Work work = router_.ticket(offer.ticket_id)->work;
    EXPECT_EQ(agent.presence, Presence::kAvailable);
    EXPECT_GT(agent.connections, 0);
    EXPECT_TRUE(meets(agent.profile.skills, work.required_skills)) << "a required skill was skipped";
    EXPECT_LE(agent.used_units, agent.profile.capacity_units) << "capacity exceeded";
    for (const std::string& id : router_.queue(1000)) {
      const auto other = *router_.ticket(id);
      if (other.work.priority < work.priority || other.work.units > work.units) continue;
      if (!capacity_.alike(other.work, work)) continue;
      const bool before = std::tuple{-other.work.priority, other.work.waiting_since, id} <
                          std::tuple{-work.priority, work.waiting_since, offer.ticket_id};
      EXPECT_FALSE(before && may_take(agent, other)) << id << " was overtaken by " << offer.ticket_id;
    }
  }

  bool may_take(const AgentView& agent, const TicketView& ticket) const {
    const std::string& id = agent.profile.id;
    const auto has = [&](const std::vector<std::string>& ids) {
      return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    return ticket.standing == Standing::kWaiting && ticket.rests_until <= now_ &&
           (ticket.reserved_for.empty() || ticket.reserved_for == id) && !has(ticket.declined_by) &&
           !has(ticket.resting_agents) && meets(agent.profile.skills, ticket.work.required_skills);
  }

  std::map<std::string, std::vector<Work>> carried() const {
    std::map<std::string, std::vector<Work>> all;
    for (const auto& [id, live] : offers_) all[live.agent].push_back(router_.ticket(live.ticket)->work);
    for (const std::string& id : router_.agent_ids()) {
      const auto agent = *router_.agent(id);
      for (const std::string& ticket : agent.ticket_ids) all[id].push_back(router_.ticket(ticket)->work);
    }
    return all;
  }

  void check_agents() {
    auto all = carried();
    std::set<std::string> owned;
    for (const std::string& id : router_.agent_ids()) {
      const auto agent = *router_.agent(id);
      for (const std::string& ticket : agent.ticket_ids) {
        EXPECT_TRUE(owned.insert(ticket).second) << ticket << " has two owners";
        const auto held = *router_.ticket(ticket);
        const bool steps_back = std::ranges::any_of(
            all[id], [&](const Work& other) { return capacity_.steps_back(held.work, other); });
        EXPECT_EQ(agent.interrupted_by.contains(ticket), steps_back) << router_.explain(ticket);
      }
      EXPECT_EQ(agent.used_units, capacity_.used(all[id])) << id;
      bool open_offer = false;
      for (const Offer& offer : router_.offers_to(id)) {
        EXPECT_EQ(offer.units, router_.ticket(offer.ticket_id)->work.units);
        open_offer |= !offers_.at(offer.id).accepting;
      }
      // Work may exceed a capacity that was lowered, or come from elsewhere; open offers may not.
      EXPECT_TRUE(!open_offer || agent.used_units <= agent.profile.capacity_units)
          << "capacity exceeded by an offer";
    }
    for (const auto& [id, live] : offers_) EXPECT_FALSE(owned.contains(live.ticket)) << "offered and owned";
  }

  void check_nobody_waits_in_vain() {
    auto all = carried();
    for (const std::string& id : router_.queue(1000)) {
      const auto ticket = *router_.ticket(id);
      if (ticket.standing != Standing::kWaiting) continue;
      for (const std::string& agent_id : router_.agent_ids()) {
        const auto agent = *router_.agent(agent_id);
        const bool able = agent.presence == Presence::kAvailable && agent.connections > 0 &&
                          agent.profile.capacity_units - capacity_.seen_by(ticket.work, all[agent_id]) >=
                              ticket.work.units &&
                          may_take(agent, ticket);
        EXPECT_FALSE(able) << id << " waits though " << agent_id << " could take it: " << router_.explain(id);
      }
      if (!ticket.reserved_for.empty()) {
        EXPECT_LT(now_, wished_at_[id] + settings().wanted_wait);
        EXPECT_NE(router_.agent(ticket.reserved_for)->presence, Presence::kOffline);
      }
      EXPECT_EQ(router_.explain(id).substr(0, 5), "waits");
    }
  }

  // What happens.
  void upsert(const std::string& id, std::vector<Skill> skills, int capacity) {
    tell(AgentUpserted{{id, std::move(skills), capacity}});
  }
  void upsert_agent() {
    std::vector<Skill> skills;
    for (const std::string& name : kSkillNames) {
      if (pick(2)) skills.push_back({name, static_cast<int>(1 + pick(5))});
    }
    upsert(some_agent(), skills, static_cast<int>(pick(5)));
  }
  void connect() {
    std::optional<Presence> wished;
    if (pick(2)) wished = Presence::kAvailable;
    tell(AgentConnected{some_agent(), wished});
  }
  void disconnect() { tell(AgentDisconnected{some_agent()}); }

  void add_to_log(const Input& input) { log_.push_back(input); }

  void open_ticket() {
    std::size_t open = 0;
    for (const auto& [id, ticket] : store_) open += ticket.open;
    if (open >= kTicketsOpenMax) return;
    const std::string id = "t" + std::to_string(++ticket_count_);
    Work work;
    work.ticket_id = id;
    work.waiting_since = now_ - Duration{pick(100)};
    work.units = static_cast<int>(1 + pick(3));
    work.priority = static_cast<int>(pick(2));
    work.channel = static_cast<Channel>(1 + pick(4));
    if (pick(2)) work.topics = some_topics();
    for (const std::string& name : kSkillNames) {
      if (pick(4) == 0) work.required_skills.push_back({name, static_cast<int>(1 + pick(5))});
    }
    store_[id].work = work;
    add_to_log(TicketQueued{work});
  }

  std::vector<std::string> some_topics() {
    std::vector<std::string> topics;
    for (const std::string& topic : kTopics) {
      if (pick(3) == 0) topics.push_back(topic);
    }
    return topics;
  }
  /// Somebody reads a ticket again: it is about something else, and weighs something else.
  void find_out() {
    if (store_.empty()) return;
    StoredTicket& ticket = std::next(store_.begin(), static_cast<long>(pick(store_.size())))->second;
    if (!ticket.open) return;
    ticket.work.topics = some_topics();
    if (pick(2)) ticket.work.units = static_cast<int>(1 + pick(3));
    if (ticket.holder.empty()) {
      add_to_log(TicketQueued{ticket.work});
    } else {
      add_to_log(TicketAssigned{ticket.work, ticket.holder});
    }
  }

  void deliver_log() {
    if (log_.empty()) return;
    const Input input = log_.front();
    log_.pop_front();
    if (const auto* queued = std::get_if<TicketQueued>(&input)) {
      const Work& work = queued->work;
      if (!work.wanted_agent_id.empty()) {
        wished_at_[work.ticket_id] = now_;
        declined_.erase({work.ticket_id, work.wanted_agent_id});
      }
    }
    if (const auto* assigned = std::get_if<TicketAssigned>(&input)) {
      std::erase_if(rests_, [&](const auto& r) { return r.first.first == assigned->work.ticket_id; });
    }
    tell(input);
    if (pick(10) == 0) tell(input);  // at least once, and now twice
  }

  void accept() {
    if (pick(20) == 0 && !ended_.empty()) {
      const auto& [offer, agent] = ended_[pick(ended_.size())];
      tell(OfferAccepted{offer, agent});
      return;
    }
    if (offers_.empty()) return;
    const auto at = std::next(offers_.begin(), static_cast<long>(pick(offers_.size())));
    const std::string offer = at->first;
    tell(OfferAccepted{offer, pick(10) ? at->second.agent : some_agent()});
  }

  void decline() {
    if (offers_.empty()) return;
    const auto at = std::next(offers_.begin(), static_cast<long>(pick(offers_.size())));
    const std::string offer = at->first, agent = at->second.agent;
    tell(OfferDeclined{offer, agent});
  }

  void answer_assignment() {
    if (assigning_.empty()) return;
    const std::size_t which = pick(assigning_.size());
    const AssignTicket assign = assigning_[which];
    assigning_.erase(assigning_.begin() + static_cast<long>(which));
    StoredTicket& ticket = store_[assign.ticket_id];
    if (!ticket.open || !ticket.holder.empty() || (!calm_ && pick(10) == 0)) {
      tell(AssignmentRefused{assign.offer_id, "no"});
      return;
    }
    ticket.holder = assign.agent_id;
    ticket.work.assignment_token = ++ticket.token;
    add_to_log(TicketAssigned{ticket.work, assign.agent_id});
    if (pick(2)) {
      while (!log_.empty()) deliver_log();  // the log is faster
    }
    tell(AssignmentConfirmed{assign.offer_id, ticket.token});
  }

  void close(const std::string& id, StoredTicket& ticket) {
    ticket.open = false;
    ticket.holder.clear();
    add_to_log(TicketClosed{id});
  }

  void back_to_queue(StoredTicket& ticket, bool by_person) {
    if (by_person) {
      ticket.work.wanted_agent_id = pick(2) ? some_agent() : "";
      ticket.work.declined_by = {ticket.holder};
      if (pick(3) == 0) ticket.work.required_skills = {{"billing", 1}};
    }
    ticket.holder.clear();
    add_to_log(TicketQueued{ticket.work});
  }

  void close_or_transfer() {
    std::vector<std::string> open;
    for (const auto& [id, ticket] : store_) {
      if (ticket.open) open.push_back(id);
    }
    if (open.empty()) return;
    const std::string id = open[pick(open.size())];
    StoredTicket& ticket = store_[id];
    if (pick(2)) {
      close(id, ticket);
    } else if (!ticket.holder.empty()) {
      back_to_queue(ticket, true);
    }
  }

  void return_ticket() {
    if (returning_.empty()) return;
    const ReturnTicket back = returning_.front();
    returning_.pop_front();
    StoredTicket& ticket = store_[back.ticket_id];
    if (ticket.open && ticket.holder == back.agent_id && ticket.token == back.assignment_token) {
      back_to_queue(ticket, false);
    }
  }

  void pass_time() {
    const auto next = router_.next_deadline();
    if (next && pick(2))
      now_ = std::max(now_, *next);
    else
      now_ += Duration{pick(3000)};
    tell(TimePassed{});
  }

  struct Rest {
    int count = 0;
    TimePoint until;
  };
  std::mt19937_64 random_;
  TimePoint now_ = t0;
  const Settings settings_ = settings();
  const CapacityModel capacity_{settings_};
  Router router_, twin_;
  bool calm_ = false;
  int ticket_count_ = 0;
  std::size_t offers_made_ = 0;
  std::map<std::string, StoredTicket> store_;
  std::deque<Input> log_;
  std::map<std::string, Live> offers_;
  std::vector<std::pair<std::string, std::string>> ended_;
  std::vector<AssignTicket> assigning_;
  std::deque<ReturnTicket> returning_;
  std::set<std::pair<std::string, std::string>> declined_;
  std::map<std::pair<std::string, std::string>, Rest> rests_;
  std::map<std::string, TimePoint> wished_at_;
};

void run(std::uint64_t seed, int steps) {
  SCOPED_TRACE("HARK_SEED=" + std::to_string(seed));
  World world{seed};
  for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) world.step();
  if (!testing::Test::HasFailure()) world.finish();
  EXPECT_GT(world.offers_made(), static_cast<std::size_t>(steps / 100)) << "the run decided next to nothing";
}

TEST(RouterProperty, HoldsItsPromisesUnderRandomInputs) {
  constexpr int kSteps = 3000;
  if (const char* seed = std::getenv("HARK_SEED")) {
    run(std::strtoull(seed, nullptr, 10), kSteps);
    return;
  }
  for (std::uint64_t seed = 1; seed <= 5 && !HasFailure(); ++seed) run(seed, kSteps);
}

}  // namespace
}  // namespace hark::routing
