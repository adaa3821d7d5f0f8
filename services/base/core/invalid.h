#pragma once

#include <string>
#include <utility>

#include "base/core/result.h"

namespace hark {

/// A field breaks its contract; the message says which and how. Final: the same request is refused again.
inline Error invalid(std::string message) {
  return {Code::kInvalidArgument, Reason::kInvalidField, std::move(message)};
}

}  // namespace hark
