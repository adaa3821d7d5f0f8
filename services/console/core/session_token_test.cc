#include "console/core/session_token.h"

#include <gtest/gtest.h>

namespace hark::console {
namespace {

constexpr TimePoint kNow = from_ms(1'800'000'000'000);
using std::chrono::hours;
using std::chrono::milliseconds;

SessionClaim claim(std::string agent_id, TimePoint expires) {
  return {std::move(agent_id), 3, "S1", expires};
}

TEST(SessionTokens, NamesTheSessionUntilTheMillisecondItExpires) {
  const SessionTokens tokens{"0123456789abcdef"};
  const auto token = tokens.sign(claim("ana.b", kNow + hours{12}));
  EXPECT_EQ(*tokens.verify(token, kNow), claim("ana.b", kNow + hours{12}));
  EXPECT_EQ(tokens.verify(token, kNow + hours{12} - milliseconds{1})->agent_id, "ana.b");
  const auto late = tokens.verify(token, kNow + hours{12});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().reason, Reason::kUnauthenticated);
  EXPECT_NE(late.error().message.find("expired"), std::string::npos);
}

TEST(SessionTokens, RefusesEveryAlteredCharacter) {
  const SessionTokens tokens{"0123456789abcdef"};
  const auto token = tokens.sign(claim("ana", kNow + hours{1}));
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto altered = token;
    altered[i] = altered[i] == 'x' ? 'y' : 'x';
    EXPECT_FALSE(tokens.verify(altered, kNow).ok()) << altered;
  }
  for (const auto* bad : {"", ".", "..", "ana", "ana.1", "ana.1."})
    EXPECT_FALSE(tokens.verify(bad, kNow).ok()) << bad;
}

TEST(SessionTokens, RefusesATokenOfAnotherSecret) {
  const auto token = SessionTokens{"0123456789abcdef"}.sign(claim("ana", kNow + hours{1}));
  EXPECT_FALSE(SessionTokens{"0123456789abcdeF"}.verify(token, kNow).ok());
}

}  // namespace
}  // namespace hark::console
