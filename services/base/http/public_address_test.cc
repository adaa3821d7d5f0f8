#include "base/http/public_address.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>

namespace hark::http {
namespace {

bool is_public(const char* text) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text, bytes.data()) == 1) return http::is_public(std::span{bytes}.first(4));
  EXPECT_EQ(inet_pton(AF_INET6, text, bytes.data()), 1) << text;
  return http::is_public(bytes);
}

TEST(PublicAddress, IsOneThatStrangersMayNameAsAFilesPlace) {
  for (const auto* address : {"8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "223.255.255.255",
                              "2a00:1450:400f::1", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"}) {
    EXPECT_TRUE(is_public(address)) << address;
  }
}

TEST(PublicAddress, IsNoneOfOurOwnNetworkInWhateverClothes) {
  for (const auto* address :
       {"127.0.0.1",        "127.255.0.1",     "10.1.2.3",       "172.16.0.1",  "172.31.255.255",
        "192.168.1.1",      "169.254.169.254", "100.64.0.1",     "0.0.0.0",     "224.0.0.1",
        "255.255.255.255",  "198.18.0.1",      "192.0.2.1",      "::1",         "::",
        "fe80::1",          "fc00::1",         "fd12::1",        "ff02::1",     "::ffff:10.0.0.1",
        "::ffff:127.0.0.1", "64:ff9b::a00:1",  "2002:7f00:1::1", "2001:db8::1", "2001::1",
        "::127.0.0.1"}) {
    EXPECT_FALSE(is_public(address)) << address;
  }
  EXPECT_FALSE(http::is_public({}));
}

}  // namespace
}  // namespace hark::http
