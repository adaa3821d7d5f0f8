#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hark/v1/routing_journal.pb.h"
#include "routing/core/effect.h"
#include "routing/core/input.h"

namespace hark::routing {

/// The record of one input and of what was decided on it, serialized.
std::string encode(const Input& input, TimePoint now, const std::vector<Effect>& decided = {});

/// The record that stands at the head of a leader's inputs.
std::string encode_start(std::uint16_t shard, std::int64_t fencing_token, const Settings& settings,
                         TimePoint now);

struct JournalInput {
  TimePoint at;
  Input input;
};

/// Nothing if the record is no input (a leader's start, or one of a later version).
std::optional<JournalInput> decode(const v1::RoutingJournalRecord& record);

Settings decode(const v1::RoutingSettings& settings);

v1::RoutingOffer encode(const Offer& offer);
Offer decode(const v1::RoutingOffer& offer);

}  // namespace hark::routing
