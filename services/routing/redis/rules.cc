#include "routing/redis/rules.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <string_view>

namespace hark::routing {
namespace {

using Texts = google::protobuf::RepeatedPtrField<std::string>;

template <class Enum, std::size_t n>
using Names = std::array<std::pair<std::string_view, Enum>, n>;

constexpr Names<OrderPolicy, 3> kOrders{
    {{"priority", OrderPolicy::kPriority}, {"score", OrderPolicy::kScore}, {"due", OrderPolicy::kDue}}};
constexpr Names<ChoicePolicy, 9> kChoices{{{"longest_idle", ChoicePolicy::kLongestIdle},
                                           {"most_spare_capacity", ChoicePolicy::kMostSpareCapacity},
                                           {"fewest_open", ChoicePolicy::kFewestOpen},
                                           {"best_proficiency", ChoicePolicy::kBestProficiency},
                                           {"least_handled", ChoicePolicy::kLeastHandled},
                                           {"tiers", ChoicePolicy::kTiers},
                                           {"round_robin", ChoicePolicy::kRoundRobin},
                                           {"random", ChoicePolicy::kRandom},
                                           {"least_talk_time", ChoicePolicy::kLeastTalkTime}}};
constexpr Names<RingPolicy, 2> kRings{{{"all", RingPolicy::kAll}, {"progressive", RingPolicy::kProgressive}}};
constexpr Names<WrapUpMode, 5> kWrapUps{{{"timed", WrapUpMode::kTimed},
                                         {"none", WrapUpMode::kNone},
                                         {"optional", WrapUpMode::kOptional},
                                         {"discretionary", WrapUpMode::kDiscretionary},
                                         {"forced", WrapUpMode::kForced}}};
constexpr Names<Metric, 5> kMetrics{{{"waiting", Metric::kWaiting},
                                     {"longest_wait_seconds", Metric::kLongestWait_s},
                                     {"ready_agents", Metric::kReadyAgents},
                                     {"staffed_agents", Metric::kStaffedAgents},
                                     {"estimated_wait_seconds", Metric::kEstimatedWait_s}}};
constexpr Names<Metric, 2> kSkipMetrics{
    {{"ready_agents", Metric::kReadyAgents}, {"staffed_agents", Metric::kStaffedAgents}}};
constexpr Names<Comparison, 2> kComparisons{{{">=", Comparison::kAtLeast}, {"<=", Comparison::kAtMost}}};
constexpr Names<Channel, 4> kChannelNames{{{"email", Channel::kEmail},
                                           {"chat", Channel::kChat},
                                           {"social", Channel::kSocial},
                                           {"phone", Channel::kPhone}}};
constexpr Names<AbsenceFactor, 4> kFactors{{{"offline", kOfflineCounts},
                                            {"away", kAwayCounts},
                                            {"wrapping_up", kWrappingUpCounts},
                                            {"full", kFullCounts}}};

Duration seconds(std::int64_t n) { return std::chrono::seconds{n}; }
int whole_seconds(Duration time) { return static_cast<int>(time.count() / 1000); }

/// Reads one message, telling what is wrong by its path.
class Reader {
 public:
  Reader(std::string path, RuleProblems& problems) : path_{std::move(path)}, problems_{problems} {}

