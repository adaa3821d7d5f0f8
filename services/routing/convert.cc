#include "routing/convert.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/config/names.h"
#include "base/core/invalid.h"
#include "routing/core/languages.h"

namespace hark::routing {
namespace {

bool fits_id(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
}

Duration seconds(int n) { return std::chrono::seconds{n}; }

}  // namespace

std::vector<Skill> skills_of(const google::protobuf::RepeatedPtrField<std::string>& texts,
                             int level_if_absent) {
  std::vector<Skill> out;
  for (const std::string& text : texts) {
    if (auto skill = parse_skill(text, level_if_absent); skill.ok()) out.push_back(*std::move(skill));
  }
  return out;
}

int Rules::units_of(v1::Channel channel, const std::vector<std::string>& topics) const {
  const auto found = units.find(channel);
  return labels.units_of(topics, found == units.end() ? 1 : std::max(found->second, 1));
}

bool Rules::asks_who_knows() const {
  return std::ranges::any_of(settings.queues,
                             [](const QueueRules& queue) { return queue.affinity_wait > Duration{0}; });
}

bool Rules::frees_silent(v1::Channel channel) const {
  const auto at = static_cast<std::size_t>(channel);
  return at < settings.channels.size() && settings.channels[at].idle_after > Duration{0};
}

namespace {

void check_names(const std::vector<QueueRules>& queues, const v1::Routing& routing, RuleProblems& problems) {
  std::set<std::string> ids, hours;
  for (const v1::BusinessHours& some : routing.hours()) hours.insert(some.id());
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const std::string path = "queues[" + std::to_string(i) + "].id";
    if (queues[i].id.empty())
      problems.emplace_back(path, "is missing");
    else if (!ids.insert(queues[i].id).second)
      problems.emplace_back(path, "'" + queues[i].id + "' is given twice");
  }
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const std::string path = "queues[" + std::to_string(i) + "].";
    const auto known = [&](const std::string& field, const std::string& id) {
      if (!id.empty() && !ids.contains(id))
        problems.emplace_back(path + field, no_such("is no queue", id, "routing.queues", ids));
    };
    const auto elsewhere = [&](const std::string& field, const std::string& id) {
      known(field, id);
      if (!id.empty() && id == queues[i].id)
        problems.emplace_back(
            path + field,
            "'" + id + "' is this queue itself; name another one, or none, so that tickets stay");
    };
    elsewhere("overflow_to", queues[i].overflow_to);
    elsewhere("empty_to", queues[i].empty_to);
    elsewhere("closed_to", queues[i].closed_to);
    if (!queues[i].hours.empty() && !hours.contains(queues[i].hours))
      problems.emplace_back(path + "hours", no_such("are no hours", queues[i].hours, "routing.hours", hours));
    for (std::size_t j = 0; j < queues[i].overflows.size(); ++j) {
      const OverflowRule& rule = queues[i].overflows[j];
      const std::string field = "overflows[" + std::to_string(j) + "].";
      elsewhere(field + "to", rule.to_queue_id);
      if (rule.when) known(field + "of", rule.when->queue_id);
    }
  }
}

/// Each queue is some shard's; what it looks like is known there alone.
void check_shards(const std::vector<QueueRules>& queues, const Shards& shards, RuleProblems& problems) {
  const auto shard_of = [&](const std::string& id) {
    const auto queue = std::ranges::find(queues, id, &QueueRules::id);
    return queue == queues.end() ? std::nullopt : shards.find(queue->shard);
  };
  for (std::size_t i = 0; i < queues.size(); ++i) {
    const std::string path = "queues[" + std::to_string(i) + "].";
    const auto own = shards.find(queues[i].shard);
    if (!own) problems.emplace_back(path + "shard", "there is no shard '" + queues[i].shard + "' in shards");
    for (std::size_t j = 0; j < queues[i].overflows.size(); ++j) {
      const auto& when = queues[i].overflows[j].when;
      const auto other = when ? shard_of(when->queue_id) : std::nullopt;
      if (own && other && *other != *own)
        problems.emplace_back(
            path + "overflows[" + std::to_string(j) + "].of",
            "queue '" + when->queue_id + "' is another shard's, which alone knows how long it is");
    }
  }
}

