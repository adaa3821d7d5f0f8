#include "base/testing/redis_fixture.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <boost/asio/steady_timer.hpp>

namespace hark::testing {
namespace {

std::filesystem::path make_folder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "hark-test-XXXXXX").string();
  HARK_CHECK(::mkdtemp(pattern.data()) != nullptr);
  return pattern;
}

Task<> close_client(redis::Client& client) { co_await client.close(); }

}  // namespace

RedisTest::RedisTest() : folder_{make_folder()} {
  start_server();
  client_ = std::make_unique<redis::Client>(
      context_.get_executor(),
      redis::Client::Options{.endpoint = *redis::parse_endpoint(server_->url()), .connections = 2});
  tasks_ = std::make_unique<TaskGroup>(
      context_.get_executor(),
      [](std::string_view task, std::string_view what) { ADD_FAILURE() << task << " threw: " << what; });
}

RedisTest::~RedisTest() {
  tasks_->cancel();
  run_until_idle();
  TaskGroup closing{context_.get_executor()};
  closing.spawn("close", close_client(*client_));
  while (closing.size() > 0) context_.run_one();
  if (server_) server_->stop();
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void RedisTest::run_until_idle() {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes{1};
  while (tasks_->size() > 0) {
    context_.run_one_for(std::chrono::milliseconds{100});
    if (std::chrono::steady_clock::now() > give_up) {
      ADD_FAILURE() << tasks_->size() << " tasks still run after a minute";
      std::abort();
    }
  }
}

void RedisTest::kill_server() {
  ::kill(server_->pid(), SIGKILL);
  while (::kill(server_->pid(), 0) == 0) ::waitpid(server_->pid(), nullptr, 0);
  server_.reset();
}

void RedisTest::start_server() {
  auto started = redis::PrivateServer::start({.folder = folder_, .fsync_always = false});
  HARK_CHECK(started.ok());
  server_.emplace(*std::move(started));
}

}  // namespace hark::testing
