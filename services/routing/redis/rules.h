#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hark/v1/routing_rules.pb.h"
#include "routing/core/input.h"

namespace hark::routing {

/// Field ("queues[1].members") and what is wrong with it.
using RuleProblems = std::vector<std::pair<std::string, std::string>>;

/// The engine's rules from their form in the configuration and in the journal. What cannot be read adds to
/// `problems` and is left out.
std::vector<QueueRules> queues_of(const google::protobuf::RepeatedPtrField<v1::RoutingQueue>& queues,
                                  RuleProblems& problems);
std::array<int, kChannels> caps_of(const v1::AgentCaps& caps);
void put(v1::AgentCaps& out, const std::array<int, kChannels>& in);
std::array<ChannelRules, kChannels> channels_of(const v1::RoutingChannels& channels, RuleProblems& problems);
/// Empty: kTimed.
WrapUpMode wrap_up_mode_of(const std::string& name, const std::string& field, RuleProblems& problems);
std::vector<Step> steps_of(const google::protobuf::RepeatedPtrField<v1::RoutingStep>& steps,
                           const std::string& field, RuleProblems& problems);

void put(v1::RoutingQueue& out, const QueueRules& in);
void put(v1::RoutingChannels& out, const std::array<ChannelRules, kChannels>& in);
void put(v1::RoutingStep& out, const Step& in);
std::string name_of(WrapUpMode mode);

}  // namespace hark::routing
