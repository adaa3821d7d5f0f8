#pragma once

namespace hark {

/// Prints where an invariant of our own code broke and aborts. Never returns.
[[noreturn]] void check_failed(const char* expression, const char* file, int line);

// NOLINTNEXTLINE: needs the expression's text and place
#define HARK_CHECK(expression)                          \
  (static_cast<bool>(expression) ? static_cast<void>(0) \
                                 : ::hark::check_failed(#expression, __FILE__, __LINE__))

}  // namespace hark
