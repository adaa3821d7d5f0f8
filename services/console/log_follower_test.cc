#include "console/log_follower.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

#include "console/testing/fakes.h"

namespace hark::console {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

constexpr TimePoint kStart = from_ms(1'800'000'000'000);

class LogFollowerTest : public ::testing::Test {
 protected:
  void follow() {
    follower.start(kStart, {v1::EVENT_TYPE_NOTED, v1::EVENT_TYPE_SLA},
                   [this](const v1::Event& event) { heard.push_back(event.position()); });
    settle();
  }
  /// Runs whatever can run without time passing.
  void settle() {
    context.restart();
    while (context.poll() > 0) context.restart();
  }
  void happens(int partition, std::int64_t position, TimePoint at) {
    v1::Event event;
    event.set_type(v1::EVENT_TYPE_NOTED);
    event.set_partition(partition);
    event.set_position(position);
    event.set_at_ms(to_ms(at));
    events.push(std::move(event));
    settle();
  }
  /// What is asked for after this end.
  v1::SubscribeRequest after(const Status& status) {
    const auto before = events.streams.size();
    events.streams.back()->end(status);
    context.restart();
    while (events.streams.size() == before) context.run_one();
    settle();
    return events.streams.back()->request;
  }

  asio::io_context context{1};
  testing::FakeEvents events{context.get_executor()};
  std::vector<std::int64_t> heard;
  LogFollower follower{context.get_executor(), events, BackOff{Duration{1}, Duration{2}}};
};

TEST_F(LogFollowerTest, GoesOnBehindWhatItTookWhenTheServiceRestarts) {
  follow();
  happens(3, 7, kStart + Duration{10});
  happens(5, 1, kStart + Duration{20});
  const auto asked = after(Error{Code::kUnavailable, Reason::kShuttingDown, "restarts"});
  EXPECT_THAT(asked.after().positions(), UnorderedElementsAre(Pair(3, 7), Pair(5, 1)));
  EXPECT_EQ(asked.since_ms(), to_ms(kStart)) << "for partitions of which nothing came yet";
  EXPECT_THAT(asked.types(), ElementsAre(v1::EVENT_TYPE_NOTED, v1::EVENT_TYPE_SLA));
  happens(3, 8, kStart + Duration{30});
  EXPECT_THAT(heard, ElementsAre(7, 1, 8));
}

class LogFollowerCursorTest : public LogFollowerTest, public ::testing::WithParamInterface<Reason> {};

TEST_P(LogFollowerCursorTest, GoesOnByTimeAtOnceInALogThatHasNoSuchPlace) {
  follow();
  const auto newest = kStart + std::chrono::hours{3};
  happens(3, 700, newest);
  const auto asked = after(Error{Code::kInvalidArgument, GetParam(), "partition 3 has no position 700"});
  EXPECT_THAT(asked.after().positions(), IsEmpty());
  EXPECT_EQ(asked.since_ms(), to_ms(newest - kReadAgainOfLog));
  happens(3, 2, newest + Duration{1});
  EXPECT_THAT(heard, ElementsAre(700, 2));
  EXPECT_THAT(after({}).after().positions(), ElementsAre(Pair(3, 2))) << "and from then on by place again";
}

INSTANTIATE_TEST_SUITE_P(Reasons, LogFollowerCursorTest,
                         ::testing::Values(Reason::kCursorInvalid, Reason::kCursorExpired),
                         [](const auto& info) { return std::string{name_of(info.param)}; });

}  // namespace
}  // namespace hark::console
