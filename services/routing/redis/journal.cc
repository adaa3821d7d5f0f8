#include "routing/redis/journal.h"

#include <algorithm>

#include "routing/core/decision.h"
#include "routing/redis/rules.h"

namespace hark::routing {
namespace {

void put(v1::RoutingWork& out, const Work& in) {
  out.set_ticket_id(in.ticket_id);
  out.set_conversation_id(in.conversation_id);
  out.set_channel(static_cast<v1::Channel>(in.channel));
  out.set_account_id(in.account_id);
  for (const Skill& skill : in.required_skills) {
    v1::Skill& s = *out.add_required_skills();
    s.set_name(skill.name);
    s.set_level(skill.level);
  }
  out.set_wanted_agent_id(in.wanted_agent_id);
  for (const std::string& id : in.declined_by) out.add_declined_by(id);
  out.set_waiting_since_ms(to_ms(in.waiting_since));
  out.set_priority(in.priority);
  out.set_units(in.units);
  out.set_assignment_token(in.assignment_token);
  out.set_note(in.note);
  out.set_language(in.language);
  out.mutable_topics()->Assign(in.topics.begin(), in.topics.end());
  out.set_customer_tier(in.customer_tier);
  out.set_queue_id(in.queue_id);
  out.set_queued_since_ms(to_ms(in.queued_since));
  out.set_virtual_start_ms(to_ms(in.virtual_start));
  out.set_due_ms(to_ms(in.due));
  for (const Step& step : in.steps) put(*out.add_steps(), step);
  for (const PreferredAgent& agent : in.preferred) {
    v1::RoutingPreferred& preferred = *out.add_preferred();
    preferred.set_agent_id(agent.agent_id);
    preferred.set_score(agent.score);
  }
  out.set_hold(static_cast<int>(in.hold));
  out.set_hold_until_ms(to_ms(in.hold_until));
  out.set_quiet_since_ms(to_ms(in.quiet_since));
  out.set_visits(in.visits);
  out.mutable_queues_left()->Assign(in.queues_left.begin(), in.queues_left.end());
}

// A journal may come in a file: whatever its numbers are, the engine is given some that can be.
TimePoint time_of(std::int64_t ms) {
  constexpr std::int64_t kLast = std::int64_t{1} << 50;  // the year 37648
  return from_ms(std::clamp<std::int64_t>(ms, 0, kLast));
}
Duration duration_of(std::int64_t ms) {
  constexpr Duration kLongest = std::chrono::days{10'000};
  return std::clamp(Duration{ms}, Duration{0}, kLongest);
}
std::int64_t token_of(std::int64_t token) {
  return std::clamp<std::int64_t>(token, 0, std::int64_t{1} << 60);
}
Presence presence_of(v1::Presence presence) {
  return static_cast<Presence>(std::clamp(static_cast<int>(presence), 1, 3));
}
Skill skill_of(const v1::Skill& in) {
  return {in.name(), std::clamp(in.level(), kSkillLevelMin, kSkillLevelMax)};
}

Work work_of(const v1::RoutingWork& in) {
  Work out;
  out.ticket_id = in.ticket_id();
  out.conversation_id = in.conversation_id();
  if (in.channel() >= 0 && in.channel() < static_cast<int>(kChannels))
    out.channel = static_cast<Channel>(in.channel());
  out.account_id = in.account_id();
  for (const v1::Skill& skill : in.required_skills()) out.required_skills.push_back(skill_of(skill));
  out.wanted_agent_id = in.wanted_agent_id();
  out.declined_by.assign(in.declined_by().begin(), in.declined_by().end());
  out.waiting_since = time_of(in.waiting_since_ms());
  out.priority = in.priority();
  out.units = std::clamp(in.units(), 0, kCapacityUnitsMax);
  out.assignment_token = token_of(in.assignment_token());
  out.note = in.note();
  out.language = in.language();
  out.topics.assign(in.topics().begin(), in.topics().end());
  out.customer_tier = in.customer_tier();
  out.queue_id = in.queue_id();
  out.queued_since = time_of(in.queued_since_ms());
  out.virtual_start = time_of(in.virtual_start_ms());
  out.due = time_of(in.due_ms());
  RuleProblems unused;
  out.steps = steps_of(in.steps(), "steps", unused);
  for (const v1::RoutingPreferred& agent : in.preferred())
    out.preferred.push_back({agent.agent_id(), agent.score()});
  out.hold = static_cast<Hold>(std::clamp(in.hold(), 0, 2));
  out.hold_until = time_of(in.hold_until_ms());
  out.quiet_since = time_of(in.quiet_since_ms());
  out.visits = in.visits();
  out.queues_left.assign(in.queues_left().begin(), in.queues_left().end());
  return out;
}

void put(v1::RoutingSettings& out, const Settings& in) {
  out.set_accept_timeout_ms(in.accept_timeout.count());
  out.set_disconnect_grace_ms(in.disconnect_grace.count());
  out.set_keep_tickets_of_gone(in.gone_policy == GonePolicy::kKeep);
  out.set_missed_offers_until_away(in.missed_offers_until_away);
  out.set_wanted_wait_ms(in.wanted_wait.count());
  out.set_rest_after_miss_ms(in.rest_after_miss.count());
  out.set_rest_after_miss_max_ms(in.rest_after_miss_max.count());
  out.set_rest_after_refusal_ms(in.rest_after_refusal.count());
  out.set_rest_after_refusal_max_ms(in.rest_after_refusal_max.count());
  out.set_wrap_up_ms(in.wrap_up.count());
  out.set_wrap_up(name_of(in.wrap_up_mode));
  put(*out.mutable_channels(), in.channels);
  for (const TopicRules& rules : in.topics) {
    v1::RoutingTopic& topic = *out.add_topics();
    topic.set_id(rules.id);
    topic.mutable_interrupts()->Assign(rules.interrupts.begin(), rules.interrupts.end());
  }
  for (const auto& [code, time] : in.rest_after_decline) {
    v1::RoutingDeclineRest& rest = *out.add_decline_rests();
    rest.set_code(code);
    rest.set_seconds(static_cast<int>(time.count() / 1000));
  }
  out.set_live_wait_ms(in.live_wait.count());
  out.set_waking_wait_ms(in.waking_wait.count());
  out.set_declined_again_ms(in.declined_again.count());
  out.set_declined_again_max_ms(in.declined_again_max.count());
  for (const GroupRules& group : in.groups) {
    v1::RoutingGroup& g = *out.add_groups();
    g.set_id(group.id);
    g.set_hours(group.hours);
  }
  for (const QueueRules& queue : in.queues) put(*out.add_queues(), queue);
  out.mutable_queues_elsewhere()->Assign(in.queues_elsewhere.begin(), in.queues_elsewhere.end());
  out.set_seed(in.seed);
  out.set_version(in.version);
}

void put(v1::RoutingAnswer& out, const std::string& offer_id, const std::string& agent_id) {
  out.set_offer_id(offer_id);
  out.set_agent_id(agent_id);
}

/// One function per input: which field of the record it is.
struct Writer {
  v1::RoutingJournalRecord& out;

  void operator()(const AgentUpserted& in) const {
    v1::Agent& agent = *out.mutable_agent_upserted();
    agent.set_id(in.agent.id);
    agent.set_capacity_units(in.agent.capacity_units);
    for (const Skill& skill : in.agent.skills) {
      v1::Skill& s = *agent.add_skills();
      s.set_name(skill.name);
      s.set_level(skill.level);
    }
    agent.mutable_groups()->Assign(in.agent.groups.begin(), in.agent.groups.end());
    if (in.agent.caps != decltype(in.agent.caps){}) routing::put(*agent.mutable_caps(), in.agent.caps);
  }
  void operator()(const PresenceChanged& in) const {
    out.mutable_presence_changed()->set_agent_id(in.agent_id);
    out.mutable_presence_changed()->set_presence(static_cast<v1::Presence>(in.presence));
    out.mutable_presence_changed()->set_channels_off(kAllChannels & ~in.channels);
    out.mutable_presence_changed()->set_by(in.by);
    out.mutable_presence_changed()->set_missed_offers(in.missed_offers);
    out.mutable_presence_changed()->mutable_paused_queue_ids()->Assign(in.paused_queue_ids.begin(),
                                                                       in.paused_queue_ids.end());
  }
  void operator()(const AgentConnected& in) const {
    out.mutable_agent_connected()->set_agent_id(in.agent_id);
    if (in.wished) out.mutable_agent_connected()->set_presence(static_cast<v1::Presence>(*in.wished));
  }
  void operator()(const AgentDisconnected& in) const { out.set_agent_disconnected(in.agent_id); }
  void operator()(const TicketQueued& in) const { put(*out.mutable_ticket_queued(), in.work); }
  void operator()(const TicketAssigned& in) const {
    put(*out.mutable_ticket_assigned(), in.work);
    out.mutable_ticket_assigned()->set_agent_id(in.agent_id);
  }
  void operator()(const TicketClosed& in) const { out.set_ticket_closed(in.ticket_id); }
  void operator()(const TicketLeft& in) const { out.set_ticket_left(in.ticket_id); }
  void operator()(const OfferRestored& in) const { *out.mutable_offer_restored() = encode(in.offer); }
  void operator()(const OfferAccepted& in) const {
    put(*out.mutable_offer_accepted(), in.offer_id, in.agent_id);
  }
  void operator()(const OfferDeclined& in) const {
    put(*out.mutable_offer_declined(), in.offer_id, in.agent_id);
    out.mutable_offer_declined()->set_code(in.code);
  }
  void operator()(const AssignmentConfirmed& in) const {
    out.mutable_assignment_confirmed()->set_offer_id(in.offer_id);
    out.mutable_assignment_confirmed()->set_assignment_token(in.assignment_token);
  }
  void operator()(const AssignmentRefused& in) const {
    out.mutable_assignment_refused()->set_offer_id(in.offer_id);
    out.mutable_assignment_refused()->set_why(in.why);
  }
  void operator()(const WrapUpEnded& in) const {
    if (in.by_supervisor) {
      out.set_wrap_up_ended_by_supervisor(in.agent_id);
    } else {
      out.set_wrap_up_ended(in.agent_id);
    }
  }
  void operator()(const WrapUpBegun& in) const { out.set_wrap_up_begun(in.agent_id); }
  void operator()(const WrapUpRestored& in) const {
    out.mutable_wrap_up_restored()->set_agent_id(in.agent_id);
    out.mutable_wrap_up_restored()->set_until_ms(to_ms(in.until));
    out.mutable_wrap_up_restored()->set_forced(in.forced);
  }
  void operator()(const QueueHours& in) const {
    out.mutable_queue_hours()->set_queue_id(in.queue_id);
    out.mutable_queue_hours()->set_open(in.open);
  }
  void operator()(const GroupHours& in) const {
    out.mutable_group_hours()->set_group_id(in.group_id);
    out.mutable_group_hours()->set_open(in.open);
  }
  void operator()(const SettingsChanged& in) const { put(*out.mutable_settings_changed(), in.settings); }
  void operator()(const RebuildFinished&) const { out.mutable_rebuild_finished(); }
  void operator()(const TimePassed&) const { out.mutable_time_passed(); }
};

Input agent_upserted(const v1::Agent& in) {
  AgentUpserted out;
  out.agent.id = in.id();
  out.agent.capacity_units = std::clamp(in.capacity_units(), 0, kCapacityUnitsMax);
  for (const v1::Skill& skill : in.skills()) out.agent.skills.push_back(skill_of(skill));
  out.agent.groups.assign(in.groups().begin(), in.groups().end());
  out.agent.caps = caps_of(in.caps());
  return out;
}

Input agent_connected(const v1::RoutingPresence& in) {
  AgentConnected out{in.agent_id(), std::nullopt};
  if (in.presence() != v1::PRESENCE_UNSPECIFIED) out.wished = presence_of(in.presence());
  return out;
}

std::optional<Input> input_of(const v1::RoutingJournalRecord& record) {
  using Record = v1::RoutingJournalRecord;
  switch (record.input_case()) {
    case Record::kAgentUpserted:
      return agent_upserted(record.agent_upserted());
    case Record::kPresenceChanged:
      return PresenceChanged{
          record.presence_changed().agent_id(),
          presence_of(record.presence_changed().presence()),
          static_cast<ChannelMask>(kAllChannels & ~record.presence_changed().channels_off()),
          record.presence_changed().by(),
          record.presence_changed().missed_offers(),
          {record.presence_changed().paused_queue_ids().begin(),
           record.presence_changed().paused_queue_ids().end()}};
    case Record::kAgentConnected:
      return agent_connected(record.agent_connected());
    case Record::kAgentDisconnected:
      return AgentDisconnected{record.agent_disconnected()};
    case Record::kTicketQueued:
      return TicketQueued{work_of(record.ticket_queued())};
    case Record::kTicketAssigned:
      return TicketAssigned{work_of(record.ticket_assigned()), record.ticket_assigned().agent_id()};
    case Record::kTicketClosed:
      return TicketClosed{record.ticket_closed()};
    case Record::kTicketLeft:
      return TicketLeft{record.ticket_left()};
    case Record::kOfferRestored:
      return OfferRestored{decode(record.offer_restored())};
    case Record::kOfferAccepted:
      return OfferAccepted{record.offer_accepted().offer_id(), record.offer_accepted().agent_id()};
    case Record::kOfferDeclined:
      return OfferDeclined{record.offer_declined().offer_id(), record.offer_declined().agent_id(),
                           record.offer_declined().code()};
    case Record::kAssignmentConfirmed:
      return AssignmentConfirmed{record.assignment_confirmed().offer_id(),
                                 token_of(record.assignment_confirmed().assignment_token())};
    case Record::kAssignmentRefused:
      return AssignmentRefused{record.assignment_refused().offer_id(), record.assignment_refused().why()};
    case Record::kSettingsChanged:
      return SettingsChanged{decode(record.settings_changed())};
    case Record::kWrapUpEnded:
      return WrapUpEnded{record.wrap_up_ended(), false};
    case Record::kWrapUpEndedBySupervisor:
      return WrapUpEnded{record.wrap_up_ended_by_supervisor(), true};
    case Record::kWrapUpBegun:
      return WrapUpBegun{record.wrap_up_begun()};
    case Record::kWrapUpRestored:
      return WrapUpRestored{record.wrap_up_restored().agent_id(),
                            time_of(record.wrap_up_restored().until_ms()),
                            record.wrap_up_restored().forced()};
    case Record::kQueueHours:
      return QueueHours{record.queue_hours().queue_id(), record.queue_hours().open()};
    case Record::kGroupHours:
      return GroupHours{record.group_hours().group_id(), record.group_hours().open()};
    case Record::kRebuildFinished:
      return RebuildFinished{};
    case Record::kTimePassed:
      return TimePassed{};
    case Record::kStarted:
    case Record::INPUT_NOT_SET:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::string encode(const Input& input, TimePoint now, const std::vector<Effect>& decided) {
  v1::RoutingJournalRecord record;
  record.set_at_ms(to_ms(now));
  std::visit(Writer{record}, input);
  record.set_decided(digest(decided));
  record.set_decided_without_words(digest_without_words(decided));
  for (const Effect& effect : decided) {
    if (const auto* made = std::get_if<OfferMade>(&effect))
      record.add_offered(made->offer.ticket_id + " " + made->offer.agent_id);
  }
  return record.SerializeAsString();
}

std::string encode_start(std::uint16_t shard, std::int64_t fencing_token, const Settings& settings,
                         TimePoint now) {
  v1::RoutingJournalRecord record;
  record.set_at_ms(to_ms(now));
  record.mutable_started()->set_shard(shard);
  record.mutable_started()->set_fencing_token(fencing_token);
  put(*record.mutable_started()->mutable_settings(), settings);
  return record.SerializeAsString();
}

std::optional<JournalInput> decode(const v1::RoutingJournalRecord& record) {
  auto input = input_of(record);
  if (!input) return std::nullopt;
  return JournalInput{time_of(record.at_ms()), *std::move(input)};
}

Settings decode(const v1::RoutingSettings& in) {
  Settings out;
  out.accept_timeout = duration_of(in.accept_timeout_ms());
  out.disconnect_grace = duration_of(in.disconnect_grace_ms());
  out.gone_policy = in.keep_tickets_of_gone() ? GonePolicy::kKeep : GonePolicy::kRequeue;
  out.missed_offers_until_away = in.missed_offers_until_away();
  out.wanted_wait = duration_of(in.wanted_wait_ms());
  out.rest_after_miss = duration_of(in.rest_after_miss_ms());
  out.rest_after_miss_max = duration_of(in.rest_after_miss_max_ms());
  out.rest_after_refusal = duration_of(in.rest_after_refusal_ms());
  out.rest_after_refusal_max = duration_of(in.rest_after_refusal_max_ms());
  out.wrap_up = duration_of(in.wrap_up_ms());
  RuleProblems unused;  // it was good when it was written
  out.wrap_up_mode = wrap_up_mode_of(in.wrap_up(), "wrap_up", unused);
  out.channels = channels_of(in.channels(), unused);
  for (const v1::RoutingTopic& topic : in.topics())
    out.topics.push_back({topic.id(), {topic.interrupts().begin(), topic.interrupts().end()}});
  for (const v1::RoutingDeclineRest& rest : in.decline_rests()) {
    out.rest_after_decline[rest.code()] = duration_of(std::int64_t{1000} * rest.seconds());
  }
  out.live_wait = duration_of(in.live_wait_ms());
  out.waking_wait = duration_of(in.waking_wait_ms());
  out.declined_again = duration_of(in.declined_again_ms());
  out.declined_again_max = duration_of(in.declined_again_max_ms());
  for (const v1::RoutingGroup& group : in.groups()) out.groups.push_back({group.id(), group.hours()});
  out.queues = queues_of(in.queues(), unused);
  out.queues_elsewhere.assign(in.queues_elsewhere().begin(), in.queues_elsewhere().end());
  std::ranges::sort(out.queues_elsewhere);  // of a file, anything may come
  out.seed = in.seed();
  out.version = in.version();
  return out;
}

v1::RoutingOffer encode(const Offer& in) {
  v1::RoutingOffer out;
  out.set_id(in.id);
  out.set_ticket_id(in.ticket_id);
  out.set_agent_id(in.agent_id);
  out.set_units(in.units);
  out.set_offered_at_ms(to_ms(in.offered_at));
  out.set_expires_at_ms(to_ms(in.expires_at));
  out.set_explanation(in.explanation);
  out.set_version(in.version);
  out.set_auto_answer(in.auto_answer);
  return out;
}

Offer decode(const v1::RoutingOffer& in) {
  return {in.id(),
          in.ticket_id(),
          in.agent_id(),
          std::clamp(in.units(), 0, kCapacityUnitsMax),
          time_of(in.offered_at_ms()),
          time_of(in.expires_at_ms()),
          in.explanation(),
          in.version(),
          in.auto_answer()};
}

}  // namespace hark::routing
