#include "base/log/log.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include <limits>
#include <thread>
#include <vector>

#include "base/log/line.h"

namespace hark {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr TimePoint kNoon = from_ms(1'795'348'939'123);  // 2026-11-22T12:02:19.123Z

/// The line read by somebody else's JSON parser.
google::protobuf::Struct parsed(const std::string& json) {
  google::protobuf::Struct out;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &out);
  EXPECT_TRUE(status.ok()) << status.ToString() << "\n" << json;
  return out;
}

TEST(LogLine, AsJsonCarriesEveryFieldInItsOwnType) {
  EXPECT_EQ(to_json({kNoon,
                     LogLevel::kInfo,
                     "email",
                     "mail accepted",
                     {{"conversation", "con_1"}, {"bytes", 4711}, {"ratio", 0.5}, {"duplicate", false}}}),
            "{\"time\":\"2026-11-22T12:02:19.123Z\",\"level\":\"info\",\"service\":\"email\",\"message\":"
            "\"mail accepted\","
            "\"conversation\":\"con_1\",\"bytes\":4711,\"ratio\":0.5,\"duplicate\":false}");
}

TEST(LogLine, AsTextReadsLikeASentenceWithItsFacts) {
  EXPECT_EQ(to_text({kNoon,
                     LogLevel::kWarning,
                     "routing",
                     "offer ran out",
                     {{"agent", "ana"}, {"why", "no answer"}, {"left", 2}}},
                    false),
            "12:02:19.123 warning routing: offer ran out  agent=ana  why=\"no answer\"  left=2");
  EXPECT_THAT(to_text({kNoon, LogLevel::kError, "email", "x", {}}, true), HasSubstr("\x1b[31merror\x1b[0m"));
}

TEST(LogLine, NobodyForgesALineOrBreaksTheJson) {
  const std::string evil{"a\"b\\c\nd\x1b[31m\xff\xc3\0e\xed\xa0\x80", 19};
  const LogLine line{kNoon, LogLevel::kInfo, "email", evil, {{"sender", evil}}};
  const std::string json = to_json(line);
  EXPECT_THAT(json, Not(HasSubstr("\n")));
  EXPECT_THAT(json, Not(HasSubstr("\x1b")));
  const auto fields = parsed(json).fields();
  EXPECT_THAT(fields.at("sender").string_value(), HasSubstr("a\"b\\c\nd\x1b[31m"));
  EXPECT_THAT(to_text(line, false), Not(HasSubstr("\n")));
  EXPECT_THAT(to_text(line, false), Not(HasSubstr("\x1b")));
}

TEST(LogLine, NumbersThatJsonLacksBecomeNull) {
  const auto fields =
      parsed(to_json({kNoon, LogLevel::kInfo, "x", "y", {{"rate", std::numeric_limits<double>::infinity()}}}))
          .fields();
  EXPECT_EQ(fields.at("rate").kind_case(), google::protobuf::Value::kNullValue);
}

TEST(LogLine, WhatPeopleWroteAndSecretsStayOut) {
  for (const char* key : {"password", "token", "secret", "authorization", "cookie", "text", "html", "body",
                          "content", "raw", "subject"}) {
    const LogLine line{kNoon, LogLevel::kInfo, "x", "y", {{key, "my dear secret"}}};
    EXPECT_THAT(to_json(line), Not(HasSubstr("dear"))) << key;
    EXPECT_THAT(to_json(line), HasSubstr("(hidden, 14 bytes)")) << key;
    EXPECT_THAT(to_text(line, false), Not(HasSubstr("dear"))) << key;
  }
}

TEST(LogLine, LongValuesAreCutBetweenCharactersAndSaySo) {
  const std::string value = std::string(kLogValueBytesMax - 1, 'a') + "ā" + std::string(5000, 'b');
  const auto fields = parsed(to_json({kNoon, LogLevel::kInfo, "x", "y", {{"why", value}}})).fields();
  EXPECT_EQ(fields.at("why").string_value(),
            std::string(kLogValueBytesMax - 1, 'a') + "... (" + std::to_string(value.size()) + " bytes)");
}

class Logging : public ::testing::Test {
 protected:
  void TearDown() override { stop_logging(); }
  void start(LogLevel level) {
    start_logging({.level = level, .format = LogFormat::kText, .sink = [this](std::string_view line) {
                     lines_.emplace_back(line);
                   }});
  }
  std::vector<std::string> lines_;
};

TEST_F(Logging, LeavesOutWhatIsBelowTheLevel) {
  start(LogLevel::kWarning);
  const Logger log{"email"};
  log.info("not this");
  log.warning("this");
  log.error("and this");
  EXPECT_FALSE(Logger::wants(LogLevel::kInfo));
  EXPECT_THAT(lines_, ElementsAre(HasSubstr("warning email: this"), HasSubstr("error   email: and this")));
}

TEST_F(Logging, WritesEverythingThatWaitsBeforeItStops) {
  ::testing::internal::CaptureStderr();
  start_logging({.level = LogLevel::kInfo, .format = LogFormat::kJson});
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([] {
        for (int i = 0; i < 500; ++i) Logger{"test"}.info("line", {{"i", i}});
      });
    }
  }
  stop_logging();
  const std::string written = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(written, '\n'), 2000);
  std::size_t begin = 0;
  for (int i = 0; i < 20; ++i) {
    const std::size_t end = written.find('\n', begin);
    EXPECT_EQ(parsed(written.substr(begin, end - begin)).fields().at("service").string_value(), "test");
    begin = end + 1;
  }
}

TEST(LogWords, AreThoseOfTheConfiguration) {
  EXPECT_EQ(parse_log_level("warning"), LogLevel::kWarning);
  EXPECT_EQ(parse_log_level("loud"), std::nullopt);
  EXPECT_EQ(parse_log_format("json"), LogFormat::kJson);
  EXPECT_EQ(parse_log_format(""), std::nullopt);
}

}  // namespace
}  // namespace hark
