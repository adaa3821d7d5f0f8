#include "base/redis/private_server.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>

#include <chrono>
#include <filesystem>
#include <future>

namespace hark::redis {
namespace {

using namespace std::chrono_literals;

struct PrivateServerTest : testing::Test {
  PrivateServerTest() {
    std::string name = "/tmp/hark-test-XXXXXX";
    folder = ::mkdtemp(name.data());
  }
  ~PrivateServerTest() override { std::filesystem::remove_all(folder); }
  std::filesystem::path folder;
};

TEST_F(PrivateServerTest, OneThatIsSlowToAnswerIsWaitedForAndNotDoubled) {
  auto first = PrivateServer::start({.folder = folder});
  ASSERT_TRUE(first.ok()) << first.error().message;
  ::kill(first->pid(), SIGSTOP);
  // Also where its socket is gone: two servers on the same files destroy them.
  const auto socket = folder / "redis.sock", aside = folder / "aside";
  std::filesystem::rename(socket, aside);
  auto second = std::async(std::launch::async, [this] { return PrivateServer::start({.folder = folder}); });
  EXPECT_EQ(second.wait_for(500ms), std::future_status::timeout);
  std::filesystem::rename(aside, socket);
  // Longer than a start asks once.
  EXPECT_EQ(second.wait_for(4s), std::future_status::timeout);
  ::kill(first->pid(), SIGCONT);
  const auto adopted = second.get();
  ASSERT_TRUE(adopted.ok()) << adopted.error().message;
  EXPECT_TRUE(adopted->adopted());
  EXPECT_EQ(adopted->pid(), first->pid());
  first->stop();
}

TEST_F(PrivateServerTest, OneThatWasKilledIsFollowedByAnother) {
  auto first = PrivateServer::start({.folder = folder});
  ASSERT_TRUE(first.ok()) << first.error().message;
  const int before = first->pid();
  ::kill(before, SIGKILL);
  auto second = PrivateServer::start({.folder = folder});
  ASSERT_TRUE(second.ok()) << second.error().message;
  EXPECT_FALSE(second->adopted());
  EXPECT_NE(second->pid(), before);
  second->stop();
}

}  // namespace
}  // namespace hark::redis
