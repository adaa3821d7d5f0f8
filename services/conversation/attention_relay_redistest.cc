#include "conversation/attention_relay.h"

#include "base/testing/redis_fixture.h"

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;

/// One process of conversation, as far as attention goes.
struct Process {
  Process(asio::any_io_executor executor, TaskGroup& tasks, redis::Client& redis, const std::string& url,
          std::string name)
      : hub{executor},
        blocking{executor, {.endpoint = *redis::parse_endpoint(url), .connections = 1}},
        relay{tasks, hub, redis, blocking, std::move(name)},
        reader{hub.subscribe()} {
    relay.start();
  }

  /// The next thing said here.
  Task<v1::Attention> hears() {
    while (reader->queue.empty()) co_await reader->arrived.wait();
    auto said = std::move(reader->queue.front());
    reader->queue.pop_front();
    co_return said;
  }

  AttentionHub hub;
  redis::Client blocking;
  AttentionRelay relay;
  std::shared_ptr<AttentionHub::Subscription> reader;
};

class AttentionRelayTest : public hark::testing::RedisTest {
 protected:
  void play(Task<> (*scene)(Process& one, Process& two)) {
    Process one{executor(), running, client(), url(), "one"};
    Process two{executor(), running, client(), url(), "two"};
    tasks().spawn("scene", run(scene, one, two));
    run_until_idle();
  }

 private:
  Task<> run(Task<> (*scene)(Process& one, Process& two), Process& one, Process& two) {
    co_await scene(one, two);
    running.cancel();
    co_await running.wait();
    co_await one.blocking.close();
    co_await two.blocking.close();
  }

  TaskGroup running{executor()};
};

v1::Attention typing(const std::string& agent) {
  v1::Attention attention;
  attention.set_conversation_id("con_1");
  attention.set_agent_id(agent);
  attention.set_typing(true);
  return attention;
}

/// Says it until the other process hears it: the first words may be spoken before anybody listens.
Task<v1::Attention> heard(Process& from, Process& by, v1::Attention said) {
  while (by.reader->queue.empty()) {
    from.hub.tell(said, nullptr);
    co_await sleep_for(20ms);
  }
  co_return co_await by.hears();
}

TEST_F(AttentionRelayTest, WhatIsSaidInOneProcessIsHeardInTheOther) {
  play(+[](Process& one, Process& two) -> Task<> {
    const auto there = co_await heard(one, two, typing("ana"));
    EXPECT_EQ(there.agent_id(), "ana");
    EXPECT_TRUE(there.typing());
    const auto back = co_await heard(two, one, typing("ben"));
    EXPECT_FALSE(back.agent_id().empty());
  });
}

TEST_F(AttentionRelayTest, NothingComesBackToTheProcessThatSaidIt) {
  play(+[](Process& one, Process& two) -> Task<> {
    (void)co_await heard(one, two, typing("ana"));
    one.reader->queue.clear();
    co_await sleep_for(2 * kAttentionGathers);
    two.hub.tell(typing("ben"), nullptr);
    EXPECT_EQ((co_await one.hears()).agent_id(), "ben") << "ana's words would have come before";
  });
}

TEST_F(AttentionRelayTest, WhatIsSaidTooFastStaysInItsProcess) {
  play(+[](Process& one, Process& two) -> Task<> {
    (void)co_await heard(one, two, typing("ana"));
    co_await sleep_for(2 * kAttentionGathers);
    two.reader->queue.clear();
    for (std::size_t i = 0; i < 2 * AttentionHub::kQueuedMax; ++i) one.hub.tell(typing("ana"), nullptr);
    (void)co_await two.hears();
    EXPECT_LT(two.reader->queue.size(), AttentionHub::kQueuedMax + 1);
  });
}

}  // namespace
}  // namespace hark::conversation
