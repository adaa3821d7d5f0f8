#include "routing/study/chart.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

namespace hark::routing {
namespace {

constexpr double kWidth = 860;
constexpr double kPanelHeight = 250;
constexpr double kHead = 46;
constexpr double kLeft = 64, kRight = 20, kTop = 44, kBottom = 34;
constexpr int kGridLines = 4;
constexpr std::array<std::string_view, 6> kColours = {"#2563eb", "#d97706", "#059669",
                                                      "#9333ea", "#dc2626", "#475569"};

std::string_view colour(std::size_t nth) { return kColours[nth % kColours.size()]; }

std::string number(double value) {
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", value);
  std::string_view text{out};
  if (text.ends_with(".0")) text.remove_suffix(2);
  return std::string{text};
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

std::string text(double x, double y, std::string_view words, std::string_view more = "") {
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" " + std::string{more} + ">" + escaped(words) +
         "</text>\n";
}

/// 1, 2, 5 or 10 times a power of ten.
double round_above(double value) {
  double power = 1;
  while (power * 10 < value) power *= 10;
  while (power > value && power > 0.001) power /= 10;
  for (const double step : {1.0, 2.0, 5.0, 10.0}) {
    if (power * step >= value) return power * step;
  }
  return value;
}

class Panel {
 public:
  Panel(const ChartPanel& panel, double y) : panel_{panel}, y_{y} {
    double most = 0;
    for (const ChartSeries& series : panel.series) {
      for (const auto& value : series.values) most = std::max(most, value.value_or(0));
    }
    top_ = panel.top > 0 ? panel.top : round_above(most > 0 ? most : 1);
  }

  std::string draw() {
    grid();
    for (std::size_t i = 0; i < panel_.series.size(); ++i) {
      legend(i);
      if (panel_.kind == ChartPanel::Kind::kBars) {
        bars(i);
      } else {
        line(i);
      }
    }
    return out_;
  }

 private:
  [[nodiscard]] double slot() const {
    return (kWidth - kLeft - kRight) / static_cast<double>(std::max<std::size_t>(panel_.labels.size(), 1));
  }
  [[nodiscard]] double x_of(std::size_t label) const {
    return kLeft + slot() * (static_cast<double>(label) + 0.5);
  }
  [[nodiscard]] double y_of(double value) const {
    const double height = kPanelHeight - kTop - kBottom;
    return y_ + kTop + height * (1 - std::clamp(value / top_, 0.0, 1.0));
  }

  void grid() {
    out_ += text(kLeft, y_ + 18, panel_.title, "font-weight=\"600\"");
    for (int i = 0; i <= kGridLines; ++i) {
      const double value = top_ * i / kGridLines;
      out_ += "<path d=\"M" + number(kLeft) + " " + number(y_of(value)) + "H" + number(kWidth - kRight) +
              "\" stroke=\"#cbd5e1\"/>\n";
      out_ += text(kLeft - 8, y_of(value) + 4, number(value), "text-anchor=\"end\" fill=\"#475569\"");
    }
    // Labels that would run into each other are left out.
    const std::size_t every = std::max<std::size_t>(1, static_cast<std::size_t>(60 / slot()));
    for (std::size_t i = 0; i < panel_.labels.size(); i += every) {
      out_ += text(x_of(i), y_ + kPanelHeight - kBottom + 18, panel_.labels[i],
                   "text-anchor=\"middle\" fill=\"#475569\"");
    }
  }

  void legend(std::size_t nth) {
    const double x = kLeft + 150 * static_cast<double>(nth);
    out_ += "<rect x=\"" + number(x) + "\" y=\"" + number(y_ + 25) + "\" width=\"10\" height=\"10\" fill=\"" +
            std::string{colour(nth)} + "\"/>\n";
    out_ += text(x + 15, y_ + 34, panel_.series[nth].name);
  }

  void bars(std::size_t nth) {
    const double width = slot() * 0.8 / static_cast<double>(panel_.series.size());
    const auto& values = panel_.series[nth].values;
    for (std::size_t i = 0; i < std::min(values.size(), panel_.labels.size()); ++i) {
      if (!values[i]) continue;
      const double x = x_of(i) - slot() * 0.4 + width * static_cast<double>(nth);
      out_ += "<rect x=\"" + number(x) + "\" y=\"" + number(y_of(*values[i])) + "\" width=\"" +
              number(width) + "\" height=\"" + number(y_of(0) - y_of(*values[i])) + "\" fill=\"" +
              std::string{colour(nth)} + "\"><title>" +
              escaped(panel_.labels[i] + ": " + number(*values[i])) + "</title></rect>\n";
    }
  }

  void line(std::size_t nth) {
    std::string path, dots;
    bool drawing = false;
    const auto& values = panel_.series[nth].values;
    for (std::size_t i = 0; i < std::min(values.size(), panel_.labels.size()); ++i) {
      if (!values[i]) {
        drawing = false;
        continue;
      }
      const std::string at = number(x_of(i)) + " " + number(y_of(*values[i]));
      path += (std::exchange(drawing, true) ? "L" : "M") + at;
      dots += "<circle cx=\"" + number(x_of(i)) + "\" cy=\"" + number(y_of(*values[i])) +
              "\" r=\"3\" fill=\"" + std::string{colour(nth)} + "\"><title>" +
              escaped(panel_.labels[i] + ": " + number(*values[i])) + "</title></circle>\n";
    }
    if (path.empty()) return;
    out_ += "<path d=\"" + path + "\" fill=\"none\" stroke-width=\"2\" stroke=\"" + std::string{colour(nth)} +
            "\"/>\n" + dots;
  }

  const ChartPanel& panel_;
  double y_;
  double top_ = 1;
  std::string out_;
};

}  // namespace

std::string svg_of(const std::string& title, const std::vector<ChartPanel>& panels) {
  const double height = kHead + kPanelHeight * static_cast<double>(panels.size());
  std::string out = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(kWidth) + "\" height=\"" +
                    number(height) + "\" viewBox=\"0 0 " + number(kWidth) + " " + number(height) +
                    "\" font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"100%\" height=\"100%\" "
                    "fill=\"#ffffff\"/>\n";
  out += text(kLeft, 28, title, "font-size=\"16\" font-weight=\"600\"");
  for (std::size_t i = 0; i < panels.size(); ++i)
    out += Panel{panels[i], kHead + kPanelHeight * static_cast<double>(i)}.draw();
  return out + "</svg>\n";
}

}  // namespace hark::routing
