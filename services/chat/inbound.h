#pragma once

#include "chat/core/tokens.h"
#include "hark/v1/chat.pb.h"
#include "hark/v1/message.pb.h"

namespace hark::chat {

/// A visitor's message as conversation takes it. All of a visitor's messages are one thread.
v1::InboundMessage inbound_message(const Visitor& visitor, const v1::ChatLogRecord& record);

/// An answer as the visitor's log keeps it.
v1::ChatLogRecord answer_record(const v1::OutboundMessage& message);

}  // namespace hark::chat
