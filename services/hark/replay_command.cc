#include "hark/replay_command.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/async/blocking.h"
#include "base/async/service_thread.h"
#include "base/config/config.h"
#include "base/core/invalid.h"
#include "base/redis/private_server.h"
#include "hark/ctl_print.h"
#include "hark/study_print.h"
#include "hark/tell.h"
#include "routing/config_check.h"
#include "routing/convert.h"
#include "routing/redis/registry.h"
#include "routing/redis/store.h"
#include "routing/study/journal_file.h"
#include "routing/study/queue_hours.h"
#include "routing/study/workload_reader.h"

namespace hark {
namespace {

using routing::Difference;
using routing::RecordedInput;
using routing::RecordedStart;

constexpr int kPage = 100;

struct ReplayOptions {
  std::string log, from, shard, password_file, after, until, save, config, chart;
  int target_seconds = 0;
  bool json = false;
};

/// "<fencing token>-<n>" as numbers, for order.
std::pair<std::int64_t, std::int64_t> order_of(const std::string& position) {
  const auto dash = std::min(position.find('-'), position.size());
  return {std::atoll(position.c_str()),
          dash == position.size() ? 0 : std::atoll(position.c_str() + dash + 1)};
}

Status check_position(const std::string& option, const std::string& position) {
  const auto digits = [](std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  };
  const auto dash = std::min(position.find('-'), position.size());
  const bool good =
      digits(position.substr(0, dash)) && (dash == position.size() || digits(position.substr(dash + 1)));
  if (position.empty() || good) return {};
  return invalid(option + ": '" + position + "' is no position; write it as it was printed, like 3-1200");
}

/// Entries one after the other, wherever they come from.
class Source {
 public:
  virtual ~Source() = default;
  /// Nothing at the end.
  virtual Result<std::optional<v1::RoutingJournalEntry>> next() = 0;
};

class FileSource final : public Source {
 public:
  explicit FileSource(std::string path) : path_{std::move(path)}, file_{path_, std::ios::binary} {}
  [[nodiscard]] bool opened() const { return file_.is_open(); }
  Result<std::optional<v1::RoutingJournalEntry>> next() override {
    auto entry = reader_.next();
    if (entry.ok()) return entry;
    Error error = entry.error();
    error.message = path_ + ": " + error.message;
    return error;
  }

 private:
  std::string path_;
  std::ifstream file_;
  routing::JournalReader reader_{file_};
};

Task<bool> close(redis::Client& client) {
  co_await client.close();
  co_return true;
}

/// The journal in a store, live or at rest: a private Redis that is not running is started for as long as it
/// takes.
class StoreSource final : public Source {
 public:
  static Result<std::unique_ptr<StoreSource>> open(const std::string& from, const std::string& shard,
                                                   std::string password) {
    std::optional<redis::PrivateServer> server;
    std::string url = from;
    if (from.find(':') == std::string::npos) {
      if (!std::filesystem::exists(std::filesystem::path{from} / "redis"))
        return Error{Code::kNotFound, Reason::kInvalidField, "--from: there is no store in " + from};
      HARK_TRY(auto started, redis::PrivateServer::start({.folder = std::filesystem::path{from} / "redis"}));
      server.emplace(std::move(started));
      url = server->url();
    }
    if (constexpr std::string_view kUnix = "unix:";
        url.starts_with(kUnix) && !std::filesystem::exists(url.substr(kUnix.size())))
      return invalid("--from: there is no socket " + url.substr(kUnix.size()));
    HARK_TRY(auto endpoint, redis::parse_endpoint(url));
    std::unique_ptr<StoreSource> source{
        new StoreSource{std::move(server), std::move(endpoint), std::move(password)}};
    HARK_TRY_VOID(source->turn_to(shard));
    return source;
  }
  ~StoreSource() override {
    block_on(thread_.executor(), close(client_));
    if (server_ && !server_->adopted()) server_->stop();
  }

  Result<std::optional<v1::RoutingJournalEntry>> next() override {
    if (nth_ == page_.size()) {
      HARK_TRY(page_, block_on(thread_.executor(), store_->journal(last_, kPage)));
      nth_ = 0;
      if (page_.empty()) return std::optional<v1::RoutingJournalEntry>{};
      last_ = page_.back().id;
    }
    auto& item = page_[nth_++];
    v1::RoutingJournalEntry entry;
    entry.set_position(item.id);
    *entry.mutable_record() = std::move(item.record);
    return std::optional{std::move(entry)};
  }

 private:
  StoreSource(std::optional<redis::PrivateServer> server, redis::Endpoint endpoint, std::string password)
      : server_{std::move(server)},
        client_{thread_.executor(),
                {.endpoint = std::move(endpoint), .password = std::move(password), .connections = 1}},
        store_{std::in_place, client_, std::uint16_t{0}} {}

