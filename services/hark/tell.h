#pragma once

#include <string_view>

#include "base/core/result.h"

namespace hark {

/// On standard error, each line under the program's name, be it one or a list of all that is wrong with a
/// file.
void tell(std::string_view text, std::string_view program = "hark");

/// Tells it; the exit status of a command that ends with it.
int fail(const Error& error);

}  // namespace hark
