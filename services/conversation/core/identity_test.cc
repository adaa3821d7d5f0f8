#include "conversation/core/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::conversation {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::vector<ClaimedAddress> kSignedByTheSite{{"user:site:7", true, "signed", ""},
                                                   {"mailto:ana@x.lv", true, "signed", "con_ana"},
                                                   {"tel:+37120000000", true, "signed", "con_office"}};

TEST(Identity, TheAddressWrittenFromDecidesBeforeAnyClaim) {
  EXPECT_EQ(choose_owner("con_visitor", kSignedByTheSite), "con_visitor");
}

TEST(Identity, TheFirstVerifiedClaimWithAnOwnerDecidesForAnUnknownSender) {
  EXPECT_EQ(choose_owner("", kSignedByTheSite), "con_ana");
}

TEST(Identity, AnUnverifiedClaimDecidesNothing) {
  const std::vector<ClaimedAddress> typed{{"mailto:ana@x.lv", false, "typed", "con_ana"}};
  EXPECT_EQ(choose_owner("", typed), "");
  const auto outcome = judge_claims("con_new", typed);
  EXPECT_THAT(outcome.joined, IsEmpty());
  ASSERT_THAT(outcome.matches, SizeIs(1));
  EXPECT_EQ(outcome.matches[0].owner, "con_ana");
}

TEST(Identity, WhatIsAnotherCustomersIsOnlyAPossibleMatch) {
  const auto outcome = judge_claims("con_ana", kSignedByTheSite);
  EXPECT_THAT(outcome.joined, ElementsAre("mailto:ana@x.lv"));
  ASSERT_THAT(outcome.matches, SizeIs(2));
  EXPECT_EQ(outcome.matches[1].address, "tel:+37120000000");
}

TEST(Identity, AnAddressThatIsTheCustomersAlreadyIsNoMatch) {
  const std::vector<ClaimedAddress> typed{{"mailto:ana@x.lv", false, "typed", "con_ana"}};
  EXPECT_THAT(judge_claims("con_ana", typed).matches, IsEmpty());
}

}  // namespace
}  // namespace hark::conversation
