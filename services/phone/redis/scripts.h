#pragma once

#include <string_view>

/// The texts of the .lua files beside this header, embedded when the binary is built.
namespace hark::phone::scripts {

extern const std::string_view save_lua;

}  // namespace hark::phone::scripts
