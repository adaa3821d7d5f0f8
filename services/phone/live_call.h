#pragma once

#include <boost/asio/steady_timer.hpp>
#include <optional>
#include <set>
#include <string>

#include "phone/desk.h"

namespace hark::phone {

/// A call that the desk sees to, by one task of its own.
struct Desk::Live {
  Live(const asio::any_io_executor& executor, KeptCall call) : kept{std::move(call)}, timer{executor} {}

  /// Whoever has its ticket by this assignment, since before the call, is not there. Routing may take it
  /// back.
  struct Absent {
    std::int64_t assignment_token = 0;
    TimePoint until;
  };

  KeptCall kept;
  std::int64_t saved_version = 0;
  bool holder_to_look_for = false;
  bool just_on_record = false;    // whoever has its ticket now did not take it for this call
  bool may_be_withdrawn = false;  // a call back, and its customer may have been heard
  std::set<std::string> sent;     // commands that the exchange has, and has not answered
  std::set<std::string> copying;  // recordings that are being fetched
  std::optional<Absent> absent;
  bool dirty = true;         // there may be something to do
  asio::steady_timer timer;  // what its task sleeps on
};

}  // namespace hark::phone
