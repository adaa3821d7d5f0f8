#pragma once

#include <string>
#include <string_view>

namespace hark {

/// Everything but letters, digits and "-_.~" as %XX (RFC 3986, section 2.1): for a query, a form or a part of
/// a path. Points that would lead out of a path, "." and "..", are escaped as well.
std::string url_encoded(std::string_view text);

/// "host:7471", "[::1]:7471".
std::string host_and_port(std::string_view host, int port);

/// At the scheme, host and port of `base`, written alike. False in doubt.
bool is_at(std::string_view url, std::string_view base);

}  // namespace hark
