// Prints what the engine decides for some seeds, as one digest for each: equal from every compiler and at
// every level of optimisation, or a journal could not be replayed elsewhere. Usage: trace SEEDS STEPS
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "routing/core/router.h"

namespace hark::routing {
namespace {

using namespace std::chrono_literals;

constexpr int kAgents = 40;
constexpr std::size_t kTicketsMax = 400;

/// FNV-1a over everything that an effect says.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) byte(static_cast<unsigned char>(c));
    byte(0xff);
  }
  void add(std::int64_t number) {
    for (int shift = 0; shift < 64; shift += 8) byte(static_cast<unsigned char>(number >> shift));
  }
  void add(TimePoint at) { add(to_ms(at)); }
  template <class T>
    requires std::is_enum_v<T> || (std::is_integral_v<T> && !std::is_same_v<T, std::int64_t>)
  void add(T number) {
    add(static_cast<std::int64_t>(number));
  }
  void add(const Offer& offer) {
    all(offer.id, offer.ticket_id, offer.agent_id, offer.units, offer.offered_at, offer.expires_at,
        offer.explanation, offer.version, offer.auto_answer);
  }

  void effect(const OfferMade& e) { add(e.offer); }
  void effect(const OfferEnded& e) { all(e.offer_id, e.ticket_id, e.agent_id, e.how, e.why); }
  void effect(const AssignTicket& e) { all(e.offer_id, e.ticket_id, e.agent_id); }
  void effect(const ReturnTicket& e) { all(e.ticket_id, e.agent_id, e.assignment_token, e.why); }
  void effect(const PresenceSet& e) { all(e.agent_id, e.presence, e.why); }
  void effect(const AgentChanged& e) { all(e.agent_id, e.presence, e.used_units, e.connections); }
  void effect(const AcceptRepeated& e) { all(e.offer_id, e.ticket_id, e.agent_id, e.assignment_token); }
  void effect(const Refused& e) { all(e.reason, e.message); }
  void effect(const WrapUpSet& e) { all(e.agent_id, e.until.value_or(TimePoint{}), e.forced); }
  void effect(const ChannelsSet& e) { all(e.agent_id, e.channels); }
  void effect(const EndHold& e) { all(e.ticket_id, e.until); }
  void effect(const TicketSentOn& e) { all(e.ticket_id, e.to_queue_id, e.why); }
  void effect(const DeclinesForgotten& e) { all(e.ticket_id); }
  void effect(const QueuesPaused& e) {
    all(e.agent_id);
    for (const std::string& id : e.queue_ids) add(id);
  }
  void effect(const TicketMoved& e) { all(e.ticket_id, e.from_queue_id, e.to_queue_id, e.why); }

  template <class... T>
  void all(const T&... parts) {
    (add(parts), ...);
  }
  [[nodiscard]] std::uint64_t value() const { return hash_; }

 private:
  void byte(unsigned char b) { hash_ = (hash_ ^ b) * 0x100000001b3ULL; }
  std::uint64_t hash_ = 0xcbf29ce484222325ULL;
};

