// Comments beneath posts on Facebook and Instagram, as Meta's documentation shows its webhooks.
#include "social/core/comments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "social/core/json.h"

namespace hark::social {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Account account_of(const std::string& network) {
  return {"mine", network, "11", "token", "app-secret", "verify-me", "https://api.test", false};
}

std::vector<Item> items_of(const std::string& network, const std::string& field, const std::string& value) {
  const auto object = network == "messenger" ? "page" : "instagram";
  const auto raw = std::string{R"({"object":")"} + object +
                   R"(","entry":[{"id":"11","time":1755779280,"changes":[{"field":")" + field +
                   R"(","value":)" + value + "}]}]}";
  const auto reading = read_request(account_of(network), raw);
  EXPECT_TRUE(reading.ok());
  return reading->items;
}

std::string comment(const std::string& more) {
  return R"({"item":"comment","post_id":"11_500","comment_id":"500_7","created_time":1755779279,"post":{"status_type":"mobile_status_update",)"
         R"("permalink_url":"https://www.facebook.com/11/posts/500"},)" +
         more + "}";
}
std::string by_ana(const std::string& more) {
  return comment(R"("from":{"id":"22","name":"Ana"},"parent_id":"11_500",)" + more);
}
std::vector<Item> on_facebook(const std::string& value) { return items_of("messenger", "feed", value); }

Said said(const std::vector<Item>& items) {
  EXPECT_THAT(items, SizeIs(1));
  const auto* what = items.empty() ? nullptr : std::get_if<Said>(&items[0].what);
  EXPECT_TRUE(what);
  return what ? *what : Said{};
}

TEST(FacebookComment, IsPublicAndBeginsAThreadBeneathItsPost) {
  const auto items = on_facebook(by_ana(R"("verb":"add","message":"Do you ship to Riga?")"));
  const auto what = said(items);
  EXPECT_EQ(items[0].network, "messenger");
  EXPECT_EQ(items[0].own_id, "11");
  EXPECT_EQ(what.address, "messenger:11:22");
  EXPECT_EQ(what.name, "Ana");
  EXPECT_EQ(what.native_id, "comment:500_7");
  EXPECT_EQ(what.text, "Do you ship to Riga?");
  EXPECT_EQ(what.sent_at_ms, 1755779279000);
  EXPECT_TRUE(what.wants_answer);
  ASSERT_TRUE(what.comment);
  EXPECT_EQ(what.comment->id, "comment:500_7");
  EXPECT_EQ(what.comment->thread, "comment:500_7");
  EXPECT_THAT(what.remarks, ElementsAre("a comment beneath https://www.facebook.com/11/posts/500"));
}

TEST(FacebookComment, ThatAnswersAnotherGoesOnWithItsThread) {
  const auto what = said(on_facebook(
      comment(R"("from":{"id":"22"},"parent_id":"500_6","verb":"add","message":"And to Tartu?")")));
  EXPECT_EQ(what.comment->id, "comment:500_7");
  EXPECT_EQ(what.comment->thread, "comment:500_6");
}

TEST(FacebookComment, ThatIsOursOpensNothingAndIsMatchedByItsId) {
  const auto items = on_facebook(comment(
      R"("from":{"id":"11","name":"Shop"},"parent_id":"500_6","verb":"add","message":"Yes, we do.")"));
  ASSERT_THAT(items, SizeIs(1));
  const auto& progress = std::get<Progress>(items[0].what);
  EXPECT_EQ(progress.state, Progress::State::kSent);
  EXPECT_EQ(progress.echo, echo_of("comment:500_6", "Yes,  we do.\n"));
  EXPECT_NE(progress.echo, echo_of("comment:500_8", "Yes, we do."));
  EXPECT_NE(progress.echo, echo_of("comment:500_6", "Yes, we don't."));
  EXPECT_EQ(progress.native_id, "500_7");
  EXPECT_THAT(progress.if_not_ours, HasSubstr("another tool"));
  EXPECT_THAT(on_facebook(comment(R"("from":{"id":"11"},"verb":"edited","message":"Yes!")")), IsEmpty());
}

