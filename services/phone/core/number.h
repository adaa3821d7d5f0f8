#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace hark::phone {

/// +37120000000, of what an exchange shows ("tel:", "sip:+371...@host", "0037120000000" as `region` dials
/// it); nothing if it is no number that can be called: withheld, a name, a short code.
std::optional<std::string> callable_number(std::string_view shown, std::string_view region);

/// Whose address a call is from. Numbers are the caller's word, so they are never verified. A withheld one is
/// a customer of its own with every call: nobody can tell who they are.
std::string caller_address(std::string_view shown, std::string_view region, std::string_view account,
                           std::string_view call);

/// Country of a number, "LV"; empty if it has none.
std::string region_of(std::string_view number);

}  // namespace hark::phone
