#include "email/core/addresses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace hark::email {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using M = Mailbox;

TEST(ParseMailboxes, ReadsWhatTheStandardAllows) {
  EXPECT_THAT(parse_mailboxes("Ana <a@x.lv>, \"B, \\\"b\\\"\" <b@x.lv>"),
              ElementsAre(M{"a@x.lv", "Ana"}, M{"b@x.lv", "B, \"b\""}));
  EXPECT_THAT(parse_mailboxes("Team: a@x.lv, Bo <b@x.lv>; c@x.lv"),
              ElementsAre(M{"a@x.lv", ""}, M{"b@x.lv", "Bo"}, M{"c@x.lv", ""}));
  EXPECT_THAT(parse_mailboxes("undisclosed-recipients:;"), IsEmpty());
  EXPECT_THAT(parse_mailboxes("a@x.lv (Ana (A) K)"), ElementsAre(M{"a@x.lv", "Ana (A) K"}));
  EXPECT_THAT(parse_mailboxes("<@r1,@r2:a@x.lv>"), ElementsAre(M{"a@x.lv", ""}));
  EXPECT_THAT(parse_mailboxes("\"a b\"@x.lv"), ElementsAre(M{"\"a b\"@x.lv", ""}));
  EXPECT_THAT(parse_mailboxes("a@[192.0.2.1]"), ElementsAre(M{"a@[192.0.2.1]", ""}));
}

TEST(ParseMailboxes, ReadsWhatProgramsWrite) {
  EXPECT_THAT(parse_mailboxes("Doe, Ana <a@x.lv>, b@x.lv"),
              ElementsAre(M{"a@x.lv", "Doe, Ana"}, M{"b@x.lv", ""}));
  EXPECT_THAT(parse_mailboxes("Ana Doe a@x.lv"), ElementsAre(M{"a@x.lv", "Ana Doe"}));
  EXPECT_THAT(parse_mailboxes("a@x.lv b@x.lv"), ElementsAre(M{"a@x.lv", ""}, M{"b@x.lv", ""}));
  EXPECT_THAT(parse_mailboxes("Ana <a@x.lv, Bo <b@x.lv>"),
              ElementsAre(M{"a@x.lv", "Ana"}, M{"b@x.lv", "Bo"}));
  EXPECT_THAT(parse_mailboxes("\"Ana <a@x.lv>, b@x.lv"), ElementsAre(M{"a@x.lv", "Ana"}, M{"b@x.lv", ""}));
  EXPECT_THAT(parse_mailboxes("=?utf-8?Q?Doe,_Ana?= <a@x.lv>"), ElementsAre(M{"a@x.lv", "Doe, Ana"}));
  EXPECT_THAT(parse_mailboxes("MAILER-DAEMON"), ElementsAre(M{"MAILER-DAEMON", ""}));
  EXPECT_THAT(parse_mailboxes("'a@x.lv' <mailto:a@x.lv>"), ElementsAre(M{"a@x.lv", "a@x.lv"}));
  EXPECT_THAT(parse_mailboxes(",, ,a@x.lv,"), ElementsAre(M{"a@x.lv", ""}));
}

TEST(ParseMailboxes, StopsAtAThousand) {
  std::string list;
  for (int i = 0; i < 5000; ++i) list += "a@x.lv, ";
  EXPECT_EQ(parse_mailboxes(list).size(), 1000u);
}

TEST(IsMailAddress, TellsAddressesFromTheRest) {
  for (const char* good : {"a@x.lv", "a+b@x.lv", "\"a b\"@x.lv", "ā@ābols.lv", "a@localhost"})
    EXPECT_TRUE(is_mail_address(good)) << good;
  for (const char* bad : {"", "a", "@x.lv", "a@", "a b@x.lv", "a@x..lv", "a@.lv", "a@b@c", "a@x.lv\n",
                          "<a@x.lv>", "a@x.lv,b@x.lv"}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
}

}  // namespace
}  // namespace hark::email