/// What no ticket can have keeps every ticket out. Topics may also come from a TriageService, which has its
/// own.
void check_entries(const v1::Routing& routing, RuleProblems& problems) {
  std::set<std::string> topics, tiers;
  for (const v1::TopicConfig& topic : routing.topics()) topics.insert(topic.id());
  for (const v1::CustomerTier& tier : routing.tiers()) tiers.insert(tier.id());
  const auto check = [&](const std::string& field,
                         const google::protobuf::RepeatedPtrField<std::string>& wanted,
                         const std::set<std::string>& known, const std::string& what,
                         const std::string& where) {
    for (int i = 0; i < wanted.size(); ++i) {
      if (!known.contains(wanted[i]))
        problems.emplace_back(field + "[" + std::to_string(i) + "]", no_such(what, wanted[i], where, known));
    }
  };
  for (int i = 0; i < routing.queues_size(); ++i) {
    for (int j = 0; j < routing.queues(i).entries_size(); ++j) {
      const v1::RoutingEntry& entry = routing.queues(i).entries(j);
      const std::string path = "queues[" + std::to_string(i) + "].entries[" + std::to_string(j) + "].";
      if (routing.triage().service().empty())
        check(path + "topics", entry.topics(), topics, "is no topic", "routing.topics");
      check(path + "customer_tiers", entry.customer_tiers(), tiers, "is no tier", "routing.tiers");
      for (int k = 0; k < entry.languages_size(); ++k) {
        if (std::string problem = language_problem(entry.languages(k)); !problem.empty())
          problems.emplace_back(path + "languages[" + std::to_string(k) + "]", std::move(problem));
      }
    }
  }
}

/// Groups that have hours; which agents are in them is for their records to say.
std::vector<GroupRules> groups_of(const v1::Routing& routing, RuleProblems& problems) {
  std::vector<GroupRules> out;
  std::set<std::string> ids, hours;
  for (const v1::BusinessHours& some : routing.hours()) hours.insert(some.id());
  for (int i = 0; i < routing.groups_size(); ++i) {
    const v1::RoutingGroup& group = routing.groups(i);
    const std::string path = "groups[" + std::to_string(i) + "].";
    if (group.id().empty()) {
      problems.emplace_back(path + "id", "is missing");
    } else if (group.id().starts_with("group:")) {
      problems.emplace_back(path + "id", "'" + group.id() + "' goes without \"group:\"");
    } else if (!ids.insert(group.id()).second) {
      problems.emplace_back(path + "id", "'" + group.id() + "' is given twice");
    }
    if (group.hours().empty()) {
      problems.emplace_back(path + "hours", "is missing; a group without hours needs no mention here");
    } else if (!hours.contains(group.hours())) {
      problems.emplace_back(path + "hours", no_such("are no hours", group.hours(), "routing.hours", hours));
    }
    out.push_back({group.id(), group.hours()});
  }
  return out;
}

