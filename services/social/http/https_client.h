#pragma once

#include "base/http/http_client.h"
#include "social/ports.h"

namespace hark::social {

/// Largest answer that is read; what is longer cannot be one of a network's.
constexpr std::size_t kAnswerBytesMax = 256U << 10;

class HttpsClient final : public Transport {
 public:
  explicit HttpsClient(int connections) : client_{connections} {}

  Task<Answer> post(Call call) override;

 private:
  http::HttpClient client_;
};

/// Files over HTTP and HTTPS, past any proxy, by threads of its own, so that a slow file holds up no answer.
/// Redirects are followed three times, from a trusted place never.
class FileClient final : public FileSource {
 public:
  explicit FileClient(int connections) : client_{connections} {}

  Task<Answer> get(Fetch fetch, Limits limits) override;

 private:
  http::HttpClient client_;
};

}  // namespace hark::social
