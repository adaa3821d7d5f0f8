#include "chat/redis/news.h"

#include "base/async/notifier.h"
#include "chat/redis/keys.h"

namespace hark::chat {
namespace {

using namespace std::chrono_literals;

/// Announcements of so long go out together; the first after silence goes at once.
constexpr std::chrono::milliseconds kGatherFor = 10ms;
constexpr char kBetween = '\n';  // is in no address

void each_address(std::string_view addresses, const News::OnNews& on_news) {
  while (!addresses.empty()) {
    const auto end = addresses.find(kBetween);
    on_news(addresses.substr(0, end));
    addresses.remove_prefix(end == std::string_view::npos ? addresses.size() : end + 1);
  }
}

}  // namespace

News::News(TaskGroup& tasks, redis::Client& redis, redis::Client& blocking, std::string process)
    : tasks_{tasks}, bulletin_{tasks, redis, blocking, {keys::news(), kNewsKeptMax, std::move(process)}} {}

void News::start(OnNews on_news) {
  bulletin_.start([on_news](std::string_view addresses) { each_address(addresses, on_news); },
                  [on_news] { on_news({}); });
}

void News::announce(std::string_view address) {
  gathered_.emplace(address);
  if (!std::exchange(sending_, true)) tasks_.spawn("chat announce", send_gathered());
}

Task<> News::send_gathered() {
  while (!gathered_.empty()) {
    std::string addresses;
    for (const auto& address : std::exchange(gathered_, {}))
      addresses += addresses.empty() ? address : kBetween + address;
    // Lost: the other process' page gets it with the next thing that happens, or when it reconnects.
    co_await bulletin_.post(std::move(addresses));
    co_await sleep_for(kGatherFor);
  }
  sending_ = false;
}

}  // namespace hark::chat
