#pragma once

#include <optional>
#include <string>
#include <vector>

namespace hark::routing {

/// One line, or the bars of one colour. Nothing where there is nothing to tell.
struct ChartSeries {
  std::string name;
  std::vector<std::optional<double>> values;
};

/// One plot: a value of each series for each of the labels.
struct ChartPanel {
  enum class Kind { kBars, kLines };
  std::string title;
  Kind kind = Kind::kBars;
  std::vector<std::string> labels;
  std::vector<ChartSeries> series;
  /// Top of the scale; 0: a round number above the greatest value.
  double top = 0;
};

/// The panels, one below the other, as an SVG document of its own: no script, no font, nothing fetched.
std::string svg_of(const std::string& title, const std::vector<ChartPanel>& panels);

}  // namespace hark::routing
