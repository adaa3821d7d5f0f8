#include "email/core/threading.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "email/core/message_id.h"

namespace hark::email {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const std::string kToken = "0123456789abcdefghjkmnpqrstvwxyz0123456789";
const std::string kOtherToken = "zyxwvtsrqpnmkjhgfedcba98765432100123456789";
const std::string kUpperToken = "0123456789ABCDEFGHJKMNPQRSTVWXYZ0123456789";
const std::string kOwnId = "01jd3y8k2m00a7q4r5s6t7v8w9." + kToken + "@hark.localhost";

const std::vector<MailAccount> kAccounts{
    {"acc_1", "Support@hark.localhost", {"help@hark.localhost", "support@old.lv"}},
    {"acc_2", "sales@hark.localhost", {}},
    {"acc_3", "support+vip@hark.localhost", {}},
};

ThreadHints hints(const Mail& mail, const Envelope& envelope = {}) {
  return thread_hints(mail, envelope, kAccounts);
}

std::string account_of(std::string_view recipient) {
  const auto* account = match_account(recipient, kAccounts);
  return account == nullptr ? "" : account->id;
}

TEST(Threading, FindsTheAccountOfARecipient) {
  EXPECT_EQ(account_of("support@hark.localhost"), "acc_1");
  EXPECT_EQ(account_of("SUPPORT+whatever@Hark.LocalHost."), "acc_1");
  EXPECT_EQ(account_of("<help+x@hark.localhost>"), "acc_1");
  EXPECT_EQ(account_of("support@old.lv"), "acc_1");
  EXPECT_EQ(account_of("sales@hark.localhost"), "acc_2");
  EXPECT_EQ(account_of("support+VIP@hark.localhost"), "acc_3") << "the more particular address wins";
  for (const char* stranger :
       {"", "@", "support", "support@", "support@other.lv", "xsupport@hark.localhost", "sales@old.lv"}) {
    EXPECT_EQ(account_of(stranger), "") << stranger;
  }
}

TEST(Threading, TakesTokensFromEveryPlaceOfARecipientBestFirst) {
  Mail mail;
  mail.to = {{"someone@x.lv", ""}, {"sales+" + kOtherToken + "@hark.localhost", ""}};
  mail.cc = {{"support+" + kToken + "@hark.localhost", ""}};
  EXPECT_THAT(hints(mail).address_tokens, ElementsAre(kOtherToken, kToken));
  mail.headers = {{"X-Original-To", "<support+" + kToken + "@hark.localhost>"}};
  EXPECT_THAT(hints(mail).address_tokens, ElementsAre(kToken, kOtherToken));
  mail.headers = {{"delivered-to", "help+" + kOtherToken + "@hark.localhost"}};
  EXPECT_THAT(hints(mail, {"", {"Support+" + kUpperToken + "@hark.localhost"}}).address_tokens,
              ElementsAre(kToken, kOtherToken))
      << "the envelope is best, and case is of no matter";
}

TEST(Threading, BelievesNoTokenAtAStrangersAddressOrOfAnotherForm) {
  Mail mail;
  mail.to = {{"support+" + kToken + "@evil.lv", ""},
             {"other+" + kToken + "@hark.localhost", ""},
             {"support+" + kToken + "0@hark.localhost", ""},
             {"support+" + kToken.substr(1) + "@hark.localhost", ""},
             {"support+u" + kToken.substr(1) + "@hark.localhost", ""},
             {"support@hark.localhost", ""},
             {"support+@hark.localhost", ""}};
  EXPECT_THAT(hints(mail).address_tokens, IsEmpty());
}

TEST(Threading, ReadsTokensBehindAnAccountsOwnTag) {
  Mail mail;
  mail.to = {{"support+vip+" + kToken + "@hark.localhost", ""}};
  EXPECT_THAT(hints(mail).address_tokens, ElementsAre(kToken));
}

TEST(Threading, OrdersReferencesNearestFirstAndEachOnce) {
  Mail mail;
  mail.in_reply_to = {"c@x", "b@x"};
  mail.references = {"a@x", "b@x", "c@x", "a@x"};
  EXPECT_THAT(hints(mail).references, ElementsAre("c@x", "b@x", "a@x"));
}

TEST(Threading, FreesIdsOfBracketsQuotesAndBlanks) {
  Mail mail;
  mail.in_reply_to = {" <a@x> ", "\"b@x\"", "<c\t @x>", "'<d@x>'", "", "<>", "junk"};
  EXPECT_THAT(hints(mail).references, ElementsAre("a@x", "b@x", "c@x", "d@x"));
}

TEST(Threading, ReadsAtMostFiftyReferences) {
  Mail mail;
  for (int i = 0; i < 500; ++i) mail.references.push_back(std::to_string(i) + "@x");
  const auto found = hints(mail).references;
  EXPECT_THAT(found, SizeIs(kThreadReferencesMax));
  EXPECT_EQ(found.front(), "499@x");
}

TEST(Threading, KnowsOurMessageIdsByTheirForm) {
  EXPECT_EQ(token_of_own_message_id(kOwnId), kToken);
  EXPECT_EQ(token_of_own_message_id("01JD3Y8K2M00A7Q4R5S6T7V8W9." + kUpperToken + "@hark.localhost"), kToken);
  for (const std::string& other :
       {std::string{}, std::string{"a@b"}, kOwnId.substr(1), "01jd3y8k2m00a7q4r5s6t7v8w9." + kToken,
        "01jd3y8k2m00a7q4r5s6t7v8w9-" + kToken + "@x", "u1jd3y8k2m00a7q4r5s6t7v8w9." + kToken + "@x"}) {
    EXPECT_EQ(token_of_own_message_id(other), std::nullopt) << other;
  }
  EXPECT_EQ(as_thread_token("O123456789abcdefghjkmnpqrstvwxyzoi234567l9"),
            "0123456789abcdefghjkmnpqrstvwxyz0123456719")
      << "letters that people read as figures";
}

TEST(Threading, PutsTheOriginalOfABounceBeforeTheBounceItself) {
  Mail bounce;
  bounce.in_reply_to = {"other@x"};
  OriginalMail original;
  original.message_id = kOwnId;
  original.in_reply_to = {"question@x"};
  original.references = {"first@x", "question@x"};
  original.reply_to = "Support <support+" + kOtherToken + "@hark.localhost>";
  const auto found = thread_hints(bounce, {}, kAccounts, {}, &original);
  EXPECT_THAT(found.references, ElementsAre(kOwnId, "question@x", "first@x", "other@x"));
  EXPECT_THAT(found.address_tokens, ElementsAre(kOtherToken));
}

TEST(Threading, LooksAtNoneOfWhatIsTurnedOff) {
  Mail mail;
  mail.subject = "Re: Parcel [#" + kOtherToken + "]";
  mail.to = {{"support+" + kToken + "@hark.localhost", ""}};
  mail.references = {"question@x", kOwnId};
  const auto found = [&](const ThreadMatchers& matchers) {
    return thread_hints(mail, {}, kAccounts, matchers);
  };
  EXPECT_THAT(found({}).address_tokens, SizeIs(1));
  EXPECT_THAT(found({}).references, ElementsAre(kOwnId, "question@x"));
  EXPECT_THAT(found({}).subject_tokens, IsEmpty()) << "off until somebody turns it on";
  EXPECT_THAT(found({.subject_mark = true}).subject_tokens, ElementsAre(kOtherToken));
  EXPECT_THAT(found({.address_token = false}).address_tokens, IsEmpty());
  EXPECT_THAT(found({.message_id_token = false}).references, ElementsAre("question@x"));
  EXPECT_THAT(found({.references = false}).references, ElementsAre(kOwnId)) << "which holds a signed token";
}

TEST(Threading, KeepsTokensWithinTheirLimit) {
  Mail mail;
  for (int i = 0; i < 100; ++i) {
    auto token = kToken;
    token[0] = static_cast<char>('0' + i % 10);
    token[1] = static_cast<char>('0' + i / 10);
    mail.to.push_back({"support+" + token + "@hark.localhost", ""});
  }
  EXPECT_THAT(hints(mail).address_tokens, SizeIs(kThreadTokensMax));
}

}  // namespace
}  // namespace hark::email
