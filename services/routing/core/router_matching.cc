#include <algorithm>
#include <tuple>
#include <utility>

#include "routing/core/rank_walk.h"
#include "routing/core/router.h"

namespace hark::routing {
namespace {

/// Up to so many agents with room are compared one by one; of more, the ranks are walked from the first on.
constexpr std::size_t kComparedMax = 48;

std::uint64_t mixed(std::uint64_t x) {
  x ^= x >> 33;
  x *= 0xff51afd7ed558ccdULL;
  x ^= x >> 33;
  x *= 0xc4ceb9fe1a85ec53ULL;
  return x ^ (x >> 33);
}

/// FNV-1a, so that a draw does not depend on the library.
std::uint64_t hash_of(std::string_view text, std::uint64_t seed) {
  std::uint64_t hash = 0xcbf29ce484222325ULL ^ seed;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return mixed(hash);
}

}  // namespace

RankOrder order_of(ChoicePolicy choice) {
  switch (choice) {
    case ChoicePolicy::kMostSpareCapacity:
      return RankOrder::kSpare;
    case ChoicePolicy::kFewestOpen:
      return RankOrder::kOpen;
    case ChoicePolicy::kLeastHandled:
      return RankOrder::kHandled;
    case ChoicePolicy::kRoundRobin:
      return RankOrder::kOffered;
    case ChoicePolicy::kLeastTalkTime:
      return RankOrder::kTalked;
    case ChoicePolicy::kLongestIdle:
    case ChoicePolicy::kBestProficiency:
    case ChoicePolicy::kTiers:
    case ChoicePolicy::kRandom:
      break;
  }
  return RankOrder::kIdle;
}

/// Serves whatever this input may have made possible: the first ticket in order goes to its best agent, then
/// the next. Everything that was waiting before had nobody, so only agents who gained something and tickets
/// that changed count.
void Router::match() {
  int budget = kProposalsPerInputMax;
  while (budget > 0 && !(dirty_agents_.empty() && dirty_tickets_.empty())) match_once(budget);
}

void Router::match_once(int& budget) {
  proposals_.clear();
  const auto propose = [&](const WaitKey& key, AgentIndex source) {
    proposals_.push_back({key, source});
    std::ranges::push_heap(proposals_, std::less{});
  };
  const auto share = [&](std::size_t all) { return std::min(all, static_cast<std::size_t>(budget)); };
  for (std::size_t left = share(dirty_agents_.size()); left > 0; --left, --budget) {
    const AgentIndex index = dirty_agents_.front();
    dirty_agents_.pop_front();
    agents_[index].in_dirty = false;
    if (const WaitKey* key = best_ticket(agents_[index], index)) propose(*key, index);
  }
  for (std::size_t left = share(dirty_tickets_.size()); left > 0; --left, --budget) {
    TicketState* ticket = dirty_tickets_.front();
    dirty_tickets_.pop_front();
    ticket->dirty = false;
    if (ticket->in_line) propose(ticket->key, kNoAgent);
  }
  for (int looks = kProposalsPerInputMax; looks > 0 && !proposals_.empty(); --looks) {
    std::ranges::pop_heap(proposals_, std::less{});
    const Proposal proposal = proposals_.back();
    proposals_.pop_back();
    TicketState& ticket = *proposal.key.ticket;
    if (ticket.in_line) {
      const Choice choice = best_agent(ticket);
      if (choice.agent != kNoAgent) {
        make_offer(ticket, choice);
        if (ticket.in_line) propose(ticket.key, kNoAgent);
      }
    }
    if (proposal.source == kNoAgent) continue;
    if (const WaitKey* next = best_ticket(agents_[proposal.source], proposal.source)) {
      propose(*next, proposal.source);
    }
  }
  // Too much for one input: the rest is for the next.
  for (; !proposals_.empty(); proposals_.pop_back()) {
    std::ranges::pop_heap(proposals_, std::less{});
    const Proposal& left = proposals_.back();
    if (left.source == kNoAgent) {
      mark_dirty(*left.key.ticket);
    } else if (!std::exchange(agents_[left.source].in_dirty, true)) {
      dirty_agents_.push_back(left.source);
    }
  }
}

bool Router::avoids(const TicketState& ticket, AgentIndex agent) const {
  if (std::ranges::find(ticket.offers, agent, &StandingOffer::agent) != ticket.offers.end()) return true;
  if (!ticket.is_special()) return false;
  const Particulars& special = ticket.special();
  if (std::ranges::find(special.declined, agent) != special.declined.end()) return true;
  return std::ranges::any_of(
      special.misses, [&](const Miss& miss) { return miss.agent == agent && miss.rests_until > now_; });
}

bool Router::may_take(const AgentState& agent, AgentIndex index, const TicketState& ticket) const {
  return ticket.kind->units <= agent.loads.room(class_of(*ticket.kind)) && !avoids(ticket, index);
}

/// The first ticket in order that the agent can be offered now.
const WaitKey* Router::best_ticket(const AgentState& agent, AgentIndex index) const {
  if (!agent.ready) return nullptr;
  const WaitKey* best = nullptr;
  if (const TicketState* first = lanes_.first_of(agent.lanes, agent.loads)) {
    best = avoids(*first, index) ? best_of_every_lane(agent, index) : &first->key;
  }
  for (const WaitKey& key : agent.reserved) {
    if (best && !(key < *best)) break;
    if (may_take(agent, index, *key.ticket) && may_wait_for(*key.ticket, index)) return &key;
  }
  return best;
}

/// The long way: past the tickets that this agent declined or let run out.
const WaitKey* Router::best_of_every_lane(const AgentState& agent, AgentIndex index) const {
  const WaitKey* best = nullptr;
  for_each_in_both(agent.lanes, lanes_.occupied(), [&](LaneIndex lane) {
    const Lanes::Head& head = lanes_.head(lane);
    if (head.units > agent.loads.room(head.work_class)) return true;
    for (const WaitKey& key : lanes_.at(lane).line) {
      if (best && !(key < *best)) break;
      if (avoids(*key.ticket, index)) continue;
      best = &key;
      break;
    }
    return true;
  });
  return best;
}

const Stage& Router::stage_in_force(const TicketState& ticket) {
  std::size_t stage = ticket.stage == kNoStageYet ? 0 : ticket.stage;
  while (ticket.plan->stages[stage].kind != Stage::Kind::kRequire) --stage;
  return ticket.plan->stages[stage];
}

/// Finds the best of a lane's agents for one ticket: of few by comparing them, of many by walking an order
/// that is kept until one of them comes. Either takes about the square root of the agents at the worst.
class Router::Chooser {
 public:
  Chooser(Router& router, const TicketState& ticket)
      : router_{router},
        ticket_{ticket},
        channel_{static_cast<std::size_t>(ticket.kind->channel)},
        class_{router.class_of(*ticket.kind)},
        ready_{router.ready_for(class_)},
        choice_policy_{router.queues_[ticket.queue].rules.choice} {}

