#pragma once

#include <functional>
#include <memory>

#include "base/http/http_client.h"
#include "base/web/http_server.h"
#include "phone/core/twilio.h"
#include "phone/desk.h"

namespace hark::phone {

constexpr std::size_t kWebhookBytesMax = 256U << 10;  // 413
constexpr std::size_t kWebhooksMax = 128;             // at once; 503

/// Twilio Voice for one account: what its webhooks say, and the requests to its REST API. A customer waits in
/// a queue of their own, named by their call; the agent's leg dials that queue when the agent answers.
class TwilioExchange final : public Exchange {
 public:
  TwilioExchange(const Account& account, Desk& desk, http::HttpClient& http, const Clock& clock,
                 Metrics& metrics);

  /// The answer to a webhook: TwiML, once what it says is durable. 401 without a right signature.
  Task<web::HttpResponse> take(web::HttpRequest request);

  /// Asks now and then what became of calls: Twilio tells of their end once, and not again if nobody
  /// listened.
  Task<> watch();

  Task<Carried> carry_out(v1::PhoneCommand command) override;

 private:
  Task<> look_at(std::string call);
  [[nodiscard]] bool proved(const web::HttpRequest& request, const twilio::Form& form) const;
  Task<std::string> answer_to(const twilio::About& about, const twilio::Form& form);
  Task<std::string> put_agent_through(const twilio::About& about);
  [[nodiscard]] std::string let_wait(const std::string& call) const;
  [[nodiscard]] std::string webhook(std::string_view what, std::string_view call,
                                    std::string_view leg = {}) const;
  [[nodiscard]] std::string sid_of(const v1::PhoneCommand& command) const;
  Task<Carried> ring(v1::PhoneCommand command);
  Task<Carried> change(std::string sid, twilio::Form form);
  [[nodiscard]] std::string resource(std::string_view path) const;
  Task<http::Answer> post(std::string path, twilio::Form form);

  const Account& account_;
  Desk& desk_;
  http::HttpClient& http_;
  const Clock& clock_;
  Counter taken_, refused_;
};

/// The exchange of an account while the service runs; null before and after.
using TwilioSlot = std::function<std::shared_ptr<TwilioExchange>()>;

/// POST /webhooks/<account id>
void add_route(web::HttpServer& server, const std::string& account, TwilioSlot slot);

}  // namespace hark::phone
