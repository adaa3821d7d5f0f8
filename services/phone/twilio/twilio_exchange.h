#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/http/http_client.h"
#include "base/web/http_server.h"
#include "phone/core/twilio.h"
#include "phone/desk.h"

namespace hark::phone {

constexpr std::size_t kWebhookBytesMax = 256U << 10;  // 413
constexpr std::size_t kWebhooksMax = 128;             // at once; 503

/// Twilio Voice for one account: what its webhooks say, and the requests to its REST API. A customer waits in
/// a queue of their own, named by their call. An agent's leg that answers has a room (a conference) of its
/// own, named by the leg, into which the customer, or a colleague who asks, is led.
class TwilioExchange final : public Exchange {
 public:
  TwilioExchange(const Account& account, Desk& desk, http::HttpClient& http, const Clock& clock,
                 Metrics& metrics);

  /// The answer to a webhook: TwiML, once what it says is durable. 401 without a right signature.
  Task<web::HttpResponse> take(web::HttpRequest request);

  /// Asks now and then what became of calls, of each of their lines and of words on tape: Twilio tells of
  /// that once, and not again if nobody listened.
  Task<> watch();

  Task<Carried> carry_out(v1::PhoneCommand command) override;

 private:
  Task<> look_at(Call call);
  Task<> look_for_tape(std::string call);
  [[nodiscard]] bool proved(const web::HttpRequest& request, const twilio::Form& form) const;
  Task<std::string> answer_to(const twilio::About& about, const twilio::Form& form);
  Task<std::string> own_room(twilio::About about);
  Task<std::string> dial(twilio::About about);
  [[nodiscard]] std::string room_of(const Leg& owner, const Call& call, std::string_view who) const;
  Task<Carried> lead_into_room(std::string call, std::string owner, std::string who);
  Task<Carried> connect(v1::PhoneCommand command);
  Task<Carried> hold(v1::PhoneCommand command);
  [[nodiscard]] std::string let_wait(const std::string& call) const;
  [[nodiscard]] std::string webhook(std::string_view what, std::string_view call,
                                    std::string_view leg = {}) const;
  [[nodiscard]] std::string sid_of(std::string_view call, std::string_view leg) const;
  Task<Carried> ring(v1::PhoneCommand command);
  Task<Carried> change(std::string sid, twilio::Form form);
  [[nodiscard]] std::string resource(std::string_view path) const;
  Task<http::Answer> get(std::string path);
  Task<http::Answer> post(std::string path, twilio::Form form);

  const Account& account_;
  Desk& desk_;
  http::HttpClient& http_;
  const Clock& clock_;
  std::map<std::string, int, std::less<>> places_;  // by call: to be said when its music begins anew
  Counter taken_, refused_;
};

/// The exchange of an account while the service runs; null before and after.
using TwilioSlot = std::function<std::shared_ptr<TwilioExchange>()>;

/// POST /webhooks/<account id>
void add_route(web::HttpServer& server, const std::string& account, TwilioSlot slot);

}  // namespace hark::phone
