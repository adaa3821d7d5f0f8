#pragma once

#include "hark/v1/conversation.pb.h"
#include "hark/v1/event.pb.h"

namespace hark::console {

/// Brings a conversation, as it was read just before the event, up to date by the event and the entry that it
/// carries, as reading it again would. False, and nothing is changed: the event says too little, and it has
/// to be read.
bool fold_event(v1::Conversation& conversation, const v1::Event& event);

}  // namespace hark::console
