#include "process_cpu.h"

#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace hark::load {
namespace {

double cpu_seconds(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  std::getline(file, line);
  const auto end_of_name = line.rfind(')');
  if (end_of_name == std::string::npos) return 0;
  std::istringstream fields{line.substr(end_of_name + 2)};
  std::string skipped;
  for (int i = 3; i < 14; ++i) fields >> skipped;  // proc(5): utime is field 14, stime field 15
  double user = 0, system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

}  // namespace

ProcessCpu::ProcessCpu(const std::vector<std::string>& watched) {
  for (const auto& text : watched) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) throw std::invalid_argument("--watch: '" + text + "' is not name=pid");
    watched_.emplace_back(text.substr(0, equals), std::stoi(text.substr(equals + 1)));
  }
}

void ProcessCpu::begin() {
  seconds_at_begin_.clear();
  for (const auto& [name, pid] : watched_) seconds_at_begin_.push_back(cpu_seconds(pid));
  own_seconds_at_begin_ = own_cpu_seconds();
}

void ProcessCpu::into(Report& report, double items) const {
  double all = 0;
  for (std::size_t i = 0; i < seconds_at_begin_.size(); ++i) {
    const double used = cpu_seconds(watched_[i].second) - seconds_at_begin_[i];
    all += used;
    report.add("cpu_us_per_item_" + watched_[i].first, used * 1e6 / items);
  }
  if (!watched_.empty()) report.add("cpu_us_per_item", all * 1e6 / items);
  report.add("cpu_us_per_item_driver", (own_cpu_seconds() - own_seconds_at_begin_) * 1e6 / items);
}

}  // namespace hark::load
