#include "email/core/lmtp_session.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <utility>

#include "base/core/check.h"
#include "email/core/ascii.h"

namespace hark::email {
namespace {

// A declared SIZE is only a claim: it may not make us reserve more than this before the bytes are there.
constexpr std::size_t kBodyReserveBytesMax = 256 * 1024;

/// Takes `prefix` off the front of `text`; false (and no change) if it isn't there.
bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!ascii_istarts_with(text, prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

void trim_left(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

void trim_right(std::string_view& text) {
  text.remove_suffix(text.size() - (text.find_last_not_of(" \t") + 1));
}

/// Takes "<path>" off the front (RFC 5321 §4.1.2); quoted strings may hold '>'. Nothing if there is no such
/// path.
std::optional<std::string_view> take_path(std::string_view& text) {
  trim_left(text);  // "MAIL FROM: <a@b>" is common enough
  if (text.empty() || text.front() != '<') return std::nullopt;
  bool quoted = false;
  for (std::size_t i = 1; i < text.size(); ++i) {
    if (quoted && text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == '>') {
      auto path = text.substr(1, i - 1);
      text.remove_prefix(i + 1);
      // A source route "@a,@b:user@c" is ignored but for its end (RFC 5321 appendix C).
      if (!path.empty() && path.front() == '@') {
        const auto colon = path.find(':');
        path = colon == std::string_view::npos ? std::string_view{} : path.substr(colon + 1);
        if (path.empty()) return std::nullopt;
      }
      return path;
    }
  }
  return std::nullopt;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// One reply line out of an outcome: its words come from elsewhere, so they may not break the line.
void append_outcome(std::string& out, const DeliveryOutcome& outcome) {
  const int code = outcome.code >= 200 && outcome.code <= 599 ? outcome.code : 451;
  out += std::to_string(code);
  for (const std::string_view part :
       {std::string_view{outcome.enhanced_status}, std::string_view{outcome.text}}) {
    if (part.empty()) continue;
    out += ' ';
    for (const unsigned char c : part.substr(0, kLmtpReplyTextBytesMax)) {
      out += c < 0x20 || c == 0x7f ? ' ' : c >= 0x80 ? '?' : static_cast<char>(c);
    }
  }
  out += "\r\n";
}

}  // namespace

LmtpSession::LmtpSession(LmtpOptions options, KnowsRecipient knows_recipient)
    : options_{std::move(options)}, knows_recipient_{std::move(knows_recipient)} {
  HARK_CHECK(knows_recipient_);
}

LmtpEffects LmtpSession::start() const {
  LmtpEffects out;
  out.replies = "220 " + options_.host_name + " LMTP Hark\r\n";
  return out;
}

LmtpEffects LmtpSession::feed(std::string_view bytes) {
  LmtpEffects out;
  if (state_ != State::kDelivering) bytes.remove_prefix(consume(bytes, out));
  if (state_ == State::kDelivering) hold(bytes, out);
  return out;
}

LmtpEffects LmtpSession::delivered(const std::vector<DeliveryOutcome>& outcomes) {
  LmtpEffects out;
  if (state_ == State::kClosed) return out;  // stopped while the mail was on its way: nobody to tell any more
  HARK_CHECK(state_ == State::kDelivering);
  HARK_CHECK(outcomes.size() == recipients_delivering_);
  for (const auto& outcome : outcomes) append_outcome(out.replies, outcome);
  state_ = State::kCommands;
  errors_ = 0;
  pending_at_ += consume(std::string_view{pending_}.substr(pending_at_), out);
  if (pending_at_ == pending_.size()) {
    pending_.clear();
    pending_at_ = 0;
  }
  return out;
}

void LmtpSession::hold(std::string_view bytes, LmtpEffects& out) {
  if (pending_.size() - pending_at_ + bytes.size() > kLmtpPendingBytesMax) {
    // The mail may be complete, but it is not acknowledged: the MTA will send it again, nothing is lost.
    out.deliver.reset();
    return close_with("421 4.7.0 Too much sent ahead of our replies\r\n", out);
  }
  if (pending_at_ > kLmtpPendingBytesMax / 2) {
    pending_.erase(0, pending_at_);
    pending_at_ = 0;
  }
  pending_.append(bytes);
}

LmtpEffects LmtpSession::stop(std::string_view why) {
  LmtpEffects out;
  if (state_ == State::kClosed) return out;
  append_outcome(out.replies, {421, "4.3.2", std::string{why}});
  close_with({}, out);
  return out;
}

std::size_t LmtpSession::consume(std::string_view bytes, LmtpEffects& out) {
  std::size_t used = 0;
  while (used < bytes.size()) {
    if (state_ == State::kCommands) {
      used += consume_command(bytes.substr(used), out);
    } else if (state_ == State::kData) {
      used += consume_data(bytes.substr(used), out);
    } else {
      break;  // delivering, or closed
    }
  }
  return used;
}

std::size_t LmtpSession::consume_command(std::string_view bytes, LmtpEffects& out) {
  const auto lf = bytes.find('\n');
  const auto used = lf == std::string_view::npos ? bytes.size() : lf + 1;
  auto part = bytes.substr(0, used);
  if (line_too_long_ || line_.size() + part.size() > kLmtpCommandBytesMax) {
    line_too_long_ = lf == std::string_view::npos;
    line_.clear();
    if (!line_too_long_) refuse("500 5.5.2 Line too long\r\n", out);
    return used;
  }
  if (lf == std::string_view::npos) {
    line_.append(part);
  } else if (line_.empty()) {
    on_line(part, out);
  } else {
    line_.append(part);
    const std::string line = std::exchange(line_, {});
    on_line(line, out);
  }
  return used;
}

std::size_t LmtpSession::consume_data(std::string_view bytes, LmtpEffects& out) {
  std::size_t kept = 0;  // bytes[0, kept) has been stored or dropped
  std::size_t at = 0;
  while (at < bytes.size()) {
    const char c = bytes[at];
    switch (data_state_) {
      case DataState::kLineStart:
        if (c == '.') {  // the stuffed dot, or the end: not stored in either case
          keep(bytes.substr(kept, at - kept));
          kept = ++at;
          data_state_ = DataState::kAfterDot;
        } else {
          data_state_ = DataState::kInLine;
        }
        break;
      case DataState::kInLine: {
        const auto cr = bytes.find('\r', at);
        at = cr == std::string_view::npos ? bytes.size() : cr + 1;
        if (cr != std::string_view::npos) data_state_ = DataState::kAfterCr;
        break;
      }
      case DataState::kAfterCr:
        data_state_ = c == '\n'   ? DataState::kLineStart
                      : c == '\r' ? DataState::kAfterCr
                                  : DataState::kInLine;
        ++at;
        break;
      case DataState::kAfterDot:
        if (c == '\r') {
          kept = ++at;  // held back until it is known whether this is the end
          data_state_ = DataState::kAfterDotCr;
        } else {
          data_state_ = DataState::kInLine;
        }
        break;
      case DataState::kAfterDotCr:
        if (c == '\n') {
          end_of_data(out);
          return at + 1;
        }
        keep("\r");
        data_state_ = DataState::kAfterCr;
        break;
    }
  }
  keep(bytes.substr(kept));
  return bytes.size();
}

void LmtpSession::keep(std::string_view bytes) {
  if (too_large_) return;
  if (body_.size() + bytes.size() > options_.mail_bytes_max) {
    too_large_ = true;
    body_ = {};
    return;
  }
  body_.append(bytes);
}

void LmtpSession::end_of_data(LmtpEffects& out) {
  if (too_large_) {
    out.too_large = true;
    for (std::size_t i = 0; i < envelope_.recipients.size(); ++i) {
      append_outcome(
          out.replies,
          {552, "5.3.4", "Mail is larger than " + std::to_string(options_.mail_bytes_max) + " bytes"});
    }
    state_ = State::kCommands;
    reset_transaction();
    return;
  }
  recipients_delivering_ = envelope_.recipients.size();
  out.deliver = LmtpDelivery{std::move(envelope_), std::move(body_)};
  state_ = State::kDelivering;
  reset_transaction();
}

void LmtpSession::on_line(std::string_view line, LmtpEffects& out) {
  line.remove_suffix(1);
  if (line.empty() || line.back() != '\r') return refuse("500 5.5.2 Lines end with CR LF\r\n", out);
  line.remove_suffix(1);
  if (line.find('\0') != std::string_view::npos) return refuse("500 5.5.2 NUL is not allowed\r\n", out);
  if (line.find('\r') != std::string_view::npos) return refuse("500 5.5.2 Lines end with CR LF\r\n", out);
  trim_right(line);
  const auto space = std::min(line.find(' '), line.size());
  auto rest = line.substr(space);
  trim_left(rest);
  on_command(line.substr(0, space), rest, out);
}

void LmtpSession::on_command(std::string_view verb, std::string_view rest, LmtpEffects& out) {
  const auto is = [&](std::string_view name) { return ascii_iequals(verb, name); };
  if (is("MAIL")) return on_mail(rest, out);
  if (is("RCPT")) return on_rcpt(rest, out);
  if (is("DATA")) return on_data(rest, out);
  if (is("LHLO")) return on_lhlo(rest, out);
  if (is("HELO") || is("EHLO")) return refuse("500 5.5.1 This is LMTP: say LHLO\r\n", out);
  if (is("NOOP")) {
    out.replies += "250 2.0.0 OK\r\n";
  } else if (is("VRFY")) {
    out.replies += "252 2.5.0 Send a mail and see\r\n";
  } else if (is("RSET") || is("QUIT")) {
    if (!rest.empty()) return refuse("501 5.5.4 No argument expected\r\n", out);
    if (is("QUIT")) return close_with("221 2.0.0 Bye\r\n", out);
    reset_transaction();
    out.replies += "250 2.0.0 OK\r\n";
  } else {
    refuse("500 5.5.1 Command unrecognised\r\n", out);
  }
}

void LmtpSession::on_lhlo(std::string_view rest, LmtpEffects& out) {
  if (rest.empty() || has_control(rest)) return refuse("501 5.5.4 Say LHLO and your name\r\n", out);
  greeted_ = true;
  reset_transaction();
  out.replies +=
      "250-" + options_.host_name +
      "\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE " +
      std::to_string(options_.mail_bytes_max) + "\r\n";
}

void LmtpSession::on_mail(std::string_view rest, LmtpEffects& out) {
  constexpr std::string_view kMalformed = "501 5.1.7 Expected MAIL FROM:<address>\r\n";
  if (!greeted_) return refuse("503 5.5.1 Say LHLO first\r\n", out);
  if (in_transaction_) return refuse("503 5.5.1 A mail is already under way\r\n", out);
  if (!take_prefix(rest, "FROM:")) return refuse(kMalformed, out);
  const auto path = take_path(rest);
  if (!path || (!rest.empty() && rest.front() != ' ')) return refuse(kMalformed, out);
  utf8_ = false;
  declared_bytes_ = 0;
  for (trim_left(rest); !rest.empty(); trim_left(rest)) {
    const auto end = std::min(rest.find(' '), rest.size());
    if (!read_mail_parameter(rest.substr(0, end), out)) return;
    rest.remove_prefix(end);
  }
  if (!address_allowed(*path, kMalformed, out)) return;
  envelope_.mail_from = *path;
  in_transaction_ = true;
  out.replies += "250 2.1.0 OK\r\n";
}

bool LmtpSession::read_mail_parameter(std::string_view parameter, LmtpEffects& out) {
  if (ascii_iequals(parameter, "SMTPUTF8")) return utf8_ = true;
  if (take_prefix(parameter, "BODY=")) {
    if (ascii_iequals(parameter, "7BIT") || ascii_iequals(parameter, "8BITMIME")) return true;
    refuse("501 5.5.4 BODY is 7BIT or 8BITMIME\r\n", out);
    return false;
  }
  if (take_prefix(parameter, "SIZE=")) {
    const bool digits =
        !parameter.empty() && parameter.find_first_not_of("0123456789") == std::string_view::npos;
    if (!digits) {
      refuse("501 5.5.4 SIZE is a number of bytes\r\n", out);
      return false;
    }
    const auto end = parameter.data() + parameter.size();
    const auto parsed = std::from_chars(parameter.data(), end, declared_bytes_);
    if (parsed.ec == std::errc{} && declared_bytes_ <= options_.mail_bytes_max) return true;
    // The mail's fault, not the session's: not counted among the errors.
    out.too_large = true;
    append_outcome(
        out.replies,
        {552, "5.3.4", "Mail is larger than " + std::to_string(options_.mail_bytes_max) + " bytes"});
    return false;
  }
  refuse("555 5.5.4 Parameter of MAIL not known\r\n", out);
  return false;
}

bool LmtpSession::address_allowed(std::string_view address, std::string_view malformed, LmtpEffects& out) {
  if (has_control(address)) {
    refuse(malformed, out);
    return false;
  }
  if (!utf8_ && !is_ascii(address)) {
    refuse("553 5.6.7 Address needs SMTPUTF8\r\n", out);  // RFC 6531 §3.5
    return false;
  }
  return true;
}

void LmtpSession::on_rcpt(std::string_view rest, LmtpEffects& out) {
  constexpr std::string_view kMalformed = "501 5.1.3 Expected RCPT TO:<address>\r\n";
  if (!in_transaction_) return refuse("503 5.5.1 Say MAIL first\r\n", out);
  if (!take_prefix(rest, "TO:")) return refuse(kMalformed, out);
  const auto path = take_path(rest);
  if (!path || path->empty()) return refuse(kMalformed, out);
  if (!rest.empty()) {
    return refuse(rest.front() == ' ' ? "555 5.5.4 RCPT takes no parameters here\r\n" : kMalformed, out);
  }
  if (!address_allowed(*path, kMalformed, out)) return;
  if (envelope_.recipients.size() >= kLmtpRecipientsMax) {
    out.replies += "452 4.5.3 Too many recipients, send the rest separately\r\n";
    return;
  }
  switch (knows_recipient_(*path)) {
    case RecipientAnswer::kOurs:
      envelope_.recipients.emplace_back(*path);
      out.replies += "250 2.1.5 OK\r\n";
      return;
    case RecipientAnswer::kUnknown:
      out.replies += "550 5.1.1 No such account here\r\n";
      return;
    case RecipientAnswer::kTryLater:
      out.replies += "451 4.3.0 Not ready, try again later\r\n";
      return;
  }
}

void LmtpSession::on_data(std::string_view rest, LmtpEffects& out) {
  if (!rest.empty()) return refuse("501 5.5.4 No argument expected\r\n", out);
  // RFC 2033 §4.2: without an accepted recipient DATA must fail with 503.
  if (envelope_.recipients.empty()) return refuse("503 5.5.1 No valid recipients\r\n", out);
  state_ = State::kData;
  data_state_ = DataState::kLineStart;
  body_.reserve(std::min(declared_bytes_, kBodyReserveBytesMax));
  out.replies += "354 End with <CR><LF>.<CR><LF>\r\n";
}

void LmtpSession::refuse(std::string_view reply, LmtpEffects& out) {
  out.replies += reply;
  if (++errors_ >= kLmtpErrorsMax) close_with("421 4.7.0 Too many errors\r\n", out);
}

void LmtpSession::close_with(std::string_view reply, LmtpEffects& out) {
  out.replies += reply;
  out.close = true;
  state_ = State::kClosed;
  reset_transaction();
}

void LmtpSession::reset_transaction() {
  in_transaction_ = false;
  utf8_ = false;
  too_large_ = false;
  declared_bytes_ = 0;
  envelope_ = {};
  body_ = {};
}

}  // namespace hark::email
