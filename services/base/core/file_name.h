#pragma once

#include <string>
#include <string_view>

namespace hark {

/// A file name fit for a download: no path, no control or direction characters, never empty ("file" then), at
/// most 255 bytes with the extension kept.
std::string safe_file_name(std::string_view name);

/// A content type in lower case and without parameters; "application/octet-stream" if it is none.
std::string safe_content_type(std::string_view type);

/// What a file of that name most likely is; "application/octet-stream" if that is not known.
std::string_view type_of_name(std::string_view file_name);

/// Without a dot, never empty.
std::string_view extension_of_type(std::string_view content_type);

}  // namespace hark
