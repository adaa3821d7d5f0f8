#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/core/digest.h"
#include "social/core/json.h"
#include "social/core/network.h"
#include "social/core/pieces.h"

namespace hark::social {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Verdict::Kind;

Account account_of(const std::string& network) {
  return {"mine", network, "11", "token", "app-secret", "verify-me", "https://api.test", false};
}

Item only(const std::string& network, std::string_view raw) {
  const auto reading = read_request(account_of(network), raw);
  EXPECT_TRUE(reading.ok());
  EXPECT_THAT(reading->items, SizeIs(1));
  return reading->items.at(0);
}

Said said(const std::string& network, std::string_view raw) {
  const auto item = only(network, raw);
  const auto* what = std::get_if<Said>(&item.what);
  EXPECT_TRUE(what) << (std::holds_alternative<Unplaced>(item.what) ? std::get<Unplaced>(item.what).reason
                                                                    : "progress");
  return what ? *what : Said{};
}

std::string telegram(const std::string& inside) {
  return R"({"update_id":7,"message":{"message_id":41,"from":{"id":35,"first_name":"Ana","last_name":"B"},)"
         R"("chat":{"id":35,"type":"private"},"date":1454119029,)" +
         inside + "}}";
}
std::string messenger(const std::string& inside) {
  return R"({"object":"page","entry":[{"id":"11","messaging":[{"sender":{"id":"22"},"recipient":{"id":"11"},)"
         R"("timestamp":1459991487970,)" +
         inside + "}]}]}";
}
std::string whatsapp(const std::string& inside) {
  return R"({"object":"whatsapp_business_account","entry":[{"id":"900","changes":[{"field":"messages","value":)"
         R"({"metadata":{"phone_number_id":"11"},"contacts":[{"wa_id":"37120000000","profile":{"name":"Ana"}}],)" +
         inside + "}}]}]}";
}

bool proven(const std::string& network, const std::string& name, const std::string& value,
            std::string_view raw) {
  const auto header = [&](std::string_view asked) { return asked == name ? value : std::string{}; };
  return find_network(network)->proves(account_of(network), header, raw);
}

TEST(Proof, OfMetaIsOverTheRawBytes) {
  const std::string raw = R"({"text":"\u0101"})";
  const auto right = "sha256=" + hex(hmac_sha256("app-secret", raw));
  for (const std::string network : {"messenger", "instagram", "whatsapp"}) {
    EXPECT_TRUE(proven(network, "x-hub-signature-256", right, raw));
    EXPECT_FALSE(proven(network, "x-hub-signature-256", right, raw + " "));
    EXPECT_FALSE(proven(network, "x-hub-signature-256", right.substr(7), raw));
    EXPECT_FALSE(proven(network, "x-hub-signature-256", "", raw));
  }
}

TEST(Proof, OfTelegramIsASecretOfViberItsTokenAndOfVkAField) {
  EXPECT_TRUE(proven("telegram", "x-telegram-bot-api-secret-token", "app-secret", "{}"));
  EXPECT_FALSE(proven("telegram", "x-telegram-bot-api-secret-token", "app-secreT", "{}"));
  EXPECT_TRUE(proven("viber", "x-viber-content-signature", hex(hmac_sha256("token", "{}")), "{}"));
  EXPECT_FALSE(proven("viber", "x-viber-content-signature", hex(hmac_sha256("token", "{ }")), "{}"));
  EXPECT_TRUE(proven("vk", "", "", R"({"secret":"app-secret"})"));
  EXPECT_FALSE(proven("vk", "", "", R"({"secret":"other"})"));
}

TEST(Telegram, AMessageIsItsSendersWords) {
  const auto what = said("telegram", telegram(R"("text":"hello")"));
  EXPECT_EQ(what.address, "telegram:35");
  EXPECT_EQ(what.name, "Ana B");
  EXPECT_EQ(what.native_id, "35:41");
  EXPECT_EQ(what.sent_at_ms, 1454119029000);
  EXPECT_EQ(what.text, "hello");
  EXPECT_TRUE(what.wants_answer);
}

TEST(Telegram, AContactIsTheirNumberOnlyIfItIsTheirOwn) {
  const auto own = said("telegram", telegram(R"("contact":{"phone_number":"37120000000","user_id":35})"));
  ASSERT_THAT(own.claims, SizeIs(1));
  EXPECT_EQ(own.claims[0].address, "tel:+37120000000");
  EXPECT_TRUE(own.claims[0].verified);
  EXPECT_THAT(said("telegram", telegram(R"("contact":{"phone_number":"371","user_id":36})")).claims,
              IsEmpty());
  EXPECT_THAT(said("telegram", telegram(R"("contact":{"phone_number":"371"})")).claims, IsEmpty());
}

TEST(Telegram, OfAPhotoTheLargestSizeIsAskedFor) {
  const auto what =
      said("telegram", telegram(R"("photo":[{"file_id":"s"},{"file_id":"l/1"}],"caption":"See")"));
  EXPECT_EQ(what.text, "See");
  ASSERT_THAT(what.files, SizeIs(1));
  const auto& network = *find_network("telegram");
  EXPECT_EQ(network.ask_for_file(account_of("telegram"), what.files[0]).url,
            "https://api.test/bottoken/getFile?file_id=l%2F1");
  EXPECT_EQ(
      network.file_place(account_of("telegram"), R"({"ok":true,"result":{"file_path":"photos/1.jpg"}})")->url,
      "https://api.test/file/bottoken/photos/1.jpg");
  EXPECT_FALSE(network.file_place(account_of("telegram"), R"({"ok":false})"));
}

TEST(Telegram, ThePiecesOfAnAlbumNameIt) {
  const auto first = said("telegram", telegram(R"("photo":[{"file_id":"a"}],"media_group_id":"13557")"));
  EXPECT_EQ(first.group, "13557");
  EXPECT_EQ(first.text, "[photo]");
  EXPECT_THAT(said("telegram", telegram(R"("text":"hello")")).group, IsEmpty());
}

TEST(Telegram, WhatItCannotShowIsNamedAndWantsAnAnswer) {
  const auto what = said("telegram", telegram(R"("poll":{"id":"1"})"));
  EXPECT_EQ(what.text, "[unsupported message]");
  EXPECT_TRUE(what.wants_answer);
  EXPECT_THAT(what.remarks, SizeIs(1));
}

TEST(Telegram, AnAnswersErrorsMeanWhatTheySay) {
  const auto judge = find_network("telegram")->judge;
  EXPECT_EQ(judge(200, R"({"ok":true,"result":{"message_id":9,"chat":{"id":35}}})").native_id, "35:9");
  const auto wait =
      judge(429, R"({"ok":false,"error_code":429,"description":"x","parameters":{"retry_after":7}})");
  EXPECT_EQ(wait.kind, Kind::kTryLater);
  EXPECT_EQ(wait.wait, std::chrono::seconds{7});
  EXPECT_EQ(judge(403, R"({"ok":false,"error_code":403,"description":"bot was blocked"})").kind,
            Kind::kRefused);
  EXPECT_EQ(judge(401, R"({"ok":false,"error_code":401,"description":"Unauthorized"})").kind,
            Kind::kPauseAccount);
  EXPECT_EQ(judge(502, "<html>").kind, Kind::kUnknown);
  EXPECT_EQ(judge(200, "").kind, Kind::kUnknown);
}

TEST(Messenger, AMessageIsScopedToItsPage) {
  const auto item = only("messenger", messenger(R"("message":{"mid":"m1","text":"hi"})"));
  EXPECT_EQ(item.network, "messenger");
  EXPECT_EQ(item.own_id, "11");
  EXPECT_EQ(std::get<Said>(item.what).address, "messenger:11:22");
  EXPECT_EQ(std::get<Said>(item.what).native_id, "m1");
}

TEST(Messenger, EachEntryBelongsToThePageThatItNames) {
  const auto reading = read_request(account_of("messenger"),
                                    R"({"object":"page","entry":[{"id":"11","messaging":[{"sender":{"id":"1"},
      "recipient":{"id":"11"},"message":{"mid":"a","text":"x"}}]},{"id":"12","messaging":[{"sender":{"id":"1"},
      "recipient":{"id":"12"},"message":{"mid":"b","text":"y"}}]}]})");
  ASSERT_THAT(reading->items, SizeIs(2));
  EXPECT_EQ(reading->items[0].own_id, "11");
  EXPECT_EQ(reading->items[1].own_id, "12");
}

