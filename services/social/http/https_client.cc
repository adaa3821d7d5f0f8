#include "social/http/https_client.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <mutex>
#include <span>

#include "base/async/blocking.h"
#include "social/core/url.h"

namespace hark::social {
namespace {

constexpr long kConnectTimeoutMs = 10'000;
/// Well below the life of a lease.
constexpr long kTransferTimeoutMs = 25'000;
constexpr long kRedirectsMax = 3;

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;
using Headers = std::unique_ptr<curl_slist, void (*)(curl_slist*)>;

struct Body {
  std::size_t bytes_max;
  std::string bytes = {};
  bool too_large = false;
};

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<Body*>(user);
  body.too_large = body.bytes.size() + size * count > body.bytes_max;
  if (body.too_large) return 0;
  body.bytes.append(data, size * count);
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

/// With what all requests share; null if there is no memory for it.
Handle request_to(const std::string& url, Body& body) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Handle curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return curl;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "hark");
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  return curl;
}

Answer post_now(const Call& call) {
  Body body{kAnswerBytesMax};
  const Handle curl = request_to(call.url, body);
  if (!curl) return {Answer::Kind::kNotSent, 0, {}, "no memory for a connection"};
  const auto headers = headers_of(call);
  curl_easy_setopt(curl.get(), CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTransferTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, call.body.data());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  const auto code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return failed(curl.get(), code);
  long status = 0;
  curl_off_t retry_after = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl.get(), CURLINFO_RETRY_AFTER, &retry_after);
  return {Answer::Kind::kAnswered,          static_cast<int>(status), std::move(body.bytes), {}, {},
          std::chrono::seconds{retry_after}};
}

struct Guard {
  bool trusted;
  bool refused = false;
};

std::span<const unsigned char> bytes_of(const sockaddr& address) {
  const auto view = [](const auto& raw) {
    return std::span{reinterpret_cast<const unsigned char*>(&raw), sizeof raw};
  };
  if (address.sa_family == AF_INET) return view(reinterpret_cast<const sockaddr_in&>(address).sin_addr);
  if (address.sa_family == AF_INET6) return view(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr);
  return {};
}

/// Judged where the connection is made: a name may lead somewhere else each time that it is asked.
curl_socket_t open_socket(void* user, curlsocktype, curl_sockaddr* to) {
  auto& guard = *static_cast<Guard*>(user);
  if (!guard.trusted && !is_public(bytes_of(to->addr))) {
    guard.refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

Answer get_now(const Fetch& fetch, const FileSource::Limits& limits) {
  const auto not_got = [](std::string why) { return Answer{Answer::Kind::kNotSent, 0, {}, std::move(why)}; };
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(limits.until - std::chrono::steady_clock::now());
  if (left.count() <= 0) return not_got("there was no time left for it");
  Body body{limits.bytes_max};
  Guard guard{limits.trusted};
  const Handle curl = request_to(fetch.url, body);
  if (!curl) return not_got("no memory for a connection");
  const Headers headers{fetch.authorization.empty()
                            ? nullptr
                            : curl_slist_append(nullptr, ("Authorization: " + fetch.authorization).c_str()),
                        &curl_slist_free_all};
  curl_easy_setopt(curl.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, static_cast<long>(left.count()));
  curl_easy_setopt(curl.get(), CURLOPT_FOLLOWLOCATION, limits.trusted ? 0L : 1L);
  curl_easy_setopt(curl.get(), CURLOPT_MAXREDIRS, kRedirectsMax);
  curl_easy_setopt(curl.get(), CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl.get(), CURLOPT_PROXY, "");  // it would connect in our stead, past the guard
  curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETFUNCTION, &open_socket);
  curl_easy_setopt(curl.get(), CURLOPT_OPENSOCKETDATA, &guard);
  const auto code = curl_easy_perform(curl.get());
  if (guard.refused) return not_got("it is at a private address");
  if (body.too_large) return not_got("it is larger than " + std::to_string(limits.bytes_max >> 20) + " MiB");
  if (code != CURLE_OK) return not_got(curl_easy_strerror(code));
  long status = 0;
  const char* type = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_TYPE, &type);
  return {Answer::Kind::kAnswered, static_cast<int>(status), std::move(body.bytes), {}, type ? type : ""};
}

}  // namespace

HttpsClient::HttpsClient(int connections) : pool_{static_cast<std::size_t>(connections)} {}

HttpsClient::~HttpsClient() { pool_.join(); }

Task<Answer> HttpsClient::post(Call call) {
  co_return co_await run_blocking(pool_, [call = std::move(call)] { return post_now(call); });
}

FileClient::FileClient(int connections) : pool_{static_cast<std::size_t>(connections)} {}

FileClient::~FileClient() { pool_.join(); }

Task<Answer> FileClient::get(Fetch fetch, Limits limits) {
  co_return co_await run_blocking(pool_,
                                  [fetch = std::move(fetch), limits] { return get_now(fetch, limits); });
}

}  // namespace hark::social
