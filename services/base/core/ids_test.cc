#include "base/core/ids.h"

#include <gtest/gtest.h>

namespace hark {
namespace {

std::uint64_t seven() { return 7; }

TEST(Ids, SortByTimeAndCarryTheirPartition) {
  IdSource ids{&seven};
  const auto first = ids.next(IdKind::kEntry, 63, from_ms(1'000));
  const auto second = ids.next(IdKind::kEntry, 2, from_ms(1'001));
  EXPECT_LT(first, second);
  EXPECT_EQ(partition_of(first).value(), 63);
  EXPECT_EQ(partition_of(second).value(), 2);
}

TEST(Ids, AreReadInEitherCaseAndWithLookAlikes) {
  IdSource ids{&secure_random};
  const auto id = ids.next(IdKind::kThread, 10, from_ms(1'700'000'000'000));
  std::string lower = id;
  for (std::size_t i = 4; i < lower.size(); ++i) lower[i] = static_cast<char>(std::tolower(lower[i]));
  EXPECT_EQ(parse_id(IdKind::kThread, lower).value(), id);
  EXPECT_EQ(parse_id(IdKind::kThread, "thr_O" + id.substr(5)).value().substr(4, 1), "0");
}

TEST(Ids, RefuseOtherKindsLengthsAndLetters) {
  IdSource ids{&secure_random};
  const auto id = ids.next(IdKind::kTicket, 1, from_ms(5));
  EXPECT_FALSE(parse_id(IdKind::kEntry, id));
  EXPECT_FALSE(parse_id(IdKind::kTicket, id.substr(1)));
  EXPECT_FALSE(parse_id(IdKind::kTicket, id.substr(0, id.size() - 1) + "U"));
  EXPECT_FALSE(partition_of(""));
  EXPECT_FALSE(partition_of("tkt_0000000000ZZZ0000000000000"));
}

TEST(Ids, Base32OfFiveBytesIsEightCharacters) {
  const unsigned char bytes[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  EXPECT_EQ(base32(bytes), "ZZZZZZZZ");
}

TEST(Ids, TellWhenTheyWereMade) {
  const TimePoint made = from_ms(1'700'000'000'123);
  EXPECT_EQ(*time_of(IdSource{&secure_random}.next(IdKind::kEntry, 7, made)), made);
  EXPECT_FALSE(time_of("ent_").ok());
}

}  // namespace
}  // namespace hark
