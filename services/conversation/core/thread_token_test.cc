#include "conversation/core/thread_token.h"

#include <gtest/gtest.h>

#include "base/core/ids.h"

namespace hark::conversation {
namespace {

class ThreadTokenTest : public ::testing::Test {
 protected:
  IdSource ids_{&secure_random};
  std::string thread_ = ids_.next(IdKind::kThread, 7, from_ms(1'700'000'000'000));
  std::string entry_ = ids_.next(IdKind::kEntry, 7, from_ms(1'700'000'000'000));
  ThreadTokens tokens_{"0123456789abcdef"};
};

TEST_F(ThreadTokenTest, IsReadBackInAnyCase) {
  const auto token = tokens_.sign(thread_);
  EXPECT_EQ(token.size(), kThreadTokenLength);
  std::string upper = token;
  for (char& c : upper) c = static_cast<char>(std::toupper(c));
  EXPECT_EQ(tokens_.verify(token).value(), thread_);
  EXPECT_EQ(tokens_.verify(upper).value(), thread_);
}

TEST_F(ThreadTokenTest, OfAnotherSecretOrWithAnyCharacterChangedIsRefused) {
  const auto token = tokens_.sign(thread_);
  EXPECT_FALSE(ThreadTokens{"another secret of ours"}.verify(token));
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == '7' ? '8' : '7';
    EXPECT_FALSE(tokens_.verify(changed)) << i;
  }
  EXPECT_FALSE(tokens_.verify(""));
  EXPECT_FALSE(tokens_.verify(token + "0"));
}

TEST_F(ThreadTokenTest, StandsInOurMessageIds) {
  const auto left = tokens_.message_id_left(entry_, thread_);
  const auto read = tokens_.read_message_id(left + "@hark.localhost");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->entry_id, entry_);
  EXPECT_EQ(read->thread_id, thread_);
  EXPECT_FALSE(tokens_.read_message_id("somebody@else.example"));
}

}  // namespace
}  // namespace hark::conversation
