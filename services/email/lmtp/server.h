#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/task_group.h"
#include "base/core/result.h"
#include "email/core/lmtp_session.h"

namespace hark::email {

/// Takes one whole mail and answers for each recipient, 250 only when it is durable.
using TakeMail = std::function<Task<std::vector<DeliveryOutcome>>(LmtpDelivery)>;

/// LMTP over TCP (RFC 2033). One session per connection; what is said is decided by LmtpSession.
///
/// Limits: `sessions_max` at once, more are told 421 and closed; five minutes without a byte end a session.
class LmtpServer {
 public:
  struct Options {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;
    int sessions_max = 200;
    LmtpOptions session;
    /// Told of what never comes to `take_mail`: "sessions", "too_large".
    std::function<void(std::string_view reason)> on_refusal = [](std::string_view) {};
  };

  LmtpServer(asio::any_io_executor executor, Options options, LmtpSession::KnowsRecipient knows_recipient,
             TakeMail take_mail);

  /// Errors: UNAVAILABLE with the address that is taken.
  Result<std::uint16_t> listen();

  /// No new sessions; those that are between two mails are told 421, those in a mail may finish it within
  /// `grace`.
  Task<> stop(std::chrono::milliseconds grace);

  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

 private:
  Task<> accept_loop();
  Task<> serve(asio::ip::tcp::socket socket);

  Options options_;
  LmtpSession::KnowsRecipient knows_recipient_;
  TakeMail take_mail_;
  asio::ip::tcp::acceptor acceptor_;
  TaskGroup accepting_;
  TaskGroup sessions_;
  bool stopping_ = false;
  std::vector<asio::ip::tcp::socket*> idle_;  // sockets of sessions between two mails
};

}  // namespace hark::email