TEST(Messenger, EchoesWithOurMarkAreSentAndOthersAreSomebodyElses) {
  const std::string echo = R"("message":{"mid":"m","text":"x","is_echo":true)";
  const auto ours = only("messenger", messenger(echo + R"(,"metadata":"ent_1"})"));
  EXPECT_EQ(std::get<Progress>(ours.what).mark, "ent_1");
  EXPECT_TRUE(std::holds_alternative<Unplaced>(only("messenger", messenger(echo + "}")).what));
}

TEST(Messenger, WatermarksTellHowFarTheCustomerIs) {
  const auto item = only("messenger", messenger(R"("read":{"watermark":1459991480000})"));
  const auto& progress = std::get<Progress>(item.what);
  EXPECT_EQ(progress.state, Progress::State::kRead);
  EXPECT_EQ(progress.address, "messenger:11:22");
  EXPECT_EQ(progress.before_ms, 1459991480000);
}

TEST(Messenger, ReactionsAndWithdrawalsWantNoAnswer) {
  EXPECT_FALSE(
      said("messenger", messenger(R"("reaction":{"mid":"m","emoji":"x","action":"react"})")).wants_answer);
  EXPECT_FALSE(said("messenger", messenger(R"("message":{"mid":"m","is_deleted":true})")).wants_answer);
  EXPECT_TRUE(said("messenger", messenger(R"("postback":{"title":"Start","payload":"go"})")).wants_answer);
}

