#pragma once

#include <string>
#include <string_view>

#include "base/redis/client.h"
#include "conversation/core/ticket.h"

// What the parts of Store share about running scripts.
namespace hark::conversation {

/// A script with the prelude before it. Its reply is {what the source returns, the events that it emitted as
/// XRANGE gives them}.
redis::Script script(std::string_view name, std::string_view source);

/// The partition that an id carries; 0 if it is none, where nothing will be found.
std::uint16_t place(std::string_view id);

/// A script's refusal {name, detail} as an error.
Error refusal(TicketEvent event, const redis::Reply& reply);

}  // namespace hark::conversation
