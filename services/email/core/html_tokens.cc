#include "email/core/html_tokens.h"

#include <algorithm>
#include <array>

#include "email/core/ascii.h"

namespace hark::email {
namespace {

constexpr std::size_t kAttributesMax = 50;
constexpr std::size_t kTagNameBytesMax = 40;

constexpr auto kRawTextElements = std::to_array<std::string_view>(
    {"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"});

}  // namespace

std::string_view HtmlToken::attribute(std::string_view attribute_name) const {
  for (const auto& [key, value] : attributes) {
    if (key == attribute_name) return value;
  }
  return {};
}

bool HtmlTokens::next(HtmlToken& token) {
  token.text.clear();
  token.name.clear();
  token.attributes.clear();
  while (at_ < html_.size()) {
    if (html_[at_] == '<') {
      if (read_markup(token)) return true;
      continue;
    }
    const std::size_t end = std::min(html_.find('<', at_), html_.size());
    token.kind = HtmlToken::Kind::kText;
    token.text = decode_references(html_.substr(at_, end - at_));
    at_ = end;
    return true;
  }
  return false;
}

// On "<". True if a token came of it; otherwise something was passed over.
bool HtmlTokens::read_markup(HtmlToken& token) {
  const char first = at_ + 1 < html_.size() ? html_[at_ + 1] : '\0';
  const bool closing = first == '/';
  const char letter = closing ? (at_ + 2 < html_.size() ? html_[at_ + 2] : '\0') : first;
  if (!ascii_alpha(letter)) {
    if (first == '!' || first == '?' || closing) {
      skip_comment();
      return false;
    }
    token.kind = HtmlToken::Kind::kText;
    token.text = "<";
    ++at_;
    return true;
  }
  at_ += closing ? 2 : 1;
  const std::size_t end = std::min(html_.find_first_of(" \t\r\n\f/>", at_), html_.size());
  token.kind = closing ? HtmlToken::Kind::kClose : HtmlToken::Kind::kOpen;
  token.name = ascii_lowered(html_.substr(at_, std::min(end - at_, kTagNameBytesMax)));
  at_ = end;
  read_attributes(token);
  if (closing) token.attributes.clear();
  if (!closing && std::ranges::find(kRawTextElements, token.name) != kRawTextElements.end())
    skip_raw_text(token.name);
  return true;
}

// Up to and with ">". At the end of the text an unfinished tag counts as finished.
void HtmlTokens::read_attributes(HtmlToken& token) {
  while (at_ < html_.size()) {
    while (at_ < html_.size() && (ascii_space(html_[at_]) || html_[at_] == '/')) ++at_;
    if (at_ >= html_.size()) return;
    if (html_[at_] == '>') {
      ++at_;
      return;
    }
    const std::size_t name_begin = at_++;
    at_ = std::min(html_.find_first_of("= \t\r\n\f/>", at_), html_.size());
    std::string name = ascii_lowered(html_.substr(name_begin, at_ - name_begin));
    std::size_t peek = at_;
    while (peek < html_.size() && ascii_space(html_[peek])) ++peek;
    std::string_view value;
    if (peek < html_.size() && html_[peek] == '=') {
      at_ = peek + 1;
      while (at_ < html_.size() && ascii_space(html_[at_])) ++at_;
      const char quote = at_ < html_.size() ? html_[at_] : '\0';
      const bool quoted = quote == '"' || quote == '\'';
      const std::size_t begin = quoted ? at_ + 1 : at_;
      const std::size_t end = std::min(
          quoted ? html_.find(quote, begin) : html_.find_first_of(" \t\r\n\f>", begin), html_.size());
      value = html_.substr(std::min(begin, html_.size()), end - std::min(begin, end));
      at_ = quoted && end < html_.size() ? end + 1 : end;
    } else {
      at_ = peek;
    }
    if (token.attributes.size() < kAttributesMax) {
      token.attributes.emplace_back(std::move(name), decode_references(value, true));
    }
  }
}

// Up to the element's own closing tag; without one the rest of the text is inside it, as it is for browsers.
void HtmlTokens::skip_raw_text(std::string_view name) {
  for (at_ = html_.find("</", at_); at_ != std::string_view::npos; at_ = html_.find("</", at_ + 2)) {
    const std::string_view rest = html_.substr(at_ + 2);
    if (!ascii_istarts_with(rest, name)) continue;
    const char after = rest.size() > name.size() ? rest[name.size()] : '>';
    if (after == '>' || after == '/' || ascii_space(after)) return;
  }
  at_ = html_.size();
}

void HtmlTokens::skip_comment() {
  const std::string_view rest = html_.substr(at_);
  std::size_t end = std::string_view::npos;
  if (rest.starts_with("<!-->") || rest.starts_with("<!--->")) {
    end = rest.find('>') + 1;
  } else if (rest.starts_with("<!--")) {
    for (std::size_t dashes = rest.find("--", 4); dashes != std::string_view::npos;
         dashes = rest.find("--", dashes + 1)) {
      const std::string_view after = rest.substr(dashes + 2, 2);
      if (after.starts_with('>') || after == "!>") {
        end = dashes + (after.starts_with('>') ? 3 : 4);
        break;
      }
    }
  } else if (const std::size_t close = rest.find('>'); close != std::string_view::npos) {
    end = close + 1;
  }
  at_ = end == std::string_view::npos ? html_.size() : at_ + end;
}

}  // namespace hark::email