TEST(Messenger, AnAnswerCarriesOurMarkAndTheTagOnlyBeyondTheWindow) {
  const auto& network = *find_network("messenger");
  Piece piece{"messenger:11:22", "Hello \"you\"", "ent_1", 0, false};
  const auto call = network.render(account_of("messenger"), piece);
  ASSERT_TRUE(call.ok());
  EXPECT_EQ(call->url, "https://api.test/v21.0/11/messages");
  EXPECT_EQ(call->authorization, "Bearer token");
  const auto body = parse_json(call->body);
  EXPECT_EQ(text_at(body, {"recipient", "id"}), "22");
  EXPECT_EQ(text_at(body, {"message", "text"}), "Hello \"you\"");
  EXPECT_EQ(text_at(body, {"message", "metadata"}), "ent_1");
  EXPECT_EQ(text_at(body, {"messaging_type"}), "RESPONSE");
  piece.last = false;
  EXPECT_EQ(
      text_at(parse_json(network.render(account_of("messenger"), piece)->body), {"message", "metadata"}),
      "ent_1/0");
  piece.as_human_agent = true;
  EXPECT_EQ(text_at(parse_json(network.render(account_of("messenger"), piece)->body), {"tag"}),
            "HUMAN_AGENT");
  piece.address = "messenger:99:22";
  EXPECT_EQ(network.render(account_of("messenger"), piece).error().reason, Reason::kAddressInvalid);
}

TEST(Meta, ErrorsAreRetriedOnlyWhereThatHelps) {
  const auto judge = [](int code) {
    return find_network("whatsapp")
        ->judge(400, R"({"error":{"message":"m","code":)" + std::to_string(code) + "}}")
        .kind;
  };
  for (const int code : {1, 2, 4, 613, 130429, 131056}) EXPECT_EQ(judge(code), Kind::kTryLater) << code;
  for (const int code : {190, 200, 368, 131031}) EXPECT_EQ(judge(code), Kind::kPauseAccount) << code;
  for (const int code : {10, 100, 551, 131026, 131047}) EXPECT_EQ(judge(code), Kind::kRefused) << code;
  EXPECT_EQ(find_network("whatsapp")->judge(200, R"({"messages":[{"id":"wamid.1"}]})").native_id, "wamid.1");
  EXPECT_EQ(find_network("whatsapp")->judge(500, "oops").kind, Kind::kUnknown);
}

