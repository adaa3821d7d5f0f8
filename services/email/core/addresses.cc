#include "email/core/addresses.h"

#include <algorithm>
#include <utility>

#include "base/core/utf8.h"
#include "email/core/ascii.h"
#include "email/core/charset.h"
#include "email/core/header_text.h"

namespace hark::email {
namespace {

constexpr std::size_t kMailboxesMax = 1000;
constexpr std::size_t kAddressBytesMax = 254;
constexpr std::size_t kNameBytesMax = 1000;

// One pass over the bytes; an element ends at a comma, a semicolon or the end.
class MailboxReader {
 public:
  MailboxReader(std::string_view text, std::string_view charset_hint)
      : text_{text}, charset_hint_{charset_hint} {}

  std::vector<Mailbox> read() {
    while (at_ < text_.size() && found_.size() < kMailboxesMax) step();
    finish();
    if (found_.empty() && !held_.empty() && held_.find(' ') == std::string::npos) add(held_, "");
    return std::move(found_);
  }

 private:
  void step() {
    const char c = text_[at_];
    switch (c) {
      case '"':
        return read_quoted();
      case '(':
        return read_comment();
      case '<':
        return read_angle();
      case '[':
        return read_literal();
      case ',':
      case ';':
        ++at_;
        finish();
        if (c == ';') held_.clear();
        return;
      case ':':
        ++at_;
        if (phrase_.find('@') == std::string::npos && !has_angle_) phrase_.clear(), held_.clear();
        return;
      case '=':
        return read_word();
      default:
        phrase_ += c;
        ++at_;
    }
  }

  void read_quoted() {
    if (lone_quote_) return void(++at_);
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '"') end += text_[end] == '\\' ? 2 : 1;
    if (end >= text_.size()) {  // no closing quote: not a quote at all, or the rest would be swallowed
      ++at_;
      lone_quote_ = true;
      while (at_ < text_.size() && text_[at_] != '<' && text_[at_] != ',') phrase_ += text_[at_++];
      return;
    }
    for (++at_; at_ < end; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < end) ++at_;
      phrase_ += text_[at_];
    }
    at_ = end + 1;
    // "local part"@domain keeps its quotes.
    if (at_ < text_.size() && text_[at_] == '@') phrase_ = '"' + phrase_ + '"';
  }

  void read_comment() {
    int depth = 0;
    std::string inside;
    for (; at_ < text_.size(); ++at_) {
      const char c = text_[at_];
      if (c == '\\' && at_ + 1 < text_.size()) {
        inside += text_[++at_];
        continue;
      }
      if (c == '(' && ++depth == 1) continue;
      if (c == ')' && --depth == 0) break;
      inside += c;
    }
    if (at_ < text_.size()) ++at_;
    if (comment_.empty()) comment_ = std::move(inside);
  }

  void read_angle() {
    std::size_t end = at_ + 1;
    while (end < text_.size() && text_[end] != '>' && text_[end] != '<') ++end;
    std::string_view inside = ascii_trimmed(text_.substr(at_ + 1, end - at_ - 1));
    const bool closed = end < text_.size() && text_[end] == '>';
    if (!closed && inside.find(',') != std::string_view::npos) {
      end = at_ + 1 + text_.substr(at_ + 1).find(',');
      inside = ascii_trimmed(text_.substr(at_ + 1, end - at_ - 1));
    }
    if (inside.starts_with('@')) {  // a source route (RFC 5322 §4.4)
      if (const std::size_t colon = inside.rfind(':'); colon != std::string_view::npos)
        inside.remove_prefix(colon + 1);
    }
    if (!has_angle_ || angle_.empty()) angle_ = std::string{inside};
    has_angle_ = true;
    at_ = end + (closed ? 1 : 0);
  }

  void read_literal() {
    std::size_t end = text_.find_first_of("],", at_);
    end = end == std::string_view::npos ? text_.size() : end + (text_[end] == ']' ? 1 : 0);
    phrase_.append(text_.substr(at_, end - at_));
    at_ = end;
  }

  // An encoded word may hold commas and brackets; it is decoded with the phrase.
  void read_word() {
    std::size_t end = at_ + 1;
    if (text_.substr(at_).starts_with("=?")) {
      std::size_t mark = at_ + 2;
      for (int marks = 0; marks < 2 && mark < text_.size() && !ascii_space(text_[mark]) && text_[mark] != '<';
           ++mark) {
        marks += text_[mark] == '?';
        if (marks == 2) {
          const std::size_t close = text_.substr(0, mark + 1000).find("?=", mark + 1);
          if (close != std::string_view::npos) end = close + 2;
        }
      }
    }
    phrase_.append(text_.substr(at_, end - at_));
    at_ = end;
  }

