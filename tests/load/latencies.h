#pragma once

#include <algorithm>
#include <chrono>
#include <vector>

#include "report.h"

namespace hark::load {

using SteadyTime = std::chrono::steady_clock::time_point;

inline SteadyTime steady_now() { return std::chrono::steady_clock::now(); }

inline double seconds_between(SteadyTime from, SteadyTime to) {
  return std::chrono::duration<double>(to - from).count();
}

/// Every latency of a run, kept whole: runs are short and percentiles exact. A closed loop hides the waits
/// that an open one would see, so these describe the window that was driven, not an arrival rate.
class Latencies {
 public:
  void add(std::chrono::steady_clock::duration took) {
    micros_.push_back(std::chrono::duration<float, std::micro>(took).count());
  }
  void add(const Latencies& other) {
    micros_.insert(micros_.end(), other.micros_.begin(), other.micros_.end());
  }
  [[nodiscard]] std::size_t count() const { return micros_.size(); }

  void into(Report& report) {
    report.add("p50_us", at(0.50));
    report.add("p99_us", at(0.99));
    report.add("max_us", at(1.0));
  }

 private:
  double at(double share) {
    if (micros_.empty()) return 0;
    const auto last = static_cast<double>(micros_.size() - 1);
    const auto place = micros_.begin() + static_cast<std::ptrdiff_t>(last * share);
    std::nth_element(micros_.begin(), place, micros_.end());
    return *place;
  }

  std::vector<float> micros_;
};

}  // namespace hark::load
