#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace hark::load {

/// What one measurement found: names and numbers, printed as a flat JSON object.
class Report {
 public:
  void add(std::string_view name, double value) {
    char text[64];
    std::snprintf(text, sizeof text, "%.6g", value);
    add_text(name, text);
  }
  void append(std::string_view prefix, const Report& other) {
    for (const auto& [name, text] : other.fields_) fields_.emplace_back(std::string{prefix} + name, text);
  }
  [[nodiscard]] std::string json() const {
    std::string out = "{";
    for (const auto& [name, text] : fields_) {
      if (out.size() > 1) out += ", ";
      out += '"' + name + "\": " + text;
    }
    return out + "}";
  }

 private:
  void add_text(std::string_view name, std::string text) { fields_.emplace_back(name, std::move(text)); }

  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace hark::load
