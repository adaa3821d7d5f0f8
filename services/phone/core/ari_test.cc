#include "phone/core/ari.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace hark::phone::ari {
namespace {

namespace fs = std::filesystem;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = Reading::Kind;

constexpr TimePoint kNow = from_ms(4'000'000'000'000);

std::string event(std::string_view type, std::string_view channel, std::string_view state,
                  std::string_view more = "") {
  return R"({"type":")" + std::string{type} + R"(","timestamp":"2026-11-26T10:00:00.500+0200",)" +
         std::string{more} + R"("channel":{"id":")" + std::string{channel} + R"(","state":")" +
         std::string{state} +
         R"(","caller":{"name":"Ana","number":"+37120000000"},"dialplan":{"exten":"100"}}})";
}

template <class What>
const What* only(const Reading& reading) {
  return reading.news.size() == 1 ? std::get_if<What>(&reading.news[0].event.what) : nullptr;
}

TEST(AriChannel, TellsWhoseItIs) {
  EXPECT_EQ(place_of("1586730880.1791").call, "1586730880.1791");
  EXPECT_EQ(place_of("1586730880.1791").leg, "");
  EXPECT_EQ(place_of("1586730880.1791.a12").call, "1586730880.1791");
  EXPECT_EQ(place_of("1586730880.1791.a12").leg, "1586730880.1791.a12");
  EXPECT_EQ(place_of("pbx.asterisk-1.7").leg, "");
  EXPECT_EQ(place_of(".a1").leg, "");
}

TEST(AriEvent, ThatEntersTheApplicationIsACallThatArrives) {
  const auto reading = read(event("StasisStart", "15.1", "Ring"), kNow);
  ASSERT_NE(only<Arrived>(reading), nullptr);
  EXPECT_EQ(only<Arrived>(reading)->from, "+37120000000");
  EXPECT_EQ(only<Arrived>(reading)->to, "100");
  EXPECT_EQ(reading.news[0].event.at, from_ms(1'795'680'000'500));
}

TEST(AriEvent, ThatALegWhichWeDialledEntersIsItsAnswer) {
  EXPECT_NE(only<Answered>(read(event("StasisStart", "15.1.a3", "Up"), kNow)), nullptr);
  EXPECT_NE(only<Answered>(read(event("StasisStart", "back-ent_1-1", "Up"), kNow)), nullptr);
  EXPECT_NE(only<Answered>(read(event("ChannelStateChange", "15.1.a3", "Up"), kNow)), nullptr);
  EXPECT_NE(only<Rang>(read(event("ChannelStateChange", "15.1.a3", "Ringing"), kNow)), nullptr);
  EXPECT_THAT(read(event("ChannelStateChange", "15.1", "Up"), kNow).news, IsEmpty());
}

TEST(AriEvent, OfAChannelsEndTellsHowButNotWhetherItWasAnswered) {
  EXPECT_EQ(only<Ended>(read(event("ChannelDestroyed", "15.1.a3", "Down", R"("cause":17,)"), kNow))->how,
            LegEnd::kBusy);
  EXPECT_EQ(only<Ended>(read(event("ChannelDestroyed", "15.1", "Up", R"("cause":16,)"), kNow))->how,
            LegEnd::kHungUp);
  EXPECT_EQ(only<Ended>(read(event("ChannelDestroyed", "15.1", "Ring", R"("cause":16,)"), kNow))->how,
            LegEnd::kHungUp);
}

TEST(AriEvent, OfHoldIsHold) {
  EXPECT_TRUE(only<Held>(read(event("ChannelHold", "15.1.a3", "Up"), kNow))->held);
  EXPECT_FALSE(only<Held>(read(event("ChannelUnhold", "15.1.a3", "Up"), kNow))->held);
}

TEST(AriEvent, OfARecordingIsTheCustomersMessage) {
  const auto reading = read(R"({"type":"RecordingFinished","recording":{"name":")" + recording_name("15.1") +
                                R"(","duration":12}})",
                            kNow);
  ASSERT_NE(only<Recorded>(reading), nullptr);
  EXPECT_EQ(reading.news[0].place.call, "15.1");
  EXPECT_EQ(only<Recorded>(reading)->recording.seconds, 12);
  EXPECT_EQ(read(R"({"type":"RecordingFinished","recording":{"name":"theirs","duration":12}})", kNow).kind,
            Kind::kNothing);
}

TEST(AriEvent, ThatTheApplicationWasReplacedIsTold) {
  EXPECT_EQ(read(R"({"type":"ApplicationReplaced","application":"hark"})", kNow).kind, Kind::kReplaced);
}

TEST(AriEvent, ThatIsNoneIsBroken) {
  for (const auto* text : {"", "[]", "{}", "nonsense", R"({"type":5})"})
    EXPECT_EQ(read(text, kNow).kind, Kind::kBroken) << text;
  EXPECT_EQ(read(R"({"type":"StasisStart","channel":{}})", kNow).kind, Kind::kNothing);
}

TEST(AriChannels, AreListedWithTheirApplication) {
  const auto channels = read_channels(
      R"([{"id":"15.1","state":"Up","dialplan":{"exten":"100","app_name":"Stasis","app_data":"hark,a=b"}},{"id":"x","state":"Down"}])");
  ASSERT_TRUE(channels);
  ASSERT_THAT(*channels, SizeIs(2));
  EXPECT_EQ((*channels)[0].app, "hark");
  EXPECT_TRUE((*channels)[0].up);
  EXPECT_EQ((*channels)[1].app, "");
  EXPECT_FALSE(read_channels("{}"));
}

/// Captured events (HARK_SAMPLES): each is read, and says what its type says.
TEST(AriSamples, AreRead) {
  const char* folder = std::getenv("HARK_SAMPLES");
  if (!folder) GTEST_SKIP() << "HARK_SAMPLES is not set";
  int arrivals = 0, ends = 0, answers = 0, files = 0;
  for (const auto* from : {"/voipbin-asterisk-ari", "/shurshilov-asterisk-ari"}) {
    for (const auto& file : fs::directory_iterator{std::string{folder} + from}) {
      std::ifstream in{file.path()};
      std::ostringstream text;
      text << in.rdbuf();
      const auto reading = read(text.str(), kNow);
      EXPECT_NE(reading.kind, Kind::kBroken) << file.path();
      ++files;
      if (const auto* arrived = only<Arrived>(reading))
        arrivals += !arrived->from.empty() && !arrived->to.empty();
      if (const auto* ended = only<Ended>(reading)) ends += !ended->detail.empty();
      answers += only<Answered>(reading) != nullptr;
      if (!reading.news.empty())
        EXPECT_LT(reading.news[0].event.at, from_ms(1'800'000'000'000)) << file.path();
    }
  }
  EXPECT_GE(files, 19);
  EXPECT_EQ(arrivals, 2);  // the third shows no number
  EXPECT_EQ(ends, 2);
  EXPECT_EQ(answers, 0);  // none of these channels is ours
}

}  // namespace
}  // namespace hark::phone::ari
