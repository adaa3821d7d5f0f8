#include "base/redis/watch.h"

#include <array>

#include "base/async/notifier.h"

namespace hark::redis {
namespace {

constexpr std::chrono::seconds kAskEvery{1};
constexpr std::chrono::seconds kAnswerWithin{1};

}  // namespace

Watch::Watch(asio::any_io_executor executor, Client::Options options, Hooks hooks)
    : tasks_{executor}, client_{executor, std::move(options)}, hooks_{std::move(hooks)} {}

void Watch::start() {
  answered_at_ = std::chrono::steady_clock::now();
  tasks_.spawn("store watch", ask());
}

Task<> Watch::close() {
  tasks_.cancel();
  co_await tasks_.wait();
  co_await client_.close();
}

Task<> Watch::ask() {
  constexpr std::array<std::string_view, 1> kPing{"PING"};
  for (;;) {
    const auto answer = co_await client_.command("", kPing, kAnswerWithin);
    note(answer.ok() ? Status{} : answer.error(), std::chrono::steady_clock::now());
    co_await sleep_for(kAskEvery);
  }
}

void Watch::note(const Status& answer, SteadyTime now) {
  const auto silence = now - answered_at_;
  if (answer.ok()) {
    answered_at_ = now;
    if (std::exchange(told_, false)) hooks_.back(std::chrono::duration_cast<std::chrono::seconds>(silence));
  } else if (silence >= kPatience && !std::exchange(told_, true)) {
    hooks_.silent(answer.error().message);
  }
}

}  // namespace hark::redis
