#include "base/web/json_frame.h"

#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include "base/web/json_read.h"
#include "base/web/json_write.h"

namespace hark::web {
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

Status read_json_frame(std::string_view json, google::protobuf::Message& out) {
  if (read_plain_json(json, out)) return {};
  out.Clear();
  const google::protobuf::StringPiece text{json.data(), json.size()};
  const util::JsonParseOptions strict;
  const auto read = util::JsonStringToMessage(text, &out, strict);
  if (read.ok()) return {};
  const std::string detail{read.message().data(), read.message().size()};
  // Once more with an open mind: were unknown fields all that was wrong?
  util::JsonParseOptions lenient;
  lenient.ignore_unknown_fields = true;
  out.Clear();
  if (util::JsonStringToMessage(text, &out, lenient).ok()) {
    return refuse(Reason::kUnknownField,
                  "the frame has a field that this server does not know; reload the page", detail);
  }
  return refuse(Reason::kInvalidField, "the frame cannot be read as JSON of " + out.GetDescriptor()->name(),
                detail);
}

std::string write_json_frame(const google::protobuf::Message& message) { return to_json(message); }

}  // namespace hark::web
