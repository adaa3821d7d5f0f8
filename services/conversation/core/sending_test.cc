#include "conversation/core/sending.h"

#include <gmock/gmock.h>

namespace hark::conversation {
namespace {

using testing::HasSubstr;

constexpr std::int64_t kMiB = 1 << 20;

SendingLimits limits() {
  return {"WhatsApp",
          2,
          "",
          {{"image/png", 5 * kMiB}, {"audio/", 16 * kMiB}},
          {{"ready", "en", "Dear {{2}}, {{1}} is ready."}, {"hello", "en", "Good day"}}};
}

std::string refusal(const SendingLimits& limits, std::vector<OutgoingFile> files) {
  const auto checked = check_files(limits, files);
  if (checked.ok()) return "";
  EXPECT_EQ(checked.error().reason, Reason::kFileUnsendable);
  return checked.error().message;
}

TEST(Sending, AFileFitsARuleInTypeAndSize) {
  EXPECT_EQ(refusal(limits(), {{"a.png", "image/png", 5 * kMiB}, {"a.ogg", "audio/ogg", 16 * kMiB}}), "");
  EXPECT_THAT(refusal(limits(), {{"a.png", "image/png", 5 * kMiB + 1}}), HasSubstr("larger than 5 MiB"));
  EXPECT_THAT(refusal(limits(), {{"a.exe", "application/x-msdownload", 1}}),
              HasSubstr("it takes image/png, audio/*"));
  EXPECT_THAT(refusal(limits(), {{"a.png", "image/png", 0}}), HasSubstr("is empty"));
  EXPECT_THAT(refusal(limits(), {{"a", "image/png", 1}, {"b", "image/png", 1}, {"c", "image/png", 1}}),
              HasSubstr("at most 2 files"));
}

TEST(Sending, AnAccountWithoutFilesSaysWhy) {
  EXPECT_EQ(refusal({"phone", 0, "files cannot be sent by telephone"}, {{"a.png", "image/png", 1}}),
            "attachments: files cannot be sent by telephone");
}

TEST(Sending, AWindowIsClosedFromItsDeadlineOn) {
  const auto deadline = from_ms(1'000'000);
  EXPECT_TRUE(check_window(deadline, deadline - Duration{1}, "wa", true).ok());
  EXPECT_TRUE(check_window(std::nullopt, deadline, "wa", true).ok());
  const auto closed = check_window(deadline, deadline + std::chrono::minutes{90}, "wa", true);
  EXPECT_EQ(closed.error().reason, Reason::kWindowClosed);
  EXPECT_THAT(closed.error().message, HasSubstr("for 90 minutes"));
  EXPECT_THAT(closed.error().message, HasSubstr("template"));
}

TEST(Sending, ATemplateIsFilledInAsTheCustomerReadsIt) {
  const auto filled =
      fill_template(limits(), "ready", "en", std::vector<TemplateField>{{"2", "Ana"}, {"1", "it"}});
  ASSERT_TRUE(filled.ok());
  EXPECT_EQ(filled->text, "Dear Ana, it is ready.");
  EXPECT_EQ(filled->fields[0].name, "1");
  EXPECT_EQ(fill_template(limits(), "hello", "en", {})->text, "Good day");
}

TEST(Sending, ATemplateThatDoesNotFitIsRefused) {
  const auto refused = [](std::string_view name, std::string_view language,
                          std::vector<TemplateField> fields) {
    const auto filled = fill_template(limits(), name, language, fields);
    return !filled.ok() && filled.error().reason == Reason::kTemplateUnfit;
  };
  EXPECT_TRUE(refused("ready", "lv", {{"1", "a"}, {"2", "b"}}));
  EXPECT_TRUE(refused("ready", "en", {{"1", "a"}}));
  EXPECT_TRUE(refused("ready", "en", {{"1", "a"}, {"2", " "}}));
  EXPECT_TRUE(refused("ready", "en", {{"1", "a"}, {"2", "b\nc"}}));
  EXPECT_TRUE(refused("ready", "en", {{"1", "a"}, {"2", "b"}, {"3", "c"}}));
  EXPECT_TRUE(refused("ready", "en", {{"1", "a"}, {"2", "b"}, {"2", "c"}}));
  EXPECT_TRUE(refused("ready", "en", {{"1", "a"}, {"2", std::string(1025, 'x')}}));
}

}  // namespace
}  // namespace hark::conversation
