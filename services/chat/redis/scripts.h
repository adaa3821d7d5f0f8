#pragma once

#include <string_view>

/// The texts of the .lua files beside this header, embedded when the binary is built.
namespace hark::chat::scripts {

extern const std::string_view open_lua;
extern const std::string_view append_lua;
extern const std::string_view read_lua;
extern const std::string_view mark_lua;
extern const std::string_view told_lua;
extern const std::string_view introduced_lua;

}  // namespace hark::chat::scripts
