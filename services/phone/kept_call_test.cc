#include "phone/kept_call.h"

#include <gtest/gtest.h>

namespace hark::phone {
namespace {

constexpr TimePoint kNow = from_ms(1'700'000'000'000);

TEST(KeptCall, ComesBackAsItWasKept) {
  KeptCall kept;
  auto& call = kept.call;
  call.account = "line";
  call.id = "c1";
  for (const auto& event : std::vector<Event>{{"", kNow, Arrived{"+37120000000", "+37160000000", "Jānis"}},
                                              {"", kNow, Accepted{"con_1", "tkt_1", "ent_1"}},
                                              {"", kNow, OtherTicket{"tkt_2", 1}},
                                              {"", kNow, Assigned{{"ana", "PJSIP/ana", 3}}},
                                              {"c1.a3", kNow, Rang{}},
                                              {"c1.a3", kNow, Named{"CA2"}},
                                              {"c1.a3", kNow, Answered{}},
                                              {"", kNow, Held{true, true}},
                                              {"", kNow, Held{false, false}},
                                              {"c1.c1", kNow, Asks{3, "ben", "PJSIP/ben"}},
                                              {"c1.c1", kNow, HandsOver{}},
                                              {"c1.c1", kNow, LetsGo{}},
                                              {"", kNow, Released{2}},
                                              {"", kNow, HangUpWished{}},
                                              {"", kNow, Recorded{{"r1", "https://x/r1", 12, true, "words"}}},
                                              {"", kNow, CommandDone{"queue"}},
                                              {"", kNow, Ended{LegEnd::kBusy, "no"}}})
    ASSERT_TRUE(apply(call, event));
  call.continues = "line:c0";
  kept.reported = progress_to_tell(kept).SerializeAsString();
  auto& copy = kept.copies["r1"];
  copy.set_recording_id("r1");
  copy.set_tries(2);
  copy.mutable_file()->set_file_name("voicemail.wav");
  kept.attempt = 2;
  kept.lease_id = "lease";
  kept.receipt_sent = kept.closed = true;
  v1::CallRecord record;
  ASSERT_TRUE(record.ParseFromString(to_record(kept).SerializeAsString()));
  const auto again = from_record(record);
  EXPECT_EQ(again.call, call);
  EXPECT_EQ(progress_to_tell(again).recordings(0).file().file_name(), "voicemail.wav");
  EXPECT_EQ(again.reported, kept.reported);
  EXPECT_EQ(again.attempt, kept.attempt);
  EXPECT_EQ(again.lease_id, kept.lease_id);
  EXPECT_TRUE(again.receipt_sent && again.closed);
}

TEST(KeptCall, HasNothingInItThatCouldNotBeReadAgain) {
  v1::PhoneEvent in;
  in.set_at_ms(to_ms(kNow) + 5'000);
  in.mutable_arrived()->set_from(std::string(1000, 'x') + "\xff");
  in.mutable_arrived()->set_name("a\xff");
  const auto event = event_of(in, kNow);
  EXPECT_EQ(std::get<Arrived>(event.what).name, "a?");
  EXPECT_EQ(std::get<Arrived>(event.what).from.size(), 256U);
  EXPECT_EQ(event.at, kNow);  // nothing comes from the future
}

}  // namespace
}  // namespace hark::phone
