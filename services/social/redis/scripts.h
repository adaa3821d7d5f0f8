#pragma once

#include <string_view>

/// The texts of the .lua files beside this header, embedded when the binary is built.
namespace hark::social::scripts {

extern const std::string_view heard_lua;
extern const std::string_view begin_lua;
extern const std::string_view settle_lua;
extern const std::string_view reached_lua;
extern const std::string_view turn_lua;
extern const std::string_view silence_lua;

}  // namespace hark::social::scripts
