#include "base/core/file_name.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

TEST(SafeFileName, TakesOutPathsControlsAndDirectionMarks) {
  EXPECT_EQ(safe_file_name("C:\\a\\b.txt"), "b.txt");
  EXPECT_EQ(safe_file_name("../../etc/passwd"), "passwd");
  for (const auto* nothing : {"", "..", "...", "/"}) EXPECT_EQ(safe_file_name(nothing), "file");
  EXPECT_EQ(safe_file_name("inv\xE2\x80\xAE"
                           "fdp.exe\n"),
            "invfdp.exe");
  EXPECT_EQ(safe_file_name("r\xC4\x93\xC4\xB7ins.pdf"), "r\xC4\x93\xC4\xB7ins.pdf");
}

TEST(SafeFileName, IsShortAndKeepsItsExtension) {
  EXPECT_EQ(safe_file_name(std::string(300, 'a') + ".pdf").size(), 255U);
  EXPECT_TRUE(safe_file_name(std::string(300, 'a') + ".pdf").ends_with(".pdf"));
}

TEST(SafeContentType, IsATypeOrBytes) {
  EXPECT_EQ(safe_content_type("Image/PNG; x=y"), "image/png");
  for (const auto* wrong : {"", "png", "/", "a/", "a/b\r\nx: y"})
    EXPECT_EQ(safe_content_type(wrong), "application/octet-stream") << wrong;
}

TEST(FileName, TellsWhatAFileMostLikelyIs) {
  EXPECT_EQ(type_of_name("scan.PDF"), "application/pdf");
  EXPECT_EQ(type_of_name("a.b.jpeg"), "image/jpeg");
  EXPECT_EQ(type_of_name("notes.txt"), "text/plain");
  EXPECT_EQ(type_of_name("README"), "application/octet-stream");
}

}  // namespace
}  // namespace hark