/// A queue of each sort: steps and back-ups with whatever choice and order, several offers at once,
/// progressive rings.
Settings settings_of(std::uint64_t variant) {
  Settings settings;
  settings.accept_timeout = 5s;
  settings.disconnect_grace = 4s;
  settings.wanted_wait = 6s;
  settings.rest_after_miss = 4s;
  settings.rest_after_miss_max = 30s;
  settings.wrap_up = variant % 2 == 0 ? 1s : 0s;
  settings.live_wait = 3s;
  settings.waking_wait = 8s;
  settings.channels[4] = {3s, variant % 3 == 0, 1, mask_of(Channel::kEmail)};
  if (variant % 4 != 3) settings.topics = {{"outage", {"billing", "sales"}}, {"billing", {}}};
  if (variant % 4 == 2) settings.topics[1].interrupts = {"sales"};
  settings.channels[1].tickets_max = 3;
  settings.channels[1].idle_after = 4s;
  settings.rest_after_decline = {{"busy", 2s}};
  settings.seed = variant;
  settings.declined_again = 5s;
  settings.groups = {{"night", "night's"}};
  settings.version = "v" + std::to_string(variant);
  QueueRules first;
  first.id = "first";
  first.entries = {{{"a"}, kAllChannels, {}, {}, {}}};
  first.members = *parse_requirement("group:day or skill0 weight 3");
  first.backups = {{*parse_requirement("group:night"), 6s}};
  Step narrow, wide;
  narrow.require = *parse_requirement("skill1 >= 3 or skill2");
  narrow.lasts = 3s;
  narrow.skip_if = SkipCondition{Metric::kReadyAgents, Comparison::kAtMost, static_cast<int>(variant % 3)};
  wide.drop_skills = {"skill3"};
  wide.lasts = 4s;
  first.steps = {narrow, wide};
  first.choice = static_cast<ChoicePolicy>(variant % 9);
  first.order = static_cast<OrderPolicy>(variant % 3);
  first.tiers = {*parse_requirement("skill1 >= 4"), *parse_requirement("group:day")};
  first.length_max = 30;
  first.wait_max = 25s;
  first.overflow_to = "second";
  first.affinity_wait = 2s;
  first.missed_offers_until_paused = static_cast<int>(variant % 3);
  QueueRules second;
  second.id = "second";
  second.entries = {{{"b"}, kAllChannels, {}, {}, {}}};
  second.choice = static_cast<ChoicePolicy>(variant / 8 % 9);
  second.offers_at_once = 3;
  second.weight = static_cast<int>(variant % 2);
  second.overflows = {
      {4s, MetricCondition{Metric::kWaiting, Comparison::kAtLeast, 40, ""}, 3s, "third"},
      {9s, MetricCondition{Metric::kLongestWait_s, Comparison::kAtLeast, 20, "first"}, 0s, "third"}};
  second.empty_on_leave = kOfflineCounts | kAwayCounts;
  second.empty_grace = 2s;
  second.empty_to = "third";
  second.wrap_up = WrapUpRule{WrapUpMode::kOptional, 2s};
  QueueRules third;
  third.id = "third";
  third.offers_at_once = 2;
  third.ring = RingPolicy::kProgressive;
  third.ring_delay = 2s;
  third.choice = ChoicePolicy::kFewestOpen;
  third.hours = "some";
  settings.queues = {first, second, third};
  return settings;
}

/// A contact center in which anything happens at any time.
class World {
 public:
  explicit World(std::uint64_t seed) : state_{seed}, variant_{seed}, router_{settings_of(seed), 3, 7} {
    for (int i = 0; i < kAgents / 2; ++i) {
      upsert("agent" + std::to_string(i));
      tell(AgentConnected{"agent" + std::to_string(i), Presence::kAvailable});
    }
    for (int i = 0; i < 20; ++i) open_ticket();
    tell(RebuildFinished{});
  }

  void step() {
    const std::uint64_t what = pick(100);
    if (what < 22) return open_ticket();
    if (what < 42) return accept();
    if (what < 46) return decline();
    if (what < 66) return answer();
    if (what < 80) return close();
    if (what < 82) return upsert(some_agent());
    if (what < 85)
      return tell(PresenceChanged{some_agent(), static_cast<Presence>(1 + pick(3)),
                                  pick(3) ? kAllChannels : static_cast<ChannelMask>(pick(32)),
                                  pick(2) ? "" : "sue"});
    if (what < 87) return tell(AgentConnected{some_agent(), Presence::kAvailable});
    if (what < 88) return tell(AgentDisconnected{some_agent()});
    if (what < 90) return news();
    if (what < 91) return pause();
    if (what < 92 && pick(2)) return tell(GroupHours{"night", pick(3) > 0});
    if (what < 92) return tell(QueueHours{"third", pick(3) > 0});
    if (what < 93) return tell(WrapUpBegun{some_agent()});
    if (what < 94) return tell(WrapUpEnded{some_agent(), pick(2) == 0});
    if (what == 94 && pick(40) == 0) return tell(SettingsChanged{settings_of(++variant_)});
    now_ += Duration{static_cast<std::int64_t>(pick(1500))};
    tell(TimePassed{});
  }

