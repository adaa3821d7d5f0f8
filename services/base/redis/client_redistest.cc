#include "base/redis/client.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <optional>

#include "base/testing/redis_fixture.h"

namespace hark::redis {
namespace {

using testing::RedisTest;

struct ClientTest : RedisTest {};

Task<> set_and_get(Client& client, int i, int& right) {
  const std::string key = "key:" + std::to_string(i), value = std::to_string(i * 7);
  const std::array<std::string_view, 3> set{"SET", key, value};
  const std::array<std::string_view, 2> get{"GET", key};
  const auto stored = co_await client.command(key, set);
  const auto read = co_await client.command(key, get);
  if (stored.ok() && read.ok() && read->view() == value) ++right;
}

TEST_F(ClientTest, PipelinesConcurrentCommandsAndGivesEachItsOwnAnswer) {
  int right = 0;
  for (int i = 0; i < 500; ++i) tasks().spawn("set", set_and_get(client(), i, right));
  run_until_idle();
  EXPECT_EQ(right, 500);
}

Task<> run_script(Client& client, const Script& script, std::vector<Result<Reply>>& out) {
  const std::array<std::string_view, 1> keys{"{p1}:a"};
  const std::array<std::string_view, 1> args{"5"};
  for (int i = 0; i < 2; ++i) out.push_back(co_await client.eval(script, keys, args));
}

TEST_F(ClientTest, LoadsAScriptThatTheServerDoesNotKnow) {
  const Script script{"twice",
                      "redis.call('INCRBY', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1]), false}"};
  std::vector<Result<Reply>> out;
  tasks().spawn("script", run_script(client(), script, out));
  run_until_idle();
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ((*out[1])[0].view(), "10");
  EXPECT_TRUE((*out[1])[1].is_nil());
}

TEST_F(ClientTest, NamesTheScriptInItsErrors) {
  const Script script{"broken", "return redis.call('NOSUCH')"};
  std::vector<Result<Reply>> out;
  tasks().spawn("script", run_script(client(), script, out));
  run_until_idle();
  EXPECT_EQ(out.at(0).error().reason, Reason::kInternal);
  EXPECT_TRUE(out.at(0).error().message.starts_with("broken: ")) << out.at(0).error().message;
}

Task<> ping(Client& client, std::optional<Result<Reply>>& out, std::chrono::milliseconds timeout) {
  const std::array<std::string_view, 1> args{"PING"};
  out = co_await client.command("x", args, timeout);
}

TEST_F(ClientTest, WaitsForARestartedServerWithinTheDeadline) {
  std::optional<Result<Reply>> before, after;
  tasks().spawn("ping", ping(client(), before, kCommandTimeout));
  run_until_idle();
  ASSERT_TRUE(before->ok());
  kill_server();
  tasks().spawn("ping", ping(client(), after, std::chrono::seconds{20}));
  start_server();
  run_until_idle();
  // The first write may still have gone into the dying socket; then the answer is "unknown", never a wrong
  // one.
  EXPECT_TRUE(after->ok() || after->error().reason == Reason::kOutcomeUnknown) << after->error().message;
}

TEST_F(ClientTest, SaysSoWhenNoServerCanBeReached) {
  kill_server();
  std::optional<Result<Reply>> first, second;
  tasks().spawn("ping", ping(client(), first, std::chrono::milliseconds{200}));
  run_until_idle();
  tasks().spawn("ping", ping(client(), second, std::chrono::milliseconds{200}));
  run_until_idle();
  ASSERT_FALSE(second->ok());
  EXPECT_EQ(second->error().reason, Reason::kStoreUnavailable);
  start_server();
}

Task<> count_up(Client& client, std::optional<Result<Reply>>& out, std::chrono::milliseconds timeout) {
  const std::array<std::string_view, 2> args{"INCR", "counter"};
  out = co_await client.command("counter", args, timeout);
}

/// Takes connections and says nothing on any.
Task<> take_and_be_silent(asio::ip::tcp::acceptor& acceptor, int count) {
  std::vector<asio::ip::tcp::socket> taken;
  while (static_cast<int>(taken.size()) < count)
    taken.push_back(co_await acceptor.async_accept(asio::use_awaitable));
}

TEST_F(ClientTest, ConnectsAnewIfWhoeverTookTheConnectionDoesNotAnswerItsPassword) {
  asio::ip::tcp::acceptor acceptor{executor(), {asio::ip::make_address("127.0.0.1"), 0}};
  Client silent{
      executor(),
      {.endpoint = *parse_endpoint("redis://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())),
       .password = "secret",
       .connections = 1,
       .connect_within = std::chrono::milliseconds{50}}};
  tasks().spawn("silent server", take_and_be_silent(acceptor, 2));
  run_until_idle();
  tasks().spawn("close", silent.close());
  run_until_idle();
}

TEST_F(ClientTest, WhatWasRefusedBeforeItWasSentDoesNotRunLater) {
  kill_server();
  std::optional<Result<Reply>> lost, refused, counted;
  tasks().spawn("into the dying socket", ping(client(), lost, std::chrono::milliseconds{200}));
  run_until_idle();
  tasks().spawn("count", count_up(client(), refused, std::chrono::milliseconds{200}));
  run_until_idle();
  EXPECT_EQ(refused->error().reason, Reason::kStoreUnavailable);
  start_server();
  tasks().spawn("count", count_up(client(), counted, std::chrono::seconds{20}));
  run_until_idle();
  ASSERT_TRUE(counted->ok()) << counted->error().message;
  EXPECT_EQ((*counted)->number(), 1);
}

TEST(Endpoint, ReadsTheThreeFormsAndRefusesOthers) {
  EXPECT_EQ(parse_endpoint("unix:/run/r.sock")->path, "/run/r.sock");
  EXPECT_EQ(parse_endpoint("redis://[::1]:7000")->host, "::1");
  EXPECT_EQ(parse_endpoint("rediss://cache.example")->port, "6379");
  EXPECT_FALSE(parse_endpoint("http://x"));
  EXPECT_FALSE(parse_endpoint("redis://:1"));
  EXPECT_FALSE(parse_endpoint("redis://h:port"));
}

}  // namespace
}  // namespace hark::redis
