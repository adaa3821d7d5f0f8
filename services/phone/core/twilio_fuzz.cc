#include <cstdint>
#include <cstdlib>
#include <string>

#include "phone/core/text.h"
#include "phone/core/twilio.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::phone;
  const std::string_view raw{reinterpret_cast<const char*>(data), size};
  twilio::judge(200, raw);
  twilio::read_recordings(raw);
  twilio::proves_body("token", raw, raw, raw);
  if (const auto text = clean_text(raw, 100); text != clean_text(text, 100)) std::abort();
  const auto form = twilio::read_form(raw);
  if (!form) return 0;
  twilio::proves("token", raw, *form, raw);
  // What is written is read again.
  if (twilio::read_form(twilio::write_form(*form)) != form) std::abort();
  Call call;
  call.account = "line";
  call.id = "CA1";
  for (const auto* what : {"", "agent", "leg", "customer", "dialed", "left", "message", "recording"})
    for (const auto& event : twilio::read({what, "CA1", "CA1.a1"}, *form, hark::from_ms(1000)))
      apply(call, event);
  due(call, hark::from_ms(2000), Rules{});
  return 0;
}
