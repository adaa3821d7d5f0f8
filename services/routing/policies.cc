#include "routing/policies.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <utility>

#include "base/config/names.h"
#include "base/core/utf8.h"
#include "routing/core/input.h"
#include "routing/core/languages.h"
#include "routing/core/skill.h"

namespace hark::routing {
namespace {

constexpr int kMinutesMax = 366 * 24 * 60;
constexpr std::size_t kExplanationBytesMax = 1000;
constexpr std::size_t kHoldStateBytesMax = 64;
constexpr int kHoldMinutesUsual = 3 * 24 * 60;
/// By SlaMetric.
constexpr std::string_view kClockNames[] = {"first_response", "next_response",  "update",
                                            "resolution",     "requester_wait", "agent_work"};

std::string item(std::string_view list, int index) {
  return "routing." + std::string{list} + "[" + std::to_string(index) + "]";
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text(kCalendarBytesMax + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return Error{Code::kNotFound, Reason::kInvalidField,
                 "cannot be read; is it there, and may this user read it?"};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

v1::Channel channel_of(std::string_view name) {
  if (name == "email") return v1::CHANNEL_EMAIL;
  if (name == "chat") return v1::CHANNEL_CHAT;
  if (name == "social") return v1::CHANNEL_SOCIAL;
  if (name == "phone") return v1::CHANNEL_PHONE;
  return v1::CHANNEL_UNSPECIFIED;
}

template <class T>
bool fits(const std::vector<T>& wanted, const T& value) {
  return wanted.empty() || std::ranges::find(wanted, value) != wanted.end();
}

}  // namespace

/// Takes the configuration in, a list at a time, and notes what is wrong.
class Policies::Builder {
 public:
  Builder(Policies& out, std::vector<ConfigProblem>& problems) : out_{out}, problems_{problems} {}

  void build(const v1::Routing& routing) {
    for (int i = 0; i < routing.hours_size(); ++i) hours(item("hours", i), routing.hours(i));
    for (int i = 0; i < routing.tiers_size(); ++i) tier(item("tiers", i), routing.tiers(i));
    for (int i = 0; i < routing.hold_states_size(); ++i)
      hold_state(item("hold_states", i), routing.hold_states(i));
    for (const v1::RoutingQueue& queue : routing.queues()) queues_.insert(queue.id());
    for (int i = 0; i < routing.sla_size(); ++i) sla(item("sla", i), routing.sla(i));
    found_elsewhere_ = !routing.triage().service().empty();
    Topics topics;
    for (int i = 0; i < routing.topics_size(); ++i) topic(item("topics", i), routing.topics(i), topics);
    const v1::TriageConfig& triage = routing.triage();
    points("routing.triage.displeased_points", triage.displeased_points());
    points("routing.triage.complaint_points", triage.complaint_points());
    points("routing.triage.urgent_points", triage.urgent_points());
    points("routing.triage.repeat_contact_points", triage.repeat_contact_points());
    range("routing.triage.repeat_contact_days", triage.repeat_contact_days(), 0, 366);
    range("routing.waking_wait_seconds", routing.waking_wait_seconds(), 0, 24 * 3600);
    range("routing.wanted_wait_seconds", routing.wanted_wait_seconds(), 0, 24 * 3600);
    range("routing.declined_again_seconds", routing.declined_again_seconds(), 0, 24 * 3600);
    range("routing.rest_after_miss_seconds", routing.rest_after_miss_seconds(), 0, 24 * 3600);
    range("routing.live_wait_seconds", routing.live_wait_seconds(), 0, 24 * 3600);
    decline_rests(routing);
    points("routing.callback_points", routing.callback_points());
    range("routing.affinity_hours", routing.affinity_hours(), 0, 366 * 24);
    range("routing.triage.service_timeout_ms", triage.service_timeout_ms(), triage.service().empty() ? 0 : 1,
          60'000);
    out_.repeat_points_ = triage.repeat_contact_points();
    out_.repeat_days_ = std::chrono::days{triage.repeat_contact_days()};
    out_.reader_ = std::make_unique<Reader>(
        std::move(topics),
        PointsPolicy{triage.displeased_points(), triage.complaint_points(), triage.urgent_points()});
  }

 private:
  void add(std::string field, std::string what) { problems_.push_back({std::move(field), std::move(what)}); }
  void range(const std::string& field, int value, int least, int most) {
    if (value >= least && value <= most) return;
    add(field, std::to_string(value) + " is out of range; it goes from " + std::to_string(least) + " to " +
                   std::to_string(most));
  }
  void points(const std::string& field, int value) {
    range(field, value, -kPriorityPointsMax, kPriorityPointsMax);
  }
  void id(const std::string& path, const std::string& id) {
    if (id.empty()) {
      add(path + ".id", "is missing");
    } else if (!ids_.insert(path.substr(0, path.find('[')) + " " + id).second) {
      add(path + ".id", "'" + id + "' is taken by one before");
    }
  }
  void skills(const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& texts,
              std::vector<Skill>& to) {
    for (int i = 0; i < texts.size(); ++i) {
      auto skill = parse_skill(texts[i], kSkillLevelMin);
      if (!skill.ok()) {
        add(field + "[" + std::to_string(i) + "]", skill.error().message);
      } else {
        to.push_back(*std::move(skill));
      }
    }
  }

  void hours(const std::string& path, const v1::BusinessHours& in) {
    id(path, in.id());
    const auto zone = TimeZone::find(in.time_zone());
    if (!zone.ok()) add(path + ".time_zone", zone.error().message);
    WeekHours week;
    if (in.open().empty() && in.special_file().empty())
      add(path + ".open", "is missing; it would never be open");
    for (int i = 0; i < in.open_size(); ++i) {
      if (const auto added = add_week_hours(week, in.open(i)); !added.ok()) {
        add(path + ".open[" + std::to_string(i) + "]", added.error().message);
      }
    }
    if (!zone.ok()) {  // so that whoever names them is not told that they are not there
      out_.hours_[in.id()] = std::make_unique<BusinessHours>(BusinessHours::around_the_clock());
      return;
    }
    out_.hours_[in.id()] = std::make_unique<BusinessHours>(
        *zone, week, calendar(path + ".holidays_file", in.holidays_file(), *zone),
        calendar(path + ".special_file", in.special_file(), *zone));
  }

  void decline_rests(const v1::Routing& routing) {
    std::set<std::string> codes;
    for (int i = 0; i < routing.decline_rests_size(); ++i) {
      const v1::RoutingDeclineRest& rest = routing.decline_rests(i);
      const std::string path = item("decline_rests", i);
      range(path + ".seconds", rest.seconds(), 0, 24 * 3600);
      if (!codes.insert(rest.code()).second)
        add(path + ".code", rest.code().empty()
                                ? "is missing, and so it is of one before: that is of every code "
                                  "that is not listed"
                                : "'" + rest.code() + "' is taken by one before");
    }
  }

  std::vector<Interval> calendar(const std::string& field, const std::string& file, const TimeZone& zone) {
    if (file.empty()) return {};
    const auto text = read_file(file);
    auto read = text.ok() ? read_calendar(*text, zone) : Result<std::vector<Interval>>{text.error()};
    if (read.ok()) return *std::move(read);
    add(field, file + ": " + read.error().message);
    return {};
  }

  void tier(const std::string& path, const v1::CustomerTier& in) {
    id(path, in.id());
    points(path + ".priority_points", in.priority_points());
    if (in.addresses().empty()) add(path + ".addresses", "is missing; nobody would belong to it");
    if (in.agents_size() > static_cast<int>(kPreferredAgentsMax)) add(path + ".agents", "has more than 8");
    out_.tiers_.push_back({in.id(), {}, in.priority_points(), {in.agents().begin(), in.agents().end()}});
    for (int i = 0; i < in.addresses_size(); ++i) {
      const std::string& address = in.addresses(i);
      // Mail addresses are written as people write them; others in their regular form.
      const bool other = address.find(':') != address.npos;
      if (const std::size_t at = address.find('@');
          address.empty() || address.find('*') != address.npos ||
          (!other && (at == address.npos || at + 1 == address.size()))) {
        add(path + ".addresses[" + std::to_string(i) + "]",
            "'" + address +
                "' is no address; write ana@example.com, @example.com for all of it, or with its scheme "
                "tel:+37120000000");
      }
      const bool whole_domain = address.starts_with('@');
      out_.tiers_.back().addresses.push_back(other          ? address
                                             : whole_domain ? lower(address)
                                                            : "mailto:" + lower(address));
    }
  }

  void hold_state(const std::string& path, const v1::RoutingHoldState& in) {
    id(path, in.id());
    if (in.id().size() > kHoldStateBytesMax) add(path + ".id", "is longer than 64 bytes");
    range(path + ".longest_minutes", in.longest_minutes(), 0, kMinutesMax);
    const int longest = in.longest_minutes() == 0 ? kHoldMinutesUsual : in.longest_minutes();
    HoldState state{in.id(),
                    in.name().empty() ? in.id() : in.name(),
                    std::chrono::minutes{longest},
                    in.frees_capacity(),
                    {}};
    clocks(path + ".pauses", in.pauses(), WhilePaused::kPause, state);
    clocks(path + ".resets", in.resets(), WhilePaused::kReset, state);
    out_.hold_states_.push_back(std::move(state));
  }

  void clocks(const std::string& field, const google::protobuf::RepeatedPtrField<std::string>& names,
              WhilePaused what, HoldState& state) {
    for (int i = 0; i < names.size(); ++i) {
      const auto* const found = std::ranges::find(kClockNames, names[i]);
      const std::string at = field + "[" + std::to_string(i) + "]";
      if (found == std::end(kClockNames)) {
        add(at, "'" + names[i] +
                    "' is not one of first_response, next_response, update, resolution, requester_wait, "
                    "agent_work");
        continue;
      }
      WhilePaused& clock = state.clocks[static_cast<std::size_t>(found - std::begin(kClockNames))];
      if (std::exchange(clock, what) != WhilePaused::kRun) add(at, "'" + names[i] + "' is given twice");
    }
  }

  void sla(const std::string& path, const v1::SlaPolicy& in) {
    id(path, in.id());
    SlaRule rule;
    for (int i = 0; i < in.channels_size(); ++i) {
      rule.channels.push_back(channel_of(in.channels(i)));
      if (rule.channels.back() == v1::CHANNEL_UNSPECIFIED) {
        add(path + ".channels[" + std::to_string(i) + "]",
            "'" + in.channels(i) + "' is not one of email, chat, social, phone");
      }
    }
    rule.accounts.assign(in.accounts().begin(), in.accounts().end());
    for (int i = 0; i < in.tiers_size(); ++i) {
      rule.tiers.push_back(in.tiers(i));
      std::set<std::string> tiers;
      for (const Tier& tier : out_.tiers_) tiers.insert(tier.id);
      if (!tiers.contains(in.tiers(i)))
        add(path + ".tiers[" + std::to_string(i) + "]",
            no_such("is no tier", in.tiers(i), "routing.tiers", tiers));
    }
    points(path + ".priority_points_min", in.priority_points_min());
    points(path + ".missed_priority_points", in.missed_priority_points());
    rule.priority_points_min = in.priority_points_min();
    rule.missed_priority_points = in.missed_priority_points();
    rule.hours = &out_.always_;
    if (!in.hours().empty()) {
      const auto found = out_.hours_.find(in.hours());
      if (found == out_.hours_.end()) {
        std::set<std::string> known;
        for (const auto& [id, some] : out_.hours_) known.insert(id);
        add(path + ".hours", no_such("are no hours", in.hours(), "routing.hours", known));
      } else {
        rule.hours = found->second.get();
      }
    }
    std::vector<Skill> checked;
    skills(path + ".missed_move_to_skills", in.missed_move_to_skills(), checked);
    rule.missed_move_to_skills.assign(in.missed_move_to_skills().begin(), in.missed_move_to_skills().end());
    rule.missed_move_to_queue = in.missed_move_to_queue();
    if (!in.missed_move_to_queue().empty() && !queues_.contains(in.missed_move_to_queue()))
      add(path + ".missed_move_to_queue",
          no_such("is no queue", in.missed_move_to_queue(), "routing.queues", queues_));
    targets(path, in, rule.policy);
    for (const HoldState& state : out_.hold_states_) rule.policy.holds[state.id] = state.clocks;
    out_.rules_.push_back(std::move(rule));
  }

  void targets(const std::string& path, const v1::SlaPolicy& in, SlaPolicy& out) {
    out.name = in.id();
    struct Given {
      int minutes, seconds;
    };
    const std::array<Given, kSlaMetrics> given = {{{in.first_response_minutes(), in.first_response_seconds()},
                                                   {in.next_response_minutes(), in.next_response_seconds()},
                                                   {in.update_minutes(), in.update_seconds()},
                                                   {in.resolution_minutes(), in.resolution_seconds()},
                                                   {in.requester_wait_minutes(), in.requester_wait_seconds()},
                                                   {in.agent_work_minutes(), in.agent_work_seconds()}}};
    bool any = false;
    for (std::size_t i = 0; i < kSlaMetrics; ++i) {
      const auto& [minutes, seconds] = given[i];
      const std::string field = path + "." + std::string{kClockNames[i]};
      range(field + "_minutes", minutes, 0, kMinutesMax);
      range(field + "_seconds", seconds, 0, kMinutesMax * 60);
      if (minutes != 0 && seconds != 0)
        add(field + "_seconds", "is given besides " + std::string{kClockNames[i]} +
                                    "_minutes; a target is written in one of them, such as " +
                                    std::to_string(std::int64_t{minutes} * 60 + seconds) + " seconds");
      any = any || minutes != 0 || seconds != 0;
      const auto metric = static_cast<SlaMetric>(i);
      out.targets[i] = usual_target(metric, std::chrono::minutes{minutes} + std::chrono::seconds{seconds});
      if (in.pause_while_awaiting_customer() &&
          (metric == SlaMetric::kUpdate || metric == SlaMetric::kResolution))
        out.targets[i].awaiting_customer = WhilePaused::kPause;
    }
    if (!any) add(path, "has no target");
    int last = 0;
    for (int i = 0; i < in.warn_at_percent_size(); ++i) {
      const int percent = in.warn_at_percent(i);
      if (percent <= last || percent > 99) {
        add(path + ".warn_at_percent[" + std::to_string(i) + "]",
            "must be 1 to 99, each greater than the one before");
      }
      last = percent;
      out.warn_at_percent.push_back(percent);
    }
  }

  void topic(const std::string& path, const v1::TopicConfig& in, Topics& topics) {
    id(path, in.id());
    points(path + ".priority_points", in.priority_points());
    // What is found by a TriageService may cost or interrupt all the same.
    if (in.words().empty() && in.patterns().empty() && !found_elsewhere_)
      add(path + ".words", "is missing; nothing would be found");
    for (int i = 0; i < in.languages_size(); ++i) {
      if (std::string problem = language_problem(in.languages(i)); !problem.empty())
        add(path + ".languages[" + std::to_string(i) + "]", std::move(problem));
    }
    TopicRule rule{in.id(), {in.languages().begin(), in.languages().end()}, {}, {}, {}, in.priority_points()};
    rule.words.assign(in.words().begin(), in.words().end());
    rule.patterns.assign(in.patterns().begin(), in.patterns().end());
    skills(path + ".required_skills", in.required_skills(), rule.skills);
    const auto added = topics.add(rule, breaker_);
    if (!added.ok() && finds_each(path, rule)) add(path, added.error().message);
  }

  /// Whether each word and pattern can be read, telling those that cannot.
  bool finds_each(const std::string& path, const TopicRule& rule) {
    bool all = true;
    const auto check = [&](const std::string& field, TopicRule one) {
      Topics alone;
      const auto added = alone.add(std::move(one), breaker_);
      if (!added.ok()) add(field, added.error().message);
      all = all && added.ok();
    };
    for (std::size_t i = 0; i < rule.words.size(); ++i)
      check(path + ".words[" + std::to_string(i) + "]", {.id = rule.id, .words = {rule.words[i]}});
    for (std::size_t i = 0; i < rule.patterns.size(); ++i)
      check(path + ".patterns[" + std::to_string(i) + "]", {.id = rule.id, .patterns = {rule.patterns[i]}});
    return all;
  }

  Policies& out_;
  std::vector<ConfigProblem>& problems_;
  WordBreaker breaker_;
  std::set<std::string> ids_;
  std::set<std::string> queues_;
  bool found_elsewhere_ = false;
};

std::shared_ptr<Policies> Policies::make(const v1::Routing& routing, std::vector<ConfigProblem>& problems) {
  auto out = std::make_shared<Policies>();
  Builder{*out, problems}.build(routing);
  return out;
}

const Policies::Tier* Policies::find_tier(const v1::Ticket& ticket) const {
  const std::string& address = ticket.sender().address();
  for (const Tier& tier : tiers_) {
    const bool in = std::ranges::any_of(tier.addresses, [&](const std::string& wanted) {
      return wanted.starts_with('@') ? address.starts_with("mailto:") && address.ends_with(wanted)
                                     : address == wanted;
    });
    if (in) return &tier;
  }
  return nullptr;
}

std::string Policies::tier_of(const v1::Ticket& ticket) const {
  const Tier* tier = find_tier(ticket);
  return tier ? tier->id : "";
}

std::vector<std::string> Policies::agents_of_tier(const v1::Ticket& ticket) const {
  const Tier* tier = find_tier(ticket);
  return tier ? tier->agents : std::vector<std::string>{};
}

const HoldState* Policies::hold_state(std::string_view id) const {
  const auto found = std::ranges::find(hold_states_, id, &HoldState::id);
  return found == hold_states_.end() ? nullptr : &*found;
}

const BusinessHours* Policies::hours(const std::string& id) const {
  const auto found = hours_.find(id);
  return found == hours_.end() ? nullptr : found->second.get();
}

Duration since_previous(const v1::Ticket& ticket) {
  const bool again = ticket.previous_resolved_at_ms() > ticket.opened_at_ms();
  return from_ms(again ? ticket.waiting_since_ms() : ticket.opened_at_ms()) -
         from_ms(ticket.previous_resolved_at_ms());
}

int Policies::points_of(const v1::Ticket& ticket, const Verdict& verdict) const {
  int points = verdict.priority_points;
  if (const Tier* tier = find_tier(ticket)) points += tier->priority_points;
  if (ticket.previous_resolved_at_ms() > 0 && since_previous(ticket) <= repeat_days_)
    points += repeat_points_;
  return std::clamp(points, -kPriorityPointsMax, kPriorityPointsMax);
}

const SlaRule* Policies::rule_for(const v1::Ticket& ticket, int points) const {
  const std::string tier = tier_of(ticket);
  const auto found = std::ranges::find_if(rules_, [&](const SlaRule& rule) {
    return fits(rule.channels, ticket.channel()) && fits(rule.accounts, ticket.account_id()) &&
           fits(rule.tiers, tier) && (rule.priority_points_min == 0 || points >= rule.priority_points_min);
  });
  return found == rules_.end() ? nullptr : &*found;
}

std::vector<ConfigProblem> policy_problems(const v1::Config& config) {
  std::vector<ConfigProblem> problems;
  (void)Policies::make(config.routing(), problems);
  return problems;
}

Verdict verdict_of(const v1::TicketVerdict& in) {
  Verdict out;
  out.language = in.language();
  out.topics.assign(in.topics().begin(), in.topics().end());
  out.sentiment = std::clamp(in.sentiment(), -100, 100);
  out.complaint = in.complaint();
  out.urgent = in.urgent();
  for (const std::string& text : in.required_skills()) {
    if (auto skill = parse_skill(text, kSkillLevelMin); skill.ok())
      out.required_skills.push_back(*std::move(skill));
  }
  out.required_skills = normalised(std::move(out.required_skills));
  out.priority_points = std::clamp(in.priority_points(), -kPriorityPointsMax, kPriorityPointsMax);
  out.explanation = in.explanation();
  return out;
}

v1::TicketVerdict to_proto(const Verdict& in) {
  v1::TicketVerdict out;
  out.set_language(in.language);
  for (const std::string& topic : in.topics) out.add_topics(topic);
  out.set_sentiment(in.sentiment);
  out.set_complaint(in.complaint);
  out.set_urgent(in.urgent);
  for (const Skill& skill : in.required_skills)
    out.add_required_skills(skill.name + "=" + std::to_string(skill.level));
  out.set_priority_points(in.priority_points);
  out.set_explanation(std::string{first_bytes(in.explanation, kExplanationBytesMax)});
  return out;
}

}  // namespace hark::routing
