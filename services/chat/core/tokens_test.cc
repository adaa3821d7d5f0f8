#include "chat/core/tokens.h"

#include <gtest/gtest.h>

namespace hark::chat {
namespace {

const Tokens kTokens{"a secret of sixteen bytes"};
const Visitor kVisitor{"site", "0123456789ABCDEFGHJKMNPQRS"};

TEST(Tokens, AVisitorsTokenNamesTheVisitor) {
  const auto token = kTokens.sign(kVisitor);
  const auto visitor = kTokens.verify(token);
  ASSERT_TRUE(visitor.ok());
  EXPECT_EQ(*visitor, kVisitor);
}

TEST(Tokens, AnAccountWithDotsIsStillTheAccount) {
  const Visitor visitor{"shop.lv", "0123"};
  EXPECT_EQ(*kTokens.verify(kTokens.sign(visitor)), visitor);
}

TEST(Tokens, NoCharacterOfATokenCanBeChanged) {
  const auto token = kTokens.sign(kVisitor);
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto altered = token;
    altered[i] = altered[i] == 'X' ? 'Y' : 'X';
    EXPECT_FALSE(kTokens.verify(altered).ok()) << altered;
  }
  for (const auto* nonsense : {"", ".", "..", "site", "site.x"}) EXPECT_FALSE(kTokens.verify(nonsense).ok());
  EXPECT_FALSE(Tokens{"another secret, just as long"}.verify(token).ok());
}

TEST(Tokens, AFileIsTakenFromWhoUploadedItUnderItsName) {
  const UploadedFile file{"ab12", 7, "a.png", "image/png"};
  const auto token = kTokens.sign(kVisitor, file);
  auto claimed = file;
  claimed.blob_id.clear();
  EXPECT_EQ(kTokens.verify(kVisitor, claimed, token).value(), "ab12");
  claimed.file_name = "b.png";
  EXPECT_FALSE(kTokens.verify(kVisitor, claimed, token).ok());
  EXPECT_FALSE(kTokens.verify({"site", "someone else"}, file, token).ok());
  EXPECT_FALSE(kTokens.verify(kVisitor, file, "cd34" + token.substr(4)).ok());
}

TEST(Tokens, AnAddressNamesItsVisitor) {
  EXPECT_EQ(*visitor_of_address(kVisitor.address()), kVisitor);
  for (const auto* wrong : {"", "chat:", "chat:site", "chat::x", "chat:site:", "mailto:ana@x.lv"})
    EXPECT_FALSE(visitor_of_address(wrong).ok()) << wrong;
}

}  // namespace
}  // namespace hark::chat
