#include "routing/sla_log.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "base/core/span_text.h"

namespace hark::routing {
namespace {

v1::SlaMetric metric_of(SlaMetric metric) { return static_cast<v1::SlaMetric>(static_cast<int>(metric) + 1); }
SlaMark mark_of(const v1::SlaNotice& notice) {
  return {static_cast<SlaMetric>(notice.metric() - 1), notice.percent(), from_ms(notice.since_ms()),
          from_ms(notice.at_ms())};
}
Duration target_of(SlaMetric metric, const SlaPolicy& policy) {
  return policy.targets[static_cast<std::size_t>(metric)].within;
}

/// Messages that the ticket answers for though they came while another was open: customers were merged, or a
/// merge was taken back.
std::set<std::string> taken_over(const v1::Ticket& ticket, std::span<const v1::Entry> entries) {
  std::set<std::string> ours;  // entries of the ticket, and what it waived
  for (const v1::Entry& entry : entries) {
    if (entry.ticket_id() != ticket.id()) continue;
    ours.insert(entry.id());
    if (entry.status().change() == v1::StatusChange::CHANGE_WAIVED) ours.insert(entry.answers_entry_id());
  }
  ours.erase(std::string{});  // a waiver of all names none
  std::set<std::string> out;
  for (const v1::Entry& entry : entries) {
    if (entry.kind() != v1::ENTRY_KIND_INBOUND || entry.ticket_id() == ticket.id()) continue;
    if (entry.obligation() == v1::OBLIGATION_STATE_OPEN || ours.contains(entry.id()) ||
        ours.contains(entry.answered_by_entry_id()))
      out.insert(entry.id());
  }
  return out;
}

}  // namespace

SlaMarkKey key_of(const SlaMark& mark) { return {metric_of(mark.metric), mark.percent, to_ms(mark.since)}; }
SlaMarkKey key_of(const v1::SlaNotice& notice) {
  return {notice.metric(), notice.percent(), notice.since_ms()};
}

SlaLog sla_log(const v1::Ticket& ticket, std::span<const v1::Entry> entries) {
  using Kind = SlaEvent::Kind;
  SlaLog log;
  std::vector<SlaEvent> talks;
  std::map<std::string, std::vector<std::string>> answered_by;
  for (const v1::Entry& entry : entries) {
    if (!entry.answered_by_entry_id().empty())
      answered_by[entry.answered_by_entry_id()].push_back(entry.id());
  }
  const auto also = taken_over(ticket, entries);
  log.events.push_back({from_ms(ticket.opened_at_ms()), Kind::kOpened, {}});
  // Whatever makes the ticket somebody's to look after ends a hold; only some of it says so.
  bool held = false;
  const auto release = [&](TimePoint at) {
    if (std::exchange(held, false)) log.events.push_back({at, Kind::kReleased, {}});
  };
  for (const v1::Entry& entry : entries) {
    if (entry.ticket_id() != ticket.id() && !also.contains(entry.id())) continue;
    const TimePoint at = from_ms(entry.accepted_at_ms());
    switch (entry.kind()) {
      case v1::ENTRY_KIND_INBOUND:
        release(at);
        log.events.push_back({at, Kind::kOwed, {entry.id()}});
        if (entry.call().answered_at_ms() > 0)
          talks.push_back({from_ms(entry.call().answered_at_ms()), Kind::kReplied, answered_by[entry.id()]});
        break;
      case v1::ENTRY_KIND_REPLY:
      case v1::ENTRY_KIND_STARTED:
        log.events.push_back({at, Kind::kReplied, answered_by[entry.id()]});
        break;
      case v1::ENTRY_KIND_STATUS:
        switch (entry.status().change()) {
          case v1::StatusChange::CHANGE_RESOLVED:
            log.missed.reset();
            log.events.push_back({at, Kind::kResolved, {}});
            break;
          case v1::StatusChange::CHANGE_REOPENED:
          case v1::StatusChange::CHANGE_CALLED_OFF:
            release(at);
            log.events.push_back({at, Kind::kReopened, {}});
            break;
          case v1::StatusChange::CHANGE_HELD:
            held = true;
            log.events.push_back({at, Kind::kHeld, {}, entry.status().hold().state()});
            break;
          case v1::StatusChange::CHANGE_RELEASED:
          case v1::StatusChange::CHANGE_ASSIGNED:
          case v1::StatusChange::CHANGE_TRANSFERRED:
          case v1::StatusChange::CHANGE_RETURNED:
            log.missed.reset();
            release(at);
            break;
          case v1::StatusChange::CHANGE_WAIVED:
            if (!entry.answers_entry_id().empty()) {
              log.events.push_back({at, Kind::kWaived, {entry.answers_entry_id()}});
            }
            break;
          case v1::StatusChange::CHANGE_SLA_WARNING:
          case v1::StatusChange::CHANGE_SLA_MISSED:
            log.told.insert(key_of(entry.status().sla()));
            if (entry.status().sla().percent() >= 100) log.missed = mark_of(entry.status().sla());
            break;
          default:
            break;
        }
        break;
      default:
        break;
    }
  }
  for (SlaEvent& answer : talks) {  // a call is answered later than it came
    const auto place = std::ranges::upper_bound(log.events, answer.at, {}, &SlaEvent::at);
    log.events.insert(place, std::move(answer));
  }
  return log;
}

v1::SlaNotice to_proto(const SlaMark& mark, const SlaPolicy& policy) {
  v1::SlaNotice out;
  out.set_metric(metric_of(mark.metric));
  out.set_percent(mark.percent);
  out.set_since_ms(to_ms(mark.since));
  out.set_at_ms(to_ms(mark.at));
  out.set_policy(policy.name);
  out.set_target_seconds(
      std::chrono::duration_cast<std::chrono::seconds>(target_of(mark.metric, policy)).count());
  return out;
}

std::string describe(SlaMetric metric, const SlaPolicy& policy) {
  return std::string{name_of(metric)} + " target of " + policy.name + " (" +
         span_text(target_of(metric, policy)) + ")";
}

}  // namespace hark::routing
