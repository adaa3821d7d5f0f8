#include "hark/study_print.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <set>

#include "base/core/invalid.h"

namespace hark {
namespace {

using routing::ChartPanel;
using routing::Kpis;
using routing::QueueKpis;

/// Queues that any of them has, in order; "" for all together comes last.
std::vector<std::string> queues_of(const std::vector<NamedKpis>& all) {
  std::set<std::string> ids;
  for (const NamedKpis& one : all) {
    for (const QueueKpis& queue : one.kpis.queues) ids.insert(queue.queue_id);
  }
  std::vector<std::string> out{ids.begin(), ids.end()};
  out.emplace_back();
  return out;
}

const QueueKpis* find(const Kpis& kpis, const std::string& queue_id) {
  if (queue_id.empty()) return &kpis.total;
  const auto found = std::ranges::find(kpis.queues, queue_id, &QueueKpis::queue_id);
  return found == kpis.queues.end() ? nullptr : &*found;
}

std::optional<double> share(int per_mille) {
  return per_mille < 0 ? std::nullopt : std::optional<double>{per_mille / 10.0};
}
std::optional<double> seconds(Duration time) {
  return time < Duration{0} ? std::nullopt : std::optional<double>{static_cast<double>(time.count()) / 1000};
}

google::protobuf::Struct json_of(const QueueKpis& queue) {
  google::protobuf::Struct out;
  auto& fields = *out.mutable_fields();
  const auto put = [&](const char* name, std::optional<double> value) {
    if (value) fields[name].set_number_value(*value);
  };
  fields["queue"].set_string_value(queue.queue_id);
  put("offered", queue.offered);
  put("answered", queue.answered);
  put("abandoned", queue.abandoned);
  put("waiting", queue.waiting);
  put("missed_offers", queue.missed_offers);
  put("service_level_percent", share(queue.service_level()));
  put("abandonment_percent", share(queue.abandonment()));
  put("occupancy_percent", share(queue.occupancy()));
  put("utilisation_percent", share(queue.utilisation()));
  put("asa_seconds", seconds(queue.asa()));
  put("p90_wait_seconds", seconds(queue.wait_of(90)));
  put("abandon_time_seconds", seconds(queue.abandon_time()));
  return out;
}

}  // namespace

std::string percent_text(int per_mille) {
  if (per_mille < 0) return "-";
  return std::to_string(per_mille / 10) + "." + std::to_string(per_mille % 10) + " %";
}

std::string seconds_text(Duration time) {
  if (time < Duration{0}) return "-";
  const auto tenths = time.count() / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " s";
}

void print_kpis(const std::vector<NamedKpis>& all) {
  std::size_t width = 5;
  for (const NamedKpis& one : all) width = std::max(width, one.name.size());
  const bool named = all.size() > 1;
  const int name_width = named ? static_cast<int>(width) + 1 : 0;
  std::printf("%-20s %-*s%8s %8s %9s %7s %13s %9s %9s %11s %9s\n", "queue", name_width, "", "offered",
              "answered", "abandoned", "waiting", "service level", "ASA", "p90 wait", "abandonment",
              "occupancy");
  for (const std::string& id : queues_of(all)) {
    for (const NamedKpis& one : all) {
      const QueueKpis* queue = find(one.kpis, id);
      if (!queue) continue;
      std::printf("%-20s %-*s%8d %8d %9d %7d %13s %9s %9s %11s %9s\n", id.empty() ? "all" : id.c_str(),
                  name_width, named ? one.name.c_str() : "", queue->offered, queue->answered,
                  queue->abandoned, queue->waiting, percent_text(queue->service_level()).c_str(),
                  seconds_text(queue->asa()).c_str(), seconds_text(queue->wait_of(90)).c_str(),
                  percent_text(queue->abandonment()).c_str(), percent_text(queue->occupancy()).c_str());
    }
  }
}

google::protobuf::Struct json_of(const Kpis& kpis) {
  google::protobuf::Struct out;
  *(*out.mutable_fields())["total"].mutable_struct_value() = json_of(kpis.total);
  auto& list = *(*out.mutable_fields())["queues"].mutable_list_value();
  for (const QueueKpis& queue : kpis.queues) *list.add_values()->mutable_struct_value() = json_of(queue);
  return out;
}

std::vector<ChartPanel> panels_of(const std::vector<NamedKpis>& all) {
  const std::vector<std::string> queues = queues_of(all);
  std::vector<std::string> labels = queues;
  labels.back() = "all";
  const auto panel = [&](const char* title, double top,
                         const std::function<std::optional<double>(const QueueKpis&)>& value) {
    ChartPanel out{title, ChartPanel::Kind::kBars, labels, {}, top};
    for (const NamedKpis& one : all) {
      out.series.push_back({one.name, {}});
      for (const std::string& id : queues) {
        const QueueKpis* queue = find(one.kpis, id);
        out.series.back().values.push_back(queue ? value(*queue) : std::nullopt);
      }
    }
    return out;
  };
  return {panel("Service level, %", 100, [](const QueueKpis& q) { return share(q.service_level()); }),
          panel("Average queue answer time, seconds", 0, [](const QueueKpis& q) { return seconds(q.asa()); }),
          panel("Abandonment, %", 100, [](const QueueKpis& q) { return share(q.abandonment()); }),
          panel("Occupancy, %", 100, [](const QueueKpis& q) { return share(q.occupancy()); })};
}

Status check_chart_name(const std::string& path) {
  if (path.empty()) return {};
  const std::filesystem::path name{path};
  if (name.extension() != ".svg")
    return invalid("--chart: '" + path +
                   "' would be no chart that a viewer takes; charts are SVG, so name it " +
                   std::filesystem::path{name}.replace_extension(".svg").string());
  std::error_code error;
  if (const auto folder = name.parent_path();
      !folder.empty() && !std::filesystem::is_directory(folder, error))
    return invalid("--chart: there is no folder " + folder.string());
  return {};
}

Status write_file(const std::string& path, const std::string& text) {
  const std::string half = path + ".part";
  std::ofstream out{half, std::ios::binary};
  out << text;
  out.close();
  std::error_code error;
  if (out.good()) std::filesystem::rename(half, path, error);
  if (out.good() && !error) return {};
  std::filesystem::remove(half, error);
  return Error{Code::kInternal, Reason::kInternal, path + ": cannot be written"};
}

}  // namespace hark
