#pragma once

#include <string>
#include <string_view>

namespace hark::web {

/// How a file that somebody sent is handed to a browser, so that nothing in it ever runs as a page of ours.
struct BlobHeaders {
  std::string content_type;
  /// RFC 6266, the name in both of its forms.
  std::string content_disposition;
};

/// `type` and `name` are the sender's words. Only png, jpeg, gif and webp are shown inside the page, and only
/// if asked for; everything else is saved to disk as bytes without a type.
BlobHeaders blob_headers(std::string_view type, std::string_view name, bool inline_wanted);

}  // namespace hark::web
