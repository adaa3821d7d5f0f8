#include "social/http/https_client.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

#include "base/async/blocking.h"

namespace hark::social {
namespace {

constexpr long kConnectTimeoutMs = 10'000;
/// Well below the life of a lease.
constexpr long kTransferTimeoutMs = 25'000;

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using Headers = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  if (body.size() + size * count > kAnswerBytesMax) return 0;
  body.append(data, size * count);
  return size * count;
}

Headers headers_of(const Call& call) {
  curl_slist* list = curl_slist_append(nullptr, ("Content-Type: " + call.content_type).c_str());
  list = curl_slist_append(list, "Expect:");  // no waiting for "100 Continue"
  if (!call.authorization.empty())
    list = curl_slist_append(list, ("Authorization: " + call.authorization).c_str());
  for (const auto& line : call.headers) list = curl_slist_append(list, line.c_str());
  return {list, &curl_slist_free_all};
}

/// The request goes out as soon as the connection stands: before that, nothing has left.
Answer failed(CURL* curl, CURLcode code) {
  curl_off_t ready_us = 0;
  long request_bytes = 0;
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
  curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
  const bool left = ready_us > 0 || request_bytes > 0;
  return {left ? Answer::Kind::kUnknown : Answer::Kind::kNotSent, 0, {}, curl_easy_strerror(code)};
}

Answer post_now(const Call& call) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const Handle curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return {Answer::Kind::kNotSent, 0, {}, "no memory for a connection"};
  const auto headers = headers_of(call);
  std::string body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTransferTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "hark");
  curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, call.body.data());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const auto code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return failed(curl.get(), code);
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  return {Answer::Kind::kAnswered, static_cast<int>(status), std::move(body), {}};
}

}  // namespace

HttpsClient::HttpsClient(int connections) : pool_{static_cast<std::size_t>(connections)} {}

HttpsClient::~HttpsClient() { pool_.join(); }

Task<Answer> HttpsClient::post(Call call) {
  co_return co_await run_blocking(pool_, [call = std::move(call)] { return post_now(call); });
}

}  // namespace hark::social