  /// What can be seen of it counts as well.
  void look() {
    digest_.add(router_.queue_size());
    const auto line = router_.queue(25);
    for (const std::string& id : line) digest_.all(id, router_.explain(id));
    for (const QueueView& queue : router_.queues(now_, 10s)) {
      digest_.all(queue.id, queue.tickets.waiting, queue.tickets.offered, queue.tickets.at_risk,
                  queue.tickets.oldest_since, queue.ready, queue.busy, queue.wrapping_up, queue.away,
                  queue.offline, queue.estimate.wait.value_or(Duration{-1}).count());
    }
    const QueueSummary summary = router_.summarize(now_, 10s);
    for (const auto& [name, group] : summary.by_account) digest_.all(name, group.waiting, group.oldest_since);
    for (const auto& [name, group] : summary.by_skill) digest_.all(name, group.waiting, group.at_risk);
    if (line.empty()) return;
    const auto explanation = router_.explain_fully(line.front(), 20);
    for (const Candidate& candidate : explanation->candidates)
      digest_.all(candidate.agent_id, candidate.text, candidate.rank);
  }

  [[nodiscard]] std::uint64_t digest() const { return digest_.value(); }
  [[nodiscard]] std::size_t offers_made() const { return made_; }

 private:
  /// SplitMix64.
  std::uint64_t pick(std::uint64_t n) {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return (z ^ (z >> 31)) % n;
  }
  std::string some_agent() { return "agent" + std::to_string(pick(kAgents)); }
  std::string some_ticket() {
    return "t" + std::to_string(1 + pick(static_cast<std::uint64_t>(tickets_) + 1));
  }

  void tell(const Input& input) {
    for (const Effect& effect : router_.apply(input, now_)) {
      digest_.add(effect.index());
      std::visit([this](const auto& e) { digest_.effect(e); }, effect);
      if (const auto* made = std::get_if<OfferMade>(&effect)) {
        offers_.emplace(made->offer.id, made->offer);
        ++made_;
      } else if (const auto* end = std::get_if<OfferEnded>(&effect)) {
        offers_.erase(end->offer_id);
      } else if (const auto* assign = std::get_if<AssignTicket>(&effect)) {
        assigning_.push_back(*assign);
      } else if (const auto* back = std::get_if<ReturnTicket>(&effect)) {
        given_back_.push_back(*back);
      }
    }
    digest_.add(router_.next_deadline().value_or(TimePoint{}));
  }

  void upsert(const std::string& id) {
    AgentProfile agent{id, {}, static_cast<int>(1 + pick(6)), {pick(2) ? "day" : "night"}};
    if (pick(3) == 0) agent.caps[1 + pick(kChannels - 1)] = static_cast<int>(1 + pick(3));
    for (int skill = 0; skill < 5; ++skill) {
      if (pick(3)) agent.skills.push_back({"skill" + std::to_string(skill), static_cast<int>(1 + pick(5))});
    }
    tell(AgentUpserted{agent});
  }

