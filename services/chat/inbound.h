#pragma once

#include <string>
#include <string_view>

#include "chat/core/tokens.h"
#include "chat/visit.h"
#include "hark/v1/chat.pb.h"
#include "hark/v1/message.pb.h"

namespace hark::chat {

/// A visitor's message as conversation takes it. All of a visitor's messages are one thread.
v1::InboundMessage inbound_message(const Visitor& visitor, const v1::ChatLogRecord& record);

/// Who sends it, by all that is known and that conversation was not told yet.
void vouch(const Visit& visit, v1::InboundMessage& message);

/// Tells one introduction from another; empty if it says nothing.
std::string digest_of(const v1::Introduction& said);

/// What they say of themselves when no message of theirs follows: an entry of its own, which awaits no
/// answer. Said again, it is the same one; so `digest` tells one introduction from another.
v1::InboundMessage introduction_message(const Visitor& visitor, const v1::Introduction& said,
                                        std::string_view digest);

/// An answer as the visitor's log keeps it.
v1::ChatLogRecord answer_record(const v1::OutboundMessage& message);

}  // namespace hark::chat
