#include "console/log_follower.h"

#include <utility>

namespace hark::console {

void LogFollower::start(TimePoint since, std::vector<v1::EventType> types, OnEvent on_event) {
  place_.emplace(since);
  types_ = std::move(types);
  on_event_ = std::move(on_event);
  follower_.start({.open = [this] { return events_.subscribe(from_here()); },
                   .take = [this](const v1::SubscribeResponse& batch) { take(batch); },
                   .begun = {},
                   .ended =
                       [this](const Status& status) {
                         on_end(status);
                         return true;
                       }});
}

v1::SubscribeRequest LogFollower::from_here() const {
  v1::SubscribeRequest request;
  request.set_since_ms(to_ms(place_->since()));
  for (const auto& [partition, position] : place_->positions())
    (*request.mutable_after()->mutable_positions())[partition] = position;
  for (const auto type : types_) request.add_types(type);
  request.set_mark_caught_up(true);
  return request;
}

void LogFollower::take(const v1::SubscribeResponse& batch) {
  for (const auto& event : batch.events()) {
    on_event_(event);
    place_->took(event.partition(), event.position(), from_ms(event.at_ms()));
  }
  if (batch.caught_up()) place_->caught_up();
}

void LogFollower::on_end(const Status& status) {
  if (status.ok()) return;
  const auto reason = status.error().reason;
  if (reason == Reason::kCursorInvalid || reason == Reason::kCursorExpired) place_->forget_positions();
}

}  // namespace hark::console
