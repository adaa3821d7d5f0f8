#include "routing/core/time_zone.h"

#include <date/tz.h>

#include <algorithm>

namespace hark::routing {
namespace {

constexpr std::size_t kNameBytesMax = 64;

/// The names become paths below the database's folder.
bool may_be_a_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameBytesMax && name.front() != '/' && name.front() != '.' &&
         name.find("..") == std::string_view::npos && std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                  c == '_' || c == '-' || c == '+';
         });
}

}  // namespace

Result<TimeZone> TimeZone::find(std::string_view name) {
  if (may_be_a_name(name)) {
    try {
      return TimeZone{date::locate_zone(name)};
    } catch (const std::exception&) {  // how the library says that there is none
    }
  }
  return Error{Code::kInvalidArgument, Reason::kInvalidField,
               "'" + std::string{name.substr(0, kNameBytesMax)} +
                   "' is no time zone of the tz database; write it like Europe/Riga or UTC"};
}

LocalTime TimeZone::to_local(TimePoint instant) const {
  return LocalTime{zone_->to_local(instant).time_since_epoch()};
}

TimePoint TimeZone::to_instant(LocalTime local, Twice twice) const {
  return zone_->to_sys(date::local_time<Duration>{local.time_since_epoch()},
                       twice == Twice::kFirst ? date::choose::earliest : date::choose::latest);
}

const std::string& TimeZone::name() const { return zone_->name(); }

}  // namespace hark::routing
