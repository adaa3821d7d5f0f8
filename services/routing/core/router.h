#pragma once

#include <deque>
#include <map>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "routing/core/effect.h"
#include "routing/core/input.h"
#include "routing/core/lanes.h"
#include "routing/core/offer_id.h"
#include "routing/core/state.h"

namespace hark::routing {

/// An agent as routing sees them.
struct AgentView {
  AgentProfile profile;
  Presence presence = Presence::kOffline;
  int used_units = 0;
  int connections = 0;
  std::vector<std::string> ticket_ids;
  std::vector<Offer> offers;
  /// Of an agent in wrap-up.
  std::optional<TimePoint> wraps_up_until;
};

/// Some of the queue, in numbers.
struct QueueGroup {
  int waiting = 0;
  int offered = 0;
  TimePoint oldest_since;
  /// Waiting longer than they should.
  int at_risk = 0;
};
struct QueueSummary {
  QueueGroup total;
  std::map<std::string, QueueGroup, std::less<>> by_account;
  std::map<std::string, QueueGroup, std::less<>> by_skill;
};

/// A ticket as routing sees it.
struct TicketView {
  Work work;
  Standing standing = Standing::kWaiting;
  /// To whom it is offered, or who holds it.
  std::string agent_id;
  std::optional<Offer> offer;
  /// Waits for this agent alone, for now.
  std::string reserved_for;
  /// Not offered to anyone before this, if that is to come.
  TimePoint rests_until;
  std::vector<std::string> declined_by;
  /// Agents who are spared it for now, having let an offer run out.
  std::vector<std::string> resting_agents;
};

/// Decides who gets which ticket: inputs in, effects out. The same inputs give the same effects, bit for bit,
/// anywhere.
///
/// One per routing shard, owned by its leader; not thread-safe. It holds no timer: the caller asks
/// next_deadline() after every apply() and comes back with TimePassed. It starts out rebuilding: it is told
/// agents, tickets and standing offers, decides nothing, and begins with RebuildFinished.
///
/// The rules:
/// - An agent is offered a ticket only if available, connected, with every required skill at its level and
/// with room for
///   the ticket's units. An offer takes its units from the moment it is made.
/// - The ticket of the highest priority goes first, then the one that has waited longest, then the lower id.
/// A ticket that
///   fits nobody's room does not hold back smaller ones behind it.
/// - It goes to an agent without work before one with some, then to the one whose last offer, work's end or
/// becoming
///   available is longest ago. A withdrawn or declined offer does not cost the agent their place.
/// - An offer that runs out sends the ticket on with its age. The agent is spared it for a while that doubles
/// with each
///   miss, and gets it again only when nobody else can take it then. Several offers that run out over one
///   absence count once towards being set away.
/// - A declined ticket is not offered to that agent again unless it is passed to them by name.
/// - A ticket passed to an agent by name waits for them alone, for a while, as long as they are signed in and
/// qualified.
/// - Whoever has resolved a ticket is offered nothing during the wrap-up, which ends by itself, by their
/// word, or by a change of presence. It goes on under a new leader.
/// - Being gone (no session for longer than the grace, or signed out) takes offers back at once, and tickets
/// by policy.
class Router {
 public:
  /// Offers that ended are remembered, so that a late answer learns what became of them.
  static constexpr std::size_t kEndedOffersMax = 8192;

  Router(Settings settings, std::uint16_t shard, std::int64_t fencing_token);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// A `now` before an earlier one counts as that one: clocks may step back, decisions do not. Deadlines that
  /// have come are dealt with first, so an answer that is late is late even if no TimePassed has said so.
  [[nodiscard]] std::vector<Effect> apply(const Input& input, TimePoint now);

  /// When to come back with TimePassed at the latest.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  [[nodiscard]] bool rebuilding() const { return rebuilding_; }
  [[nodiscard]] const Settings& settings() const { return settings_; }
  /// Whether any agent's record has the skill, at whatever level and presence.
  [[nodiscard]] bool skill_known(std::string_view name) const { return skills_.contains(name); }
  [[nodiscard]] std::optional<AgentView> agent(std::string_view id) const;
  /// Of agents with a record, in order.
  [[nodiscard]] std::vector<std::string> agent_ids() const;
  [[nodiscard]] std::optional<TicketView> ticket(std::string_view id) const;
  /// Tickets without a holder, in the order in which they are served.
  [[nodiscard]] std::vector<std::string> queue(std::size_t limit) const;
  [[nodiscard]] std::size_t queue_size() const { return tickets_.size() - held_count_; }
  /// Everything without a holder; who has waited longer than `target` is at risk.
  [[nodiscard]] QueueSummary summarize(TimePoint now, Duration target) const;
  /// Why the ticket is where it is, for people: "waits: 2 agents have language:lv ≥ 1: 1 offline, 1 without
  /// room".
  [[nodiscard]] std::string explain(std::string_view ticket_id) const;