  Status turn_to(const std::string& name) {
    if (name.empty()) return {};
    routing::Registry registry{client_};
    HARK_TRY(const auto shards, block_on(thread_.executor(), registry.shards()));
    const auto shard = shards.find(name);
    if (!shard) return invalid("--shard: the store has no shard '" + name + "'");
    store_.emplace(client_, *shard);
    return {};
  }

  std::optional<redis::PrivateServer> server_;
  ServiceThread thread_{"replay"};
  redis::Client client_;
  std::optional<routing::Store> store_;
  std::vector<routing::Store::JournalItem> page_;
  std::size_t nth_ = 0;
  std::string last_ = "-";
};

Result<std::unique_ptr<Source>> open(const ReplayOptions& options) {
  if (options.log.empty() == options.from.empty()) return invalid("give either --log or --from");
  HARK_TRY_VOID(check_position("--after", options.after));
  HARK_TRY_VOID(check_position("--until", options.until));
  if (options.log.empty()) {
    std::string password;
    if (!options.password_file.empty() &&
        !std::getline(std::ifstream{options.password_file} >> std::ws, password))
      return invalid("--password-file: " + options.password_file + " cannot be read, or is empty");
    HARK_TRY(auto source, StoreSource::open(options.from, options.shard, std::move(password)));
    return std::unique_ptr<Source>{std::move(source)};
  }
  auto file = std::make_unique<FileSource>(options.log);
  if (!file->opened())
    return invalid(options.log + ": cannot be read; is it there, and may this user read it?");
  return std::unique_ptr<Source>{std::move(file)};
}

/// A journal read to its end.
struct Replayed {
  explicit Replayed(Duration target) : replay{target} {}
  routing::Replay replay;
  routing::WorkloadReader workload;
  std::uint16_t shard = 0;
  std::optional<Difference> first_difference;
  int differences = 0;
  std::string first, last;
};

Status run(Source& source, const ReplayOptions& options, Replayed& out) {
  std::ofstream save;
  if (!options.save.empty()) {
    save.open(options.save, std::ios::binary);
    if (!save) return invalid("--save: " + options.save + " cannot be written; is its folder there?");
    routing::begin_journal(save);
  }
  for (;;) {
    HARK_TRY(const auto entry, source.next());
    if (!entry) break;
    if (!options.after.empty() && order_of(entry->position()) <= order_of(options.after)) continue;
    if (!options.until.empty() && order_of(entry->position()) > order_of(options.until)) break;
    if (save.is_open()) routing::add_to_journal(save, *entry);
    if (out.first.empty()) out.first = entry->position();
    out.last = entry->position();
    const auto said = routing::recorded(*entry);
    if (!said) return invalid(entry->position() + ": is of a later Hark, which must replay it");
    if (const auto* start = std::get_if<RecordedStart>(&*said)) {
      out.shard = start->shard;
      out.replay.begin(*start);
      out.workload.begin_term(*start);
      continue;
    }
    const auto& input = std::get<RecordedInput>(*said);
    auto difference = out.replay.apply(input);
    if (out.replay.terms() > 0) out.workload.observe(input.at, input.input, out.replay.effects());
    if (!difference) continue;
    ++out.differences;
    if (!out.first_difference) out.first_difference = std::move(difference);
  }
  if (!save.is_open()) return {};
  save.close();
  if (save.good()) return {};
  return Error{Code::kInternal, Reason::kInternal, options.save + ": cannot be written"};
}

void print_outcome(const Replayed& done) {
  const routing::Replay& replay = done.replay;
  std::printf("replayed %d inputs of %d leaders (%s to %s): %d offers, digest %016llx\n", replay.inputs(),
              replay.terms(), done.first.c_str(), done.last.c_str(), replay.offers(),
              static_cast<unsigned long long>(replay.digest_of_all()));
  if (replay.skipped() > 0)
    std::printf("%d inputs before the first leader's start could not be\n", replay.skipped());
  if (replay.not_noted() > 0)
    std::printf("of %d inputs nobody noted what was decided, so there is nothing to compare\n",
                replay.not_noted());
  if (replay.reworded() > 0)
    std::printf(
        "%d inputs were decided alike and explained in other words, as another version of Hark does\n",
        replay.reworded());
  if (!done.first_difference) {
    std::printf(replay.reworded() > 0 ? "every decision is the same\n"
                                      : "every decision is the same, bit for bit\n");
    return;
  }
  if (replay.perhaps_reworded() > 0)
    std::printf(
        "%d of those below made the same offers: an older Hark wrote them, which did not note decisions "
        "apart "
        "from their words\n",
        replay.perhaps_reworded());
  std::printf("%d inputs were decided otherwise; the first is %s\n", done.differences,
              done.first_difference->position.c_str());
  for (const std::string& line : done.first_difference->recorded) std::printf("  then: %s\n", line.c_str());
  for (const std::string& line : done.first_difference->replayed) std::printf("  now:  %s\n", line.c_str());
}

void print_json(const Replayed& done, const std::vector<NamedKpis>& figures) {
  google::protobuf::Struct out;
  auto& fields = *out.mutable_fields();
  fields["inputs"].set_number_value(done.replay.inputs());
  fields["leaders"].set_number_value(done.replay.terms());
  fields["offers"].set_number_value(done.replay.offers());
  fields["differences"].set_number_value(done.differences);
  if (done.first_difference) fields["first_difference"].set_string_value(done.first_difference->position);
  for (const NamedKpis& one : figures) *fields[one.name].mutable_struct_value() = json_of(one.kpis);
  std::puts(to_json(out).c_str());
}

/// What the rules of another file would have made of it.
Result<NamedKpis> what_if(Replayed& done, const routing::Rules& rules, const std::string& name,
                          Duration target) {
  // Of tickets on a channel where nobody accepted anything.
  constexpr Duration kUsualReaction = std::chrono::seconds{5};
  routing::Workload workload = done.workload.take(kUsualReaction);
  for (auto& ticket : workload.tickets)
    ticket.work.units = rules.units_of(static_cast<v1::Channel>(ticket.work.channel), ticket.work.topics);
  const routing::Settings settings = routing::settings_of(rules.settings, rules.shards, done.shard);
  routing::add_hours(workload, settings,
                     [&](const std::string& name) { return rules.policies->hours(name); });
  return NamedKpis{name, routing::simulate(settings, workload, target)};
}

Result<int> replay(const ReplayOptions& options) {
  HARK_TRY_VOID(check_chart_name(options.chart));
  std::optional<routing::Rules> other;
  if (!options.config.empty()) {
    HARK_TRY(const auto config, read_config_file(options.config, &routing::check_config));
    other = routing::rules_of(config);
  }
  const Duration target = options.target_seconds > 0 ? Duration{std::chrono::seconds{options.target_seconds}}
                          : other                    ? other->answer_target
                                                     : routing::rules_of(default_config()).answer_target;
  HARK_TRY(const auto source, open(options));
  Replayed done{target};
  HARK_TRY_VOID(run(*source, options, done));
  std::vector<NamedKpis> figures{{"as it was", done.replay.kpis()}};
  if (other) {
    HARK_TRY(auto would_be,
             what_if(done, *other, std::filesystem::path{options.config}.filename().string(), target));
    figures.push_back(std::move(would_be));
  }
  if (options.json) {
    print_json(done, figures);
  } else {
    print_outcome(done);
    if (other)
      std::puts(
          "the other configuration: arrivals, patience, handling and presence as they were; who was asked "
          "for by name, "
          "declines, missed offers, holds and take-overs are not played, so even the same rules may give "
          "other figures");
    print_kpis(figures);
  }
  if (!options.chart.empty())
    HARK_TRY_VOID(write_file(options.chart, routing::svg_of("Routing, replayed", panels_of(figures))));
  return done.first_difference ? 1 : 0;
}

}  // namespace

void add_replay(CLI::App& app, int& status) {
  auto options = std::make_shared<ReplayOptions>();
  auto* command = app.add_subcommand(
      "replay", "Give routing's journal to an engine again; exit status 1 if it decides otherwise");
  command->add_option("--log", options->log, "A journal that was saved");
  command->add_option("--from", options->from,
                      "The journal of a data folder, or of a Redis (redis://host:port, unix:/path)");
  command->add_option("--shard", options->shard,
                      "Whose journal, where there are several (default: the first)");
  command->add_option("--password-file", options->password_file, "Of that Redis");
  command->add_option("--after", options->after, "From what comes after this position, as 3-1200");
  command->add_option("--until", options->until, "Up to this position");
  command->add_option("--save", options->save, "Write what was read to this file, for --log");
  command->add_option("--config", options->config,
                      "What this configuration's `routing:` would have made of it");
  command
      ->add_option("--target", options->target_seconds,
                   "Seconds within which an answer is in time (default: routing.answer_target_seconds)")
      ->check(CLI::Range(1, 30 * 24 * 3600));
  command->add_option("--chart", options->chart, "Write a chart to this file, which ends in .svg");
  command->add_flag("--json", options->json, "Print the figures as JSON");
  command->callback([options, &status] {
    const auto done = replay(*options);
    status = done.ok() ? *done : fail(done.error());
  });
}

}  // namespace hark
