#include "console/web/frames.h"

#include <google/protobuf/util/json_util.h>

#include "base/core/check.h"

namespace hark::console {
namespace {

namespace util = google::protobuf::util;

constexpr std::size_t kQuotedErrorMax = 300;

Error refuse(Reason reason, std::string_view what, std::string detail) {
  if (detail.size() > kQuotedErrorMax) detail.resize(kQuotedErrorMax);
  for (char& c : detail) {
    if (static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) >= 0x7f) c = ' ';
  }
  return {Code::kInvalidArgument, reason, std::string{what} + ": " + detail};
}

}  // namespace

DecodedFrame decode_frame(std::string_view json) {
  v1::ConsoleRequest request;
  util::JsonParseOptions strict;
  const auto read = util::JsonStringToMessage({json.data(), json.size()}, &request, strict);
  if (read.ok()) {
    const auto id = request.request_id();
    return {id, std::move(request)};
  }
  // Once more with an open mind: which of the page's questions was it, and were unknown fields all that was
  // wrong?
  v1::ConsoleRequest lenient_request;
  util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  const auto lenient_read = util::JsonStringToMessage({json.data(), json.size()}, &lenient_request, lenient);
  const std::string detail{read.message().data(), read.message().size()};
  if (lenient_read.ok()) {
    return {lenient_request.request_id(),
            refuse(Reason::kUnknownField,
                   "the frame has a field that this server does not know; reload the page", detail)};
  }
  return {lenient_request.request_id(),
          refuse(Reason::kInvalidField, "the frame cannot be read as JSON of ConsoleRequest", detail)};
}

std::string encode_frame(const v1::ConsoleResponse& response) {
  std::string json;
  const auto written = util::MessageToJsonString(response, &json);
  HARK_CHECK(written.ok());
  return json;
}

}  // namespace hark::console
