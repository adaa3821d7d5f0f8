#include "phone/http/recording_client.h"

#include "base/core/url.h"

namespace hark::phone {
namespace {

constexpr std::chrono::seconds kTimeout{60};
constexpr int kRedirectsMax = 3;

/// Twilio gives out the smaller kind by this name.
std::string with_kind(const Account& account, std::string url) {
  return account.kind == ExchangeKind::kTwilio ? std::move(url) + ".mp3" : std::move(url);
}

}  // namespace

Task<http::Answer> RecordingClient::fetch(Account account, std::string url) {
  const bool at_exchange = is_at(url, account.base_url);
  const bool trusted = at_exchange && account.base_url != kTwilioUrl;
  http::Request request{.url = with_kind(account, std::move(url))};
  if (at_exchange) {
    request.user = account.user;
    request.password = account.password;
  }
  co_return co_await client_.send(std::move(request), {.answer_bytes_max = kRecordingBytesMax,
                                                       .timeout = kTimeout,
                                                       .redirects_max = trusted ? 0 : kRedirectsMax,
                                                       .public_only = !trusted,
                                                       .ca_file = at_exchange ? account.ca_file : ""});
}

}  // namespace hark::phone
