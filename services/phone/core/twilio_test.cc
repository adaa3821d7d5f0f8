#include "phone/core/twilio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace hark::phone::twilio {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr TimePoint kNow = from_ms(1'000'000);

Form form_of(std::string_view body) { return read_form(body).value_or(Form{}); }

template <class What>
const What* only(const std::vector<Event>& events, std::size_t at = 0) {
  return events.size() > at ? std::get_if<What>(&events[at].what) : nullptr;
}

TEST(TwilioForm, IsReadAsItWasWritten) {
  const Form form{{"From", "+371 20"}, {"To", "a&b=c%"}, {"Name", "Jānis"}};
  EXPECT_EQ(read_form(write_form(form)), form);
  EXPECT_EQ(form_of("a=1+2&a=3&=4&b"), (Form{{"a", "1 2"}, {"a", "3"}, {"b", ""}}));
  EXPECT_FALSE(read_form("a=%4"));
}

TEST(TwilioSignature, IsThatOfEachRecordedVector) {
  const char* folder = std::getenv("HARK_SAMPLES");
  if (!folder) GTEST_SKIP() << "HARK_SAMPLES is not set";
  std::ifstream in{std::string{folder} + "/signature-vectors/twilio.json"};
  std::ostringstream text;
  text << in.rdbuf();
  int checked = 0;
  const auto vectors = boost::json::parse(text.str());
  for (const auto& item : vectors.as_array()) {
    const auto& vector = item.as_object();
    const auto of = [&](std::string_view name) {
      const auto* value = vector.if_contains(name);
      return value && value->is_string() ? std::string{value->as_string()} : std::string{};
    };
    bool right = false;
    if (const auto body = of("raw_json_body"); !body.empty()) {
      right = proves_body(of("auth_token"), of("url"), body, of("x_twilio_signature"));
    } else {
      Form form;
      if (const auto* fields = vector.at("form").if_object()) {
        for (const auto& [name, value] : *fields) {
          if (value.is_array()) {
            for (const auto& one : value.as_array()) form.emplace_back(name, one.as_string());
          } else {
            form.emplace_back(name, value.as_string());
          }
        }
      }
      right = proves(of("auth_token"), of("url"), form, of("x_twilio_signature"));
    }
    EXPECT_EQ(right, vector.at("valid").as_bool()) << of("name");
    ++checked;
  }
  EXPECT_EQ(checked, 7);
}

/// Made with the vectors' own method: proxies leave the default port out or put it in.
TEST(TwilioSignature, HoldsWithAndWithoutTheDefaultPort) {
  const Form form{{"CallSid", "CA1"}};
  const std::string with = "https://hark.example.com:443/webhooks/line",
                    without = "https://hark.example.com/webhooks/line";
  const auto signature_of = [&](const std::string& url) {
    // "12345" over the URL and CallSidCA1
    return url == with ? "c1IDGX9+vxR2Q/XUYK71kkf0kJc=" : "fpsz7pNVycsRZm5Xqc/jhcH6iCw=";
  };
  for (const auto& signed_url : {with, without})
    for (const auto& seen : {with, without})
      EXPECT_TRUE(proves("12345", seen, form, signature_of(signed_url))) << seen;
  EXPECT_FALSE(proves("", without, form, signature_of(without)));
}

TEST(TwilioWebhook, AboutACustomersCallIsItsArrival) {
  const auto events =
      read({}, form_of("CallSid=CA1&From=%2B37120000000&To=%2B37160000000&CallStatus=ringing"), kNow);
  ASSERT_THAT(events, SizeIs(1));
  EXPECT_EQ(only<Arrived>(events)->from, "+37120000000");
}

TEST(TwilioWebhook, AboutAFinishedCallIsItsEnd) {
  const auto events = read({}, form_of("CallSid=CA1&From=%2B1&CallStatus=completed&SequenceNumber=3"), kNow);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(only<Ended>(events, 1)->how, LegEnd::kHungUp);
}

TEST(TwilioWebhook, AboutAnAgentsLegNamesIt) {
  const auto events = read({"leg", "CA1", "CA1.a1"}, form_of("CallSid=CA2&CallStatus=busy"), kNow);
  ASSERT_THAT(events, SizeIs(2));
  EXPECT_EQ(only<Named>(events)->native_id, "CA2");
  EXPECT_EQ(only<Ended>(events, 1)->how, LegEnd::kBusy);
  EXPECT_EQ(events[1].leg_id, "CA1.a1");
}