  Choice among_wanted() {
    for (const AgentIndex index : ticket_.special().wanted) {
      if (!able(index) || !router_.may_wait_for(ticket_, index)) continue;
      choice_.agent = index;
      choice_.able = 1;
      choice_.misses = misses(index);
      break;
    }
    return choice_;
  }

  Choice among_lane() {
    const Lanes::Lane& lane = router_.lanes_.at(ticket_.lane);
    if (lane.classes.empty()) {
      find_in(lane.agents);
    } else {
      for (const auto& [value, agents] : lane.classes) {
        if (!find_in(agents)) continue;
        choice_.able = static_cast<int>(ready_.count_in_both(channel_, lane.agents));
        break;
      }
    }
    if (choice_.agent == kNoAgent) find_among_missed(lane);
    return choice_;
  }

 private:
  [[nodiscard]] bool able(AgentIndex index) const {
    return router_.agents_[index].loads.room(class_) >= ticket_.kind->units &&
           !router_.avoids(ticket_, index);
  }
  [[nodiscard]] int misses(AgentIndex index) const {
    const std::vector<Miss>& all = ticket_.special().misses;
    const auto miss = std::ranges::find(all, index, &Miss::agent);
    return miss == all.end() ? 0 : miss->count;
  }
  [[nodiscard]] Rank rank(AgentIndex index) const {
    return router_.rank_of(router_.agents_[index], index, order_of(choice_policy_));
  }

