#pragma once

#include <string>
#include <utility>
#include <vector>

#include "routing/core/router.h"

// What the tests of Router share.
namespace hark::routing {

using namespace std::chrono_literals;

inline constexpr TimePoint t0 = from_ms(1'700'000'000'000);

inline Settings test_settings() {
  Settings settings;
  settings.accept_timeout = 20s;
  settings.disconnect_grace = 10s;
  settings.missed_offers_until_away = 3;
  settings.wanted_wait = 30s;
  settings.rest_after_miss = 30s;
  settings.rest_after_miss_max = 120s;
  return settings;
}

inline std::vector<Skill> skills(std::initializer_list<const char*> texts) {
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
  /// What conversation says of a ticket that an agent holds: changed by `change`.
  template <class Change>
  void hear(const std::string& ticket, Change change) {
    const auto view = *router.ticket(ticket);
    Work news = view.work;
    change(news);
    tell(TicketAssigned{news, view.agent_id});
  }
  void put_on_hold(const std::string& ticket, Duration time, Hold hold = Hold::kFreesUnits) {
    hear(ticket, [&](Work& work) {
      work.hold = hold;
      work.hold_until = now + time;
    });
  }
  void release(const std::string& ticket) {
    hear(ticket, [](Work& work) {
      work.hold = Hold::kNone;
      work.hold_until = work.quiet_since = {};
    });
  }
  /// The agent has answered everything.
  void fall_quiet(const std::string& ticket) {
    hear(ticket, [&](Work& work) { work.quiet_since = now; });
  }
  void write_again(const std::string& ticket) {
    hear(ticket, [](Work& work) { work.quiet_since = {}; });
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

inline QueueRules queue_named(const std::string& id, const std::string& account = "") {
  QueueRules queue;
  queue.id = id;
  if (!account.empty()) queue.entries = {{{account}, kAllChannels, {}, {}, {}}};
  return queue;
}

inline Settings with(std::vector<QueueRules> queues) {
  Settings settings = test_settings();
  settings.queues = std::move(queues);
  return settings;
}

/// A center with one queue that everything of account "a" enters.
struct OneQueue : Center {
  explicit OneQueue(const QueueRules& rules) : Center{with({rules})} { begin(); }
  void member(const std::string& id, std::initializer_list<const char*> has = {}, int units = 1,
              std::vector<std::string> groups = {}) {
    tell(AgentUpserted{{id, skills(has), units, std::move(groups)}});
    tell(AgentConnected{id, Presence::kAvailable});
  }
  void come(const std::string& id, Channel channel = Channel::kEmail, int units = 1) {
    Work ticket = work(id, {}, units);
    ticket.account_id = "a";
    ticket.channel = channel;
    queue(ticket);
  }
};

}  // namespace hark::routing