TEST(TwilioWebhook, AboutAnAgentsLegCountsAsAnsweredOnlyWhenItAsksWhatToDo) {
  const auto form = form_of("CallSid=CA2&CallStatus=in-progress");
  EXPECT_THAT(read({"leg", "CA1", "CA1.a1"}, form, kNow), SizeIs(1));
  EXPECT_NE(only<Answered>(read({"agent", "CA1", "CA1.a1"}, form, kNow), 1), nullptr);
  EXPECT_THAT(read({"answered", "CA1", "CA1.a1"}, form, kNow), IsEmpty());
}

TEST(TwilioWebhook, AboutTheQueueEndsTheCallOnlyIfTheCustomerHungUp) {
  const About left{"left", "CA1", ""};
  EXPECT_THAT(read(left, form_of("QueueResult=bridged&CallStatus=in-progress"), kNow), IsEmpty());
  EXPECT_NE(only<Ended>(read(left, form_of("QueueResult=hangup&CallStatus=completed"), kNow)), nullptr);
}

TEST(TwilioWebhook, AboutAMessageOnTapeHasItsRecordingAndLaterItsWords) {
  const auto events =
      read({"message", "CA1", ""},
           form_of("RecordingSid=RE1&RecordingUrl=https%3A%2F%2Fx%2FRE1&RecordingDuration=12"), kNow);
  ASSERT_NE(only<Recorded>(events), nullptr);
  EXPECT_EQ(only<Recorded>(events)->recording, (Recording{"RE1", "https://x/RE1", 12, true, ""}));
  const auto words =
      read({"message", "CA1", ""}, form_of("RecordingSid=RE1&TranscriptionText=call+me"), kNow);
  EXPECT_EQ(only<Recorded>(words)->recording.transcript, "call me");
}

TEST(TwilioWebhook, AboutALegOfOursIsNoCustomersCall) {
  EXPECT_THAT(
      read({}, form_of("CallSid=CA2&From=%2B37160000000&CallStatus=completed&Direction=outbound-api"), kNow),
      IsEmpty());
}

TEST(TwilioWebhook, ThatSaysNothingKnownIsNothing) {
  EXPECT_THAT(read({"unknown", "CA1", ""}, form_of("CallStatus=completed"), kNow), IsEmpty());
  EXPECT_THAT(read({"message", "CA1", ""}, {}, kNow), IsEmpty());
}

TEST(TwilioAnswer, TellsWhetherItIsWorthTryingAgain) {
  EXPECT_EQ(judge(201, R"({"sid":"CA5"})").sid, "CA5");
  EXPECT_TRUE(judge(429, "").again);
  EXPECT_TRUE(judge(503, "<html>").again);
  EXPECT_TRUE(judge(404, R"({"message":"not found"})").gone);
  EXPECT_EQ(judge(400, R"({"message":"bad To"})").detail, "Twilio 400: bad To");
}

TEST(TwilioAnswer, ListsTheRecordingsThatAreFinished) {
  EXPECT_THAT(read_recordings(R"({"recordings":[{"sid":"RE1","duration":"12","status":"completed"},
                                 {"sid":"RE2","status":"processing"},{"status":"completed"},7]})"),
              ElementsAre(Recording{.id = "RE1", .seconds = 12}));
  EXPECT_THAT(read_recordings("<html>"), IsEmpty());
  EXPECT_THAT(read_recordings(R"({"recordings":{}})"), IsEmpty());
}

TEST(TwiML, CarriesAnythingAsText) {
  EXPECT_NE(room("a<b>&\"", true, "u").find("a&lt;b&gt;&amp;&quot;"), std::string::npos);
}

TEST(TwiML, WhoWaitsHearsTheirPlaceBeforeTheMusicIfItIsKnown) {
  EXPECT_EQ(wait(0).find("<Say>"), std::string::npos);
  EXPECT_NE(wait(1).find("<Say>You are next.</Say><Play>"), std::string::npos);
  EXPECT_NE(wait(7).find("<Say>You are number 7 in the queue.</Say><Play>"), std::string::npos);
}

TEST(TwiML, ARoomClosesWhenItsOwnerLeavesAlone) {
  EXPECT_NE(room("c.a1", true, "u").find("endConferenceOnExit=\"true\">c.a1<"), std::string::npos);
  EXPECT_NE(room("c.a1", false, "u").find("endConferenceOnExit=\"false\">c.a1<"), std::string::npos);
}

}  // namespace
}  // namespace hark::phone::twilio
