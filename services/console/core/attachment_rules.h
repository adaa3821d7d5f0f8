#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace hark::console {

/// Files that one reply can carry.
constexpr std::size_t kAttachmentsMax = 20;
constexpr std::size_t kFileNameBytesMax = 255;

/// A name that is nobody's path and shows as what it is: the last part of it, without control characters or
/// those that turn text around; "file" if nothing is left.
std::string clean_file_name(std::string_view name);

/// A MIME type of the form that RFC 6838 allows, in lower case; "application/octet-stream" for anything else.
std::string clean_content_type(std::string_view type);

struct AttachedFile {
  std::int64_t size_bytes = 0;
  bool inlined = false;
};

/// May a reply carry these? TOO_LARGE or INVALID_FIELD, in words for the agent.
Status check_attached(const std::vector<AttachedFile>& files, std::int64_t each_max, std::int64_t all_max);

}  // namespace hark::console
