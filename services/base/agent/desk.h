#pragma once

#include "hark/v1/routing_service.pb.h"

namespace hark {

/// What all frames of an agent's session have said so far, put together as AgentSessionResponse tells:
/// `desk` after one more of them. It has no `gone_offer_ids` of its own.
void take_frame(v1::AgentSessionResponse& desk, v1::AgentSessionResponse frame);

}  // namespace hark
