#include <cstdint>
#include <cstdlib>
#include <string>

#include "phone/core/ari.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::phone;
  const std::string_view raw{reinterpret_cast<const char*>(data), size};
  ari::read_channels(raw);
  ari::refusal_of(raw);
  const auto reading = ari::read(raw, hark::from_ms(1'000'000));
  for (const auto& news : reading.news) {
    if (news.place.call.empty()) std::abort();
    if (news.event.at > hark::from_ms(1'000'000)) std::abort();  // nothing comes from the future
    Call call;
    call.account = "line";
    call.id = news.place.call;
    apply(call, news.event);
    due(call, hark::from_ms(2'000'000), Rules{});
  }
  return 0;
}
