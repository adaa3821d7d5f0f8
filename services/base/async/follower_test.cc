#include "base/async/follower.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>
#include <optional>
#include <string>
#include <vector>

namespace hark {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct FakeStream {
  using Message = std::string;
  void listen(std::function<void(std::string)> message, std::function<void(const Status&)> end) {
    on_message = std::move(message);
    on_end = std::move(end);
  }
  std::function<void(std::string)> on_message;
  std::function<void(const Status&)> on_end;
};

/// Time passes when the test says so.
struct FakeTimer {
  explicit FakeTimer(const asio::any_io_executor&) { last = this; }
  ~FakeTimer() { last = nullptr; }
  void expires_after(Duration time) { pauses.push_back(time); }
  void async_wait(std::function<void(const boost::system::error_code&)> handler) {
    handlers.push_back(std::move(handler));
  }
  void cancel() {
    for (const auto& handler : std::exchange(handlers, {})) handler(asio::error::operation_aborted);
  }
  void fire() {
    for (const auto& handler : std::exchange(handlers, {})) handler({});
  }
  std::vector<Duration> pauses;
  std::vector<std::function<void(const boost::system::error_code&)>> handlers;
  static inline FakeTimer* last = nullptr;
};

class FollowerTest : public ::testing::Test {
 protected:
  using Following = Follower<FakeStream, FakeTimer>;

  Following::Hooks hooks() {
    return {.open = [this] { return opened.emplace_back(std::make_shared<FakeStream>()); },
            .take =
                [this](const std::string& message) {
                  heard.push_back(message);
                  if (message == "enough") follower->stop();
                },
            .begun = [this] { heard.emplace_back("begun"); },
            .ended =
                [this](const Status& status) {
                  heard.emplace_back(status.ok() ? "ended" : name_of(status.error().reason));
                  return status.ok() || status.error().reason != Reason::kAgentNotFound;
                }};
  }
  void end(const Status& status = {}) { opened.back()->on_end(status); }

  asio::io_context context;
  std::vector<std::shared_ptr<FakeStream>> opened;
  std::vector<std::string> heard;
  std::optional<Following> follower{std::in_place, context.get_executor(),
                                    BackOff{Duration{100}, Duration{800}}};
};

TEST_F(FollowerTest, HandsOnWhatComesAndSaysWhereEachStreamBegins) {
  follower->start(hooks());
  opened.at(0)->on_message("one");
  opened.at(0)->on_message("two");
  end();
  EXPECT_EQ(follower->stream(), nullptr) << "a pause";
  EXPECT_TRUE(follower->following());
  FakeTimer::last->fire();
  opened.at(1)->on_message("three");
  EXPECT_EQ(follower->stream(), opened.at(1).get());
  EXPECT_THAT(heard, ElementsAre("begun", "one", "two", "ended", "begun", "three"));
}

TEST_F(FollowerTest, PausesLongerEachTimeUntilSomethingComes) {
  follower->start(hooks());
  for (int i = 0; i < 5; ++i) {
    end(Error{Code::kUnavailable, Reason::kOverloaded, "away"});
    FakeTimer::last->fire();
  }
  opened.back()->on_message("back");
  end();
  const auto& pauses = FakeTimer::last->pauses;
  ASSERT_EQ(pauses.size(), 6U);
  const std::vector<std::int64_t> steps{100, 200, 400, 800, 800, 100};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_GE(pauses[i].count(), steps[i] / 2);
    EXPECT_LE(pauses[i].count(), steps[i]);
  }
}

TEST_F(FollowerTest, LearnsWhyAStreamEndedAndMayLeaveItAtThat) {
  follower->start(hooks());
  end(Error{Code::kInvalidArgument, Reason::kCursorInvalid, "no such place"});
  FakeTimer::last->fire();
  end(Error{Code::kNotFound, Reason::kAgentNotFound, "gone"});
  EXPECT_THAT(heard, ElementsAre("CURSOR_INVALID", "AGENT_NOT_FOUND"));
  EXPECT_FALSE(follower->following());
  EXPECT_THAT(FakeTimer::last->handlers, IsEmpty());
  follower->start(hooks());
  EXPECT_EQ(opened.size(), 3U) << "until it is wanted again";
}

TEST_F(FollowerTest, HearsNothingOnceItHasStoppedAlsoFromWithinAMessage) {
  follower->start(hooks());
  const auto stream = opened.at(0);
  stream->on_message("enough");
  EXPECT_FALSE(follower->following());
  EXPECT_EQ(stream.use_count(), 2) << "let go of";
  stream->on_message("more");
  stream->on_end({});
  EXPECT_THAT(heard, ElementsAre("begun", "enough"));
}

TEST_F(FollowerTest, DoesNotOpenAnythingAfterItsEnd) {
  follower->start(hooks());
  end();
  const auto late = FakeTimer::last->handlers.at(0);
  follower.reset();
  late({});
  EXPECT_EQ(opened.size(), 1U);
}

TEST_F(FollowerTest, AStreamOfBeforeIsNotTakenForTheOneOfNow) {
  follower->start(hooks());
  follower->start(hooks());
  opened.at(0)->on_message("old");
  opened.at(0)->on_end({});
  opened.at(1)->on_message("new");
  EXPECT_THAT(heard, ElementsAre("begun", "new"));
}

}  // namespace
}  // namespace hark
