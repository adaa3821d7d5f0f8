// The Redis protocol as a broken or hostile peer may send it: whole replies in any chunking, or an error;
// never a crash.
#include <cstdint>
#include <string_view>

#include "base/core/check.h"
#include "base/redis/reply.h"

namespace {

/// Touches all that readers touch.
std::size_t walk(const hark::redis::Reply& reply) {
  std::size_t sum = reply.text().size() + static_cast<std::size_t>(reply.number() & 1) + reply.view().size();
  for (const auto& item : reply.items()) sum += walk(item);
  return sum + (reply[reply.size()].is_nil() ? 1 : 0);
}

/// Replies read before the first error, with the input cut into chunks of `chunk` bytes.
std::pair<std::size_t, std::size_t> read(std::string_view bytes, std::size_t chunk) {
  hark::redis::ReplyReader reader;
  std::size_t replies = 0, sum = 0;
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, chunk);
    bytes.remove_prefix(part.size());
    reader.feed(part);
    for (;;) {
      hark::redis::Reply reply;
      const auto ready = reader.next(reply);
      if (!ready.ok()) return {replies, sum};
      if (!*ready) break;
      ++replies;
      sum += walk(reply);
    }
  }
  return {replies, sum};
}

/// hiredis allocates an array's slots by its announced length before it has seen one; a million is more than
/// we ask for. A peer that announces more can only exhaust memory, and the peer is our own store.
bool announces_too_much(std::string_view bytes) {
  for (std::size_t at = bytes.find('*'); at != std::string_view::npos; at = bytes.find('*', at + 1)) {
    const auto line = bytes.substr(at + 1, bytes.find('\n', at) - at - 1);
    if (line.size() > 6) return true;
  }
  return false;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  if (announces_too_much(bytes)) return 0;
  read(bytes, size + 1);
  read(bytes, 1);
  return 0;
}
