#include "hark/simulate_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/config/config.h"
#include "base/core/invalid.h"
#include "base/core/span_text.h"
#include "hark/ctl_print.h"
#include "hark/study_print.h"
#include "hark/tell.h"
#include "routing/config_check.h"
#include "routing/convert.h"
#include "routing/study/queue_hours.h"
#include "routing/study/traffic.h"

namespace hark {
namespace {

using routing::TrafficStream;

constexpr int kAgentsMax = 20'000;
constexpr int kRunsMax = 200;
constexpr std::int64_t kTicketsMax = 5'000'000;
/// A Monday, so that hours of days read well.
constexpr TimePoint kBegins = from_ms(1'767'571'200'000);

struct SimulateOptions {
  std::string config, agents, chart;
  std::vector<std::string> traffic;
  int hours = 8, target_seconds = 0, goal_percent = 0;
  std::uint64_t seed = 1;
  bool json = false;
};

struct Range {
  int first = 0, last = 0;
};

std::vector<std::string> traffic_of(const SimulateOptions& options) {
  if (!options.traffic.empty()) return options.traffic;
  return {"channel=phone,per_hour=60,handle=240"};
}

/// "12", "8..20"; 0: as many as the configuration has.
Result<Range> range_of(const std::string& text, int usual) {
  if (text.empty()) return Range{usual, usual};
  Range out;
  const char* end = text.data() + text.size();
  auto read = std::from_chars(text.data(), end, out.first);
  out.last = out.first;
  if (read.ec == std::errc{} && std::string_view{read.ptr, end}.starts_with(".."))
    read = std::from_chars(read.ptr + 2, end, out.last);
  if (read.ec != std::errc{} || read.ptr != end || out.first < 1 || out.last < out.first ||
      out.last > kAgentsMax || out.last - out.first >= kRunsMax) {
    return invalid("--agents: '" + text +
                   "' is neither a number such as 12 nor a range such as 8..20 (1 to " +
                   std::to_string(kAgentsMax) + ", at most " + std::to_string(kRunsMax) + " of them)");
  }
  return out;
}

/// What routing would add to a ticket of this kind: skills and points of its account, language and topics.
TrafficStream completed(TrafficStream stream, const v1::Config& config, const routing::Rules& rules) {
  routing::Work& work = stream.work;
  const auto channel = static_cast<v1::Channel>(work.channel);
  if (work.units == 0) work.units = rules.units_of(channel, work.topics);
  v1::Ticket ticket;
  ticket.set_channel(channel);
  ticket.set_on_the_line(channel == v1::CHANNEL_PHONE);
  work.priority += routing::priority_of(ticket, rules);
  for (const v1::TopicConfig& topic : config.routing().topics()) {
    if (std::ranges::find(work.topics, topic.id()) == work.topics.end()) continue;
    work.priority += topic.priority_points();
    for (const std::string& text : topic.required_skills()) {
      if (auto skill = routing::parse_skill(text, routing::kSkillLevelMin); skill.ok())
        work.required_skills.push_back(*std::move(skill));
    }
  }
  for (const v1::CustomerTier& tier : config.routing().tiers()) {
    if (tier.id() == work.customer_tier) work.priority += tier.priority_points();
  }
  const auto account = rules.accounts.find(work.account_id);
  if (account == rules.accounts.end()) return stream;
  const auto known = [&](std::string_view skill) {
    return std::ranges::any_of(config.agents(), [&](const v1::AgentSeed& agent) {
      return std::ranges::any_of(agent.skills(), [&](const std::string& has) {
        return has == skill || has.starts_with(std::string{skill} + "=");
      });
    });
  };
  work.required_skills =
      routing::requirements(work.language, account->second, std::move(work.required_skills), known)
          .required_skills;
  return stream;
}

Result<std::vector<TrafficStream>> streams_of(const SimulateOptions& options, const v1::Config& config,
                                              const routing::Rules& rules) {
  std::vector<TrafficStream> out;
  std::int64_t tickets = 0;
  for (const std::string& text : traffic_of(options)) {
    auto stream = routing::parse_traffic(text);
    if (!stream.ok()) return invalid("--traffic: " + stream.error().message);
    tickets += static_cast<std::int64_t>(stream->per_hour) * options.hours;
    out.push_back(completed(*std::move(stream), config, rules));
  }
  if (tickets > kTicketsMax)
    return invalid("--traffic: " + std::to_string(tickets) + " tickets are more than 5,000,000");
  return out;
}

/// "phone: 60 an hour, each handled in 4 min (exponentially spread), nobody gives up, accepted at once".
std::string text_of(const TrafficStream& stream) {
  std::string out =
      std::string{routing::name_of(stream.work.channel)} + ": " + std::to_string(stream.per_hour) +
      " an hour, each handled in " + span_text(stream.handling) + " in the mean (" +
      (stream.handling_shape == 1 ? "exponentially spread"
                                  : "Erlang of shape " + std::to_string(stream.handling_shape)) +
      "), ";
  out += stream.patience > Duration{0} ? "giving up after " + span_text(stream.patience) + " in the mean"
                                       : "nobody gives up";
  return out + ", accepted " +
         (stream.reaction > Duration{0} ? "in " + span_text(stream.reaction) : "at once");
}

/// What the figures rest on, for nobody of it was ever there.
std::vector<std::string> assumptions(const SimulateOptions& options,
                                     const std::vector<TrafficStream>& streams, std::size_t profiles) {
  std::vector<std::string> out;
  for (const TrafficStream& stream : streams) out.push_back(text_of(stream));
  out.push_back("agents: " +
                (options.agents.empty() ? "the " + std::to_string(profiles)
                                        : options.agents + ", made after the " + std::to_string(profiles)) +
                " of " + (options.config.empty() ? "the default configuration" : options.config) +
                ", available all the time");
  out.push_back(std::to_string(options.hours) + " hours from a Monday, 00:00 UTC, by chance of seed " +
                std::to_string(options.seed));
  return out;
}

/// One run.
struct Run {
  int agents = 0;
  routing::Kpis kpis;
};

void print_assumptions(const std::vector<std::string>& assumed, bool usual) {
  std::printf("made up, not measured%s:\n", usual ? "; --traffic and --agents say what is so with you" : "");
  for (const std::string& line : assumed) std::printf("  %s\n", line.c_str());
}

void print_sweep(const std::vector<Run>& runs) {
  std::printf("%7s %8s %8s %9s %13s %9s %9s %11s %9s\n", "agents", "offered", "answered", "abandoned",
              "service level", "ASA", "p90 wait", "abandonment", "occupancy");
  for (const Run& run : runs) {
    const routing::QueueKpis& all = run.kpis.total;
    std::printf("%7d %8d %8d %9d %13s %9s %9s %11s %9s\n", run.agents, all.offered, all.answered,
                all.abandoned, percent_text(all.service_level()).c_str(), seconds_text(all.asa()).c_str(),
                seconds_text(all.wait_of(90)).c_str(), percent_text(all.abandonment()).c_str(),
                percent_text(all.occupancy()).c_str());
  }
}

void print_goal(const std::vector<Run>& runs, int goal_percent, Duration target) {
  const auto enough = std::ranges::find_if(
      runs, [&](const Run& run) { return run.kpis.total.service_level() >= goal_percent * 10; });
  const auto seconds = static_cast<long long>(target.count() / 1000);
  if (enough == runs.end()) {
    std::printf("%d agents do not reach %d %% within %lld s\n", runs.back().agents, goal_percent, seconds);
  } else {
    std::printf("%d agents reach %d %% within %lld s\n", enough->agents, goal_percent, seconds);
  }
}

void print_json(const std::vector<Run>& runs, const std::vector<std::string>& assumed) {
  google::protobuf::Struct out;
  auto& made_up = *(*out.mutable_fields())["made_up"].mutable_list_value();
  for (const std::string& line : assumed) made_up.add_values()->set_string_value(line);
  auto& list = *(*out.mutable_fields())["runs"].mutable_list_value();
  for (const Run& run : runs) {
    auto& item = *list.add_values()->mutable_struct_value();
    item = json_of(run.kpis);
    (*item.mutable_fields())["agents"].set_number_value(run.agents);
  }
  std::puts(to_json(out).c_str());
}

std::vector<routing::ChartPanel> panels_of_sweep(const std::vector<Run>& runs) {
  using Kind = routing::ChartPanel::Kind;
  std::vector<routing::ChartPanel> out{
      {"By number of agents, %",
       Kind::kLines,
       {},
       {{"service level", {}}, {"occupancy", {}}, {"abandonment", {}}},
       100},
      {"By number of agents, seconds", Kind::kLines, {}, {{"ASA", {}}, {"p90 wait", {}}}, 0}};
  const auto add = [](routing::ChartSeries& to, double value) {
    to.values.push_back(value < 0 ? std::nullopt : std::optional<double>{value});
  };
  for (const Run& run : runs) {
    for (auto& panel : out) panel.labels.push_back(std::to_string(run.agents));
    const routing::QueueKpis& all = run.kpis.total;
    add(out[0].series[0], all.service_level() / 10.0);
    add(out[0].series[1], all.occupancy() / 10.0);
    add(out[0].series[2], all.abandonment() / 10.0);
    add(out[1].series[0], static_cast<double>(all.asa().count()) / 1000);
    add(out[1].series[1], static_cast<double>(all.wait_of(90).count()) / 1000);
  }
  return out;
}

Status simulate(const SimulateOptions& options) {
  HARK_TRY_VOID(check_chart_name(options.chart));
  HARK_TRY(const auto config, options.config.empty()
                                  ? Result<v1::Config>{default_config()}
                                  : read_config_file(options.config, &routing::check_config));
  const routing::Rules rules = routing::rules_of(config);
  HARK_TRY(const auto streams, streams_of(options, config, rules));
  std::vector<routing::AgentProfile> like;
  for (const v1::AgentSeed& seed : config.agents()) {
    if (seed.role() != "agent" && !seed.role().empty()) continue;
    HARK_TRY(const auto agent, routing::agent_of(seed));
    like.push_back(routing::profile_of(agent));
  }
  if (like.empty()) return invalid("the configuration has no agents to make others after");
  HARK_TRY(const Range range, range_of(options.agents, static_cast<int>(like.size())));
  const Duration target = options.target_seconds > 0 ? Duration{std::chrono::seconds{options.target_seconds}}
                                                     : rules.answer_target;
  std::vector<Run> runs;
  for (int agents = range.first; agents <= range.last; ++agents) {
    auto workload = routing::generate(streams, routing::staff(like, agents), kBegins,
                                      std::chrono::hours{options.hours}, options.seed);
    routing::add_hours(workload, rules.settings,
                       [&](const std::string& name) { return rules.policies->hours(name); });
    runs.push_back({agents, routing::simulate(rules.settings, workload, target)});
  }
  const auto assumed = assumptions(options, streams, like.size());
  if (!options.json) print_assumptions(assumed, options.traffic.empty());
  const bool sweep = runs.size() > 1;
  const std::vector<NamedKpis> only{{std::to_string(runs.front().agents) + " agents", runs.front().kpis}};
  if (options.json) {
    print_json(runs, assumed);
  } else if (sweep) {
    print_sweep(runs);
  } else {
    print_kpis(only);
  }
  if (options.goal_percent > 0 && !options.json) print_goal(runs, options.goal_percent, target);
  if (options.chart.empty()) return {};
  return write_file(options.chart, routing::svg_of("Routing, simulated: " + std::to_string(options.hours) +
                                                       " hours, seed " + std::to_string(options.seed),
                                                   sweep ? panels_of_sweep(runs) : panels_of(only)));
}

}  // namespace

void add_simulate(CLI::App& app, int& status) {
  auto options = std::make_shared<SimulateOptions>();
  auto* command =
      app.add_subcommand("simulate", "Play made-up customers to a configuration: how many agents it takes");
  command->add_option("--config", options->config,
                      "Whose queues and agents (default: `hark config default`)");
  command->add_option(
      "--traffic", options->traffic,
      "Customers of one kind, repeatable: channel=phone,per_hour=60,handle=240,patience=90,react=5,"
      "shape=1,account=support,language=lv,topic=billing,tier=gold,skills=a+b=3,priority=0,units=1 "
      "(seconds; default: channel=phone,per_hour=60,handle=240)");
  command->add_option("--agents", options->agents,
                      "So many, made after the configuration's in turn; or a range, 8..20");
  command->add_option("--hours", options->hours, "How long they come (default 8)")
      ->check(CLI::Range(1, 24 * 31));
  command->add_option("--seed", options->seed,
                      "Of chance; the same seed brings the same customers (default 1)");
  command
      ->add_option("--target", options->target_seconds,
                   "Seconds within which an answer is in time (default: routing.answer_target_seconds)")
      ->check(CLI::Range(1, 30 * 24 * 3600));
  command
      ->add_option("--goal", options->goal_percent,
                   "Say from how many agents on the service level is so many percent")
      ->check(CLI::Range(1, 100));
  command->add_option("--chart", options->chart, "Write a chart to this file, which ends in .svg");
  command->add_flag("--json", options->json, "Print the figures as JSON");
  command->callback([options, &status] {
    const auto done = simulate(*options);
    if (!done.ok()) status = fail(done.error());
  });
}

}  // namespace hark
