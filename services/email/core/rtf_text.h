#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hark::email {

/// Compressed RTF (MS-OXRTFCP), also its uncompressed form; nothing if it is neither. At most `bytes_max`
/// come out.
std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t bytes_max);

/// The words of an RTF text in UTF-8; text that stands in it for HTML's sake (MS-OXRTFEX) is left out.
std::string rtf_to_text(std::string_view rtf);

}  // namespace hark::email
