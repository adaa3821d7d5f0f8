#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "routing/core/effect.h"

namespace hark::routing {

/// Of everything that the effects say, in their order: the same decisions have the same digest, in every
/// build. 0: there are none.
std::uint64_t digest(const std::vector<Effect>& effects);
/// The same without explanations and other words for people, which another version may put otherwise.
std::uint64_t digest_without_words(const std::vector<Effect>& effects);

/// One effect in one line, for people: "offer off_1: tkt_1 to ana until 1700000000000: longest idle".
std::string describe(const Effect& effect);

}  // namespace hark::routing
