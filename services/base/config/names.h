#pragma once

#include <set>
#include <string>
#include <string_view>

/// What names, hosts and endpoints of a configuration look like.
namespace hark {

bool is_lower_or_digit(char c);
bool is_alnum(char c);
/// Part of a character outside ASCII (SMTPUTF8, internationalised domains).
bool is_wide(char c);
std::string lower(std::string_view text);

/// Short names that become parts of keys and paths.
bool is_name(std::string_view text);
constexpr std::string_view kNameRule =
    "1 to 32 characters of a-z, 0-9, '-', '_' and '.', beginning with a letter or digit";

bool is_host(std::string_view host);
/// Of IPv4 or IPv6, without brackets.
bool is_ip_address(const std::string& text);
bool is_port(std::string_view text);
/// "host", "host:port", "1.2.3.4:port", "[::1]:port".
bool is_endpoint(std::string_view text, bool port_required);
bool is_loopback(std::string_view host);

/// How many single-character edits lead from one word to the other.
std::size_t edit_distance(std::string_view from, std::string_view to);
/// The one that the writer of `text` may have meant; empty if none is near.
std::string nearest_name(std::string_view text, const std::set<std::string>& names);
/// "there is no queue 'clams' in routing.queues; did you mean 'claims'?" with `what` "is no queue": what is
/// wrong with a name that leads nowhere, and what would be right.
std::string no_such(std::string_view what, std::string_view name, std::string_view list,
                    const std::set<std::string>& names);

}  // namespace hark
