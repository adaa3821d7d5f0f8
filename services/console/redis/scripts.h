#pragma once

#include <string_view>

/// The texts of the .lua files beside this header, embedded when the binary is built.
namespace hark::console::scripts {

extern const std::string_view keep_draft_lua;
extern const std::string_view drop_draft_lua;
extern const std::string_view add_notice_lua;
extern const std::string_view see_notices_lua;
extern const std::string_view end_session_lua;

}  // namespace hark::console::scripts