Rules read_rules(const v1::Config& config, RuleProblems& problems) {
  Rules rules;
  const v1::Routing& routing = config.routing();
  rules.settings.accept_timeout = seconds(routing.accept_timeout_seconds());
  rules.settings.disconnect_grace = seconds(routing.disconnect_grace_seconds());
  rules.settings.gone_policy = routing.gone_policy() == "keep" ? GonePolicy::kKeep : GonePolicy::kRequeue;
  rules.settings.missed_offers_until_away = routing.missed_offers_until_away();
  const auto or_accept_timeout = [&](int n) { return n > 0 ? seconds(n) : rules.settings.accept_timeout; };
  rules.settings.wanted_wait = or_accept_timeout(routing.wanted_wait_seconds());
  rules.settings.rest_after_miss = or_accept_timeout(routing.rest_after_miss_seconds());
  rules.settings.declined_again = seconds(routing.declined_again_seconds());
  rules.settings.groups = groups_of(routing, problems);
  rules.settings.seed = static_cast<std::uint64_t>(routing.seed());
  rules.callback_points = routing.callback_points();
  rules.settings.wrap_up = seconds(routing.wrap_up_seconds());
  rules.settings.wrap_up_mode = wrap_up_mode_of(routing.wrap_up(), "wrap_up", problems);
  rules.settings.channels = channels_of(routing.channels(), problems);
  rules.labels = labels_of(routing, problems);
  rules.settings.topics = rules.labels.topics;
  for (const v1::RoutingDeclineRest& rest : routing.decline_rests()) {
    rules.settings.rest_after_decline[rest.code()] = seconds(rest.seconds());
  }
  rules.settings.live_wait = seconds(routing.live_wait_seconds());
  rules.settings.waking_wait = seconds(routing.waking_wait_seconds());
  rules.affinity_window = std::chrono::hours{routing.affinity_hours()};
  rules.settings.queues = queues_of(routing.queues(), problems);
  check_names(rules.settings.queues, routing, problems);
  rules.shards.names = {config.shards().begin(), config.shards().end()};
  check_shards(rules.settings.queues, rules.shards, problems);
  check_entries(routing, problems);
  if (rules.settings.queues.size() > kQueuesMax) problems.emplace_back("queues", "more than 256");
  rules.settings.version = routing.version();
  std::vector<ConfigProblem> of_policies;  // policy_problems() tells them
  rules.policies = Policies::make(routing, of_policies);
  rules.answer_target = seconds(routing.answer_target_seconds());
  rules.units = {{v1::CHANNEL_EMAIL, routing.email_units()},
                 {v1::CHANNEL_CHAT, routing.chat_units()},
                 {v1::CHANNEL_SOCIAL, routing.social_units()},
                 {v1::CHANNEL_PHONE, routing.phone_units()}};
  for (const v1::Account& account : config.accounts()) {
    rules.accounts[account.id()] = {account.route_by_language(),
                                    skills_of(account.required_skills(), kSkillLevelMin)};
    if (!account.queue().empty()) rules.account_queues[account.id()] = account.queue();
  }
  return rules;
}

}  // namespace

RuleProblems rule_problems(const v1::Config& config) {
  RuleProblems problems;
  read_rules(config, problems);
  for (auto& [field, what] : problems) field = "routing." + field;
  return problems;
}

Result<Rules> checked_rules(const v1::Config& config) {
  const RuleProblems problems = rule_problems(config);
  if (problems.empty()) return rules_of(config);
  std::string message;
  for (const auto& [field, what] : problems) (message += message.empty() ? "" : "\n") += field + ": " + what;
  return invalid(std::move(message));
}

Rules rules_of(const v1::Config& config) {
  RuleProblems unused;
  return read_rules(config, unused);
}

