#include "console/core/attachment_rules.h"

#include <gtest/gtest.h>

namespace hark::console {
namespace {

TEST(FileName, IsNobodysPathAndShowsAsWhatItIs) {
  EXPECT_EQ(clean_file_name("../../etc/passwd"), "passwd");
  EXPECT_EQ(clean_file_name("C:\\Users\\ana\\r\u0113\u0137ins.pdf"), "r\u0113\u0137ins.pdf");
  EXPECT_EQ(clean_file_name("a\r\nX-Header: b.txt"), "aX-Header: b.txt");
  EXPECT_EQ(clean_file_name("invoice\u202efdp.exe"), "invoicefdp.exe");
  for (const auto* nothing : {"", ".", "..", "/", "\x01", " "}) EXPECT_EQ(clean_file_name(nothing), "file");
}

TEST(FileName, KeepsItsEndingWhenItIsCut) {
  const auto cut = clean_file_name(std::string(400, 'a') + ".pdf");
  EXPECT_EQ(cut.size(), kFileNameBytesMax);
  EXPECT_TRUE(cut.ends_with("a.pdf"));
}

TEST(ContentType, IsOneThatMimeAllowsOrJustBytes) {
  EXPECT_EQ(clean_content_type("Text/HTML; charset=utf-8"), "text/html");
  EXPECT_EQ(clean_content_type("image/svg+xml"), "image/svg+xml");
  for (const auto* bad : {"", "text", "/", "text/", "/html", "a/b/c", "a/b\r\nX: y", "t\u0113xt/html"})
    EXPECT_EQ(clean_content_type(bad), "application/octet-stream");
}

TEST(AttachedFiles, AreHeldToTheirNumberAndSizes) {
  EXPECT_TRUE(check_attached({}, 10, 15).ok());
  EXPECT_TRUE(check_attached({{10, false}, {5, false}}, 10, 15).ok());
  EXPECT_EQ(check_attached({{11, false}}, 10, 15).error().reason, Reason::kTooLarge);
  EXPECT_EQ(check_attached({{10, false}, {6, false}}, 10, 15).error().reason, Reason::kTooLarge);
  EXPECT_EQ(check_attached({{-1, false}}, 10, 15).error().reason, Reason::kInvalidField);
  EXPECT_EQ(check_attached({{1, true}}, 10, 15).error().reason, Reason::kInvalidField);
  EXPECT_FALSE(check_attached(std::vector<AttachedFile>(kAttachmentsMax + 1), 10, 15).ok());
}

}  // namespace
}  // namespace hark::console
