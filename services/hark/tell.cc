#include "hark/tell.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "hark/exit_status.h"

namespace hark {

void tell(std::string_view text, std::string_view program) {
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    std::fprintf(stderr, "%s: %s\n", std::string{program}.c_str(),
                 std::string{text.substr(at, end - at)}.c_str());
    at = end + 1;
  }
}

int fail(const Error& error) {
  tell(error.message);
  return exit_status(error);
}

}  // namespace hark
