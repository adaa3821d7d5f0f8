#include "base/core/url.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

TEST(Origin, IsSchemeHostAndPortAsTheyAreConfigured) {
  EXPECT_TRUE(is_at("http://127.0.0.1:8000/file/1", "http://127.0.0.1:8000"));
  EXPECT_TRUE(is_at("https://a.test?x", "https://a.test/gateway"));
  for (const auto* other : {"http://a.test/", "https://b.test/", "https://a.test:8443/",
                            "https://a.test.evil.test/", "https://a.test@evil.test/", "nothing", ""})
    EXPECT_FALSE(is_at(other, "https://a.test")) << other;
  EXPECT_FALSE(is_at("x/", "x"));
}

TEST(HostAndPort, BracketsAnAddressWithColonsOfItsOwn) {
  EXPECT_EQ(host_and_port("127.0.0.1", 7471), "127.0.0.1:7471");
  EXPECT_EQ(host_and_port("::1", 7471), "[::1]:7471");
}

TEST(UrlEncoded, KeepsAPartOfAPathAPart) {
  EXPECT_EQ(url_encoded(".."), "%2E%2E");
  EXPECT_EQ(url_encoded("."), "%2E");
  EXPECT_EQ(url_encoded("../a"), "..%2Fa");
}

TEST(UrlEncoded, LeavesWhatNeverMeansAnythingAlone) {
  EXPECT_EQ(url_encoded("aZ9-_.~ /?&=+\xC4\x81"), "aZ9-_.~%20%2F%3F%26%3D%2B%C4%81");
}

}  // namespace
}  // namespace hark
