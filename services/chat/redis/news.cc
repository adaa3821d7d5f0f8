#include "chat/redis/news.h"

#include <array>

#include "base/async/notifier.h"
#include "chat/redis/keys.h"

namespace hark::chat {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kBlockMs = "5000";
constexpr std::chrono::milliseconds kBlockTimeout = 8s;  // longer than the server blocks
constexpr std::chrono::milliseconds kRetryAfter = 100ms;
/// Announcements of so long go out together; the first after silence goes at once.
constexpr std::chrono::milliseconds kGatherFor = 10ms;
constexpr char kBetween = '\n';  // is in no address

}  // namespace

void News::start(OnNews on_news) {
  on_news_ = std::move(on_news);
  tasks_.spawn("chat news", listen());
}

void News::announce(std::string_view address) {
  gathered_.emplace(address);
  if (!std::exchange(sending_, true)) tasks_.spawn("chat announce", send_gathered());
}

Task<> News::send_gathered() {
  const auto key = keys::news();
  const auto kept = std::to_string(kNewsKeptMax);
  while (!gathered_.empty()) {
    std::string addresses;
    for (const auto& address : std::exchange(gathered_, {}))
      addresses += addresses.empty() ? address : kBetween + address;
    const std::array<std::string_view, 10> command{"XADD", key, "MAXLEN",  "~", kept,
                                                   "*",    "v", addresses, "p", process_};
    // Lost: the other process' page gets it with the next thing that happens, or when it reconnects.
    (void)co_await redis_.command(key, command);
    co_await sleep_for(kGatherFor);
  }
  sending_ = false;
}

Task<> News::listen() {
  const auto key = keys::news();
  std::string position;
  for (;;) {
    if (position.empty()) {
      // From the newest one on; what came before it may have been missed.
      const std::array<std::string_view, 6> newest{"XREVRANGE", key, "+", "-", "COUNT", "1"};
      const auto reply = co_await redis_.command(key, newest);
      if (reply.ok()) position = reply->size() > 0 ? (*reply)[0][0].text() : "0-0";
      on_news_({});
    }
    const std::array<std::string_view, 8> command{"XREAD",  "COUNT",   "500", "BLOCK",
                                                  kBlockMs, "STREAMS", key,   position};
    auto reply = position.empty() ? Result<redis::Reply>{Error{}}
                                  : co_await blocking_.command(key, command, kBlockTimeout);
    if (!reply.ok()) {
      position.clear();
      co_await sleep_for(kRetryAfter);
      continue;
    }
    for (const auto& item : (*reply)[0][1].items()) {
      position = item[0].text();
      if (item[1][3].view() == process_) continue;
      for (auto addresses = item[1][1].view(); !addresses.empty();) {
        const auto end = addresses.find(kBetween);
        on_news_(addresses.substr(0, end));
        addresses.remove_prefix(end == std::string_view::npos ? addresses.size() : end + 1);
      }
    }
  }
}

}  // namespace hark::chat