  void wrong(const std::string& field, std::string what) const {
    problems_.emplace_back(path_ + field, std::move(what));
  }
  /// The first name is the default.
  template <class Enum, std::size_t n>
  Enum one_of(const std::string& field, const std::string& text, const Names<Enum, n>& names) const {
    if (text.empty()) return names[0].second;
    const auto found = std::ranges::find(names, text, [](const auto& name) { return name.first; });
    if (found != names.end()) return found->second;
    std::string known;
    for (const auto& [name, value] : names) (known += known.empty() ? "" : ", ") += name;
    wrong(field, "'" + text + "' is not one of " + known);
    return names[0].second;
  }
  template <class Enum, std::size_t n>
  unsigned any_of(const std::string& field, const Texts& texts, const Names<Enum, n>& names,
                  bool shift) const {
    unsigned mask = 0;
    for (int i = 0; i < texts.size(); ++i) {
      const auto value =
          static_cast<unsigned>(one_of(field + "[" + std::to_string(i) + "]", texts[i], names));
      mask |= shift ? 1U << value : value;
    }
    return mask;
  }
  Requirement require(const std::string& field, const std::string& text) const {
    if (text.empty()) return {};
    auto parsed = parse_requirement(text);
    if (parsed.ok()) return *std::move(parsed);
    wrong(field, parsed.error().message);
    return {};
  }
  int number(const std::string& field, std::int64_t value, std::int64_t least, std::int64_t most) const {
    if (value < least || value > most) {
      wrong(field, std::to_string(value) + " is out of range; it goes from " + std::to_string(least) +
                       " to " + std::to_string(most));
    }
    return static_cast<int>(std::clamp(value, least, most));
  }
  Duration time(const std::string& field, std::int64_t value) const {
    return seconds(number(field, value, 0, std::int64_t{31} * 24 * 3600));
  }
  /// An offer holds the ticket back from everybody else.
  Duration accept_timeout(std::int64_t value) const {
    return seconds(number("accept_timeout_seconds", value, 0, std::int64_t{24} * 3600));
  }

