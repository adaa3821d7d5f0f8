#include "routing/core/ical.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "routing/core/calendar_text.h"
#include "routing/core/recurrence.h"

namespace hark::routing {
namespace {

constexpr int kNestingMax = 8;
constexpr std::size_t kLineBytesMax = 64 << 10;
constexpr std::size_t kDatesPerEventMax = 2'000;
constexpr Duration kEventLengthMax = std::chrono::days{3660};

Error at_line(int line, const Error& error) {
  return {error.code, error.reason, "line " + std::to_string(line) + ": " + error.message};
}
Error wrong(int line, std::string what) {
  return at_line(line, {Code::kInvalidArgument, Reason::kInvalidField, std::move(what)});
}

/// NAME;PARAMETER=VALUE:VALUE, unfolded.
struct Property {
  int line = 0;
  std::string name;
  std::string value_type;
  std::string tzid;
  std::string value;
};

std::string upper(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

/// Where the part ends that begins at `at`: at the next ';' or ':' outside quotes.
std::size_t end_of_part(std::string_view line, std::size_t at) {
  bool quoted = false;
  for (; at < line.size(); ++at) {
    if (line[at] == '"') quoted = !quoted;
    if (!quoted && (line[at] == ';' || line[at] == ':')) break;
  }
  return at;
}

Result<Property> parse_property(std::string_view line, int number) {
  Property out;
  out.line = number;
  std::size_t end = end_of_part(line, 0);
  out.name = upper(line.substr(0, end));
  while (end < line.size() && line[end] == ';') {
    const std::size_t begin = end + 1;
    end = end_of_part(line, begin);
    const auto parameter = line.substr(begin, end - begin);
    const auto equals = parameter.find('=');
    if (equals == parameter.npos)
      return wrong(number, "the parameter '" + clipped(parameter) + "' has no '='");
    const std::string key = upper(parameter.substr(0, equals));
    if (key == "VALUE") out.value_type = upper(unquoted(parameter.substr(equals + 1)));
    if (key == "TZID") out.tzid = unquoted(parameter.substr(equals + 1));
  }
  if (end >= line.size() || out.name.empty()) {
    return wrong(number, "'" + clipped(line) + "' is no line of a calendar; it has no 'NAME:'");
  }
  out.value = line.substr(end + 1);
  return out;
}

/// Hands out the lines of the file, continuation lines joined to what they continue.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_{text} {}

  std::optional<std::string> next() {
    if (rest_.empty()) return std::nullopt;
    std::string line{physical()};
    number_ = read_;
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t') &&
           line.size() <= kLineBytesMax) {
      line += physical().substr(1);
    }
    return line;
  }
  [[nodiscard]] int number() const { return number_; }

 private:
  std::string_view physical() {
    const auto end = std::min(rest_.find('\n'), rest_.size());
    auto line = rest_.substr(0, end);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    ++read_;
    return line;
  }

