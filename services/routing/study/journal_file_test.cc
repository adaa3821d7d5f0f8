#include "routing/study/journal_file.h"

#include <gmock/gmock.h>

#include <sstream>

#include "routing/core/decision.h"
#include "routing/redis/journal.h"
#include "routing/study/replay.h"

namespace hark::routing {
namespace {

using ::testing::HasSubstr;

v1::RoutingJournalEntry entry(std::string position, const std::string& record) {
  v1::RoutingJournalEntry out;
  out.set_position(std::move(position));
  EXPECT_TRUE(out.mutable_record()->ParseFromString(record));
  return out;
}

std::string some_file() {
  std::ostringstream out;
  begin_journal(out);
  Settings settings;
  settings.version = std::string(300, 'v');  // a length of two bytes
  add_to_journal(out, entry("3-1", encode_start(0, 3, settings, from_ms(1))));
  add_to_journal(out,
                 entry("3-2", encode(TicketClosed{"tkt_1"}, from_ms(2), {TicketMoved{"a", "b", "c", "d"}})));
  return out.str();
}

TEST(JournalFile, GivesBackWhatWasPutIn) {
  std::istringstream in{some_file()};
  JournalReader reader{in};
  const auto start = std::get<RecordedStart>(*recorded(**reader.next()));
  EXPECT_EQ(start.position, "3-1");
  EXPECT_EQ(start.fencing_token, 3);
  EXPECT_EQ(start.settings.version.size(), 300U);
  const auto input = std::get<RecordedInput>(*recorded(**reader.next()));
  EXPECT_EQ(std::get<TicketClosed>(input.input).ticket_id, "tkt_1");
  EXPECT_NE(input.decided, 0U);
  EXPECT_FALSE(*reader.next());
}

TEST(JournalFile, SaysWhereAFileIsNotOne) {
  const auto problem = [](const std::string& bytes) {
    std::istringstream in{bytes};
    JournalReader reader{in};
    for (;;) {
      const auto next = reader.next();
      if (!next.ok()) return next.error().message;
      if (!*next) return std::string{};
    }
  };
  const std::string whole = some_file();
  EXPECT_EQ(problem(whole), "");
  EXPECT_THAT(problem("PK"), HasSubstr("no journal of routing"));
  EXPECT_THAT(problem(whole.substr(0, whole.size() - 3)), HasSubstr("entry 2 of the journal is cut off"));
  EXPECT_THAT(problem(whole + "\xff\xff\xff\xff\xff\xff"), HasSubstr("entry 3 of the journal has no length"));
  EXPECT_THAT(problem(whole + std::string{"\x02\xff\xff", 3}),
              HasSubstr("entry 3 of the journal cannot be read"));
}

TEST(Replay, TellsOtherWordsFromOtherDecisions) {
  Replay replay{std::chrono::minutes{5}};
  replay.begin({"1-1", from_ms(1), 0, 1, {}});
  const auto at = from_ms(2);
  ASSERT_FALSE(replay.apply({"1-2", at, RebuildFinished{}, 0, {}, 0}));
  const Refused said{Reason::kOfferNotFound, "no such thing"};
  const RecordedInput input{"1-3",          at, OfferAccepted{"off_1", "ana"},
                            digest({said}), {}, digest_without_words({said})};
  EXPECT_FALSE(replay.apply(input));
  EXPECT_EQ(replay.reworded(), 1);
  RecordedInput older = input;
  older.decided_without_words = 0;
  EXPECT_TRUE(replay.apply(older));
  EXPECT_EQ(replay.perhaps_reworded(), 1);
  RecordedInput other = input;
  other.decided_without_words = digest_without_words({Refused{Reason::kOfferExpired, ""}});
  EXPECT_TRUE(replay.apply(other));
}

}  // namespace
}  // namespace hark::routing
