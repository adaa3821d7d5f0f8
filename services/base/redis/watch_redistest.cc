#include "base/redis/watch.h"

#include "base/async/notifier.h"
#include "base/testing/redis_fixture.h"

namespace hark::redis {
namespace {

using namespace std::chrono_literals;

class WatchTest : public hark::testing::RedisTest {
 protected:
  Task<> until(const bool& happened) {
    for (int turns = 0; !happened && turns < 2'000; ++turns) co_await sleep_for(10ms);
  }
  void wait(const bool& happened) {
    tasks().spawn("wait", until(happened));
    run_until_idle();
    EXPECT_TRUE(happened);
  }

  bool silent_ = false, back_ = false;
  std::string why_;
  Client::Options options() const { return {.endpoint = *parse_endpoint(url()), .connections = 1}; }
};

TEST_F(WatchTest, TellsWhenTheStoreIsSilentAndWhenItIsBack) {
  Watch watch{executor(),
              options(),
              {.silent =
                   [this](std::string_view why) {
                     why_ = why;
                     silent_ = true;
                   },
               .back = [this](std::chrono::seconds silence) { back_ = silence >= Watch::kPatience; }}};
  watch.start();
  kill_server();
  wait(silent_);
  EXPECT_FALSE(why_.empty());
  EXPECT_FALSE(back_);
  start_server();
  wait(back_);
  tasks().spawn("close", watch.close());
  run_until_idle();
}

}  // namespace
}  // namespace hark::redis
