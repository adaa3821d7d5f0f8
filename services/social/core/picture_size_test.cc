#include "social/core/picture_size.h"

#include <gtest/gtest.h>

#include <string>

namespace hark::social {
namespace {

using namespace std::string_literals;

std::string png(std::string_view size) {
  return "\x89PNG\r\n\x1A\n\0\0\0\rIHDR"s + std::string{size} + "\x08\2";
}

TEST(PictureSize, IsInTheHeadOfAPng) {
  const auto size = picture_size(png("\0\0\x03\x20\0\0\x02\x58"s));
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 800U);
  EXPECT_EQ(size->height, 600U);
}

TEST(PictureSize, IsInTheFirstFrameOfAJpegBehindOtherSegments) {
  const auto size =
      picture_size("\xFF\xD8\xFF\xE0\0\4ab\xFF\xC4\0\3x\xFF\xFF\xC2\0\x11\x08\x02\x58\x03\x20\3"s);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->width, 800U);
  EXPECT_EQ(size->height, 600U);
}

TEST(PictureSize, IsNotKnownOfAnythingElse) {
  for (const auto& odd : {""s, "GIF89a"s, "\x89PNG\r\n\x1A\n"s, png("\0\0\0\0\0\0\0\1"s), "\xFF\xD8"s,
                          "\xFF\xD8\xFF\xE0\0\0\0\0\0\0\0\0\0"s, "\xFF\xD8\xFF\xC0\0\x11\x08\x02"s})
    EXPECT_FALSE(picture_size(odd));
}

}  // namespace
}  // namespace hark::social