  Work work(const std::string& id) {
    Work work;
    work.ticket_id = id;
    work.conversation_id = "con" + std::to_string(pick(60));
    work.channel = static_cast<Channel>(pick(5));
    work.account_id = std::string(1, static_cast<char>('a' + pick(3)));
    work.units = static_cast<int>(1 + pick(3));
    work.priority = static_cast<int>(pick(3));
    work.waiting_since = now_ - Duration{static_cast<std::int64_t>(pick(50))};
    if (pick(4) == 0) work.due = now_ + Duration{static_cast<std::int64_t>(pick(9000))};
    if (pick(9) == 0) work.preferred = {{some_agent(), 1}, {some_agent(), 2}};
    if (pick(12) == 0) work.wanted_agent_id = some_agent();
    if (pick(12) == 0) work.declined_by = {some_agent()};
    for (const char* topic : {"sales", "billing", "outage"}) {
      if (pick(4) == 0) work.topics.emplace_back(topic);
    }
    if (pick(20) == 0) work.note = "because of " + std::to_string(pick(5));
    for (int skill = 4; skill >= 0; --skill) {
      if (pick(6) == 0)
        work.required_skills.push_back({"skill" + std::to_string(skill), static_cast<int>(1 + pick(4))});
    }
    return work;
  }
  void open_ticket() {
    if (router_.queue_size() < kTicketsMax) tell(TicketQueued{work("t" + std::to_string(++tickets_))});
  }
  /// Of a ticket that may be anywhere: it is queued anew, or somebody has it now.
  void news() {
    Work changed = work(some_ticket());
    changed.assignment_token = pick(2) ? token_ : 0;
    if (pick(3)) return tell(TicketQueued{changed});
    changed.assignment_token = ++token_;
    tell(TicketAssigned{changed, some_agent()});
  }
  /// On hold, off it, quiet or not, whoever has it.
  void pause() {
    const auto view = router_.ticket(some_ticket());
    if (!view || view->standing != Standing::kHeld) return;
    Work changed = view->work;
    changed.hold = static_cast<Hold>(pick(3));
    changed.hold_until = now_ + Duration{static_cast<std::int64_t>(pick(6000))};
    changed.quiet_since = pick(2) ? now_ - Duration{static_cast<std::int64_t>(pick(6000))} : TimePoint{};
    tell(TicketAssigned{changed, view->agent_id});
  }
  const Offer* some_offer() {
    if (offers_.empty()) return nullptr;
    return &std::next(offers_.begin(), static_cast<std::ptrdiff_t>(pick(offers_.size())))->second;
  }
  void accept() {
    const Offer* offer = some_offer();
    if (offer) tell(OfferAccepted{offer->id, pick(20) ? offer->agent_id : some_agent()});
  }
  void decline() {
    const Offer* offer = some_offer();
    if (offer)
      tell(OfferDeclined{std::string{offer->id}, std::string{offer->agent_id}, pick(2) ? "busy" : ""});
  }
  void answer() {
    if (!given_back_.empty()) {
      const ReturnTicket back = given_back_.back();
      given_back_.pop_back();
      Work again = work(back.ticket_id);
      again.assignment_token = back.assignment_token;
      return tell(TicketQueued{again});
    }
    if (assigning_.empty()) return;
    const std::string offer = assigning_.back().offer_id, ticket = assigning_.back().ticket_id;
    assigning_.pop_back();
    if (pick(15) == 0) return tell(AssignmentRefused{offer, "no"});
    held_.push_back(ticket);
    tell(AssignmentConfirmed{offer, ++token_});
  }
  void close() {
    if (held_.empty() || pick(20) == 0) return tell(TicketClosed{some_ticket()});
    std::swap(held_[pick(held_.size())], held_.back());
    const std::string id = held_.back();
    held_.pop_back();
    tell(TicketClosed{id});
  }

  std::uint64_t state_;
  std::uint64_t variant_;
  TimePoint now_ = from_ms(1'700'000'000'000);
  Router router_;
  Digest digest_;
  int tickets_ = 0;
  std::int64_t token_ = 0;
  std::size_t made_ = 0;
  std::map<std::string, Offer> offers_;
  std::vector<AssignTicket> assigning_;
  std::vector<ReturnTicket> given_back_;
  std::vector<std::string> held_;
};

}  // namespace
}  // namespace hark::routing

int main(int argc, char** argv) {
  const std::uint64_t seeds = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 8;
  const int steps = argc > 2 ? std::atoi(argv[2]) : 4000;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    hark::routing::World world{seed};
    for (int i = 0; i < steps; ++i) {
      world.step();
      if (i % 250 == 0) world.look();
    }
    std::printf("seed %llu: %016llx after %zu offers\n", static_cast<unsigned long long>(seed),
                static_cast<unsigned long long>(world.digest()), world.offers_made());
  }
}
