#include "base/metrics/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <mutex>
#include <set>

#include "base/core/check.h"

namespace hark {

void Counter::add(double by) const { counter_->Increment(by); }
double Counter::value() const { return counter_->Value(); }
void Gauge::set(double value) const { gauge_->Set(value); }
void Gauge::add(double by) const { gauge_->Increment(by); }
double Gauge::value() const { return gauge_->Value(); }
void Histogram::observe(double value) const { histogram_->Observe(value); }

std::vector<double> duration_buckets() {
  return {0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10};
}

struct Metrics::State {
  prometheus::Registry registry;
  std::mutex mutex;
  std::map<std::string, std::set<std::map<std::string, std::string>>, std::less<>> label_sets;

  /// The labels as the library wants them, within the limit.
  std::map<std::string, std::string> admit(std::string_view name, MetricLabels labels) {
    std::map<std::string, std::string> out;
    for (const auto& [key, value] : labels) out.emplace(key, value);
    const std::lock_guard lock{mutex};
    auto& known = label_sets[std::string{name}];
    if (known.size() >= kMetricLabelSetsMax && !known.contains(out)) {
      for (auto& [key, value] : out) value = "other";
    }
    known.insert(out);
    return out;
  }
};

namespace {

void check_name(std::string_view name) {
  HARK_CHECK(name.starts_with("hark_"));
  HARK_CHECK(std::ranges::all_of(
      name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }));
}

}  // namespace

Metrics::Metrics() : state_{std::make_unique<State>()} {}
Metrics::~Metrics() = default;

Counter Metrics::counter(std::string_view name, std::string_view help, MetricLabels labels) {
  check_name(name);
  HARK_CHECK(name.ends_with("_total"));
  auto& family =
      prometheus::BuildCounter().Name(std::string{name}).Help(std::string{help}).Register(state_->registry);
  return Counter{family.Add(state_->admit(name, labels))};
}

Gauge Metrics::gauge(std::string_view name, std::string_view help, MetricLabels labels) {
  check_name(name);
  auto& family =
      prometheus::BuildGauge().Name(std::string{name}).Help(std::string{help}).Register(state_->registry);
  return Gauge{family.Add(state_->admit(name, labels))};
}

Histogram Metrics::histogram(std::string_view name, std::string_view help, std::vector<double> buckets,
                             MetricLabels labels) {
  check_name(name);
  HARK_CHECK(!buckets.empty() && std::ranges::is_sorted(buckets));
  auto& family =
      prometheus::BuildHistogram().Name(std::string{name}).Help(std::string{help}).Register(state_->registry);
  return Histogram{family.Add(state_->admit(name, labels), buckets)};
}

std::string Metrics::text() const {
  return prometheus::TextSerializer{}.Serialize(state_->registry.Collect());
}

}  // namespace hark
