#pragma once

#include <string>
#include <string_view>

namespace hark::email {

/// Undoes format=flowed (RFC 3676): soft line breaks are joined, space-stuffing goes, quoted paragraphs keep
/// their depth as ">" marks and a space. Lines end in LF. `del_sp` as in the parameter DelSp.
std::string undo_flowed(std::string_view text, bool del_sp);

}  // namespace hark::email
