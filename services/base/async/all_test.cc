#include "base/async/all.h"

#include <gmock/gmock.h>

#include <boost/asio/io_context.hpp>

namespace hark {
namespace {

using ::testing::ElementsAre;

/// Ends when it is let go, with its number.
struct Gate {
  explicit Gate(const asio::any_io_executor& executor) : opened{executor} {}
  Notifier opened;
  bool open = false;
  int waiting = 0;
};

Task<int> pass(Gate& gate, int number) {
  struct Count {
    explicit Count(int& waiting) : waiting_{++waiting} {}
    ~Count() { --waiting_; }
    int& waiting_;
  } count{gate.waiting};
  while (!gate.open) co_await gate.opened.wait();
  co_return number;
}

Task<> pass_all(std::vector<Gate*> gates, std::vector<int>& numbers) {
  std::vector<Task<int>> tasks;
  for (std::size_t i = 0; i < gates.size(); ++i) tasks.push_back(pass(*gates[i], static_cast<int>(i)));
  numbers = co_await all(std::move(tasks));
}

TEST(All, GivesWhatEachReturnedInTheirOrderWhicheverEndsFirst) {
  asio::io_context context;
  Gate first{context.get_executor()}, second{context.get_executor()};
  TaskGroup root{context.get_executor()};
  std::vector<int> numbers;
  root.spawn("all", pass_all({&first, &second}, numbers));
  context.poll();
  EXPECT_EQ(first.waiting + second.waiting, 2) << "both have begun";
  second.open = true;
  second.opened.notify_all();
  context.poll();
  EXPECT_TRUE(numbers.empty());
  first.open = true;
  first.opened.notify_all();
  context.poll();
  EXPECT_THAT(numbers, ElementsAre(0, 1));
  EXPECT_EQ(root.size(), 0U);
}

TEST(All, OfNothingIsNothing) {
  asio::io_context context;
  TaskGroup root{context.get_executor()};
  std::vector<int> numbers{7};
  root.spawn("all", pass_all({}, numbers));
  context.run();
  EXPECT_TRUE(numbers.empty());
}

TEST(All, CancelledItLeavesNoneRunning) {
  asio::io_context context;
  Gate first{context.get_executor()}, second{context.get_executor()};
  TaskGroup root{context.get_executor()};
  std::vector<int> numbers;
  root.spawn("all", pass_all({&first, &second}, numbers));
  context.poll();
  root.cancel();
  context.poll();
  EXPECT_EQ(first.waiting + second.waiting, 0);
  EXPECT_EQ(root.size(), 0U);
  EXPECT_TRUE(numbers.empty());
}

}  // namespace
}  // namespace hark