TEST(WhatsApp, ANumberAndAUserIdAreOnePerson) {
  const std::string rest = R"("id":"w","type":"text","timestamp":"1454119029","text":{"body":"hi"}}])";
  const auto both =
      said("whatsapp", whatsapp(R"("messages":[{"from":"37120000000","from_user_id":"LV.1x",)" + rest));
  EXPECT_EQ(both.address, "tel:+37120000000");
  EXPECT_EQ(both.name, "Ana");
  ASSERT_THAT(both.claims, SizeIs(1));
  EXPECT_EQ(both.claims[0].address, "whatsapp:900:LV.1x");
  const auto hidden = said("whatsapp", whatsapp(R"("messages":[{"from_user_id":"LV.1x",)" + rest));
  EXPECT_EQ(hidden.address, "whatsapp:900:LV.1x");
  const auto& render = *find_network("whatsapp")->render;
  EXPECT_THAT(render(account_of("whatsapp"), {"tel:+371", "x", "e", 0, false})->body,
              HasSubstr(R"("to":"371")"));
  EXPECT_THAT(render(account_of("whatsapp"), {"whatsapp:900:LV.1x", "x", "e", 0, false})->body,
              HasSubstr(R"("recipient":"LV.1x")"));
}

TEST(WhatsApp, ANumberThatItsCountryWritesInTwoWaysIsOne) {
  const auto claims = [](const std::string& from) {
    return said("whatsapp", whatsapp(R"("messages":[{"from":")" + from +
                                     R"(","id":"w","type":"text","text":{"body":"x"}}])"))
        .claims;
  };
  const std::vector<std::pair<std::string, std::string>> pairs{{"551187654321", "5511987654321"},
                                                               {"541123456789", "5491123456789"},
                                                               {"525512345678", "5215512345678"}};
  for (const auto& [one, other] : pairs) {
    ASSERT_THAT(claims(one), SizeIs(1)) << one;
    EXPECT_EQ(claims(one)[0].address, "tel:+" + other);
    ASSERT_THAT(claims(other), SizeIs(1)) << other;
    EXPECT_EQ(claims(other)[0].address, "tel:+" + one);
  }
  EXPECT_TRUE(same_customer("tel:+525512345678", "tel:+5215512345678"));
  EXPECT_FALSE(same_customer("tel:+525512345678", "tel:+5215512345679"));
  EXPECT_TRUE(same_customer("telegram:1", "telegram:1"));
  EXPECT_FALSE(same_customer("telegram:1", "telegram:2"));
  EXPECT_THAT(claims("551133334444"), IsEmpty());   // a landline
  EXPECT_THAT(claims("5511951234567"), IsEmpty());  // without its mark it would be another one's landline
  EXPECT_FALSE(same_customer("tel:+5511951234567", "tel:+551151234567"));
  EXPECT_THAT(claims("5512345678"), IsEmpty());
  EXPECT_THAT(claims("37120000000"), IsEmpty());
}

TEST(WhatsApp, StatusesNameOurMessageAndWhyItFailed) {
  const auto item = only("whatsapp", whatsapp(R"("statuses":[{"id":"w1","status":"failed",
      "biz_opaque_callback_data":"ent_1","errors":[{"code":131047,"title":"Too late"}]}])"));
  const auto& progress = std::get<Progress>(item.what);
  EXPECT_EQ(progress.state, Progress::State::kFailed);
  EXPECT_EQ(progress.mark, "ent_1");
  EXPECT_EQ(progress.detail, "WhatsApp 131047: Too late");
}

TEST(Viber, TokensBeyond53BitsStayExact) {
  const auto what = said("viber", R"({"event":"message","timestamp":1481142112807,
      "message_token":4912661846655238145,"sender":{"id":"a/b=","name":"N"},"message":{"type":"text","text":"hi"}})");
  EXPECT_EQ(what.native_id, "4912661846655238145");
  EXPECT_EQ(what.address, "viber:mine:a/b=");
}

TEST(Vk, ConfirmsTheServerAndSaysOkToEverything) {
  EXPECT_EQ(read_request(account_of("vk"), R"({"type":"confirmation"})")->answer, "verify-me");
  EXPECT_EQ(read_request(account_of("vk"), R"({"type":"anything"})")->answer, "ok");
  const auto& render = *find_network("vk")->render;
  const auto one = render(account_of("vk"), {"vk:11:5", "hi & bye", "ent_1", 0, false});
  EXPECT_THAT(one->body, HasSubstr("message=hi%20%26%20bye"));
  EXPECT_EQ(one->body, render(account_of("vk"), {"vk:11:5", "hi & bye", "ent_1", 0, false})->body);
  EXPECT_NE(one->body, render(account_of("vk"), {"vk:11:5", "hi & bye", "ent_1", 1, false})->body);
}

