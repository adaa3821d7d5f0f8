#pragma once

#include "base/rpc/peer.h"
#include "phone/desk.h"

namespace hark::phone {

/// Follows the event log for tickets that change hands, as long as its task runs. What was missed while the
/// log could not be followed is asked for anew: the desk looks who has each ticket.
Task<> watch_tickets(asio::any_io_executor executor, rpc::Peer to_conversation, Desk& desk);

}  // namespace hark::phone
