#include "email/smtp/relay.h"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <mutex>

#include "base/async/blocking.h"

namespace hark::email {
namespace {

constexpr long kConnectTimeoutMs = 20'000;
constexpr long kTransferTimeoutMs = 300'000;  // RFC 5321 §4.5.3.2 asks for patience after DATA

struct Upload {
  std::string_view rest;
};

std::size_t read_mail(char* buffer, std::size_t size, std::size_t count, void* user) {
  auto& upload = *static_cast<Upload*>(user);
  const auto bytes = std::min(size * count, upload.rest.size());
  std::memcpy(buffer, upload.rest.data(), bytes);
  upload.rest.remove_prefix(bytes);
  return bytes;
}

/// Keeps the relay's last answer line, but for its farewell: its words tell why.
std::size_t keep_answer(char* data, std::size_t size, std::size_t count, void* user) {
  auto& last = *static_cast<std::string*>(user);
  const std::string_view line{data, size * count};
  if (line.starts_with("221")) return line.size();
  last = line;
  while (!last.empty() && (last.back() == '\r' || last.back() == '\n')) last.pop_back();
  return size * count;
}

TransferOutcome judge(CURLcode code, long response, std::string answer, const char* curl_words) {
  using Kind = TransferOutcome::Kind;
  if (code == CURLE_OK) return {Kind::kSent, std::move(answer)};
  if (answer.empty()) answer = *curl_words ? curl_words : curl_easy_strerror(code);
  // A refusal for good comes as a 5yz answer. Everything else - unreachable, 4yz, a lost answer after DATA, a
  // refused password - may succeed later; the Message-ID stays, so a mail that did arrive is recognised by
  // its receiver.
  const bool answered = code == CURLE_SEND_ERROR || code == CURLE_RECV_ERROR ||
                        code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_UPLOAD_FAILED ||
                        code == CURLE_QUOTE_ERROR || code == CURLE_REMOTE_ACCESS_DENIED;
  if (answered && response >= 500 && response < 600) return {Kind::kRefused, std::move(answer)};
  return {Kind::kTryLater, std::move(answer)};
}

TransferOutcome transfer_now(const SmtpRelay::Options& options, const OutgoingTransfer& transfer) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, void (*)(CURL*)> curl{curl_easy_init(), &curl_easy_cleanup};
  if (!curl) return {TransferOutcome::Kind::kTryLater, "no memory for a connection"};

  curl_slist* list = nullptr;
  for (const auto& recipient : transfer.recipients)
    list = curl_slist_append(list, ("<" + recipient + ">").c_str());
  const std::unique_ptr<curl_slist, void (*)(curl_slist*)> recipients{list, &curl_slist_free_all};
  std::string answer;
  std::array<char, CURL_ERROR_SIZE> words{};
  Upload upload{transfer.mail};
  const auto from = "<" + transfer.mail_from + ">";

  curl_easy_setopt(curl.get(), CURLOPT_URL, options.url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS, kTransferTimeoutMs);
  curl_easy_setopt(curl.get(), CURLOPT_USE_SSL, options.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY);
  if (!options.user.empty()) {
    curl_easy_setopt(curl.get(), CURLOPT_USERNAME, options.user.c_str());
    curl_easy_setopt(curl.get(), CURLOPT_PASSWORD, options.password.c_str());
  }
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_FROM, from.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_MAIL_RCPT, recipients.get());
  curl_easy_setopt(curl.get(), CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl.get(), CURLOPT_READFUNCTION, &read_mail);
  curl_easy_setopt(curl.get(), CURLOPT_READDATA, &upload);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERFUNCTION, &keep_answer);
  curl_easy_setopt(curl.get(), CURLOPT_HEADERDATA, &answer);
  curl_easy_setopt(curl.get(), CURLOPT_ERRORBUFFER, words.data());
  const auto code = curl_easy_perform(curl.get());
  long response = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &response);
  return judge(code, response, std::move(answer), words.data());
}

}  // namespace

SmtpRelay::SmtpRelay(Options options)
    : options_{std::move(options)},
      pool_{static_cast<std::size_t>(std::clamp(options_.connections, 1, 32))} {}

SmtpRelay::~SmtpRelay() { pool_.join(); }

Task<TransferOutcome> SmtpRelay::send(OutgoingTransfer transfer) {
  co_return co_await run_blocking(pool_, [this, transfer = std::move(transfer)] {
    if (stopping_) return TransferOutcome{TransferOutcome::Kind::kNotBegun, ""};
    return transfer_now(options_, transfer);
  });
}

}  // namespace hark::email
