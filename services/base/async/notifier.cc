#include "base/async/notifier.h"

#include <boost/asio/this_coro.hpp>

namespace hark {

Task<> sleep_for(std::chrono::milliseconds time) {
  asio::steady_timer timer{co_await asio::this_coro::executor, time};
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace hark
