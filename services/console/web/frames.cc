#include "console/web/frames.h"

#include "base/web/json_frame.h"

namespace hark::console {

DecodedFrame decode_frame(std::string_view json) {
  v1::ConsoleRequest request;
  auto read = web::read_json_frame(json, request);
  const auto id = request.request_id();
  if (!read.ok()) return {id, std::move(read).error()};
  return {id, std::move(request)};
}

std::string encode_frame(const v1::ConsoleResponse& response) { return web::write_json_frame(response); }

}  // namespace hark::console
