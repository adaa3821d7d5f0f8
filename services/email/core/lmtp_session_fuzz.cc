// Any chunking of any bytes gives the same replies and mails, and no reply line is broken.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "email/core/lmtp_session.h"

namespace {

using hark::email::LmtpEffects;
using hark::email::LmtpSession;

std::string run(std::string_view bytes, std::size_t chunk_max, std::uint32_t seed) {
  LmtpSession session{{"mx", 4096}, [](std::string_view address) {
                        return address.size() % 3 == 0 ? hark::email::RecipientAnswer::kUnknown
                                                       : hark::email::RecipientAnswer::kOurs;
                      }};
  std::string log;
  auto take = [&](LmtpEffects effects) {
    for (;;) {
      log += effects.replies;
      if (effects.close) log += "[close]";
      if (!effects.deliver) return;
      log += "[" + effects.deliver->envelope.mail_from + "|" + effects.deliver->body + "]";
      effects = session.delivered(
          std::vector<hark::email::DeliveryOutcome>(effects.deliver->envelope.recipients.size()));
    }
  };
  take(session.start());
  while (!bytes.empty()) {
    seed = seed * 1664525U + 1013904223U;
    const auto size = std::min<std::size_t>(bytes.size(), 1 + (seed >> 16) % chunk_max);
    take(session.feed(bytes.substr(0, size)));
    bytes.remove_prefix(size);
  }
  return log;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1 || size > 65536) return 0;
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto whole = run(bytes, 65536 * 16, 0);
  if (whole != run(bytes, 1 + data[0] % 16, data[0])) std::abort();
  if (whole != run(bytes, 1, 0)) std::abort();
  return 0;
}
