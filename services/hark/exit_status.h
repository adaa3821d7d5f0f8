#pragma once

#include "base/core/result.h"

namespace hark {

constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;

/// Of a command that ends with this error: wrong use, a configuration that is wrong or what it names not
/// being there, or something that failed.
inline int exit_status(const Error& error) {
  const bool usage = error.code == Code::kInvalidArgument || error.code == Code::kNotFound;
  return usage ? kExitUsage : kExitFailed;
}

}  // namespace hark
