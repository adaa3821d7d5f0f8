#pragma once

#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace hark {

/// Something that only grows. Cheap to copy, safe from any thread, lives no longer than its Metrics.
class Counter {
 public:
  explicit Counter(prometheus::Counter& counter) : counter_{&counter} {}
  void add(double by = 1) const;
  [[nodiscard]] double value() const;

 private:
  prometheus::Counter* counter_;
};

/// Something that goes up and down: a queue's length, open sockets.
class Gauge {
 public:
  explicit Gauge(prometheus::Gauge& gauge) : gauge_{&gauge} {}
  void set(double value) const;
  void add(double by = 1) const;
  [[nodiscard]] double value() const;

 private:
  prometheus::Gauge* gauge_;
};

/// How values spread: durations in seconds, sizes in bytes.
class Histogram {
 public:
  explicit Histogram(prometheus::Histogram& histogram) : histogram_{&histogram} {}
  void observe(double value) const;

 private:
  prometheus::Histogram* histogram_;
};

using MetricLabels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

/// Label values of one name that are told apart. Beyond them every further one is counted under the value
/// "other", so that nothing from outside can grow the page without bound.
constexpr std::size_t kMetricLabelSetsMax = 200;

/// From 0.1 ms to 10 s, for durations in seconds.
std::vector<double> duration_buckets();

/// The numbers of one process, shown at /metrics. Names follow hark_<service>_<what>_<unit>, counters end in
/// _total; labels have few values (channel, account, outcome), never ids. The same name and labels give the
/// same metric. A wrong name is our own bug and ends the program.
///
/// Made once by the process and handed to its services; thread-safe. Ask for a metric once and keep it.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  Counter counter(std::string_view name, std::string_view help, MetricLabels labels = {});
  Gauge gauge(std::string_view name, std::string_view help, MetricLabels labels = {});
  Histogram histogram(std::string_view name, std::string_view help, std::vector<double> buckets,
                      MetricLabels labels = {});

  /// The page in Prometheus' text format 0.0.4 (Content-Type: text/plain; version=0.0.4).
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace hark
