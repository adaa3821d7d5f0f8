#pragma once

#include <utility>

#include "hark/v1/console.pb.h"

namespace hark::console {

/// Conversations, quarantined inputs or waiting tickets in one frame.
constexpr int kListPage = 100;

inline v1::ConsoleResponse done() {
  v1::ConsoleResponse response;
  response.mutable_done();
  return response;
}

inline v1::ConsoleResponse done_with(v1::Entry entry) {
  auto response = done();
  *response.mutable_done()->mutable_entry() = std::move(entry);
  return response;
}

inline v1::ConsoleResponse done_with(v1::Ticket ticket) {
  auto response = done();
  response.mutable_done()->set_assignment_token(ticket.assignment_token());
  *response.mutable_done()->mutable_ticket() = std::move(ticket);
  return response;
}

}  // namespace hark::console