  /// Of those who have not let it run out before.
  bool find_in(const Bits& agents) {
    const std::size_t candidates = ready_.count_in_both(channel_, agents);
    if (candidates == 0) return false;
    if (choice_policy_ == ChoicePolicy::kRandom) {
      draw(agents, candidates);
    } else if (candidates <= kComparedMax ||
               candidates * candidates <= static_cast<std::size_t>(router_.ready_count_)) {
      compare(agents);
    } else {
      walk(agents, candidates);
    }
    return choice_.agent != kNoAgent;
  }

  void compare(const Bits& agents) {
    Rank best;
    ready_.for_each_in_both(channel_, agents, [&](AgentIndex index) {
      if (!able(index)) return true;
      if (misses(index) > 0) {
        ++choice_.passed_over;
        return true;
      }
      ++choice_.able;
      if (const Rank mine = rank(index); choice_.agent == kNoAgent || mine < best) {
        choice_.agent = index;
        best = mine;
      }
      return true;
    });
  }

  void walk(const Bits& agents, std::size_t candidates) {
    router_.put_ranks();
    const auto passes_by = [&](AgentIndex agent) {
      if (!agents.has(agent) || !able(agent) || misses(agent) > 0) return true;
      choice_.agent = agent;
      choice_.able = static_cast<int>(candidates);
      return false;
    };
    const RankOrder order = order_of(choice_policy_);
    if (order == RankOrder::kTalked) {
      walk_together(router_.ranks_[static_cast<std::size_t>(order)],
                    router_.ranks_[static_cast<std::size_t>(RankOrder::kTalking)], to_ms(router_.now_),
                    passes_by);
      return;
    }
    for (const Rank& next : router_.ranks_[static_cast<std::size_t>(order)]) {
      if (!passes_by(next.agent)) return;
    }
  }

  /// The n-th with room, or the next one after it who can.
  void draw(const Bits& agents, std::size_t candidates) {
    const std::size_t nth = hash_of(ticket_.id, router_.settings_.seed) % candidates;
    std::size_t seen = 0;
    AgentIndex before = kNoAgent;
    ready_.for_each_in_both(channel_, agents, [&](AgentIndex index) {
      const bool past = seen++ >= nth;
      if (!able(index) || misses(index) > 0) return true;
      if (past) choice_.agent = index;
      if (before == kNoAgent) before = index;
      return !past;
    });
    if (choice_.agent == kNoAgent) choice_.agent = before;
    choice_.able = static_cast<int>(candidates);
  }

  /// Nobody else can: whoever has let it run out least often.
  void find_among_missed(const Lanes::Lane& lane) {
    choice_.passed_over = 0;
    std::optional<std::pair<int, Rank>> best;
    for (const Miss& miss : ticket_.special().misses) {
      if (!lane.agents.has(miss.agent) || !able(miss.agent)) continue;
      const std::pair mine{miss.count, rank(miss.agent)};
      if (best && best->first == miss.count) ++choice_.able;
      if (best && best->first < miss.count) ++choice_.passed_over;
      if (!best || miss.count < best->first) {
        choice_.passed_over += choice_.able;
        choice_.able = 1;
      }
      if (!best || mine < *best) {
        best = mine;
        choice_.agent = miss.agent;
        choice_.misses = miss.count;
      }
    }
  }

