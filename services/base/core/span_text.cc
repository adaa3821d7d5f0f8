#include "base/core/span_text.h"

#include <utility>

namespace hark {

std::string span_text(Duration span) {
  const std::int64_t seconds = span.count() / 1000;
  std::string out;
  for (const auto& [count, unit] :
       {std::pair{seconds / 3600, "h"}, {seconds / 60 % 60, "min"}, {seconds % 60, "s"}}) {
    if (count != 0) out += (out.empty() ? "" : " ") + std::to_string(count) + " " + unit;
  }
  return out.empty() ? "0 s" : out;
}

}  // namespace hark
