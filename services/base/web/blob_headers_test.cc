#include "base/web/blob_headers.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace hark::web {
namespace {

TEST(BlobHeaders, ShowOnlyPicturesAndSoundAndOnlyWhenAsked) {
  EXPECT_TRUE(blob_headers("image/PNG", "a.png", true).content_disposition.starts_with("inline;"));
  EXPECT_EQ(blob_headers("image/jpeg; x=y", "a", true).content_type, "image/jpeg");
  EXPECT_EQ(blob_headers("audio/wav", "a.wav", true).content_type, "audio/wav");
  EXPECT_TRUE(blob_headers("image/png", "a.png", false).content_disposition.starts_with("attachment;"));
  for (const auto* type :
       {"image/svg+xml", "text/html", "application/pdf", "image/png,text/html", "", "image/x-png"}) {
    const auto headers = blob_headers(type, "a", true);
    EXPECT_EQ(headers.content_type, "application/octet-stream") << type;
    EXPECT_TRUE(headers.content_disposition.starts_with("attachment;")) << type;
  }
}

TEST(BlobHeaders, CarryANameInBothFormsOfRfc6266) {
  EXPECT_EQ(blob_headers("", "r\u0113\u0137ins 1%.pdf", false).content_disposition,
            "attachment; filename=\"r____ins 1_.pdf\"; filename*=UTF-8''r%C4%93%C4%B7ins%201%25.pdf");
}

TEST(BlobHeaders, LetNoNameLeaveItsFolderOrItsHeader) {
  EXPECT_EQ(blob_headers("", "../../etc/passwd", false).content_disposition,
            "attachment; filename=\"_.._etc_passwd\"; filename*=UTF-8''_.._etc_passwd");
  const auto injected = blob_headers("", "a\"\r\nX: y", false).content_disposition;
  EXPECT_EQ(injected.find('\n'), std::string::npos);
  EXPECT_EQ(std::count(injected.begin(), injected.end(), '"'), 2);
  EXPECT_NE(blob_headers("", "", false).content_disposition.find("\"file\""), std::string::npos);
}

TEST(BlobHeaders, CutALongNameBetweenCharacters) {
  std::string name;
  for (int i = 0; i < 200; ++i) name += "\u0113";
  const auto header = blob_headers("", name, false).content_disposition;
  EXPECT_LT(header.size(), 1200U);
  EXPECT_TRUE(header.ends_with("%C4%93"));
}

}  // namespace
}  // namespace hark::web
