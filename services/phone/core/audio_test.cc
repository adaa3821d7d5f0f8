#include "phone/core/audio.h"

#include <gtest/gtest.h>

namespace hark::phone {
namespace {

using namespace std::string_view_literals;

TEST(AudioType, IsToldByTheFirstBytes) {
  EXPECT_EQ(audio_type_of("RIFF\x24\0\0\0WAVEfmt "sv), "audio/wav");
  EXPECT_EQ(audio_type_of("ID3\4\0\0\0\0\0\0\0\0"sv), "audio/mpeg");
  EXPECT_EQ(audio_type_of("\xFF\xFB\x90\x64\0\0\0\0\0\0\0\0"sv), "audio/mpeg");
  EXPECT_EQ(audio_type_of("OggS\0\2\0\0\0\0\0\0"sv), "audio/ogg");
  EXPECT_EQ(audio_type_of("\0\0\0\x20"
                          "ftypM4A "sv),
            "audio/mp4");
}

TEST(AudioType, OfAnythingElseThereIsNone) {
  for (const auto bytes : {""sv, "RIFF"sv, "<!doctype html><title>Sign in"sv, "RIFF\x24\0\0\0AVI LIST"sv})
    EXPECT_EQ(audio_type_of(bytes), "") << bytes;
}

}  // namespace
}  // namespace hark::phone
