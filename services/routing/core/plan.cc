#include "routing/core/plan.h"

#include <algorithm>
#include <tuple>

#include "routing/core/state.h"

namespace hark::routing {
namespace {

bool lists(const std::vector<std::string>& list, const std::string& what) {
  return list.empty() || std::ranges::find(list, what) != list.end();
}

/// Of a ticket, or of what is alike in many.
template <class AnyWork>
bool fits(const EntryCondition& entry, const AnyWork& work) {
  if (!lists(entry.account_ids, work.account_id) || !lists(entry.languages, work.language) ||
      !lists(entry.customer_tiers, work.customer_tier) || (entry.channels & mask_of(work.channel)) == 0) {
    return false;
  }
  return entry.topics.empty() || std::ranges::any_of(work.topics, [&](const std::string& topic) {
           return std::ranges::find(entry.topics, topic) != entry.topics.end();
         });
}

/// What the steps ask for, from when on, without the queue's members.
struct Ask {
  Duration at{0};
  Requirement require;
  std::string name;
  std::optional<SkipCondition> skip_if;
  std::size_t step = 0;
};

/// A step that is left out takes no time.
std::vector<Ask> asks_of(const WorkKind& work, const std::vector<Step>& steps, StepMask left_out) {
  if (steps.empty()) return {{Duration{0}, require_skills(work.required_skills), "", {}, 0}};
  std::vector<Ask> asks;
  std::vector<Skill> skills = work.required_skills;
  Duration at{0};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Step& step = steps[i];
    if (step.drop_all_skills) skills.clear();
    std::erase_if(skills, [&](const Skill& skill) {
      return std::ranges::find(step.drop_skills, skill.name) != step.drop_skills.end();
    });
    asks.push_back({at, both(require_skills(skills), step.require),
                    "step " + std::to_string(i + 1) + " of " + std::to_string(steps.size()),
                    i < kStepsMax ? step.skip_if : std::nullopt, i});
    if (i < kStepsMax && ((left_out >> i) & 1) != 0) continue;
    if (step.lasts <= Duration{0}) return asks;
    at += step.lasts;
  }
  asks.push_back({at, Requirement{}, "any in the queue", {}, 0});
  return asks;
}

Requirement members_at(const QueueRules& queue, Duration at) {
  Requirement members = queue.members;
  for (const BackupGroup& backup : queue.backups) {
    if (backup.after <= at) members = either(std::move(members), backup.who);
  }
  return members;
}

void append(std::string& out, std::string_view part) { (out += part) += '\x1f'; }

}  // namespace

bool takes(const QueueRules& queue, const WorkKind& work) {
  return std::ranges::any_of(queue.entries, [&](const EntryCondition& entry) { return fits(entry, work); });
}

bool takes(const QueueRules& queue, const Work& work) {
  return std::ranges::any_of(queue.entries, [&](const EntryCondition& entry) { return fits(entry, work); });
}

std::vector<Stage> stages_of(const WorkKind& work, const QueueRules& queue, StepMask left_out) {
  const std::vector<Ask> asks = asks_of(work, work.steps.empty() ? queue.steps : work.steps, left_out);
  std::vector<Duration> times;
  for (const Ask& ask : asks) times.push_back(ask.at);
  for (const BackupGroup& backup : queue.backups) times.push_back(std::max(backup.after, Duration{0}));
  std::ranges::sort(times);
  times.erase(std::unique(times.begin(), times.end()), times.end());

  std::vector<Stage> stages;
  auto ask = asks.begin();
  for (const Duration at : times) {
    while (std::next(ask) != asks.end() && std::next(ask)->at <= at) ++ask;
    Requirement require = both(members_at(queue, at), ask->require);
    if (!stages.empty() && stages.back().require == require && stages.back().name == ask->name) continue;
    stages.push_back({at, Stage::Kind::kRequire, std::move(require), ask->name, 0, {}, ask->step});
    if (ask->at == at) stages.back().skip_if = ask->skip_if;
  }
  for (std::size_t rule = 0; rule < queue.overflows.size(); ++rule) {
    stages.push_back({queue.overflows[rule].after, Stage::Kind::kOverflow, {}, "", rule, {}, 0});
  }
  if (queue.wait_max > Duration{0} && !queue.overflow_to.empty()) {
    stages.push_back({queue.wait_max, Stage::Kind::kOverflow, {}, "", queue.overflows.size(), {}, 0});
  }
  std::ranges::sort(stages, [](const Stage& a, const Stage& b) {
    return std::tie(a.at, a.kind, a.rule) < std::tie(b.at, b.kind, b.rule);
  });
  return stages;
}

WaitKey key_in(const QueueRules& queue, const TicketState& ticket) {
  WaitKey key;
  const std::int64_t start =
      to_ms(ticket.virtual_start == TimePoint{} ? ticket.waiting_since : ticket.virtual_start);
  // 16 bits of class, 16 of weight, 32 of priority: the configuration and Work keep to these.
  key.urgency = (std::int64_t{queue.order_class} << 48) + (std::int64_t{queue.weight} << 32);
  key.at = start;
  switch (queue.order) {
    case OrderPolicy::kPriority:
      key.urgency += ticket.priority;
      break;
    case OrderPolicy::kScore:
      key.at -= ticket.priority * queue.priority_point.count();
      break;
    case OrderPolicy::kDue:
      if (ticket.due != TimePoint{}) key.at = to_ms(ticket.due) - queue.answer_target.count();
      break;
  }
  return key;
}

std::string kind_of(const WorkKind& work, QueueIndex queue, StepMask left_out) {
  std::string kind;
  kind.reserve(48);
  for (int shift = 0; shift < 32; shift += 8) kind += static_cast<char>(queue >> shift);
  kind += static_cast<char>(work.work_class);
  kind += static_cast<char>(work.units & 255);
  kind += static_cast<char>(work.units >> 8);
  for (const Skill& skill : work.required_skills) {
    append(kind, skill.name);
    kind += static_cast<char>(skill.level);
  }
  for (const Step& step : work.steps) {
    kind += '\x1e';
    append(kind, to_text(step.require));
    append(kind, std::to_string(step.lasts.count()));
    kind += step.drop_all_skills ? '*' : '-';
    for (const std::string& skill : step.drop_skills) append(kind, skill);
    if (!step.skip_if) continue;
    kind += '\x1d';
    kind += static_cast<char>(step.skip_if->metric);
    kind += static_cast<char>(step.skip_if->comparison);
    append(kind, std::to_string(step.skip_if->value));
  }
  if (left_out != 0) append(kind += '\x1c', std::to_string(left_out));
  return kind;
}

}  // namespace hark::routing
