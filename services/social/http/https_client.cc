#include "social/http/https_client.h"

#include <utility>

namespace hark::social {
namespace {

constexpr std::chrono::seconds kConnectTimeout{10};
/// Well below the life of a lease.
constexpr std::chrono::seconds kTransferTimeout{25};
constexpr int kRedirectsMax = 3;

std::string authorization_line(const std::string& value) { return "Authorization: " + value; }

}  // namespace

Task<Answer> HttpsClient::post(Call call) {
  http::Request request{"POST", std::move(call.url), {"Content-Type: " + call.content_type}};
  if (!call.authorization.empty()) request.headers.push_back(authorization_line(call.authorization));
  request.headers.insert(request.headers.end(), call.headers.begin(), call.headers.end());
  request.body = std::move(call.body);
  co_return co_await client_.send(
      std::move(request),
      {.answer_bytes_max = kAnswerBytesMax, .connect_timeout = kConnectTimeout, .timeout = kTransferTimeout});
}

Task<Answer> FileClient::get(Fetch fetch, Limits limits) {
  http::Request request{"GET", std::move(fetch.url)};
  if (!fetch.authorization.empty()) request.headers.push_back(authorization_line(fetch.authorization));
  const auto time = limits.until - std::chrono::steady_clock::now();
  const auto timeout = std::chrono::duration_cast<std::chrono::milliseconds>(time);
  auto answer =
      co_await client_.send(std::move(request), {.answer_bytes_max = limits.bytes_max,
                                                 .connect_timeout = timeout,
                                                 .timeout = timeout,
                                                 .until = limits.until,
                                                 .redirects_max = limits.trusted ? 0 : kRedirectsMax,
                                                 .public_only = !limits.trusted});
  if (answer.kind == Answer::Kind::kUnknown) answer.kind = Answer::Kind::kNotSent;  // reading changes nothing
  co_return answer;
}

}  // namespace hark::social
