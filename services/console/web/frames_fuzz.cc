// Frames as a broken or hostile page sends them: each is read or refused with words for its sender, and what
// is read survives being written and read again.
#include <google/protobuf/util/json_util.h>

#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "console/web/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::console;
  const auto frame = decode_frame({reinterpret_cast<const char*>(data), size});
  if (!frame.request.ok()) {
    HARK_CHECK(!frame.request.error().message.empty());
    return 0;
  }
  HARK_CHECK(frame.request_id == frame.request->request_id());
  std::string json;
  if (!google::protobuf::util::MessageToJsonString(*frame.request, &json).ok()) return 0;
  const auto again = decode_frame(json);
  HARK_CHECK(again.request.ok());
  HARK_CHECK(again.request->SerializeAsString() == frame.request->SerializeAsString());
  return 0;
}
