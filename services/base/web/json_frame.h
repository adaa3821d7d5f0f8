#pragma once

#include <string>
#include <string_view>

#include "base/core/result.h"

namespace google::protobuf {
class Message;
}

namespace hark::web {

/// Reads one text message as proto3 JSON into `out`. Errors, with the place in the message: INVALID_FIELD, or
/// UNKNOWN_FIELD for a field that this server does not know (the page is newer or older: it should reload).
/// After an error `out` holds what could be made of it, enough to say which question it was.
Status read_json_frame(std::string_view json, google::protobuf::Message& out);

std::string write_json_frame(const google::protobuf::Message& message);

}  // namespace hark::web
