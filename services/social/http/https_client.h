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

/// Files over HTTP and HTTPS, past any proxy; each blocks a thread of a pool of its own, so that a slow file
/// holds up no answer. Redirects are followed three times, from a trusted place never.
class FileClient final : public FileSource {
 public:
  explicit FileClient(int connections);
  ~FileClient() override;

  Task<Answer> get(Fetch fetch, Limits limits) override;

 private:
  asio::thread_pool pool_;
};

}  // namespace hark::social
