#include "chat/inbound.h"

#include <gtest/gtest.h>

namespace hark::chat {
namespace {

const Visitor kVisitor{"site", "V1"};

v1::Introduction said(const std::string& name, const std::string& email) {
  v1::Introduction introduction;
  introduction.set_name(name);
  introduction.set_email(email);
  return introduction;
}

TEST(Introduction, IsAnEntryOfItsOwnInTheVisitorsThreadThatAwaitsNoAnswer) {
  const auto message = introduction_message(kVisitor, said("Ilze", "ilze@x.lv"), "abc");
  EXPECT_EQ(message.kind(), v1::InboundMessage::KIND_AUTO_REPLY);
  EXPECT_EQ(message.content().text(), "Ilze\nilze@x.lv");
  EXPECT_EQ(message.native_id(), "chat:site:V1:introduction:abc");
  EXPECT_EQ(message.thread().own_reference(), inbound_message(kVisitor, {}).thread().own_reference());
  EXPECT_EQ(introduction_message(kVisitor, said("", "ilze@x.lv"), "abc").content().text(), "ilze@x.lv");
}

TEST(Introduction, IsToldFromEveryOtherByItsDigest) {
  EXPECT_EQ(digest_of({}), "");
  EXPECT_EQ(digest_of(said("Ilze", "")), digest_of(said("Ilze", "")));
  EXPECT_NE(digest_of(said("Ilze", "")), digest_of(said("", "Ilze")));
}

}  // namespace
}  // namespace hark::chat
