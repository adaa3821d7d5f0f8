#include "phone/http/http_client.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

#include "base/async/blocking.h"

namespace hark::phone {
namespace {

constexpr long kConnectTimeoutMs = 5'000;
constexpr long kTransferTimeoutMs = 15'000;

using Handle = std::unique_ptr<CURL, void (*)(CURL*)>;

std::size_t keep_body(char* data, std::size_t size, std::size_t count, void* user) {
  auto& body = *static_cast<std::string*>(user);
  if (body.size() + size * count > kAnswerBytesMax) return 0;
  body.append(data, size * count);
  return size * count;
}

/// The request goes out as soon as the connection stands: before that, nothing has left.
HttpAnswer failed(CURL* curl, CURLcode code) {
  curl_off_t ready_us = 0;
  long request_bytes = 0;
  curl_easy_getinfo(curl, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
  curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &request_bytes);
  const bool left = ready_us > 0 || request_bytes > 0;
  return {left ? HttpAnswer::Kind::kUnknown : HttpAnswer::Kind::kNotSent, 0, {}, curl_easy_strerror(code)};
}

HttpAnswer send_now(const HttpCall& call) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const Handle curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return {HttpAnswer::Kind::kNotSent, 0, {}, "no memory for a connection"};
  std::string body;
  curl_easy_setopt(curl.get(), CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FRESH_CONNECT, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTransferTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_USERAGENT, "hark");
  curl_easy_setopt(curl.get(), CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
  curl_easy_setopt(curl.get(), CURLOPT_USERNAME, call.user.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, call.password.c_str());
  if (call.method == "POST") {
    curl_easy_setopt(curl.get(), CURLOPT_POST, 1L);
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, call.form.data());
    curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.form.size()));
  } else if (call.method != "GET") {
    curl_easy_setopt(curl.get(), CURLOPT_CUSTOMREQUEST, call.method.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &keep_body);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &body);
  const auto code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) return failed(curl.get(), code);
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  return {HttpAnswer::Kind::kAnswered, static_cast<int>(status), std::move(body), {}};
}

}  // namespace

Task<HttpAnswer> HttpClient::send(HttpCall call) {
  co_return co_await run_blocking(pool_, [call = std::move(call)] { return send_now(call); });
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 0xF];
    }
  }
  return out;
}

}  // namespace hark::phone
