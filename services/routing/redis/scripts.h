#pragma once

#include <string_view>

/// The texts of the .lua files beside this header, embedded when the binary is built.
namespace hark::routing::scripts {

extern const std::string_view lead_lua;
extern const std::string_view resign_lua;
extern const std::string_view save_agent_lua;
extern const std::string_view end_sessions_lua;
extern const std::string_view agents_lua;
extern const std::string_view commit_lua;
extern const std::string_view set_rules_lua;
extern const std::string_view name_shards_lua;
extern const std::string_view claim_agent_lua;

}  // namespace hark::routing::scripts
