#pragma once

#include <boost/asio/thread_pool.hpp>

#include "social/ports.h"

namespace hark::social {

/// Largest answer that is read; what is longer cannot be one of a network's.
constexpr std::size_t kAnswerBytesMax = 256U << 10;

/// HTTPS by libcurl; each request blocks a thread of a small pool. Every request has a connection of its own:
/// on a kept one that turns out to be closed, libcurl would send the request a second time.
class HttpsClient final : public Transport {
 public:
  explicit HttpsClient(int connections);
  ~HttpsClient() override;

  Task<Answer> post(Call call) override;

 private:
  asio::thread_pool pool_;
};

}  // namespace hark::social
