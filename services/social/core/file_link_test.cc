#include "social/core/file_link.h"

#include <gtest/gtest.h>

namespace hark::social {
namespace {

constexpr TimePoint kNow = from_ms(1'700'000'000'000);

class FileLink : public ::testing::Test {
 protected:
  FileLink() { account_.public_url = "https://hark.test"; }
  std::string path() const {
    return link_to(account_, {"c1", "b1", 12, true, "image/png"}, "a b.png", kNow)
        .substr(account_.public_url.size());
  }
  Account account_{"viber", "viber", "", "token", "", "", "https://api.test"};
};

TEST_F(FileLink, OpensItsFileForADay) {
  const auto file = read_link(account_, path(), kNow + kLinkFor - Duration{1});
  ASSERT_TRUE(file);
  EXPECT_EQ(file->conversation_id, "c1");
  EXPECT_EQ(file->blob_id, "b1");
  EXPECT_EQ(file->size, 12);
  EXPECT_TRUE(file->inlined);
  EXPECT_EQ(file->content_type, "image/png");
  EXPECT_TRUE(path().ends_with("/a%20b.png"));
  EXPECT_FALSE(read_link(account_, path(), kNow + kLinkFor));
}

TEST_F(FileLink, NoOtherFileAndForNoOtherAccount) {
  auto other_file = path();
  other_file.replace(other_file.find("/b1/"), 4, "/b2/");
  EXPECT_FALSE(read_link(account_, other_file, kNow));
  auto other_account = account_;
  other_account.token = "other";
  EXPECT_FALSE(read_link(other_account, path(), kNow));
  for (const auto* odd :
       {"", "/", "/social/files/", "/social/files/viber", "/social/files/viber/1/2/3/4/5/6/7/8"})
    EXPECT_FALSE(read_link(account_, odd, kNow)) << odd;
}

}  // namespace
}  // namespace hark::social
