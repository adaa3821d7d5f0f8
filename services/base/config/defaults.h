#pragma once

#include <string_view>

#include "hark/v1/config.pb.h"

namespace hark {

/// Of every demo agent. Public, so it is refused where strangers could reach the console.
constexpr std::string_view kDemoPassword = "hark-demo";
/// Proves webhooks of the default account on a social network.
constexpr std::string_view kDemoWebhookSecret = "hark-demo-webhooks";

/// What an item of `agents` has before its own keys are read.
void set_defaults(v1::AgentSeed& agent);

}  // namespace hark
