#include "routing/study/simulation.h"

#include <algorithm>
#include <queue>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <variant>

namespace hark::routing {
namespace {

/// A wrap-up that lasts longer has no end of its own; its agent ends it.
constexpr Duration kOpenEnded = std::chrono::hours{12};

class Simulation {
 public:
  Simulation(const Settings& settings, const Workload& workload, Duration answer_target,
             const Watcher& watcher)
      : router_{settings, 0, 1}, workload_{workload}, kpis_{answer_target}, watcher_{watcher} {}

  Kpis run() {
    feed(RebuildFinished{}, workload_.begins);
    for (std::size_t i = 0; i < workload_.agents.size(); ++i) plan(workload_.agents[i].at, AgentDoes{i});
    tickets_.reserve(workload_.tickets.size());
    for (std::size_t i = 0; i < workload_.tickets.size(); ++i) {
      by_id_.emplace(workload_.tickets[i].work.ticket_id, i);
      tickets_.emplace_back();
      plan(workload_.tickets[i].work.waiting_since, Arrives{i});
    }
    while (step()) {
    }
    return kpis_.result(workload_.ends);
  }

 private:
  struct AgentDoes {
    std::size_t nth;
  };
  struct Arrives {
    std::size_t ticket;
  };
  struct HangsUp {
    std::size_t ticket;
  };
  struct Leaves {
    std::size_t ticket;
  };
  struct Accepts {
    std::string offer_id;
    std::string agent_id;
  };
  struct IsDone {
    std::size_t ticket;
    std::int64_t assignment;
  };
  struct WrapsUpNoMore {
    std::string agent_id;
  };
  using Happening = std::variant<AgentDoes, Arrives, HangsUp, Leaves, Accepts, IsDone, WrapsUpNoMore>;
  struct Planned {
    TimePoint at;
    std::uint64_t turn;
    Happening what;
    friend bool operator<(const Planned& a, const Planned& b) {  // top of the queue: what comes first
      return std::tie(b.at, b.turn) < std::tie(a.at, a.turn);
    }
  };
  struct Ticket {
    std::int64_t assignments = 0;
    bool held = false;
    bool closed = false;
    TimePoint held_since;
    /// Of its handling, by agents who had to give it back.
    Duration handled{0};
  };

  void plan(TimePoint at, Happening what) { planned_.push({at, ++turns_, std::move(what)}); }

  /// The next thing that happens, or a deadline of the engine, whichever is first; false at the end.
  bool step() {
    const auto deadline = router_.next_deadline();
    const bool planned_next = !planned_.empty() && (!deadline || planned_.top().at <= *deadline);
    if (!planned_next && !deadline) return false;
    const TimePoint at = planned_next ? planned_.top().at : *deadline;
    if (at > workload_.ends) return false;
    if (!planned_next) {
      feed(TimePassed{}, at);
      return true;
    }
    const Planned next = planned_.top();
    planned_.pop();
    std::visit([&](const auto& what) { happen(what, next.at); }, next.what);
    return true;
  }

  void happen(const AgentDoes& what, TimePoint at) { feed(workload_.agents[what.nth].input, at); }
  void happen(const Arrives& what, TimePoint at) {
    const SimulatedTicket& ticket = workload_.tickets[what.ticket];
    if (ticket.patience) plan(at + *ticket.patience, HangsUp{what.ticket});
    if (ticket.leaves) plan(at + *ticket.leaves, Leaves{what.ticket});
    feed(TicketQueued{ticket.work}, at);
  }
  void happen(const HangsUp& what, TimePoint at) {
    if (!tickets_[what.ticket].held) close(what.ticket, at);
  }
  void happen(const Leaves& what, TimePoint at) {
    Ticket& ticket = tickets_[what.ticket];
    if (ticket.held || std::exchange(ticket.closed, true)) return;
    feed(TicketLeft{workload_.tickets[what.ticket].work.ticket_id}, at);
  }
  void happen(const Accepts& what, TimePoint at) { feed(OfferAccepted{what.offer_id, what.agent_id}, at); }
  void happen(const IsDone& what, TimePoint at) {
    if (tickets_[what.ticket].assignments == what.assignment && tickets_[what.ticket].held)
      close(what.ticket, at);
  }
  void happen(const WrapsUpNoMore& what, TimePoint at) { feed(WrapUpEnded{what.agent_id}, at); }

  void close(std::size_t nth, TimePoint at) {
    if (std::exchange(tickets_[nth].closed, true)) return;
    tickets_[nth].held = false;
    feed(TicketClosed{workload_.tickets[nth].work.ticket_id}, at);
  }

  void feed(const Input& input, TimePoint at) {
    const std::vector<Effect> effects = router_.apply(input, at);
    kpis_.observe(at, input, effects, router_);
    if (watcher_) watcher_(at, input, effects);
    for (const Effect& effect : effects) follow(effect, at);
  }

  void follow(const Effect& effect, TimePoint at) {
    if (const auto* made = std::get_if<OfferMade>(&effect)) {
      const Offer& offer = made->offer;
      const auto found = by_id_.find(offer.ticket_id);
      if (!offer.auto_answer && found != by_id_.end())
        plan(at + workload_.tickets[found->second].reaction, Accepts{offer.id, offer.agent_id});
    } else if (const auto* assign = std::get_if<AssignTicket>(&effect)) {
      hold(*assign, at);
    } else if (const auto* sent = std::get_if<TicketSentOn>(&effect)) {
      if (const auto found = by_id_.find(sent->ticket_id); found != by_id_.end())
        tickets_[found->second].closed = true;
    } else if (const auto* back = std::get_if<ReturnTicket>(&effect)) {
      give_back(*back, at);
    } else if (const auto* wraps_up = std::get_if<WrapUpSet>(&effect)) {
      if (wraps_up->until && *wraps_up->until - at > kOpenEnded)
        plan(at + workload_.wrap_up, WrapsUpNoMore{wraps_up->agent_id});
    }
  }

  void hold(const AssignTicket& assign, TimePoint at) {
    const std::size_t nth = by_id_.at(assign.ticket_id);
    Ticket& ticket = tickets_[nth];
    ticket.held = true;
    ticket.held_since = at;
    const std::int64_t assignment = ++ticket.assignments;
    if (const auto& handling = workload_.tickets[nth].handling)
      plan(at + std::max(*handling - ticket.handled, Duration{0}), IsDone{nth, assignment});
    feed(AssignmentConfirmed{assign.offer_id, assignment}, at);
  }

  void give_back(const ReturnTicket& back, TimePoint at) {
    const auto found = by_id_.find(back.ticket_id);
    if (found == by_id_.end()) return;  // held since before the workload begins
    const std::size_t nth = found->second;
    Ticket& ticket = tickets_[nth];
    if (!std::exchange(ticket.held, false)) return;
    ticket.handled += at - ticket.held_since;
    Work work = workload_.tickets[nth].work;
    work.assignment_token = ticket.assignments;
    work.wanted_agent_id = back.agent_id;
    work.queued_since = at;
    feed(TicketQueued{std::move(work)}, at);
  }

  Router router_;
  const Workload& workload_;
  KpiCollector kpis_;
  const Watcher& watcher_;
  std::priority_queue<Planned> planned_;
  std::uint64_t turns_ = 0;
  std::vector<Ticket> tickets_;
  std::unordered_map<std::string, std::size_t> by_id_;
};

}  // namespace

Kpis simulate(const Settings& settings, const Workload& workload, Duration answer_target,
              const Watcher& watcher) {
  return Simulation{settings, workload, answer_target, watcher}.run();
}

}  // namespace hark::routing
