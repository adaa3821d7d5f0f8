#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"
#include "hark/v1/console.pb.h"

namespace hark::console {

/// What a page said, and the number by which it wants the answer even if the frame cannot be read.
struct DecodedFrame {
  std::int64_t request_id = 0;
  Result<v1::ConsoleRequest> request;
};

/// Reads one text message as proto3 JSON. INVALID_FIELD, or UNKNOWN_FIELD for a field that this server does
/// not know (the page is newer or older: it should reload); both with the place in the message.
DecodedFrame decode_frame(std::string_view json);

std::string encode_frame(const v1::ConsoleResponse& response);

}  // namespace hark::console
