#pragma once

#include <google/protobuf/struct.pb.h>

#include <string>
#include <vector>

#include "base/core/result.h"
#include "routing/study/chart.h"
#include "routing/study/kpis.h"

/// What `hark replay` and `hark simulate` show to people.
namespace hark {

/// Figures under a name: "as it was".
struct NamedKpis {
  std::string name;
  routing::Kpis kpis;
};

/// One line for each queue and name, and for all queues together.
void print_kpis(const std::vector<NamedKpis>& all);
google::protobuf::Struct json_of(const routing::Kpis& kpis);
/// A bar for each queue and name: service level, ASA, abandonment, occupancy.
std::vector<routing::ChartPanel> panels_of(const std::vector<NamedKpis>& all);

/// "83.5 %", "-" where there is nothing to tell.
std::string percent_text(int per_mille);
std::string seconds_text(Duration time);

/// Charts are SVG, and are written under no other name. Empty: none is wanted.
Status check_chart_name(const std::string& path);

/// Writes a whole file or none of it.
Status write_file(const std::string& path, const std::string& text);

}  // namespace hark