  std::string_view rest_;
  int read_ = 0;
  int number_ = 0;
};

struct Moment {
  LocalTime local;
  bool all_day = false;
  TimeZone zone;
};

struct Event {
  int line = 0;
  std::string uid;
  std::optional<Moment> start;
  std::optional<Moment> end;
  std::optional<Duration> duration;
  std::optional<Recurrence> rule;
  std::vector<Moment> more;
  std::vector<Moment> not_at;
  std::optional<Moment> replaces;
  bool cancelled = false;
};

Result<Moment> parse_moment(std::string_view value, const Property& property, const TimeZone& zone) {
  const auto time = parse_calendar_time(value);
  if (!time.ok()) return at_line(property.line, time.error());
  if (property.value_type == "PERIOD")
    return wrong(property.line, property.name + ": periods are not supported");
  if (property.value_type == "DATE" && !time->all_day)
    return wrong(property.line, property.name + ": is no date");
  if (time->utc) {
    HARK_TRY(const auto utc, TimeZone::find("UTC"));
    return Moment{time->local, false, utc};
  }
  if (property.tzid.empty() || time->all_day) return Moment{time->local, time->all_day, zone};
  // Some programs put a path of their own before the name.
  std::string_view name = property.tzid;
  auto found = TimeZone::find(name);
  while (!found.ok() && name.find('/') != name.npos) {
    name.remove_prefix(name.find('/') + 1);
    if (name.find('/') == name.npos) break;
    found = TimeZone::find(name);
  }
  if (!found.ok())
    return wrong(property.line, "TZID: " + TimeZone::find(clipped(property.tzid)).error().message);
  return Moment{time->local, false, *found};
}

Status add_moments(std::vector<Moment>& to, const Property& property, const TimeZone& zone) {
  for (const auto value : split(property.value, ',')) {
    if (to.size() >= kDatesPerEventMax) return wrong(property.line, property.name + ": more than 2000 dates");
    HARK_TRY(auto moment, parse_moment(value, property, zone));
    to.push_back(moment);
  }
  return {};
}

Status put_once(std::optional<Moment>& to, const Property& property, const TimeZone& zone) {
  if (to) return wrong(property.line, property.name + " is given twice");
  HARK_TRY(to, parse_moment(property.value, property, zone));
  return {};
}

Status put(Event& event, const Property& property, const TimeZone& zone) {
  if (property.name == "DTSTART") return put_once(event.start, property, zone);
  if (property.name == "DTEND") return put_once(event.end, property, zone);
  if (property.name == "RECURRENCE-ID") return put_once(event.replaces, property, zone);
  if (property.name == "RDATE") return add_moments(event.more, property, zone);
  if (property.name == "EXDATE") return add_moments(event.not_at, property, zone);
  if (property.name == "EXRULE") return wrong(property.line, "EXRULE is not supported; use EXDATE");
  if (property.name == "UID") event.uid = property.value;
  if (property.name == "STATUS") event.cancelled = upper(property.value) == "CANCELLED";
  if (property.name == "DURATION") {
    const auto duration = parse_calendar_duration(property.value);
    if (!duration.ok()) return at_line(property.line, duration.error());
    event.duration = *duration;
  }
  if (property.name == "RRULE") {
    if (event.rule) return wrong(property.line, "RRULE is given twice");
    auto rule = parse_recurrence(upper(property.value));
    if (!rule.ok()) return at_line(property.line, rule.error());
    event.rule = *std::move(rule);
  }
  return {};
}

/// The moment as the clock of that zone shows it.
LocalTime seen_in(const TimeZone& zone, const Moment& moment) {
  if (moment.all_day || moment.zone.name() == zone.name()) return moment.local;
  return zone.to_local(moment.zone.to_instant(moment.local, Twice::kFirst));
}

Result<Duration> length_of(const Event& event) {
  if (event.end && event.duration) return wrong(event.line, "the event has both DTEND and DURATION");
  if (event.duration) return *event.duration;
  if (!event.end) return event.start->all_day ? Duration{std::chrono::days{1}} : Duration{0};
  if (event.end->all_day != event.start->all_day) {
    return wrong(event.line, "of DTSTART and DTEND, one is a day and the other a time");
  }
  const Duration length = seen_in(event.start->zone, *event.end) - event.start->local;
  if (length < Duration{0}) return wrong(event.line, "the event ends before it begins");
  if (length > kEventLengthMax) return wrong(event.line, "the event is longer than ten years");
  return length;
}

Status place(const Event& event, RecurrenceBudget& budget, std::vector<Interval>& out) {
  HARK_TRY(const Duration length, length_of(event));
  const TimeZone& zone = event.start->zone;
  std::vector<LocalTime> begins{event.start->local};
  if (event.rule) {
    Recurrence rule = *event.rule;
    if (rule.until && rule.until_is_utc)
      rule.until = zone.to_local(TimePoint{rule.until->time_since_epoch()});
    auto found = occurrences(rule, event.start->local, budget);
    if (!found.ok()) return at_line(event.line, found.error());
    begins = *std::move(found);
  }
  for (const Moment& moment : event.more) begins.push_back(seen_in(zone, moment));
  std::set<LocalTime> not_at;
  for (const Moment& moment : event.not_at) {
    // A date alone takes out what begins on that day.
    not_at.insert(seen_in(zone, moment));
    if (moment.all_day)
      not_at.insert(moment.local +
                    (event.start->local - std::chrono::floor<std::chrono::days>(event.start->local)));
  }
  for (const LocalTime begin : begins) {
    if (not_at.contains(begin)) continue;
    const Interval interval{zone.to_instant(begin, Twice::kFirst),
                            zone.to_instant(begin + length, Twice::kSecond)};
    if (interval.begin < interval.end) out.push_back(interval);
  }
  return {};
}

class CalendarReader {
 public:
  explicit CalendarReader(const TimeZone& zone) : zone_{zone} {}

