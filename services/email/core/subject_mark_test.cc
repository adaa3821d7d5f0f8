#include "email/core/subject_mark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::email {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::string kToken = "0123456789abcdefghjkmnpqrstvwxyz0123456789";
const std::string kMark = "[#" + kToken + "]";

TEST(SubjectMark, StandsAtTheEndAndIsTakenOutAgain) {
  EXPECT_EQ(with_mark("Re: Parcel 77", kToken), "Re: Parcel 77 " + kMark);
  const auto read = take_marks(with_mark("Re: Parcel 77", kToken));
  EXPECT_EQ(read.subject, "Re: Parcel 77");
  EXPECT_THAT(read.tokens, ElementsAre(kToken));
}

TEST(SubjectMark, IsThereOnceHoweverOftenItIsPutThere) {
  EXPECT_EQ(with_mark("Re: " + with_mark("Re: Parcel", kToken), kToken), "Re: Re: Parcel " + kMark);
  EXPECT_EQ(with_mark("", kToken), kMark);
  EXPECT_EQ(take_marks(kMark).subject, "");
}

TEST(SubjectMark, SurvivesWhatMailProgramsDo) {
  for (const std::string& answered : std::initializer_list<std::string>{
           "AW: Parcel " + kMark, "Re[2]: Parcel " + kMark, "Re: Parcel " + kMark + " (fwd)",
           "RE: Parcel [#0123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789]",
           "Re: Parcel [#0123456789abcdefghjk\r\n mnpqrstvwxyz0123456789]", "Re: Parcel" + kMark,
           "Re: Parcel [#Ol23456789abcdefghjkmnpqrstvwxyz0123456789]"}) {
    EXPECT_THAT(take_marks(answered).tokens, ElementsAre(kToken)) << answered;
  }
}

TEST(SubjectMark, LeavesWordsThatOnlyLookLikeOneWhereTheyAre) {
  for (const std::string& plain : std::initializer_list<std::string>{
           "Order [#1234]", "Parcel [#" + kToken, "Parcel #" + kToken + "]", "Parcel [" + kToken + "]",
           "Parcel [#" + kToken + "0]", "Parcel [#" + kToken.substr(1) + "]",
           "Parcel [#u" + kToken.substr(1) + "]"}) {
    EXPECT_THAT(take_marks(plain).tokens, IsEmpty()) << plain;
    EXPECT_EQ(take_marks(plain).subject, plain);
  }
}

TEST(SubjectMark, IsNotPutTogetherByTakingAnotherOut) {
  const auto read = take_marks("[#" + kMark + kToken + "] rest");
  EXPECT_EQ(read.subject, "rest");
  EXPECT_THAT(read.tokens, ElementsAre(kToken, kToken));
}

TEST(SubjectMark, LeavesNoGapAndNoOtherBlankBehind) {
  EXPECT_EQ(take_marks("a " + kMark + " b").subject, "a b");
  EXPECT_EQ(take_marks("a  b").subject, "a  b");
  EXPECT_EQ(take_marks(kMark + "  a").subject, "a");
}

}  // namespace
}  // namespace hark::email
