#include "chat/web/frames.h"

#include "base/web/json_frame.h"
#include "chat/core/message_rules.h"

namespace hark::chat {

DecodedFrame decode_frame(std::string_view json) {
  v1::ChatRequest request;
  auto read = web::read_json_frame(json, request);
  std::string client_id = one_line(request.write().client_id(), kClientIdBytesMax);
  if (!read.ok()) return {std::move(client_id), std::move(read).error()};
  return {std::move(client_id), std::move(request)};
}

std::string encode_frame(const v1::ChatResponse& response) { return web::write_json_frame(response); }

}  // namespace hark::chat