TEST(Reading, WhatIsNoObjectIsRefusedAndWhatIsUnknownIsKept) {
  for (const std::string_view raw : {"", "foo", "[]", "1", "{\"a\":"}) {
    EXPECT_FALSE(read_request(account_of("telegram"), raw).ok()) << raw;
  }
  EXPECT_FALSE(read_request(account_of("telegram"), std::string(100, '[')).ok());
  for (const auto* network : networks()) {
    const auto reading = read_request(account_of(std::string{network->name}), "{}");
    ASSERT_THAT(reading->items, SizeIs(1)) << network->name;
    EXPECT_TRUE(std::holds_alternative<Unplaced>(reading->items[0].what)) << network->name;
  }
}

TEST(Window, ClosesAfterADayAndForPeopleAfterAWeek) {
  using namespace std::chrono_literals;
  const auto& network = *find_network("messenger");
  const auto heard = from_ms(1'000'000);
  auto account = account_of("messenger");
  EXPECT_TRUE(judge_window(network, account, heard, heard + 24h - 1ms).open);
  const auto closed = judge_window(network, account, heard, heard + 24h);
  EXPECT_FALSE(closed.open);
  EXPECT_EQ(closed.closed_at, heard + 24h);
  account.human_agent = true;
  EXPECT_FALSE(judge_window(network, account, heard, heard + 23h).as_human_agent);
  EXPECT_TRUE(judge_window(network, account, heard, heard + 25h).as_human_agent);
  EXPECT_FALSE(judge_window(network, account, heard, heard + 24h * 7).open);
  EXPECT_TRUE(judge_window(network, account, std::nullopt, heard).open);
  EXPECT_TRUE(judge_window(*find_network("telegram"), account, heard, heard + 24h * 365).open);
}

Piece file_piece(const std::string& address, const std::string& type, std::int64_t size = 3) {
  Piece piece{address, {}, "e1"};
  piece.file = OutFile{"a.bin", type, size, "xxx", "https://hark.test/a.bin", "h1"};
  return piece;
}

TEST(Files, GoToTelegramAsPhotosOrDocumentsByTypeAndSize) {
  const auto png = [](std::string_view size) {
    return std::string{"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", 16} + std::string{size};
  };
  const auto as = [](const std::string& type, std::int64_t size, const std::string& content) {
    auto piece = file_piece("telegram:35", type, size);
    piece.file->content = content;
    const auto call = find_network("telegram")->render(account_of("telegram"), piece);
    return call.ok() ? call->url.substr(call->url.rfind('/')) : call.error().message;
  };
  const auto picture = png({"\0\0\x03\x20\0\0\x02\x58", 8});
  EXPECT_EQ(as("image/png", 10 << 20, picture), "/sendPhoto");
  EXPECT_EQ(as("image/png", (10 << 20) + 1, picture), "/sendDocument");
  EXPECT_EQ(as("image/gif", 3, picture), "/sendDocument");
  EXPECT_EQ(as("image/png", 3, png({"\0\0\x27\x10\0\0\0\1", 8})), "/sendDocument");  // too long
  EXPECT_EQ(as("image/png", 3, png({"\0\0\0\x15\0\0\0\1", 8})), "/sendDocument");    // too thin
  EXPECT_EQ(as("image/png", 3, "no picture"), "/sendDocument");
  EXPECT_THAT(as("image/png", (50 << 20) + 1, picture), HasSubstr("does not take"));
}

