#pragma once

#include "base/core/result.h"
#include "hark/v1/config.pb.h"

namespace hark {

/// `hark audit`: checks the promises on the store of this configuration, live or at rest (a private Redis
/// that is not running is started for as long as it takes). Prints the report; true if nothing was found.
Result<bool> run_audit(const v1::Config& config, bool json);

}  // namespace hark
