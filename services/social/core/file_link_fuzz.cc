#include <cstdint>
#include <cstdlib>

#include "social/core/file_link.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace hark::social;
  const std::string_view path{reinterpret_cast<const char*>(data), size};
  const Account account{"viber", "viber", "", "token", "", "", "https://x.example"};
  account_of_link(path);
  // Nobody but us can make one.
  if (read_link(account, path, hark::TimePoint{})) std::abort();
  return 0;
}
