#include "base/http/http_client.h"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <span>

#include "base/async/blocking.h"
#include "base/http/public_address.h"

namespace hark::http {
namespace {

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

struct Guard {
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
curl_socket_t open_public_socket(void* user, curlsocktype, curl_sockaddr* to) {
  if (!is_public(bytes_of(to->addr))) {
    static_cast<Guard*>(user)->refused = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

Headers headers_of(const Request& request) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // no waiting for "100 Continue"
  for (const auto& line : request.headers) list = curl_slist_append(list, line.c_str());
  return {list, &curl_slist_free_all};
}

void set_request(CURL* curl, const Request& request, curl_slist* headers) {
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "hark");
  if (!request.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    curl_easy_setopt(curl, CURLOPT_USERNAME, request.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, request.password.c_str());
  }
  if (request.method == "POST") {
    curl_easy_setopt(curl, CURLOPT_POST, 1L);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request.body.data());
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  } else if (request.method != "GET") {
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void set_limits(CURL* curl, const Limits& limits, std::chrono::milliseconds timeout, Guard& guard) {
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_timeout.count()));
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, limits.redirects_max > 0 ? 1L : 0L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, static_cast<long>(limits.redirects_max));
  if (!limits.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, limits.ca_file.c_str());
  if (!limits.public_only) return;
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &open_public_socket);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &guard);
}

/// The request goes out as soon as the connection stands: before that, nothing has left.
Answer failed(CURL* curl, std::string why) {
  curl_off_t ready_us = 0;
  long request_bytes = 0;
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
  curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
  const bool left = ready_us > 0 || request_bytes > 0;
  return {left ? Answer::Kind::kUnknown : Answer::Kind::kNotSent, 0, {}, std::move(why)};
}

Answer send_now(const Request& request, const Limits& limits) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const auto not_sent = [](std::string why) { return Answer{Answer::Kind::kNotSent, 0, {}, std::move(why)}; };
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(limits.until - std::chrono::steady_clock::now());
  if (left.count() <= 0) return not_sent("there was no time left for it");
  const Handle curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return not_sent("no memory for a connection");
  Body body{limits.answer_bytes_max};
  Guard guard;
  const auto headers = headers_of(request);
  set_request(curl.get(), request, headers.get());
  set_limits(curl.get(), limits, std::min(left, limits.timeout), guard);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const auto code = curl_easy_perform(curl.get());
  if (guard.refused) return failed(curl.get(), "it is at a private address");
  if (body.too_large) {
    auto answer =
        failed(curl.get(), "it is larger than " + std::to_string(limits.answer_bytes_max >> 20) + " MiB");
    answer.too_large = true;
    return answer;
  }
  if (code != CURLE_OK) return failed(curl.get(), curl_easy_strerror(code));
  long status = 0;
  curl_off_t retry_after = 0;
  const char* type = nullptr;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_TYPE, &type);
  curl_easy_getinfo(curl.get(), CURLINFO_RETRY_AFTER, &retry_after);
  return {Answer::Kind::kAnswered, static_cast<int>(status),         std::move(body.bytes), {},
          type ? type : "",        std::chrono::seconds{retry_after}};
}

}  // namespace

Task<Answer> HttpClient::send(Request request, Limits limits) {
  co_return co_await run_blocking(pool_, [request = std::move(request), limits = std::move(limits)] {
    return send_now(request, limits);
  });
}

}  // namespace hark::http
