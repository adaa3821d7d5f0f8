#include "routing/core/id_text.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace hark::routing {
namespace {

TEST(IdText, IsWhatWasPutInHoweverLong) {
  const std::string letters = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";
  std::vector<IdText> all;
  for (std::size_t size = 0; size <= letters.size(); ++size) {
    const IdText text{letters.substr(0, size)};
    EXPECT_EQ(text.view(), letters.substr(0, size));
    EXPECT_EQ(text.empty(), size == 0);
    all.push_back(text);
  }
  for (std::size_t a = 0; a < all.size(); ++a) {
    for (std::size_t b = 0; b < all.size(); ++b) EXPECT_EQ(all[a] == all[b], a == b) << a << " " << b;
  }
  for (std::size_t at = 0; at < 30; ++at) {
    std::string other = letters.substr(0, 30);
    other[at] = '!';
    EXPECT_FALSE(IdText{other} == all[30].view()) << at;
  }
}

TEST(IdText, TakesOnAnotherWhateverItWas) {
  const std::string small = "short", large(40, 'x');
  for (const std::string& before : {small, large}) {
    for (const std::string& after : {small, large}) {
      IdText copied{before}, moved{before}, set{before};
      const IdText other{after};
      copied = other;
      moved = IdText{after};
      set = std::string_view{after};
      EXPECT_EQ(copied.view(), after);
      EXPECT_EQ(moved.view(), after);
      EXPECT_EQ(set.view(), after);
      EXPECT_EQ(other.view(), after);
    }
  }
  IdText same{large};
  same = same.view();
  EXPECT_EQ(same.view(), large);
}

}  // namespace
}  // namespace hark::routing
