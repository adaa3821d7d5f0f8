#pragma once

#include <string>
#include <string_view>

#include "base/redis/client.h"
#include "conversation/core/ticket.h"
#include "conversation/redis/store.h"
#include "hark/v1/conversation.pb.h"

// What the parts of Store share about running scripts.
namespace hark::conversation {

/// A script with the prelude before it. Its reply is {what the source returns, the events that it emitted as
/// XRANGE gives them}.
redis::Script script(std::string_view name, std::string_view source);

/// The partition that an id carries; 0 if it is none, where nothing will be found.
std::uint16_t place(std::string_view id);

/// A script's refusal {name, detail} as an error.
Error refusal(TicketEvent event, const redis::Reply& reply);

/// A customer is called back by one call only; `entry_id` is the one that waits.
Error callback_waits(std::string_view entry_id);

/// What a script that changes a ticket answered: {'ok', its hash}, or a refusal.
/// What a script that appends an entry came to; `event` is what it did to the ticket.
Result<Store::Appended> appended(TicketEvent event, const Result<redis::Reply>& reply);
Result<v1::Ticket> changed_ticket(TicketEvent event, std::string_view id, const Result<redis::Reply>& reply);

/// Words as scripts take them.
std::string spaced(const google::protobuf::RepeatedPtrField<std::string>& words);

}  // namespace hark::conversation
