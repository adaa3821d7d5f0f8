#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "hark/v1/chat.pb.h"

namespace hark::chat {

/// What a page said, and the message that it was about even if the frame cannot be read.
struct DecodedFrame {
  std::string client_id;
  Result<v1::ChatRequest> request;
};

/// Reads one text message as proto3 JSON. INVALID_FIELD or UNKNOWN_FIELD, with the place in the message.
DecodedFrame decode_frame(std::string_view json);

std::string encode_frame(const v1::ChatResponse& response);

}  // namespace hark::chat
