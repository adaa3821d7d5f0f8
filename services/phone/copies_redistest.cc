#include <gmock/gmock.h>

#include "phone/desk_fixture.h"

namespace hark::phone {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(DeskTest, ARecordingThatComesAfterTheCallIsNoted) {
  arrive("c1");
  until_told("queue");
  end("c1");
  until([&] { return desk_->find("line", "c1") == nullptr; });
  ASSERT_TRUE(say("c1", [](auto& event) {
                auto& recording = *event.mutable_recorded()->mutable_recording();
                recording.set_id("r1");
                recording.set_voicemail(true);
              }).ok());
  until([&] { return conversation_.accepted.size() == 2; });
  EXPECT_THAT(conversation_.accepted[1].content().text(), StartsWith("[voicemail]"));
  until([&] { return last_state() == v1::CALL_STATE_VOICEMAIL; });
}

http::Answer wave() {
  return {http::Answer::Kind::kAnswered, 200, std::string{"RIFF\x24\0\0\0WAVEfmt ", 16}};
}

TEST_F(DeskTest, AMessageComesWithItsSoundAlsoIfTheExchangeHasItOnlyLater) {
  tapes_.answers = {{http::Answer::Kind::kAnswered, 404}, wave()};
  leave_message("c1");
  until([&] { return tapes_.urls.size() == 1; });
  EXPECT_THAT(conversation_.accepted, SizeIs(1)) << "it waits for its sound";
  until([&] { return !told_recording().trouble().empty(); });
  clock_.advance(2s);
  ASSERT_TRUE(say("c1", [](auto& event) { event.mutable_ended(); }).ok());
  until([&] { return conversation_.accepted.size() == 2; });
  const auto& content = conversation_.accepted[1].content();
  EXPECT_EQ(content.text(), "[voicemail, 7 s]");
  ASSERT_EQ(content.attachments_size(), 1);
  EXPECT_EQ(content.attachments(0).content_type(), "audio/wav");
  EXPECT_EQ(content.attachments(0).file_name(), "voicemail.wav");
  until([&] { return told_recording().has_file(); });
  until([&] { return desk_->find("line", "c1") == nullptr; });
}

TEST_F(DeskTest, AMessageDoesNotWaitForeverForItsSound) {
  tapes_.answers = {{http::Answer::Kind::kNotSent, 0, {}, "it is at a private address"},
                    {http::Answer::Kind::kAnswered, 200, "<!doctype html><p>Sign in"},
                    {http::Answer::Kind::kAnswered, 503}};
  leave_message("c1");
  for (std::size_t tries = 1; tries <= 3; ++tries) {
    until([&] { return tapes_.urls.size() == tries; });
    until([&] { return !told_recording().trouble().empty(); });
    clock_.advance(10s);
    ASSERT_TRUE(say("c1", [&](auto& event) { event.mutable_held()->set_held(tries % 2 == 0); }).ok());
  }
  until([&] { return conversation_.accepted.size() == 2; });
  const auto& content = conversation_.accepted[1].content();
  EXPECT_EQ(content.text(), "[voicemail, 7 s] https://pbx.test/r1");
  ASSERT_EQ(content.remarks_size(), 1);
  EXPECT_THAT(content.remarks(0), HasSubstr("HTTP 503"));
  EXPECT_NE(desk_->find("line", "c1"), nullptr) << "it is tried again";
}

TEST_F(DeskTest, ARecordingThatIsTooLargeIsNotTriedAgain) {
  tapes_.answers = {{http::Answer::Kind::kUnknown, 0, {}, "it is larger than 32 MiB", {}, Duration{0}, true}};
  leave_message("c1");
  until([&] { return conversation_.accepted.size() == 2; });
  EXPECT_THAT(conversation_.accepted[1].content().remarks(0), HasSubstr("larger than 32 MiB"));
  end("c1");
  until([&] { return desk_->find("line", "c1") == nullptr; });
  EXPECT_THAT(tapes_.urls, SizeIs(1));
}

TEST_F(DeskTest, TheNextProcessGoesOnWithWhatIsNotCopied) {
  leave_message("c1");
  end("c1");
  until([&] { return tapes_.urls.size() == 1; });
  until([&] { return !told_recording().trouble().empty(); });
  shut();
  tapes_.answers = {wave()};
  clock_.advance(10s);
  open();
  ASSERT_TRUE(run(desk_->start()).ok());
  until([&] { return told_recording().has_file(); });
}

}  // namespace
}  // namespace hark::phone
