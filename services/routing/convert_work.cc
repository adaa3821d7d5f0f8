// A ticket as routing's work.
#include <algorithm>

#include "routing/convert.h"

namespace hark::routing {
namespace {

constexpr int kLivePoints = 100;

/// The customer's own preferred agents, then those of their tier, then who resolved their last ticket.
std::vector<PreferredAgent> preferred_of(const v1::Ticket& ticket, const Rules& rules) {
  constexpr int kOwnScore = 300, kTierScore = 200, kLastScore = 100;
  std::vector<PreferredAgent> out;
  if (!rules.asks_who_knows()) return out;
  const auto add = [&](const std::string& id, int score) {
    const bool known = std::ranges::find(out, id, &PreferredAgent::agent_id) != out.end();
    if (!id.empty() && !known && out.size() < kPreferredAgentsMax) out.push_back({id, score});
  };
  int score = kOwnScore;
  for (const std::string& id : ticket.preferred_agent_ids()) add(id, score--);
  score = kTierScore;
  if (rules.policies) {
    for (const std::string& id : rules.policies->agents_of_tier(ticket)) add(id, score--);
  }
  if (since_previous(ticket) <= rules.affinity_window) add(ticket.previous_agent_id(), kLastScore);
  return out;
}

/// What its holder leaves it alone for, and since when its customer is the one to write next.
void put_pauses(const v1::Ticket& ticket, const Rules& rules, v1::Channel channel, Work& work) {
  if (ticket.state() != v1::TICKET_STATE_ASSIGNED) return;
  if (ticket.has_hold()) {
    const HoldState* state = rules.policies ? rules.policies->hold_state(ticket.hold().state()) : nullptr;
    // Whoever talks to the customer has their hands full.
    const bool frees = state && state->frees_capacity && !ticket.on_the_line();
    work.hold = frees ? Hold::kFreesUnits : Hold::kKeepsUnits;
    work.hold_until = from_ms(ticket.hold().until_ms());
  }
  if (rules.frees_silent(channel) && !ticket.on_the_line())
    work.quiet_since = from_ms(ticket.quiet_since_ms());
}

void add_note(Work& work, const std::string& note) { work.note += (work.note.empty() ? "" : "; ") + note; }

std::string queue_of(const v1::Ticket& ticket, const Rules& rules) {
  if (!ticket.passage().queue_id().empty()) return ticket.passage().queue_id();
  if (knows_queue(rules, ticket.wanted_queue_id())) return ticket.wanted_queue_id();
  const auto account = rules.account_queues.find(ticket.account_id());
  return account == rules.account_queues.end() ? "" : account->second;
}

}  // namespace

bool knows_queue(const Rules& rules, std::string_view queue_id) {
  return std::ranges::find(rules.settings.queues, queue_id, &QueueRules::id) != rules.settings.queues.end();
}

v1::Channel served_as(const v1::Ticket& ticket) {
  if (ticket.on_the_line()) return v1::CHANNEL_PHONE;
  return ticket.chatting() ? v1::CHANNEL_CHAT : ticket.channel();
}

int priority_of(const v1::Ticket& ticket, const Rules& rules) {
  const auto channel = served_as(ticket);
  if (channel == v1::CHANNEL_PHONE && !ticket.on_the_line()) return rules.callback_points;
  return channel == v1::CHANNEL_CHAT || ticket.on_the_line() ? kLivePoints : 0;
}

Assessment assess(const v1::Ticket& ticket, const Rules& rules) {
  Assessment out;
  if (ticket.has_verdict()) {
    out.verdict = verdict_of(ticket.verdict());
  } else if (rules.policies) {
    out.verdict = rules.policies->judge(ticket);
  } else {
    out.verdict.language = detect_language(ticket.subject() + " " + ticket.preview());
  }
  if (!rules.policies) return out;
  out.customer_tier = rules.policies->tier_of(ticket);
  out.points = rules.policies->points_of(ticket, out.verdict);
  return out;
}

Work work_of(const v1::Ticket& ticket, const Rules& rules, const SkillKnown& skill_known) {
  return work_of(ticket, assess(ticket, rules), rules, skill_known);
}

Work work_of(const v1::Ticket& ticket, const Assessment& assessment, const Rules& rules,
             const SkillKnown& skill_known) {
  static const AccountPolicy kNoPolicy;
  const auto account = rules.accounts.find(ticket.account_id());
  const AccountPolicy& policy = account == rules.accounts.end() ? kNoPolicy : account->second;
  const Verdict& verdict = assessment.verdict;
  std::vector<Skill> wished = skills_of(ticket.wanted_skills(), kSkillLevelMin);
  wished.insert(wished.end(), verdict.required_skills.begin(), verdict.required_skills.end());
  Triage found = requirements(verdict.language, policy, wished, skill_known);
  if (!verdict.explanation.empty()) {
    found.explanation += (found.explanation.empty() ? "" : "; ") + verdict.explanation;
  }
  Work work;
  work.ticket_id = ticket.id();
  work.conversation_id = ticket.conversation_id();
  const auto channel = served_as(ticket);
  work.channel = static_cast<Channel>(channel);
  work.account_id = ticket.account_id();
  work.required_skills = std::move(found.required_skills);
  work.note = std::move(found.explanation);
  if (const std::string& why = ticket.passage().why(); !why.empty() && ticket.agent_id().empty())
    add_note(work, why);
  work.language = std::move(found.language);
  work.topics = verdict.topics;
  work.customer_tier = assessment.customer_tier;
  work.wanted_agent_id = ticket.wanted_agent_id();
  work.declined_by.assign(ticket.declined_by().begin(), ticket.declined_by().end());
  work.waiting_since = from_ms(ticket.waiting_since_ms());
  work.priority = priority_of(ticket, rules) + assessment.points;
  work.units = rules.units_of(channel, work.topics);
  work.assignment_token = ticket.assignment_token();
  work.queue_id = queue_of(ticket, rules);
  if (const std::string& wanted = ticket.wanted_queue_id(); !wanted.empty() && !knows_queue(rules, wanted))
    add_note(work, "it was put into queue '" + wanted + "', which there is not");
  const bool came_over = !ticket.passage().queue_id().empty();
  work.queued_since = from_ms(came_over ? ticket.passage().at_ms() : ticket.queued_at_ms());
  work.queues_left.assign(ticket.passage().left_queue_ids().begin(), ticket.passage().left_queue_ids().end());
  work.virtual_start = from_ms(ticket.virtual_start_ms());
  work.preferred = preferred_of(ticket, rules);
  put_pauses(ticket, rules, channel, work);
  return work;
}

}  // namespace hark::routing