TEST(Files, AreShownByWhatTheNetworkKeepsThemUnder) {
  const auto body = [](const std::string& network, const std::string& address, const std::string& type) {
    return find_network(network)->render(account_of(network), file_piece(address, type))->body;
  };
  EXPECT_THAT(body("messenger", "messenger:11:22", "audio/ogg"),
              HasSubstr(R"("attachment":{"type":"audio","payload":{"attachment_id":"h1"}})"));
  EXPECT_THAT(body("instagram", "instagram:11:22", "application/pdf"), HasSubstr(R"("type":"file")"));
  EXPECT_THAT(body("whatsapp", "tel:+37120000000", "application/pdf"),
              HasSubstr(R"("type":"document","document":{"id":"h1","filename":"a.bin"})"));
  EXPECT_THAT(body("vk", "vk:11:5", "image/png"), HasSubstr("&attachment=h1"));
  EXPECT_THAT(body("viber", "viber:mine:u", "text/csv"),
              HasSubstr(R"("type":"file","media":"https://hark.test/a.bin","size":3,"file_name":"a.bin")"));
}

TEST(Files, VkIsAskedThreeThingsInTurn) {
  const auto account = account_of("vk");
  const auto piece = file_piece("vk:11:5", "text/csv");
  std::vector<Response> so_far;
  const auto next = [&] { return find_network("vk")->hand_over(account, piece, so_far); };
  EXPECT_THAT(std::get<Call>(next()).body, HasSubstr("type=doc&peer_id=5"));
  so_far.push_back({200, R"({"response":{"upload_url":"http://169.254.1.1/u"}})"});
  EXPECT_EQ(std::get<Verdict>(next()).kind, Kind::kTryLater);  // neither VK's nor safe on its way
  so_far.back().body = R"({"response":{"upload_url":"https://pu.vk.com/u"}})";
  const auto upload = std::get<Call>(next());
  EXPECT_EQ(upload.url, "https://pu.vk.com/u");
  EXPECT_EQ(upload.authorization, "");
  so_far.push_back({200, R"({"file":"f|1"})"});
  EXPECT_THAT(std::get<Call>(next()).body, HasSubstr("file=f%7C1&title=a.bin"));
  so_far.push_back({200, R"({"response":{"type":"doc","doc":{"id":6,"owner_id":-1}}})"});
  EXPECT_EQ(std::get<std::string>(next()), "doc-1_6");
  so_far.back().body = R"({"error":{"error_code":5,"error_msg":"no"}})";
  EXPECT_EQ(std::get<Verdict>(next()).kind, Kind::kPauseAccount);
}

TEST(Templates, GoToWhatsAppWithTheirFieldsByNumberOrByName) {
  const auto body = [](std::vector<Template::Field> fields) {
    Piece piece{"tel:+37120000000", {}, "e1"};
    piece.filled = Template{"ready", "en_US", std::move(fields)};
    return find_network("whatsapp")->render(account_of("whatsapp"), piece)->body;
  };
  EXPECT_THAT(
      body({{"1", "A"}, {"2", "B"}}),
      HasSubstr(
          R"("components":[{"type":"body","parameters":[{"type":"text","text":"A"},{"type":"text","text":"B"}]}])"));
  EXPECT_THAT(body({{"order", "A"}}), HasSubstr(R"({"type":"text","text":"A","parameter_name":"order"})"));
  EXPECT_THAT(body({}), HasSubstr(R"("template":{"name":"ready","language":{"code":"en_US"}})"));
}

TEST(Pieces, FilesComeFirstAndATemplateComesAlone) {
  const auto& network = *find_network("messenger");
  const auto pieces = pieces_of(network, {"words", {{"a"}, {"b"}}}, "e1", "messenger:11:22");
  ASSERT_THAT(pieces, SizeIs(3));
  EXPECT_EQ(pieces[1].file->name, "b");
  EXPECT_EQ(pieces[2].text, "words");
  EXPECT_EQ(pieces[0].mark(), "e1/0");
  EXPECT_EQ(pieces[2].mark(), "e1");
  EXPECT_THAT(pieces_of(network, {"words", {}, Template{"ready", "en"}}, "e1", "messenger:11:22"), SizeIs(1));
  EXPECT_THAT(pieces_of(network, {" \n"}, "e1", "messenger:11:22"), IsEmpty());
}

TEST(Windows, EndADayOrAWeekAfterTheMessage) {
  auto account = account_of("messenger");
  const auto heard = from_ms(1'700'000'000'000);
  EXPECT_EQ(window_end(*find_network("messenger"), account, heard), heard + std::chrono::hours{24});
  account.human_agent = true;
  EXPECT_EQ(window_end(*find_network("messenger"), account, heard), heard + std::chrono::hours{24 * 7});
  EXPECT_EQ(window_end(*find_network("telegram"), account, heard), std::nullopt);
}

}  // namespace
}  // namespace hark::social
