#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/mail.h"

namespace hark::email {

constexpr std::size_t kLmtpCommandBytesMax = 2048;  // one command line with its CR LF; longer: 500 5.5.2
constexpr std::size_t kLmtpRecipientsMax = 100;  // per mail; more: 452 4.5.3, the MTA sends them separately
constexpr std::size_t kLmtpErrorsMax = 20;       // wrong commands between two mails; then 421 and close
constexpr std::size_t kLmtpPendingBytesMax =
    1024 * 1024;  // fed while a mail is being delivered; more: 421, close
constexpr std::size_t kLmtpReplyTextBytesMax =
    400;  // of an outcome's text (RFC 5321 §4.5.3.1.5: line <= 512)

/// What the one who knows the accounts says about a recipient.
enum class RecipientAnswer { kOurs, kUnknown, kTryLater };

/// What became of a mail for one recipient: 250 only once it is durable; 4yz: the MTA keeps it and tries
/// again; 5yz: the MTA returns it to its sender.
struct DeliveryOutcome {
  int code = 250;
  std::string enhanced_status = "2.0.0";  // RFC 3463
  std::string text = "OK";

  friend bool operator==(const DeliveryOutcome&, const DeliveryOutcome&) = default;
};

/// A whole mail, dot-unstuffed, exactly as it was sent otherwise (bare LF, bare CR and NUL are kept).
struct LmtpDelivery {
  Envelope envelope;  // recipients: the accepted ones, in order
  std::string body;
};

/// What the caller does after each call, in this order: write, then deliver or close.
struct LmtpEffects {
  std::string replies;
  std::optional<LmtpDelivery> deliver;  // answer with LmtpSession::delivered()
  bool close = false;
  bool too_large = false;  // a mail was refused with 552
};

struct LmtpOptions {
  std::string host_name = "localhost";
  std::size_t mail_bytes_max = std::size_t{25} * 1024 * 1024;  // announced as SIZE; more: 552 5.3.4
};

/// The server's side of one LMTP connection (RFC 2033 on RFC 5321, with PIPELINING, 8BITMIME, SMTPUTF8,
/// ENHANCEDSTATUSCODES and SIZE): bytes in, effects out. Any cutting of the same bytes into feeds gives the
/// same replies, in linear time; no byte of a mail is searched twice.
///
/// Lifecycle: start(), then feed() with whatever was read until an effect says close. After a `deliver`
/// effect the session waits for delivered(); the caller had better stop reading then, what it feeds
/// nevertheless is kept. Not thread-safe. Has no clock: idle time-outs are the caller's (RFC 5321 §4.5.3.2),
/// who ends with stop().
///
/// What is answered to odd input: a command line that ends in a bare LF, or that holds NUL or a bare CR:
/// 500 5.5.2. In a mail only CR LF . CR LF is the end and only CR LF starts a line, so that no second mail
/// can be smuggled in behind a bare LF. An over-long mail is swallowed to its end, answered 552 per
/// recipient, and the session goes on.
class LmtpSession {
 public:
  using KnowsRecipient = std::function<RecipientAnswer(std::string_view address)>;

  LmtpSession(LmtpOptions options, KnowsRecipient knows_recipient);

  [[nodiscard]] LmtpEffects start() const;
  [[nodiscard]] LmtpEffects feed(std::string_view bytes);

  /// One outcome per recipient of the delivered envelope, in order. Goes on with what had been fed meanwhile.
  [[nodiscard]] LmtpEffects delivered(const std::vector<DeliveryOutcome>& outcomes);

  /// 421 4.3.2 and close, for shutdown and time-outs. A mail under way is not acknowledged: the MTA keeps it.
  [[nodiscard]] LmtpEffects stop(std::string_view why);

  [[nodiscard]] bool delivering() const { return state_ == State::kDelivering; }
  [[nodiscard]] bool receiving_mail() const { return state_ == State::kData; }

 private:
  enum class State { kCommands, kData, kDelivering, kClosed };
  enum class DataState { kLineStart, kInLine, kAfterCr, kAfterDot, kAfterDotCr };

  std::size_t consume(std::string_view bytes, LmtpEffects& out);
  void hold(std::string_view bytes, LmtpEffects& out);
  std::size_t consume_command(std::string_view bytes, LmtpEffects& out);
  std::size_t consume_data(std::string_view bytes, LmtpEffects& out);
  void keep(std::string_view bytes);
  void end_of_data(LmtpEffects& out);

  void on_line(std::string_view line, LmtpEffects& out);
  void on_command(std::string_view verb, std::string_view rest, LmtpEffects& out);
  void on_lhlo(std::string_view rest, LmtpEffects& out);
  void on_mail(std::string_view rest, LmtpEffects& out);
  void on_rcpt(std::string_view rest, LmtpEffects& out);
  void on_data(std::string_view rest, LmtpEffects& out);
  bool read_mail_parameter(std::string_view parameter, LmtpEffects& out);
  bool address_allowed(std::string_view address, std::string_view malformed, LmtpEffects& out);
  void refuse(std::string_view reply, LmtpEffects& out);
  void close_with(std::string_view reply, LmtpEffects& out);
  void reset_transaction();

  LmtpOptions options_;
  KnowsRecipient knows_recipient_;
  State state_ = State::kCommands;
  DataState data_state_ = DataState::kLineStart;
  std::string line_;             // the beginning of a command line whose end has not come yet
  bool line_too_long_ = false;   // swallowing until LF
  bool greeted_ = false;         // LHLO seen
  bool in_transaction_ = false;  // MAIL accepted
  bool utf8_ = false;            // SMTPUTF8 on MAIL
  bool too_large_ = false;
  std::size_t declared_bytes_ = 0;
  std::size_t errors_ = 0;
  Envelope envelope_;
  std::string body_;
  std::size_t recipients_delivering_ = 0;
  std::string pending_;  // fed while delivering; read up to pending_at_
  std::size_t pending_at_ = 0;
};

}  // namespace hark::email
