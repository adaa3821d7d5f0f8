#include "email/core/sender_trust.h"

#include <utility>
#include <vector>

#include "email/core/addresses.h"
#include "email/core/ascii.h"

namespace hark::email {
namespace {

// Without comments, which nest (RFC 5322 §3.2.2); text in quotes stays.
std::string without_comments(std::string_view text) {
  std::string out;
  int depth = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '\\' && i + 1 < text.size()) {
      if (depth == 0) out += text[i + 1];
      ++i;
    } else if (quoted || depth == 0) {
      if (c == '"') quoted = !quoted;
      if (!quoted && c == '(') {
        depth = 1;
        out += ' ';
      } else {
        out += c;
      }
    } else {
      depth += c == '(' ? 1 : c == ')' ? -1 : 0;
    }
  }
  return out;
}

struct AuthenticationResult {
  std::string method;
  std::string result;
  std::vector<std::pair<std::string, std::string>> properties;  // "header.from", "x.lv"

  [[nodiscard]] std::string_view property(std::string_view name) const {
    for (const auto& [key, value] : properties) {
      if (key == name) return value;
    }
    return {};
  }
};

struct AuthenticationResults {
  std::string server;
  std::vector<AuthenticationResult> results;
};

// Splits at a character that does not stand in quotes.
std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> out;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (quoted || text[i] != at) continue;
    out.push_back(ascii_trimmed(text.substr(begin, i - begin)));
    begin = i + 1;
  }
  out.push_back(ascii_trimmed(text.substr(begin)));
  return out;
}

std::string_view unquoted(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text.substr(1, text.size() - 2);
  return text;
}

// "dkim=pass header.d=x.lv header.i=@x.lv"; blanks may stand around "=".
AuthenticationResult read_result(std::string_view text) {
  std::string tight;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == ' ' && ((i + 1 < text.size() && text[i + 1] == '=') || tight.ends_with('='))) continue;
    if (text[i] == ' ' && tight.ends_with(' ')) continue;
    tight += text[i];
  }
  AuthenticationResult out;
  for (const std::string_view word : split(tight, ' ')) {
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    std::string name = ascii_lowered(word.substr(0, equals));
    std::string value = ascii_lowered(unquoted(word.substr(equals + 1)));
    if (out.method.empty()) {
      out.method = name.substr(0, name.find('/'));
      out.result = std::move(value);
    } else {
      out.properties.emplace_back(std::move(name), std::move(value));
    }
  }
  return out;
}

AuthenticationResults read_results(std::string_view header_value) {
  const std::string plain = without_comments(header_value);
  const auto parts = split(plain, ';');
  AuthenticationResults out;
  out.server = unquoted(parts.front().substr(0, parts.front().find(' ')));  // a version may follow
  for (std::size_t i = 1; i < parts.size(); ++i) out.results.push_back(read_result(parts[i]));
  return out;
}

bool is_or_is_below(std::string_view domain, std::string_view parent) {
  if (domain == parent) return true;
  return parent.find('.') != std::string_view::npos && domain.size() > parent.size() + 1 &&
         domain.ends_with(parent) && domain[domain.size() - parent.size() - 1] == '.';
}

std::string_view signing_domain(const AuthenticationResult& result) {
  if (const auto d = result.property("header.d"); !d.empty()) return d;
  const auto i = result.property("header.i");
  const std::size_t sign = i.rfind('@');
  return sign == std::string_view::npos ? std::string_view{} : i.substr(sign + 1);
}

}  // namespace

SenderTrust judge_sender(const Mail& mail, std::string_view authserv_id) {
  if (authserv_id.empty()) return {.why = "no authentication server is configured"};
  if (mail.from.size() != 1) return {.why = "the mail has not exactly one From mailbox"};
  const std::string domain = domain_of(mail.from.front().address);
  if (domain.empty()) return {.why = "the From address has no domain"};
  const std::string_view topmost = header(mail, "authentication-results");
  if (topmost.empty()) return {.why = "no Authentication-Results header"};
  const AuthenticationResults read = read_results(topmost);
  if (!ascii_iequals(read.server, authserv_id)) {
    return {.why = "the topmost Authentication-Results is not by " + std::string{authserv_id}};
  }
  for (const auto& each : read.results) {
    if (each.result != "pass") continue;
    const bool dmarc = each.method == "dmarc" && each.property("header.from") == domain;
    const bool dkim = each.method == "dkim" && is_or_is_below(domain, signing_domain(each));
    if (dmarc || dkim) {
      return {.verified = true,
              .why = each.method + "=pass for " + domain + ", says " + std::string{authserv_id}};
    }
  }
  return {.why = std::string{authserv_id} + " found no dmarc or aligned dkim pass for " + domain};
}

Result<Mailbox> choose_sender(const Mail& mail, bool trust_reply_to) {
  const auto first_usable = [](const std::vector<Mailbox>& mailboxes) -> const Mailbox* {
    for (const auto& each : mailboxes) {
      if (is_mail_address(each.address)) return &each;
    }
    return nullptr;
  };
  const Mailbox* from = first_usable(mail.from);
  if (const Mailbox* reply_to = trust_reply_to ? first_usable(mail.reply_to) : nullptr) {
    Mailbox sender = *reply_to;
    if (sender.name.empty() && from != nullptr) sender.name = from->name;
    return sender;
  }
  if (from != nullptr) return *from;
  return Error{Code::kInvalidArgument, Reason::kAddressInvalid,
               "the mail has no usable sender: From is \"" +
                   std::string{header(mail, "from").substr(0, 200)} +
                   "\"; read it in the quarantine and answer by hand"};
}

}  // namespace hark::email
