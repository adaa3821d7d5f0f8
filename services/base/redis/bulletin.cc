#include "base/redis/bulletin.h"

#include <array>

#include "base/async/notifier.h"

namespace hark::redis {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBlockMs = "5000";
constexpr std::chrono::milliseconds kBlockTimeout = 8s;  // longer than the server blocks
constexpr std::chrono::milliseconds kRetryAfter = 100ms;

}  // namespace

void Bulletin::start(OnPost on_post, OnGap on_gap) {
  on_post_ = std::move(on_post);
  on_gap_ = std::move(on_gap);
  tasks_.spawn("bulletin", listen());
}

Task<> Bulletin::post(std::string text) {
  const auto kept = std::to_string(options_.kept_max);
  const std::array<std::string_view, 10> command{"XADD", options_.key, "MAXLEN", "~", kept,
                                                 "*",    "v",          text,     "p", options_.process};
  (void)co_await redis_.command(options_.key, command);
}

/// The place of the newest post; empty if Redis does not tell.
Task<std::string> Bulletin::newest() {
  const std::array<std::string_view, 6> command{"XREVRANGE", options_.key, "+", "-", "COUNT", "1"};
  const auto reply = co_await redis_.command(options_.key, command);
  if (!reply.ok()) co_return std::string{};
  co_return reply->size() > 0 ? (*reply)[0][0].text() : "0-0";
}

Task<> Bulletin::listen() {
  std::string position;
  for (;;) {
    if (position.empty()) {
      position = co_await newest();
      on_gap_();
    }
    const std::array<std::string_view, 8> command{"XREAD",  "COUNT",   "500",        "BLOCK",
                                                  kBlockMs, "STREAMS", options_.key, position};
    auto reply = position.empty() ? Result<Reply>{Error{}}
                                  : co_await blocking_.command(options_.key, command, kBlockTimeout);
    if (!reply.ok()) {
      position.clear();
      co_await sleep_for(kRetryAfter);
      continue;
    }
    for (const auto& item : (*reply)[0][1].items()) {
      position = item[0].text();
      if (item[1][3].view() != options_.process) on_post_(item[1][1].view());
    }
  }
}

}  // namespace hark::redis