Result<v1::Agent> checked_agent(v1::Agent agent) {
  if (agent.id().empty()) return invalid("agent.id: is empty; give the agent a login name such as ana");
  if (agent.id().size() > kAgentIdBytesMax) return invalid("agent.id: is longer than 64 bytes");
  if (!std::ranges::all_of(agent.id(), fits_id)) {
    return invalid("agent.id: '" + agent.id() + "' may have a-z, 0-9, '.', '_' and '-' alone");
  }
  if (agent.name().size() > kAgentNameBytesMax) return invalid("agent.name: is longer than 200 bytes");
  if (agent.phone().size() > kAgentPhoneBytesMax) return invalid("agent.phone: is longer than 128 bytes");
  if (agent.name().empty()) agent.set_name(agent.id());
  if (agent.role() == v1::ROLE_UNSPECIFIED) agent.set_role(v1::ROLE_AGENT);
  if (!v1::Role_IsValid(agent.role())) return invalid("agent.role: is none that this version knows");
  if (agent.capacity_units() < 0 || agent.capacity_units() > kCapacityUnitsMax) {
    return invalid("agent.capacity_units: must be 0 to 1000, is " + std::to_string(agent.capacity_units()));
  }
  const v1::AgentCaps& caps = agent.caps();
  for (const int cap : {caps.email(), caps.chat(), caps.social(), caps.phone()}) {
    if (cap < 0 || cap > kCapacityUnitsMax)
      return invalid("agent.caps: must be 0 to 1000, is " + std::to_string(cap));
  }
  if (agent.skills_size() > static_cast<int>(kSkillsPerAgentMax))
    return invalid("agent.skills: more than 64");
  std::vector<Skill> skills;
  for (const v1::Skill& skill : agent.skills()) {
    auto parsed = parse_skill(skill.name() + "=" + std::to_string(skill.level()), kSkillLevelUsual);
    if (!parsed.ok()) return invalid("agent.skills: " + parsed.error().message);
    skills.push_back(*std::move(parsed));
  }
  agent.clear_skills();
  for (Skill& skill : normalised(std::move(skills))) {
    v1::Skill& out = *agent.add_skills();
    out.set_name(std::move(skill.name));
    out.set_level(skill.level);
  }
  return agent;
}

Result<v1::Agent> agent_of(const v1::AgentSeed& seed) {
  v1::Agent agent;
  agent.set_id(seed.id());
  agent.set_name(seed.name());
  agent.set_capacity_units(seed.capacity_units());
  agent.set_role(seed.role() == "administrator" ? v1::ROLE_ADMINISTRATOR
                 : seed.role() == "supervisor"  ? v1::ROLE_SUPERVISOR
                                                : v1::ROLE_AGENT);
  *agent.mutable_groups() = seed.groups();
  agent.set_phone(seed.phone());
  agent.set_shard(seed.shard());
  if (seed.has_caps()) *agent.mutable_caps() = seed.caps();
  for (const Skill& skill : skills_of(seed.skills(), kSkillLevelUsual)) {
    v1::Skill& out = *agent.add_skills();
    out.set_name(skill.name);
    out.set_level(skill.level);
  }
  return checked_agent(std::move(agent));
}

Result<v1::Agent> changed_agent(v1::Agent known, v1::Agent wished,
                                const google::protobuf::RepeatedPtrField<std::string>& changes) {
  static constexpr std::array<std::string_view, 7> kChangeable{"name",   "role",  "skills", "capacity_units",
                                                               "groups", "phone", "caps"};
  for (const std::string& name : changes) {
    if (std::ranges::find(kChangeable, name) != kChangeable.end()) continue;
    return invalid("changes: '" + name.substr(0, kAgentIdBytesMax) +
                   "' is none of name, role, skills, capacity_units, groups, phone, caps");
  }
  const auto& fields = *v1::Agent::descriptor();
  for (int i = 0; i < fields.field_count(); ++i) {
    const bool changed = std::ranges::find(changes, fields.field(i)->name()) != changes.end();
    v1::Agent::GetReflection()->ClearField(changed ? &known : &wished, fields.field(i));
  }
  known.MergeFrom(wished);
  return known;
}

Error no_agent(const std::string& id) {
  return {Code::kNotFound, Reason::kAgentNotFound,
          "there is no agent '" + id.substr(0, kAgentIdBytesMax) + "'"};
}

AgentProfile profile_of(const v1::Agent& agent) {
  AgentProfile profile{
      agent.id(), {}, agent.capacity_units(), {agent.groups().begin(), agent.groups().end()}, {}};
  profile.caps = caps_of(agent.caps());
  for (const v1::Skill& skill : agent.skills()) profile.skills.push_back({skill.name(), skill.level()});
  return profile;
}

