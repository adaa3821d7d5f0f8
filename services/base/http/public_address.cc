#include "base/http/public_address.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace hark::http {
namespace {

struct Block {
  std::uint32_t first;
  int bits;
};

constexpr auto kNotPublic = std::to_array<Block>({
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // behind a carrier's NAT
    {0x7F000000, 8},   // ourselves
    {0xA9FE0000, 16},  // link; clouds tell secrets here
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relays
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // measurement
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 3},   // multicast and reserved
});

bool is_public_v4(std::span<const unsigned char> bytes) {
  std::uint32_t address = 0;
  for (const unsigned char byte : bytes) address = address << 8 | byte;
  return std::ranges::none_of(
      kNotPublic, [&](const Block& block) { return (address ^ block.first) >> (32 - block.bits) == 0; });
}

bool begins(std::span<const unsigned char> address, std::initializer_list<unsigned char> bytes) {
  return std::equal(bytes.begin(), bytes.end(), address.begin());
}

/// Only 2000::/3 is given out.
bool is_public_v6(std::span<const unsigned char> address) {
  if (begins(address, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF})) return is_public_v4(address.subspan(12));
  if (begins(address, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0}))
    return is_public_v4(address.subspan(12));
  if (begins(address, {0x20, 0x02})) return is_public_v4(address.subspan(2, 4));
  if (begins(address, {0x20, 0x01, 0x0D, 0xB8}) || begins(address, {0x20, 0x01, 0x00, 0x00})) return false;
  return (address[0] & 0xE0) == 0x20;
}

}  // namespace

bool is_public(std::span<const unsigned char> address) {
  if (address.size() == 4) return is_public_v4(address);
  return address.size() == 16 && is_public_v6(address);
}

}  // namespace hark::http
