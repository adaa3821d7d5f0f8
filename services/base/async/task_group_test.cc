#include "base/async/task_group.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/async/notifier.h"

namespace hark {
namespace {

Task<> forever(asio::any_io_executor executor, bool& unwound) {
  struct OnExit {
    bool& flag;
    ~OnExit() { flag = true; }
  } on_exit{unwound};
  asio::steady_timer timer{executor, asio::steady_timer::time_point::max()};
  co_await timer.async_wait(asio::use_awaitable);
}

Task<> fails() {
  throw std::runtime_error{"broken"};
  co_return;
}

Task<> stop(TaskGroup& group, bool& done) {
  group.cancel();
  co_await group.wait();
  done = true;
}

TEST(TaskGroup, CancelsWhatItOwnsAndWaitsForIt) {
  asio::io_context context;
  TaskGroup group{context.get_executor()};
  bool unwound = false, done = false;
  group.spawn("forever", forever(context.get_executor(), unwound));
  context.poll();
  EXPECT_FALSE(unwound);
  TaskGroup root{context.get_executor()};
  root.spawn("stop", stop(group, done));
  context.run();
  EXPECT_TRUE(unwound);
  EXPECT_TRUE(done);
}

TEST(TaskGroup, ReportsATaskThatThrowsAndGoesOn) {
  asio::io_context context;
  std::string reported;
  TaskGroup group{context.get_executor(), [&](std::string_view name, std::string_view what) {
                    reported = std::string{name} + ": " + std::string{what};
                  }};
  group.spawn("task", fails());
  context.run();
  EXPECT_EQ(reported, "task: broken");
  EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, StartsNothingAfterCancel) {
  asio::io_context context;
  TaskGroup group{context.get_executor()};
  group.cancel();
  bool unwound = false;
  group.spawn("late", forever(context.get_executor(), unwound));
  context.run();
  EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace hark