  void finish() {
    const std::string phrase{ascii_trimmed(phrase_)};
    if (has_angle_) {
      add(angle_, held_.empty() ? phrase : held_ + ", " + phrase);
      held_.clear();
    } else if (phrase.find('@') != std::string::npos) {
      add_bare(phrase);
      held_.clear();
    } else if (!phrase.empty() && phrase.size() < kNameBytesMax && held_.size() < kNameBytesMax) {
      // "Doe, Ana <ana@x.lv>" without quotes: the name goes on after the comma.
      held_ += (held_.empty() ? "" : ", ") + phrase;
    }
    phrase_.clear();
    comment_.clear();
    angle_.clear();
    has_angle_ = false;
  }

  // "a@x.lv b@x.lv": a list without commas.
  bool add_each_word(std::string_view phrase) {
    for (std::size_t at = 0; at < phrase.size();) {
      const std::size_t end = std::min(phrase.find(' ', at), phrase.size());
      if (end > at && !is_mail_address(phrase.substr(at, end - at))) return false;
      at = end + 1;
    }
    for (std::size_t at = 0; at < phrase.size();) {
      const std::size_t end = std::min(phrase.find(' ', at), phrase.size());
      if (end > at && found_.size() < kMailboxesMax) add(phrase.substr(at, end - at), "");
      at = end + 1;
    }
    return true;
  }

  // "Ana ana@x.lv", "ana@x.lv", "ana @ x.lv"
  void add_bare(const std::string& phrase) {
    if (add_each_word(phrase)) return;
    const std::size_t sign = phrase.rfind('@');
    std::string_view local = ascii_trimmed(std::string_view{phrase}.substr(0, sign));
    std::string_view domain = ascii_trimmed(std::string_view{phrase}.substr(sign + 1));
    std::string_view name;
    if (const std::size_t blank = local.rfind(' ');
        blank != std::string_view::npos && !local.ends_with('"')) {
      name = ascii_trimmed(local.substr(0, blank));
      local.remove_prefix(blank + 1);
    }
    domain = domain.substr(0, domain.find(' '));
    add(std::string{local} + '@' + std::string{domain}, std::string{name});
  }

  void add(std::string_view address, std::string name) {
    name = decode_header_text(name.empty() ? comment_ : name, charset_hint_);
    std::string clean = decode_header_text(address, charset_hint_);
    if (!clean.starts_with('"')) std::erase(clean, ' ');
    while (clean.ends_with('.')) clean.pop_back();
    if (ascii_istarts_with(clean, "mailto:")) clean.erase(0, 7);
    if (clean.empty()) return;
    if (name.size() >= 2 && name.front() == '\'' && name.back() == '\'')
      name = name.substr(1, name.size() - 2);
    found_.push_back({std::move(clean), std::string{first_bytes(ascii_trimmed(name), kNameBytesMax)}});
  }

  std::string_view text_;
  std::string_view charset_hint_;
  std::size_t at_ = 0;
  std::string phrase_;
  std::string comment_;
  std::string angle_;
  std::string held_;
  bool has_angle_ = false;
  bool lone_quote_ = false;
  std::vector<Mailbox> found_;
};

}  // namespace

std::vector<Mailbox> parse_mailboxes(std::string_view raw, std::string_view charset_hint) {
  const std::string text = unfolded(raw);
  return MailboxReader{text, charset_hint}.read();
}

bool is_mail_address(std::string_view address) {
  if (address.size() > kAddressBytesMax) return false;
  const std::size_t sign = address.rfind('@');
  if (sign == std::string_view::npos || sign == 0 || sign + 1 == address.size()) return false;
  const bool quoted = address.front() == '"' && address[sign - 1] == '"' && sign >= 3;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(address[i]);
    if (c < 0x20 || c == 0x7F) return false;
    if (quoted && i < sign) continue;
    if (c == ' ' || c == '<' || c == '>' || c == ',' || c == ';' || c == '"' || c == '(' || c == ')')
      return false;
    if (c == '@' && i != sign) return false;
  }
  const std::string_view domain = address.substr(sign + 1);
  return !domain.starts_with('.') && !domain.ends_with('.') && domain.find("..") == std::string_view::npos;
}

std::string domain_of(std::string_view address) {
  const std::size_t sign = address.rfind('@');
  return sign == std::string_view::npos ? std::string{} : ascii_lowered(address.substr(sign + 1));
}

bool same_address(std::string_view a, std::string_view b) { return ascii_iequals(a, b); }

}  // namespace hark::email