 private:
  std::string path_;
  RuleProblems& problems_;
};

std::string item(const std::string& list, int i) { return list + "[" + std::to_string(i) + "]."; }

std::vector<std::string> list_of(const Texts& texts) { return {texts.begin(), texts.end()}; }

EntryCondition entry_of(const v1::RoutingEntry& in, const Reader& read) {
  EntryCondition out;
  out.account_ids = list_of(in.accounts());
  if (in.channels_size() > 0) {
    out.channels = static_cast<ChannelMask>(read.any_of("channels", in.channels(), kChannelNames, true));
  }
  out.languages = list_of(in.languages());
  out.topics = list_of(in.topics());
  out.customer_tiers = list_of(in.customer_tiers());
  return out;
}

OverflowRule overflow_of(const v1::RoutingOverflow& in, const Reader& read) {
  OverflowRule out;
  out.to_queue_id = in.to();
  if (in.to().empty()) read.wrong("to", "is missing: the queue where the ticket goes");
  out.after = read.time("after_seconds", in.after_seconds());
  out.again = read.time("again_seconds", in.again_seconds());
  if (in.metric().empty()) return out;
  constexpr std::int64_t kMetricMax = 1'000'000'000;
  out.when = MetricCondition{read.one_of("metric", in.metric(), kMetrics),
                             read.one_of("comparison", in.comparison(), kComparisons),
                             read.number("value", in.value(), 0, kMetricMax), in.of()};
  return out;
}

/// By its name, as tickets have it.
std::string dropped_skill(const std::string& field, const std::string& text, const Reader& read) {
  const std::string name = text.substr(0, text.find('='));
  auto skill = parse_skill(name, kSkillLevelMin);
  if (!skill.ok()) {
    read.wrong(field, skill.error().message);
  } else if (name.size() < text.size()) {
    read.wrong(field, "'" + text + "' has a level; a skill is dropped whole, so write " + skill->name);
  }
  return skill.ok() ? skill->name : text;
}

/// "ready_agents <= 0".
std::optional<SkipCondition> skip_if_of(const std::string& text, const Reader& read) {
  if (text.empty()) return std::nullopt;
  std::istringstream words{text};
  std::string metric, comparison, value, more;
  words >> metric >> comparison >> value >> more;
  int number = 0;
  const char* end = value.data() + value.size();
  const auto parsed = std::from_chars(value.data(), end, number);
  if (value.empty() || !more.empty() || parsed.ec != std::errc{} || parsed.ptr != end) {
    read.wrong("skip_if", "'" + text + "' is not like \"ready_agents <= 0\" or \"staffed_agents <= 1\"");
    return std::nullopt;
  }
  return SkipCondition{read.one_of("skip_if", metric, kSkipMetrics),
                       read.one_of("skip_if", comparison, kComparisons),
                       read.number("skip_if", number, 0, 10'000)};
}

void read_offers(const v1::RoutingQueue& in, const Reader& read, QueueRules& out) {
  out.offers_at_once =
      read.number("offers_at_once", in.offers_at_once() == 0 ? 1 : in.offers_at_once(), 1, kOffersAtOnceMax);
  out.ring = read.one_of("ring", in.ring(), kRings);
  if (in.ring_delay_seconds() != 0) out.ring_delay = read.time("ring_delay_seconds", in.ring_delay_seconds());
  out.accept_timeout = read.accept_timeout(in.accept_timeout_seconds());
  out.affinity_wait = read.time("affinity_wait_seconds", in.affinity_wait_seconds());
}

void read_order_and_choice(const v1::RoutingQueue& in, const Reader& read, QueueRules& out) {
  out.order_class = read.number("order_class", in.order_class(), -1000, 1000);
  out.weight = read.number("weight", in.weight(), -1000, 1000);
  out.order = read.one_of("order", in.order(), kOrders);
  if (in.priority_point_seconds() != 0) {
    out.priority_point =
        seconds(read.number("priority_point_seconds", in.priority_point_seconds(), 1, 86400));
  }
  if (in.answer_target_seconds() != 0) {
    out.answer_target = read.time("answer_target_seconds", in.answer_target_seconds());
  }
  out.choice = read.one_of("choice", in.choice(), kChoices);
  for (int i = 0; i < in.tiers_size(); ++i) {
    out.tiers.push_back(read.require("tiers[" + std::to_string(i) + "]", in.tiers(i)));
  }
}

void read_limits(const v1::RoutingQueue& in, const Reader& read, const std::string& path,
                 RuleProblems& problems, QueueRules& out) {
  out.length_max = read.number("length_max", in.length_max(), 0, 1'000'000);
  out.wait_max = read.time("wait_max_seconds", in.wait_max_seconds());
  out.overflow_to = in.overflow_to();
  for (int i = 0; i < in.overflows_size(); ++i) {
    out.overflows.push_back(overflow_of(in.overflows(i), Reader{item(path + "overflows", i), problems}));
  }
  out.empty_on_join =
      static_cast<std::uint8_t>(read.any_of("empty_on_join", in.empty_on_join(), kFactors, false));
  out.empty_on_leave =
      static_cast<std::uint8_t>(read.any_of("empty_on_leave", in.empty_on_leave(), kFactors, false));
  out.empty_grace = read.time("empty_grace_seconds", in.empty_grace_seconds());
  out.empty_to = in.empty_to();
  out.hours = in.hours();
  out.closed_to = in.closed_to();
  out.shard = in.shard();
  out.missed_offers_until_paused =
      read.number("missed_offers_until_paused", in.missed_offers_until_paused(), 0, 1000);
}

QueueRules queue_of(const v1::RoutingQueue& in, const std::string& path, RuleProblems& problems) {
  const Reader read{path, problems};
  QueueRules out;
  out.id = in.id();
  for (int i = 0; i < in.entries_size(); ++i) {
    out.entries.push_back(entry_of(in.entries(i), Reader{item(path + "entries", i), problems}));
  }
  out.members = read.require("members", in.members());
  for (int i = 0; i < in.backups_size(); ++i) {
    const Reader of{item(path + "backups", i), problems};
    out.backups.push_back(
        {of.require("who", in.backups(i).who()), of.time("after_seconds", in.backups(i).after_seconds())});
  }
  out.steps = steps_of(in.steps(), path + "steps", problems);
  read_order_and_choice(in, read, out);
  read_offers(in, read, out);
  read_limits(in, read, path, problems, out);
  if (!in.wrap_up().empty()) {
    out.wrap_up = WrapUpRule{read.one_of("wrap_up", in.wrap_up(), kWrapUps),
                             read.time("wrap_up_seconds", in.wrap_up_seconds())};
  }
  return out;
}

template <class Enum, std::size_t n>
std::string text_of(Enum value, const Names<Enum, n>& names) {
  return std::string{std::ranges::find(names, value, [](const auto& name) { return name.second; })->first};
}

std::string text_of(const Requirement& require) {
  return require.kind == Requirement::Kind::kAny ? "" : to_text(require);
}

void put_names(ChannelMask mask, Texts& out) {
  for (const auto& [name, channel] : kChannelNames) {
    if ((mask & mask_of(channel)) != 0) *out.Add() = name;
  }
}

void put_factors(std::uint8_t factors, Texts& out) {
  for (const auto& [name, factor] : kFactors) {
    if ((factors & factor) != 0) *out.Add() = name;
  }
}

void put(v1::RoutingEntry& out, const EntryCondition& in) {
  out.mutable_accounts()->Assign(in.account_ids.begin(), in.account_ids.end());
  if (in.channels != kAllChannels) put_names(in.channels, *out.mutable_channels());
  out.mutable_languages()->Assign(in.languages.begin(), in.languages.end());
  out.mutable_topics()->Assign(in.topics.begin(), in.topics.end());
  out.mutable_customer_tiers()->Assign(in.customer_tiers.begin(), in.customer_tiers.end());
}

void put(v1::RoutingOverflow& out, const OverflowRule& in) {
  out.set_to(in.to_queue_id);
  out.set_after_seconds(whole_seconds(in.after));
  out.set_again_seconds(whole_seconds(in.again));
  if (!in.when) return;
  out.set_metric(text_of(in.when->metric, kMetrics));
  out.set_comparison(text_of(in.when->comparison, kComparisons));
  out.set_value(in.when->value);
  out.set_of(in.when->queue_id);
}

}  // namespace

WrapUpMode wrap_up_mode_of(const std::string& name, const std::string& field, RuleProblems& problems) {
  return Reader{"", problems}.one_of(field, name, kWrapUps);
}

std::string name_of(WrapUpMode mode) { return text_of(mode, kWrapUps); }

std::vector<Step> steps_of(const google::protobuf::RepeatedPtrField<v1::RoutingStep>& steps,
                           const std::string& field, RuleProblems& problems) {
  std::vector<Step> out;
  if (steps.size() > static_cast<int>(kStepsMax)) problems.emplace_back(field, "more than 16 steps");
  for (int i = 0; i < steps.size(); ++i) {
    const Reader read{item(field, i), problems};
    Step step;
    step.require = read.require("require", steps[i].require());
    for (int j = 0; j < steps[i].drop_skills_size(); ++j) {
      const std::string& skill = steps[i].drop_skills(j);
      if (skill == "*") {
        step.drop_all_skills = true;
      } else {
        step.drop_skills.push_back(dropped_skill("drop_skills[" + std::to_string(j) + "]", skill, read));
      }
    }
    step.lasts = read.time("seconds", steps[i].seconds());
    step.skip_if = skip_if_of(steps[i].skip_if(), read);
    if (step.skip_if && i + 1 == steps.size())
      read.wrong("skip_if", "cannot be said of the last step; there is none that could begin in its place");
    if (steps[i].seconds() == 0 && i + 1 < steps.size())
      read.wrong("seconds", "is missing; only the last step may last for ever");
    out.push_back(std::move(step));
  }
  return out;
}

std::vector<QueueRules> queues_of(const google::protobuf::RepeatedPtrField<v1::RoutingQueue>& queues,
                                  RuleProblems& problems) {
  std::vector<QueueRules> out;
  for (int i = 0; i < queues.size(); ++i) out.push_back(queue_of(queues[i], item("queues", i), problems));
  return out;
}

std::array<int, kChannels> caps_of(const v1::AgentCaps& caps) {
  return {0, caps.email(), caps.chat(), caps.social(), caps.phone()};
}

void put(v1::AgentCaps& out, const std::array<int, kChannels>& in) {
  out.set_email(in[static_cast<std::size_t>(Channel::kEmail)]);
  out.set_chat(in[static_cast<std::size_t>(Channel::kChat)]);
  out.set_social(in[static_cast<std::size_t>(Channel::kSocial)]);
  out.set_phone(in[static_cast<std::size_t>(Channel::kPhone)]);
}

std::array<ChannelRules, kChannels> channels_of(const v1::RoutingChannels& channels, RuleProblems& problems) {
  std::array<ChannelRules, kChannels> out;
  const auto take = [&](Channel channel, const v1::RoutingChannel& in, const std::string& name) {
    const Reader read{"channels." + name + ".", problems};
    ChannelRules& rules = out[static_cast<std::size_t>(channel)];
    rules.accept_timeout = read.accept_timeout(in.accept_timeout_seconds());
    rules.auto_answer = in.auto_answer();
    rules.tickets_max = read.number("tickets_max", in.tickets_max(), 0, kCapacityUnitsMax);
    rules.interrupts =
        static_cast<ChannelMask>(read.any_of("interrupts", in.interrupts(), kChannelNames, true));
    if ((rules.interrupts & mask_of(channel)) != 0)
      read.wrong("interrupts", "a channel cannot interrupt itself");
    rules.idle_after = read.time("idle_after_seconds", in.idle_after_seconds());
  };
  take(Channel::kEmail, channels.email(), "email");
  take(Channel::kChat, channels.chat(), "chat");
  take(Channel::kSocial, channels.social(), "social");
  take(Channel::kPhone, channels.phone(), "phone");
  return out;
}

void put(v1::RoutingStep& out, const Step& in) {
  out.set_require(text_of(in.require));
  if (in.drop_all_skills) out.add_drop_skills("*");
  for (const std::string& skill : in.drop_skills) out.add_drop_skills(skill);
  out.set_seconds(whole_seconds(in.lasts));
  if (!in.skip_if) return;
  out.set_skip_if(text_of(in.skip_if->metric, kSkipMetrics) + " " +
                  text_of(in.skip_if->comparison, kComparisons) + " " + std::to_string(in.skip_if->value));
}

void put(v1::RoutingChannels& out, const std::array<ChannelRules, kChannels>& in) {
  const auto give = [](const ChannelRules& rules, v1::RoutingChannel& channel) {
    channel.set_accept_timeout_seconds(whole_seconds(rules.accept_timeout));
    channel.set_auto_answer(rules.auto_answer);
    channel.set_tickets_max(rules.tickets_max);
    put_names(rules.interrupts, *channel.mutable_interrupts());
    channel.set_idle_after_seconds(whole_seconds(rules.idle_after));
  };
  give(in[static_cast<std::size_t>(Channel::kEmail)], *out.mutable_email());
  give(in[static_cast<std::size_t>(Channel::kChat)], *out.mutable_chat());
  give(in[static_cast<std::size_t>(Channel::kSocial)], *out.mutable_social());
  give(in[static_cast<std::size_t>(Channel::kPhone)], *out.mutable_phone());
}

void put(v1::RoutingQueue& out, const QueueRules& in) {
  out.set_id(in.id);
  for (const EntryCondition& entry : in.entries) put(*out.add_entries(), entry);
  out.set_members(text_of(in.members));
  for (const BackupGroup& backup : in.backups) {
    out.add_backups()->set_who(to_text(backup.who));
    out.mutable_backups()->rbegin()->set_after_seconds(whole_seconds(backup.after));
  }
  for (const Step& step : in.steps) put(*out.add_steps(), step);
  out.set_order_class(in.order_class);
  out.set_weight(in.weight);
  out.set_order(text_of(in.order, kOrders));
  out.set_priority_point_seconds(whole_seconds(in.priority_point));
  out.set_answer_target_seconds(whole_seconds(in.answer_target));
  out.set_choice(text_of(in.choice, kChoices));
  for (const Requirement& tier : in.tiers) out.add_tiers(to_text(tier));
  out.set_offers_at_once(in.offers_at_once);
  out.set_ring(text_of(in.ring, kRings));
  out.set_ring_delay_seconds(whole_seconds(in.ring_delay));
  out.set_accept_timeout_seconds(whole_seconds(in.accept_timeout));
  out.set_affinity_wait_seconds(whole_seconds(in.affinity_wait));
  if (in.wrap_up) {
    out.set_wrap_up(name_of(in.wrap_up->mode));
    out.set_wrap_up_seconds(whole_seconds(in.wrap_up->time));
  }
  out.set_length_max(in.length_max);
  out.set_wait_max_seconds(whole_seconds(in.wait_max));
  out.set_overflow_to(in.overflow_to);
  for (const OverflowRule& rule : in.overflows) put(*out.add_overflows(), rule);
  put_factors(in.empty_on_join, *out.mutable_empty_on_join());
  put_factors(in.empty_on_leave, *out.mutable_empty_on_leave());
  out.set_empty_grace_seconds(whole_seconds(in.empty_grace));
  out.set_empty_to(in.empty_to);
  out.set_hours(in.hours);
  out.set_closed_to(in.closed_to);
  out.set_shard(in.shard);
  out.set_missed_offers_until_paused(in.missed_offers_until_paused);
}

}  // namespace hark::routing
