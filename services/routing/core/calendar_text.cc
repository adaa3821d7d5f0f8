#include "routing/core/calendar_text.h"

#include <algorithm>
#include <charconv>

namespace hark::routing {
namespace {

Error wrong(std::string what) { return {Code::kInvalidArgument, Reason::kInvalidField, std::move(what)}; }

/// Digits alone, so many of them.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

std::optional<CalendarTime> calendar_time(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 4, 2);
  const auto day = digits(text, 6, 2);
  if (!year || !month || !day || *year < 1900 || *year > 2100) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  CalendarTime out{LocalTime{std::chrono::local_days{date}}, true, false};
  if (text.size() == 8) return out;
  const auto hour = digits(text, 9, 2);
  const auto minute = digits(text, 11, 2);
  const auto second = digits(text, 13, 2);
  out.utc = text.size() == 16 && text.back() == 'Z';
  if (text[8] != 'T' || (text.size() != 15 && !out.utc)) return std::nullopt;
  if (!hour || !minute || !second || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  out.all_day = false;
  out.local +=
      std::chrono::hours{*hour} + std::chrono::minutes{*minute} + std::chrono::seconds{std::min(*second, 59)};
  return out;
}

std::optional<Duration> calendar_duration(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  std::chrono::seconds sum{0};
  bool in_time = false;
  while (!text.empty()) {
    if (!in_time && text.front() == 'T') {
      in_time = true;
      text.remove_prefix(1);
      if (text.empty()) return std::nullopt;
      continue;
    }
    int n = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || stop == text.data() + text.size() || n < 0 || n > 1'000'000)
      return std::nullopt;
    const char unit = *stop;
    if (!in_time && unit == 'W') {
      sum += std::chrono::days{7 * static_cast<std::int64_t>(n)};
    } else if (!in_time && unit == 'D') {
      sum += std::chrono::days{n};
    } else if (in_time && unit == 'H') {
      sum += std::chrono::hours{n};
    } else if (in_time && unit == 'M') {
      sum += std::chrono::minutes{n};
    } else if (in_time && unit == 'S') {
      sum += std::chrono::seconds{n};
    } else {
      return std::nullopt;
    }
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()) + 1);
  }
  if (sum <= std::chrono::seconds{0} || sum > std::chrono::days{366}) return std::nullopt;
  return sum;
}

}  // namespace

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> out;
  while (true) {
    const auto at = text.find(separator);
    out.push_back(text.substr(0, at));
    if (at == text.npos) return out;
    text.remove_prefix(at + 1);
  }
}

std::optional<int> signed_number(std::string_view text) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::nullopt;
  }
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string clipped(std::string_view text) {
  constexpr std::size_t kBytesMax = 60;
  std::string out;
  for (const char c : text.substr(0, kBytesMax)) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte > 0x7e ? '?' : c;
  }
  if (text.size() > kBytesMax) out += "...";
  return out;
}

Result<CalendarTime> parse_calendar_time(std::string_view text) {
  if (const auto time = calendar_time(text)) return *time;
  return wrong("'" + clipped(text) +
               "' is no date; write it like 20261224 or 20261224T170000, years 1900 to 2100");
}

Result<Duration> parse_calendar_duration(std::string_view text) {
  if (const auto duration = calendar_duration(text)) return *duration;
  return wrong("'" + clipped(text) + "' is no duration; write it like PT8H or P1D, at most 366 days");
}

}  // namespace hark::routing
