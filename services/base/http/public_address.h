#pragma once

#include <span>

namespace hark::http {

/// Whether an address of 4 or 16 bytes belongs to the public internet. What is private, local, reserved,
/// multicast, or such an address in IPv6's clothes, does not (RFC 6890, with 6to4, NAT64 and mapped
/// addresses): a file that a stranger names must not be read from our own network.
bool is_public(std::span<const unsigned char> address);

}  // namespace hark::http
