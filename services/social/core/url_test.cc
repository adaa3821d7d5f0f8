#include "social/core/url.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>

#include <array>

namespace hark::social {
namespace {

bool is_public(const char* text) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, text, bytes.data()) == 1) return social::is_public(std::span{bytes}.first(4));
  EXPECT_EQ(inet_pton(AF_INET6, text, bytes.data()), 1) << text;
  return social::is_public(bytes);
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
  EXPECT_FALSE(social::is_public({}));
}

TEST(Origin, IsSchemeHostAndPortAsTheyAreConfigured) {
  EXPECT_TRUE(is_at("http://127.0.0.1:8000/file/1", "http://127.0.0.1:8000"));
  EXPECT_TRUE(is_at("https://a.test?x", "https://a.test/gateway"));
  for (const auto* other : {"http://a.test/", "https://b.test/", "https://a.test:8443/",
                            "https://a.test.evil.test/", "https://a.test@evil.test/", "nothing", ""})
    EXPECT_FALSE(is_at(other, "https://a.test")) << other;
  EXPECT_FALSE(is_at("x/", "x"));
}

TEST(UrlEncoded, LeavesLettersAndDigitsAlone) {
  EXPECT_EQ(url_encoded("aZ9 /?&=\xC4\x81"), "aZ9%20%2F%3F%26%3D%C4%81");
}

}  // namespace
}  // namespace hark::social