Result<Presence> presence_of(v1::Presence presence) {
  switch (presence) {
    case v1::PRESENCE_OFFLINE:
      return Presence::kOffline;
    case v1::PRESENCE_AVAILABLE:
      return Presence::kAvailable;
    case v1::PRESENCE_AWAY:
      return Presence::kAway;
    default:
      return invalid("presence: must be offline, available or away");
  }
}

v1::Agent to_proto(const v1::Agent& record, const AgentView& view) {
  v1::Agent agent = record;
  agent.set_presence(static_cast<v1::Presence>(view.presence));
  agent.set_used_units(view.used_units);
  agent.set_connections(view.connections);
  if (view.wraps_up_until) agent.set_wrap_up_until_ms(to_ms(*view.wraps_up_until));
  agent.set_wrap_up_forced(view.wrap_up_forced);
  agent.set_away_after_missed(view.away_after_missed);
  agent.mutable_paused_queue_ids()->Assign(view.paused_queue_ids.begin(), view.paused_queue_ids.end());
  agent.set_wrap_up_offered_ms(view.wrap_up_offered.count());
  agent.clear_channels();
  if (view.channels != kAllChannels) {
    for (int channel = 1; channel < static_cast<int>(kChannels); ++channel) {
      if (((view.channels >> channel) & 1) != 0) agent.add_channels(static_cast<v1::Channel>(channel));
    }
  }
  agent.clear_ticket_ids();
  for (const std::string& id : view.ticket_ids) agent.add_ticket_ids(id);
  *agent.mutable_interrupted_by() = {view.interrupted_by.begin(), view.interrupted_by.end()};
  return agent;
}

v1::ExplainResponse to_proto(const Explanation& explanation) {
  v1::ExplainResponse out;
  out.set_ticket_id(explanation.ticket_id);
  out.set_summary(explanation.summary);
  out.set_queue_id(explanation.queue_id);
  out.set_requirement(explanation.requirement);
  out.set_step(explanation.step);
  if (explanation.asked_again_at) out.set_asked_again_at_ms(to_ms(*explanation.asked_again_at));
  if (explanation.step_ends_at) out.set_step_ends_at_ms(to_ms(*explanation.step_ends_at));
  out.set_ahead(explanation.ahead);
  put_estimate(explanation.estimate, out);
  out.set_config_version(explanation.config_version);
  out.set_offer_config_version(explanation.offer_config_version);
  for (const Candidate& candidate : explanation.candidates) {
    v1::Candidate& listed = *out.add_candidates();
    listed.set_agent_id(candidate.agent_id);
    listed.set_verdict(candidate.text);
    listed.set_rank(candidate.rank);
  }
  out.set_agents(explanation.agents);
  return out;
}

v1::AgentChoices choices_of(const Rules& rules) {
  v1::AgentChoices out;
  if (rules.policies) {
    for (const HoldState& state : rules.policies->hold_states()) {
      v1::HoldState& choice = *out.add_hold_states();
      choice.set_id(state.id);
      choice.set_name(state.name);
      choice.set_longest_minutes(
          static_cast<int>(std::chrono::duration_cast<std::chrono::minutes>(state.longest).count()));
      choice.set_frees_capacity(state.frees_capacity);
    }
  }
  for (const auto& [code, rest] : rules.settings.rest_after_decline) {
    if (!code.empty()) out.add_decline_codes(code);
  }
  for (const QueueRules& queue : rules.settings.queues) out.add_queue_ids(queue.id);
  return out;
}

v1::Offer to_proto(const Offer& offer, v1::Ticket ticket) {
  v1::Offer out;
  out.set_id(offer.id);
  out.set_agent_id(offer.agent_id);
  *out.mutable_ticket() = std::move(ticket);
  out.set_offered_at_ms(to_ms(offer.offered_at));
  out.set_expires_at_ms(to_ms(offer.expires_at));
  out.set_explanation(offer.explanation);
  out.set_config_version(offer.version);
  return out;
}

}  // namespace hark::routing