  Router& router_;
  const TicketState& ticket_;
  std::size_t channel_;
  WorkClass class_;
  const SparseBits<kChannels>& ready_;
  ChoicePolicy choice_policy_;
  Choice choice_;
};

/// The agent's place among those who could take the ticket, the class of the choice first. For people: the
/// draw of kRandom is not in it.
Rank Router::rank_for(const TicketState& ticket, AgentIndex index, ChoicePolicy choice,
                      const Requirement& require) const {
  Rank rank = rank_of(agents_[index], index, order_of(choice));
  const auto& tiers = queues_[ticket.queue].rules.tiers;
  constexpr std::int64_t kClass = 1'000'000;
  if (choice == ChoicePolicy::kBestProficiency) rank.first -= kClass * sets_.proficiency(index, require);
  if (choice == ChoicePolicy::kTiers) {
    const auto tier =
        std::ranges::find_if(tiers, [&](const Requirement& t) { return sets_.meets(index, t); });
    rank.first += kClass * (tier - tiers.begin());
  }
  return rank;
}

Router::Choice Router::best_agent(const TicketState& ticket) {
  Chooser chooser{*this, ticket};
  if (ticket.in_reserved) return chooser.among_wanted();
  return queues_[ticket.queue].closed ? Choice{} : chooser.among_lane();
}

void Router::make_offer(TicketState& ticket, const Choice& choice) {
  const auto channel = static_cast<std::size_t>(ticket.kind->channel);
  Offer offer;
  offer.id = offer_ids_.next(now_);
  offer.ticket_id = ticket.id.str();
  offer.agent_id = agents_[choice.agent].id;
  offer.units = ticket.kind->units;
  offer.offered_at = now_;
  offer.expires_at = now_ + accept_timeout(ticket);
  offer.explanation = reason_for(ticket, choice);
  offer.version = settings_.version;
  offer.auto_answer = settings_.channels[channel].auto_answer;
  leave_line(ticket);
  put_offer(ticket, choice.agent, offer);
  const bool auto_answer = offer.auto_answer;
  effects_.emplace_back(std::in_place_type<OfferMade>, std::move(offer));
  if (auto_answer) {
    accept(ticket, choice.agent);
  } else {
    const bool was_dirty = ticket.dirty;
    enter_line(ticket);  // for more offers beside this one, or until it is time for them
    if (!was_dirty && std::exchange(ticket.dirty, false)) dirty_tickets_.pop_back();
  }
}

std::string Router::reason_for(const TicketState& ticket, const Choice& choice) const {
  const AgentState& agent = agents_[choice.agent];
  const QueueRules& rules = queues_[ticket.queue].rules;
  const Stage& stage = stage_in_force(ticket);
  const bool as_required =
      !ticket.kind->required_skills.empty() && stage.require == ticket.plan->stages[0].require;
  std::string text;
  text.reserve(96);
  // Others may be available as well, and have their hands full.
  const auto add_who = [&] {
    text += "with room";
    if (as_required) (text += " and ") += ticket.kind->needs;
  };
  if (ticket.in_reserved) {
    text = ticket.special().wish == Wish::kByName  ? "asked for by name"
           : ticket.special().wish == Wish::kHadIt ? "had it before"
           : ticket.special().wish == Wish::kLive  ? "has other work of this customer"
                                                   : "knows the customer";
    if (as_required) (text += " with ") += ticket.kind->needs;
  } else if (choice.able == 1) {
    text = choice.passed_over == 0 ? "the only one " : "the first one ";
    add_who();
  } else if (rules.choice == ChoicePolicy::kLongestIdle && used_units(agent) > 0) {
    text = "all " + std::to_string(choice.able) + " ";
    add_who();
    text += " have work; longest without new work";
  } else {
    text = name_of(rules.choice);
    text += " of " + std::to_string(choice.able) + " ";
    add_who();
  }
  if (!rules.id.empty()) (text += "; queue ") += rules.id;
  if (!stage.name.empty() && !ticket.in_reserved) (text += ", ") += stage.name;
  if (choice.passed_over > 0)
    text += "; " + std::to_string(choice.passed_over) + " more let it run out before";
  if (choice.misses > 0) text += "; let it run out before, but nobody else can take it now";
  if (!ticket.special().wish_note.empty()) (text += "; ") += ticket.special().wish_note;
  if (!ticket.kind->note.empty()) (text += "; ") += ticket.kind->note;
  return text;
}

}  // namespace hark::routing
