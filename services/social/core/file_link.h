#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/core/time.h"
#include "social/core/account.h"

namespace hark::social {

/// A file of an answer, where a network may fetch it that takes files in no other way.
struct LinkedFile {
  std::string conversation_id;
  std::string blob_id;
  std::int64_t size = 0;
  bool inlined = false;
  std::string content_type;
};

/// How long a link holds.
constexpr Duration kLinkFor = std::chrono::hours{24};
constexpr std::string_view kLinkPrefix = "/social/files/";

/// Opens this file only, for a while; whoever has it may read it. Ends in the file's name.
std::string link_to(const Account& account, const LinkedFile& file, std::string_view name, TimePoint now);

/// The account that a link's path names; empty if it is no link.
std::string_view account_of_link(std::string_view path);
/// Nothing for a path that we did not make, or made too long ago.
std::optional<LinkedFile> read_link(const Account& account, std::string_view path, TimePoint now);

}  // namespace hark::social
