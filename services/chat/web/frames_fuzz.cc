// Frames as a broken or hostile page sends them: each is read or refused with words for its sender, and what
// is read survives being written and read again.
#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "base/core/file_name.h"
#include "base/web/json_frame.h"
#include "chat/core/message_rules.h"
#include "chat/web/frames.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::chat;
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  const auto text = plain_text(bytes);
  HARK_CHECK(plain_text(text) == text);
  HARK_CHECK(one_line(bytes, kNameBytesMax).size() <= kNameBytesMax);
  HARK_CHECK(!safe_file_name(bytes).empty() && !safe_content_type(bytes).empty());
  const auto frame = decode_frame(bytes);
  HARK_CHECK(frame.client_id.size() <= kClientIdBytesMax);
  if (!frame.request.ok()) {
    HARK_CHECK(!frame.request.error().message.empty());
    return 0;
  }
  const auto again = decode_frame(hark::web::write_json_frame(*frame.request));
  HARK_CHECK(again.request.ok());
  HARK_CHECK(again.request->SerializeAsString() == frame.request->SerializeAsString());
  return 0;
}
