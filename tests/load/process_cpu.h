#pragma once

#include <string>
#include <utility>
#include <vector>

#include "report.h"

namespace hark::load {

/// CPU that other processes used during a measurement, from /proc/<pid>/stat: user and system time of all
/// their threads, in steps of 10 ms.
class ProcessCpu {
 public:
  /// "name=pid", for example "redis=4711". Throws std::invalid_argument.
  explicit ProcessCpu(const std::vector<std::string>& watched);

  void begin();
  /// Adds cpu_us_per_item of each process and of all together, and, apart from those, of the driver.
  void into(Report& report, double items) const;

 private:
  std::vector<std::pair<std::string, int>> watched_;
  std::vector<double> seconds_at_begin_;
  double own_seconds_at_begin_ = 0;
};

}  // namespace hark::load