 private:
  enum class DeadlineKind { kOfferExpires, kAgentGone, kTicketWakes, kWrapUpEnds };
  struct Deadline {
    TimePoint at;
    DeadlineKind kind;
    std::string id;
    friend auto operator<=>(const Deadline&, const Deadline&) = default;
  };
  struct Ended {
    OfferEnd how;
    std::string ticket_id;
    std::string agent_id;
    std::int64_t assignment_token = 0;
  };
  /// A ticket that might go to someone now, said by an agent (who may have a next one) or by the ticket
  /// itself.
  struct Proposal {
    WaitKey key;
    AgentIndex source = kNoAgent;
    friend bool operator<(const Proposal& a, const Proposal& b) {  // top of the queue: the first to be served
      return b.key < a.key || (!(a.key < b.key) && b.source < a.source);
    }
  };
  struct Choice {
    AgentIndex agent = kNoAgent;
    /// Agents who could take it now and have let it run out no more often than the chosen one...
    int able = 0;
    /// ...and those who have, and so were passed over.
    int passed_over = 0;
    int misses = 0;
  };

  void on(const AgentUpserted& in);
  void on(const PresenceChanged& in);
  void on(const AgentConnected& in);
  void on(const AgentDisconnected& in);
  void on(const TicketQueued& in);
  void on(const TicketAssigned& in);
  void on(const TicketClosed& in);
  void on(const OfferRestored& in);
  void on(const WrapUpRestored& in);
  void on(const OfferAccepted& in);
  void on(const OfferDeclined& in);
  void on(const AssignmentConfirmed& in);
  void on(const AssignmentRefused& in);
  void on(const WrapUpEnded& in);
  void on(const SettingsChanged& in);
  void on(const RebuildFinished& in);
  void on(const TimePassed&) {}

  // router_deadlines.cc
  void expire();
  void offer_ran_out(TicketState& ticket);
  void agent_is_gone(AgentState& agent);

  // router_agents.cc
  AgentIndex intern(std::string_view id);
  AgentState* known_agent(std::string_view id);
  void set_presence(AgentIndex index, Presence presence, std::string why);
  void arm_gone(AgentState& agent);
  void disarm_gone(AgentState& agent);
  void begin_wrap_up(AgentIndex index);
  void wrap_up_until(AgentIndex index, TimePoint until);
  void end_wrap_up(AgentIndex index);
  void refresh(AgentIndex index);
  void mark_idle(AgentState& agent) { agent.idle = {now_, ++turns_}; }
  void withdraw_offers(AgentIndex index, const std::string& why);
  void withdraw_misfits(AgentIndex index);
  void drop_wishes(AgentIndex index);
  void take_tickets_back(AgentIndex index, const std::string& why);
  void count_skills(const std::vector<Skill>& skills, int by);
  void report_agents();

  // router_tickets.cc
  TicketState* find_ticket(const std::string& id);
  TicketState& make_ticket(const Work& work);
  void erase_ticket(TicketState& ticket);
  void take_over(TicketState& ticket, const Work& work);
  bool offer_still_fits(const TicketState& ticket, const Work& old) const;
  void enter_line(TicketState& ticket);
  void leave_line(TicketState& ticket);
  [[nodiscard]] bool wish_stands(const TicketState& ticket) const;
  void drop_wish(TicketState& ticket);
  void set_wake(TicketState& ticket);
  void clear_wake(TicketState& ticket);
  void put_offer(TicketState& ticket, AgentIndex agent, Offer offer);
  void end_offer(TicketState& ticket, OfferEnd how, std::string why, std::int64_t assignment_token = 0);
  void hold(TicketState& ticket, AgentIndex agent, std::int64_t assignment_token);
  void release(TicketState& ticket);
  void refuse_offer(std::string_view offer_id, std::string_view agent_id, const TicketState* ticket);

  // router_matching.cc
  void match();
  [[nodiscard]] const WaitKey* best_ticket(const AgentState& agent, AgentIndex index) const;
  [[nodiscard]] Choice best_agent(const TicketState& ticket) const;
  [[nodiscard]] bool avoids(const TicketState& ticket, AgentIndex agent) const;
  void make_offer(TicketState& ticket, const Choice& choice);
  [[nodiscard]] std::string reason_for(const TicketState& ticket, const Choice& choice) const;

  Settings settings_;
  OfferIds offer_ids_;
  bool rebuilding_ = true;
  TimePoint now_{};
  std::uint64_t turns_ = 0;

  std::deque<AgentState> agents_;
  std::map<std::string, AgentIndex, std::less<>> agent_index_;
  std::vector<AgentIndex> ready_;
  std::map<std::string, int, std::less<>> skills_;

  std::unordered_map<std::string, TicketState> tickets_;
  std::size_t held_count_ = 0;
  std::unordered_map<std::string, TicketState*> offers_;
  std::unordered_map<std::string, Ended> ended_;
  std::deque<std::string> ended_order_;
  Lanes lanes_;
  std::set<Deadline> deadlines_;

  // Of the apply() under way.
  std::vector<Effect> effects_;
  std::vector<AgentIndex> dirty_agents_;
  std::vector<TicketState*> dirty_tickets_;
  std::set<std::string_view> changed_agents_;
};

}  // namespace hark::routing
