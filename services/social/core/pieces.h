#pragma once

#include <string_view>
#include <vector>

#include "social/core/network.h"

namespace hark::social {

/// What an answer says.
struct Saying {
  std::string_view text;
  std::vector<OutFile> files = {};
  std::optional<Template> filled = {};
  bool in_public = false;
};

/// An answer as what goes out one after the other: its files first, for they are refused more easily and then
/// nothing of it has gone out; then its words, cut where a reader would. Blank pieces say nothing, and
/// networks refuse them. The same answer always comes out the same: what has gone out is counted.
std::vector<Piece> pieces_of(const Network& network, const Saying& saying, std::string_view entry_id,
                             std::string_view address);

}  // namespace hark::social
