#include "email/core/html_reply.h"

#include <algorithm>
#include <array>

#include "email/core/ascii.h"
#include "email/core/html_tokens.h"
#include "email/core/reply_phrases.h"
#include "email/core/reply_trim.h"
#include "email/core/sanitise_html.h"
#include "email/core/text_search.h"

namespace hark::email {
namespace {

constexpr std::size_t kTokensAhead = 40;  // looked at to find the first words inside an element

// From here on everything is the mail that is answered.
constexpr auto kRestIds = std::to_array<std::string_view>({
    "divrplyfwdmsg",
    "appendonsend",
    "olk_src_body_section",
    "stopspelling",
    "zwchr",
    "x_divrplyfwdmsg",
    "x_appendonsend",
    "mail-editor-reference-message-container",
    "replysplit",
    "reply-intro",
});

// The element holds the mail that is answered; what follows it may be an answer.
constexpr auto kQuoteClasses = std::to_array<std::string_view>({
    "yahoo_quoted",
    "protonmail_quote",
    "tutanota_quote",
    "ms-outlook-mobile-reference-message",
    "zmail_extra",
    "mail-quote-collapse",
    "mailru-blockquote",
    "yahooquoted",
    "quote-pipe",
});

// The element holds the words that introduce a quote.
constexpr auto kIntroductionClasses =
    std::to_array<std::string_view>({"gmail_attr", "moz-cite-prefix", "moz-email-headers-table"});

constexpr auto kSignatureClasses = std::to_array<std::string_view>(
    {"gmail_signature", "moz-signature", "protonmail_signature_block", "ms-outlook-mobile-signature"});

// Elements without an end tag.
constexpr auto kVoid = std::to_array<std::string_view>(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"});

// The tokens of these come without their contents, so they would swallow what follows them when written anew.
constexpr auto kRawText = std::to_array<std::string_view>(
    {"iframe", "noembed", "noframes", "plaintext", "script", "style", "textarea", "title", "xmp"});

template <class List>
bool is_one_of(std::string_view word, const List& list) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

template <class List>
bool has_class(const HtmlToken& token, const List& list) {
  const auto classes = ascii_lowered(token.attribute("class"));
  for (std::string_view rest = classes; !rest.empty();) {
    const auto end = std::min(rest.find_first_of(" \t\r\n"), rest.size());
    if (is_one_of(rest.substr(0, end), list)) return true;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return false;
}

/// The first words inside the element whose open tag has just been read, folded.
std::string first_words(HtmlTokens tokens) {
  HtmlToken token;
  for (std::size_t i = 0; i < kTokensAhead && tokens.next(token); ++i) {
    if (token.kind != HtmlToken::Kind::kText) continue;
    auto words = fold_line(std::string_view{token.text}.substr(0, 200));
    const auto trimmed = ascii_trimmed(words);
    if (!trimmed.empty()) return std::string{trimmed};
  }
  return {};
}

/// Writes the HTML anew without what is marked as quoted, with a mark in its place.
class QuoteFilter {
 public:
  QuoteFilter(std::string_view html, bool forwarded) : tokens_{html}, forwarded_{forwarded} {}

  std::string run() {
    HtmlToken token;
    while (tokens_.next(token)) {
      if (token.kind == HtmlToken::Kind::kText) {
        write_text(token.text);
      } else if (token.kind == HtmlToken::Kind::kClose) {
        close(token);
      } else if (!open(token)) {
        break;
      }
    }
    return std::move(out_);
  }

 private:
  /// False if nothing more is to be read.
  bool open(const HtmlToken& token) {
    const auto id = ascii_lowered(token.attribute("id"));
    if (!forwarded_) {
      // The mark stands even before any words: trim_reply() knows that there is nothing to answer yet.
      if (is_one_of(id, kRestIds) || is_outlook_rule(token)) mark(kRestQuotedMark);
      const bool quote = has_class(token, kQuoteClasses) || id.starts_with("yahoo_quoted") ||
                         (token.name == "div" && ascii_iequals(token.attribute("name"), "quote"));
      if (quote && !is_forward_marker(first_words(tokens_)) && seen_words_) return skip(token);
      if (has_class(token, kIntroductionClasses) && !is_forward_marker(first_words(tokens_))) {
        const bool more = skip(token);
        mark(kQuoteFollowsMark);
        return more;
      }
    }
    if (seen_words_ &&
        (has_class(token, kSignatureClasses) || id == "signature" || id == "ms-outlook-mobile-signature"))
      return skip(token);
    if (token.name == "blockquote") return open_blockquote(token), true;
    write_tag(token, "");
    return true;
  }

  void open_blockquote(const HtmlToken& token) {
    const bool cited =
        !forwarded_ && (ascii_iequals(token.attribute("type"), "cite") || !token.attribute("cite").empty() ||
                        has_class(token, std::to_array<std::string_view>({"gmail_quote", "moz-quote"})) ||
                        contains(ascii_lowered(token.attribute("style")), "border-left"));
    const bool inner = std::find(quotes_.begin(), quotes_.end(), true) != quotes_.end();
    const bool quote = (cited || inner) && (inner || !is_forward_marker(first_words(tokens_)));
    if (quotes_.size() < kQuotesMax) quotes_.push_back(quote);
    if (quote && !inner) mark(kQuoteFollowsMark);
    out_ += quote ? "<blockquote>" : "<div>";
  }

  void close(const HtmlToken& token) {
    if (token.name != "blockquote") return write_tag(token, "/");
    const bool quote = !quotes_.empty() && quotes_.back();
    if (!quotes_.empty()) quotes_.pop_back();
    out_ += quote ? "</blockquote>" : "</div>";
  }

  /// Outlook draws a line above the headers of what it quotes.
  bool is_outlook_rule(const HtmlToken& token) const {
    if (token.name != "div") return false;
    const auto style = ascii_lowered(token.attribute("style"));
    if (!contains(style, "border-top:") || !contains(style, "solid")) return false;
    const auto words = first_words(tokens_);
    return words.ends_with(':') || header_word(words) != HeaderWord::kNone;
  }

  /// Passes over the element whose open tag has just been read.
  bool skip(const HtmlToken& opened) {
    if (is_one_of(opened.name, kVoid)) return true;
    std::size_t depth = 1;
    HtmlToken token;
    while (depth > 0 && tokens_.next(token)) {
      if (token.name != opened.name || token.kind == HtmlToken::Kind::kText) continue;
      depth += token.kind == HtmlToken::Kind::kOpen ? 1 : -1;
    }
    return depth == 0;
  }

  void mark(std::string_view words) {
    out_ += "<p>";
    out_ += words;
    out_ += "</p>";
  }

  void write_text(std::string_view text) {
    for (const char c : text) {
      seen_words_ = seen_words_ || !ascii_space(c);
      if (c == '<') {
        out_ += "&lt;";
      } else if (c == '&') {
        out_ += "&amp;";
      } else if (c != kQuoteFollowsMark[0] && c != kRestQuotedMark[0]) {
        out_ += c;
      }
    }
  }

  void write_tag(const HtmlToken& token, std::string_view slash) {
    if (is_one_of(token.name, kRawText)) return;
    out_ += '<';
    out_ += slash;
    out_ += token.name;
    out_ += '>';
  }

  static constexpr std::size_t kQuotesMax = 200;

  HtmlTokens tokens_;
  bool forwarded_;
  bool seen_words_ = false;
  std::vector<bool> quotes_;  // of the open blockquotes: is it one of a mail program's?
  std::string out_;
};

}  // namespace

std::string trim_html_reply(std::string_view html, bool forwarded) {
  html = html.substr(0, kTrimHtmlBytesMax);
  const auto without_marks = [](std::string text) {
    std::erase_if(text, [](char c) { return c == kQuoteFollowsMark[0] || c == kRestQuotedMark[0]; });
    text.erase(text.find_last_not_of(" \t\r\n") + 1);
    text.erase(0, std::min(text.find_first_not_of("\r\n"), text.size()));
    return text;
  };
  const auto text = html_to_text(QuoteFilter{html, forwarded}.run());
  auto visible = without_marks(trim_reply(text, forwarded).visible(text));
  return visible.empty() ? without_marks(html_to_text(html)) : visible;
}

std::string visible_reply(const Mail& mail) {
  const bool forwarded = is_forward_subject(mail.subject);
  if (!mail.raw_html.empty() && mail.raw_html.size() <= kTrimHtmlBytesMax &&
      is_text_of_html(mail.text, mail.raw_html)) {
    return trim_html_reply(mail.raw_html, forwarded);
  }
  return trim_reply(mail.text, forwarded).visible(mail.text);
}

}  // namespace hark::email