TEST(FacebookComment, ThatWasChangedIsWrittenAgainAndWantsAnAnswer) {
  const auto once = said(on_facebook(by_ana(R"("verb":"edited","message":"To Riga or Tartu?")")));
  EXPECT_TRUE(once.wants_answer);
  EXPECT_FALSE(once.comment->is_new);
  EXPECT_EQ(once.comment->id, "comment:500_7");
  EXPECT_THAT(once.native_id, ::testing::StartsWith("comment:500_7:edited:"));
  EXPECT_EQ(once.native_id,
            said(on_facebook(by_ana(R"("verb":"edited","message":"To Riga or Tartu?")"))).native_id);
  EXPECT_NE(once.native_id, said(on_facebook(by_ana(R"("verb":"edited","message":"To Tartu?")"))).native_id);
}

TEST(FacebookComment, ThatIsRemovedOrHiddenIsToldAndWantsNoAnswer) {
  for (const auto& [verb, words] :
       {std::pair{"remove", "[the comment was removed]"}, std::pair{"hide", "[the comment was hidden]"},
        std::pair{"unhide", "[the comment is shown again]"}}) {
    const auto what =
        said(on_facebook(by_ana(std::string{R"("verb":")"} + verb + R"(","message":"secret words")")));
    EXPECT_FALSE(what.wants_answer);
    EXPECT_EQ(what.text, words);
    EXPECT_NE(what.native_id, "comment:500_7");
    EXPECT_EQ(what.comment->thread, "comment:500_7");
    EXPECT_THAT(what.remarks, IsEmpty());
  }
}

TEST(FacebookComment, ShowsWhatStandsInPlaceOfWords) {
  const auto photo = said(on_facebook(by_ana(R"("verb":"add","photo":"https://cdn.test/1.jpg")")));
  EXPECT_EQ(photo.text, "[photo]");
  ASSERT_THAT(photo.files, SizeIs(1));
  EXPECT_EQ(photo.files[0].url, "https://cdn.test/1.jpg");
  EXPECT_EQ(said(on_facebook(by_ana(R"("verb":"add","link":"https://x.test/gif")"))).text,
            "https://x.test/gif");
  EXPECT_EQ(said(on_facebook(by_ana(R"("verb":"add")"))).text, "[unsupported message]");
}

TEST(FacebookPage, AVisitorsPostIsPublicAndIsAnsweredBeneathIt) {
  const auto what = said(on_facebook(
      R"({"item":"status","verb":"add","post_id":"11_501","from":{"id":"22","name":"Ana"},"created_time":1755779279,"message":"Where are you?"})"));
  EXPECT_EQ(what.native_id, "post:11_501");
  EXPECT_EQ(what.comment->id, "post:11_501");
  EXPECT_EQ(what.comment->thread, "post:11_501");
}

TEST(FacebookPage, LikesAndOurOwnPostsAreNothingToUsAndTheUnknownIsKept) {
  EXPECT_THAT(on_facebook(R"({"item":"like","verb":"add","post_id":"11_5","from":{"id":"22"}})"), IsEmpty());
  EXPECT_THAT(
      on_facebook(
          R"({"item":"reaction","verb":"add","reaction_type":"love","post_id":"11_5","from":{"id":"22"}})"),
      IsEmpty());
  EXPECT_THAT(
      on_facebook(R"({"item":"status","verb":"add","post_id":"11_5","from":{"id":"11"},"message":"New!"})"),
      IsEmpty());
  for (const auto* value :
       {R"({"item":"event","verb":"add","from":{"id":"22"}})", R"({"item":"comment","verb":"add"})",
        R"({"item":"comment","verb":"pin","comment_id":"5_1","from":{"id":"22"}})", "{}"}) {
    const auto items = on_facebook(value);
    ASSERT_THAT(items, SizeIs(1)) << value;
    EXPECT_TRUE(std::holds_alternative<Unplaced>(items[0].what)) << value;
  }
}

TEST(FacebookPage, OlderWebhooksNameTheWriterInAnotherWay) {
  const auto what = said(on_facebook(
      comment(R"("sender_id":22,"sender_name":"Ana","verb":"add","message":"Hi","parent_id":"11_500")")));
  EXPECT_EQ(what.address, "messenger:11:22");
  EXPECT_EQ(what.name, "Ana");
}

TEST(InstagramComment, IsPublicAndGoesOnWithTheThreadOfItsParent) {
  const std::string value =
      R"({"from":{"id":"232323","username":"ana.b"},"media":{"id":"123","media_product_type":"FEED"},"id":"17865799348089039")";
  const auto first = said(items_of("instagram", "comments", value + R"(,"text":"Is it red?"})"));
  EXPECT_EQ(first.address, "instagram:11:232323");
  EXPECT_EQ(first.name, "ana.b");
  EXPECT_EQ(first.native_id, "comment:17865799348089039");
  EXPECT_EQ(first.comment->thread, "comment:17865799348089039");
  EXPECT_EQ(first.sent_at_ms, 1755779280000);
  const auto second =
      said(items_of("instagram", "comments", value + R"(,"parent_id":"1786","text":"Is it?"})"));
  EXPECT_EQ(second.comment->thread, "comment:1786");
  EXPECT_THAT(said(items_of("instagram", "live_comments", value + "}")).remarks,
              ElementsAre("a comment during a live broadcast"));
}

TEST(InstagramComment, ThatIsOursOpensNothing) {
  const auto items =
      items_of("instagram", "comments",
               R"({"from":{"id":"11","username":"shop"},"id":"1787","parent_id":"1786","text":"Yes"})");
  ASSERT_THAT(items, SizeIs(1));
  EXPECT_EQ(std::get<Progress>(items[0].what).native_id, "1787");
  EXPECT_EQ(std::get<Progress>(items[0].what).echo, echo_of("comment:1786", "Yes"));
}

TEST(CommentAnswer, GoesBeneathTheCommentAndCarriesNothingButTheWords) {
  for (const auto& [network, edge] :
       {std::pair{"messenger", "/comments"}, std::pair{"instagram", "/replies"}}) {
    Piece piece{std::string{network} + ":11:22", "Yes, we do.", "ent_1"};
    piece.comment = "comment:500_7";
    const auto call = find_network(network)->render(account_of(network), piece);
    ASSERT_TRUE(call.ok());
    EXPECT_EQ(call->url, std::string{"https://api.test/v21.0/500_7"} + edge);
    EXPECT_EQ(call->authorization, "Bearer token");
    EXPECT_EQ(call->body, R"({"message":"Yes, we do."})");
    EXPECT_EQ(find_network(network)->judge(200, R"({"id":"500_8"})").native_id, "500_8");
    piece.comment = "comment:../me/feed";
    EXPECT_THAT(find_network(network)->render(account_of(network), piece)->url,
                HasSubstr("/..%2Fme%2Ffeed/"));
    piece.comment = "comment:..";
    EXPECT_THAT(find_network(network)->render(account_of(network), piece)->url, HasSubstr("/%2E%2E/"));
  }
}

TEST(CommentAnswer, InPrivateIsAMessageToWhoeverWroteTheComment) {
  Piece piece{"messenger:11:22", "Your order left.", "ent_1"};
  piece.comment = "comment:500_7";
  piece.privately = true;
  const auto call = find_network("messenger")->render(account_of("messenger"), piece);
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->url, "https://api.test/v21.0/11/messages");
  const auto body = parse_json(call->body);
  EXPECT_EQ(text_at(body, {"recipient", "comment_id"}), "500_7");
  EXPECT_EQ(text_at(body, {"recipient", "id"}), "");
  EXPECT_EQ(text_at(body, {"message", "metadata"}), "ent_1");
  piece.comment = "post:11_501";
  EXPECT_EQ(text_at(parse_json(find_network("messenger")->render(account_of("messenger"), piece)->body),
                    {"recipient", "post_id"}),
            "11_501");
}

TEST(CommentAnswer, InPrivateCanBeGivenForAWeek) {
  using namespace std::chrono_literals;
  const auto written = from_ms(1'000'000);
  EXPECT_TRUE(judge_private_answer(written, written + 24h * 7 - 1ms).open);
  const auto closed = judge_private_answer(written, written + 24h * 7);
  EXPECT_FALSE(closed.open);
  EXPECT_EQ(closed.closed_at, written + 24h * 7);
  EXPECT_TRUE(judge_private_answer(std::nullopt, written).open);
}

}  // namespace
}  // namespace hark::social