  Status read(std::string_view text) {
    Lines lines{text};
    while (const auto line = lines.next()) {
      if (line->empty()) continue;
      if (line->size() > kLineBytesMax) return wrong(lines.number(), "is longer than 64 KiB");
      HARK_TRY(const auto property, parse_property(*line, lines.number()));
      HARK_TRY_VOID(take(property));
    }
    if (!open_.empty()) return wrong(lines.number(), "the file ends within " + clipped(open_.back()));
    if (!any_) return wrong(1, "is no calendar; it has no BEGIN:VCALENDAR");
    return {};
  }

  Result<std::vector<Interval>> intervals() {
    // An occurrence that was moved does not take place where it was.
    std::map<std::string, Event*> series;
    for (Event& event : events_) {
      if (!event.replaces && !event.uid.empty()) series[event.uid] = &event;
    }
    for (const Event& event : events_) {
      if (!event.replaces) continue;
      if (const auto found = series.find(event.uid); found != series.end())
        found->second->not_at.push_back(*event.replaces);
    }
    RecurrenceBudget budget;
    std::vector<Interval> out;
    for (const Event& event : events_) {
      if (!event.cancelled) HARK_TRY_VOID(place(event, budget, out));
    }
    return merged(std::move(out));
  }

 private:
  Status take(const Property& property) {
    if (property.name == "BEGIN") return begin(property);
    if (property.name == "END") return end(property);
    if (open_.empty()) return wrong(property.line, "comes before BEGIN:VCALENDAR");
    if (open_.back() == "VEVENT") return put(events_.back(), property, zone_);
    return {};
  }

  Status begin(const Property& property) {
    const std::string name = upper(property.value);
    if (open_.empty() && name != "VCALENDAR")
      return wrong(property.line, "a calendar begins with BEGIN:VCALENDAR");
    if (open_.size() >= kNestingMax) return wrong(property.line, "is nested too deeply");
    const bool inside_event = std::ranges::find(open_, "VEVENT") != open_.end();
    if (name == "VEVENT") {
      if (inside_event) return wrong(property.line, "an event within an event");
      if (events_.size() >= kCalendarEventsMax) return wrong(property.line, "more than 5000 events");
      events_.emplace_back();
      events_.back().line = property.line;
    }
    any_ = true;
    open_.push_back(name);
    return {};
  }

  Status end(const Property& property) {
    const std::string name = upper(property.value);
    if (open_.empty() || open_.back() != name) {
      return wrong(
          property.line,
          "END:" + clipped(property.value) +
              (open_.empty() ? " has no BEGIN" : " stands where END:" + clipped(open_.back()) + " should"));
    }
    open_.pop_back();
    if (name == "VEVENT" && !events_.back().start)
      return wrong(events_.back().line, "the event has no DTSTART");
    return {};
  }

  const TimeZone& zone_;
  std::vector<std::string> open_;
  std::vector<Event> events_;
  bool any_ = false;
};

}  // namespace

std::vector<Interval> merged(std::vector<Interval> intervals) {
  std::ranges::sort(intervals, {}, [](const Interval& i) { return std::pair{i.begin, i.end}; });
  std::vector<Interval> out;
  for (const Interval& interval : intervals) {
    if (!out.empty() && interval.begin <= out.back().end) {
      out.back().end = std::max(out.back().end, interval.end);
    } else {
      out.push_back(interval);
    }
  }
  return out;
}

Result<std::vector<Interval>> read_calendar(std::string_view text, const TimeZone& zone) {
  if (text.size() > kCalendarBytesMax) {
    return Error{Code::kInvalidArgument, Reason::kTooLarge, "line 1: the calendar is larger than 1 MiB"};
  }
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  CalendarReader reader{zone};
  HARK_TRY_VOID(reader.read(text));
  return reader.intervals();
}

}  // namespace hark::routing
