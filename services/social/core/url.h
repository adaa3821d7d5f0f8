#pragma once

#include <span>
#include <string>
#include <string_view>

namespace hark::social {

/// Percent-encoded but for letters, digits, - and _ (RFC 3986, section 2.1): for a query, a form or a part of
/// a path.
std::string url_encoded(std::string_view text);

/// At the scheme, host and port of `base`, written alike. False in doubt.
bool is_at(std::string_view url, std::string_view base);

/// Whether an address of 4 or 16 bytes belongs to the public internet. What is private, local, reserved,
/// multicast, or such an address in IPv6's clothes, does not (RFC 6890, with 6to4, NAT64 and mapped
/// addresses): a file that a stranger names must not be read from our own network.
bool is_public(std::span<const unsigned char> address);

}  // namespace hark::social
