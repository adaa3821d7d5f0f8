#include <algorithm>
#include <array>

#include "email/core/ascii.h"
#include "email/core/html_tokens.h"
#include "email/core/sanitise_html.h"

namespace hark::email {
namespace {

constexpr std::size_t kQuoteDepthMax = 10;  // marks shown; each line of a quote carries them all

constexpr auto kParagraphs = std::to_array<std::string_view>(
    {"blockquote", "dl", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "ol", "p", "pre", "ul"});
constexpr auto kBlocks = std::to_array<std::string_view>(
    {"address", "article",  "aside",      "body",   "caption", "center", "dd",     "details", "div",
     "dt",      "fieldset", "figcaption", "footer", "form",    "head",   "header", "html",    "li",
     "main",    "section",  "summary",    "table",  "tbody",   "tfoot",  "thead",  "tr"});
static_assert(std::ranges::is_sorted(kParagraphs) && std::ranges::is_sorted(kBlocks));

class TextWriter {
 public:
  std::string run(std::string_view html) {
    HtmlTokens tokens{html};
    HtmlToken token;
    while (tokens.next(token)) write(token);
    while (out_.ends_with('\n') || out_.ends_with(' ')) out_.pop_back();
    if (!out_.empty()) out_ += '\n';
    return std::move(out_);
  }

  /// Is this the HTML's text, but for blanks around it? Reads no further than to the first difference.
  bool writes(std::string_view html, std::string_view text) {
    text = ascii_trimmed(text);
    HtmlTokens tokens{html};
    HtmlToken token;
    std::size_t compared = 0;  // of out_
    std::size_t same = 0;      // of text
    while (tokens.next(token)) {
      write(token);
      for (; compared < out_.size(); ++compared) {
        const bool around = (same == 0 || same == text.size()) && ascii_space(out_[compared]);
        if (!around && (same == text.size() || out_[compared] != text[same++])) return false;
      }
    }
    return same == text.size();
  }

 private:
  void tag(const HtmlToken& token) {
    const bool opens = token.kind == HtmlToken::Kind::kOpen;
    const std::string& name = token.name;
    if (name == "br") return line_break();
    if (name == "hr" && opens) return block(1), write_words("----"), block(1);
    if (name == "img" && opens) return write_image(token.attribute("alt"));
    if ((name == "td" || name == "th") && opens) space_ = !line_empty_;
    if (std::ranges::binary_search(kParagraphs, name)) {
      block(2);
    } else if (std::ranges::binary_search(kBlocks, name)) {
      block(1);
    }
    if (name == "pre") preformatted_ = opens ? preformatted_ + 1 : std::max(preformatted_ - 1, 0);
    if (name == "blockquote") depth_ = opens ? depth_ + 1 : depth_ - std::min<std::size_t>(depth_, 1);
    if (name == "li" && opens) write_words("- ");
  }

  void write_image(std::string_view alt) {
    alt = ascii_trimmed(alt);
    if (!alt.empty()) write_words("[" + std::string{alt} + "]");
  }

  // At least `lines` line ends between what stands and what follows; none at the very start.
  void block(int lines) {
    pending_lines_ = std::max(pending_lines_, out_.empty() ? 0 : (line_empty_ ? lines - 1 : lines));
    space_ = false;
  }

  void line_break() {
    flush_lines();
    end_line();
    space_ = false;
  }

  void end_line() {
    if (line_empty_) quote_prefix(false);
    out_ += '\n';
    line_empty_ = true;
  }

  void flush_lines() {
    for (; pending_lines_ > 0; --pending_lines_) end_line();
  }

  void quote_prefix(bool text_follows) {
    const std::size_t depth = std::min(depth_, kQuoteDepthMax);
    out_.append(depth, '>');
    if (depth > 0 && text_follows) out_ += ' ';
  }

  void begin_text() {
    flush_lines();
    if (line_empty_) quote_prefix(true);
    if (space_ && !line_empty_) out_ += ' ';
    space_ = false;
    line_empty_ = false;
  }

  void write_words(std::string_view text) {
    const auto is_nbsp = [text](std::size_t i) {
      return text[i] == '\xC2' && i + 1 < text.size() && text[i + 1] == '\xA0';
    };
    for (std::size_t i = 0; i < text.size();) {
      const bool nbsp = is_nbsp(i);
      if (nbsp || ascii_space(text[i])) {
        space_ = space_ || !line_empty_;
        i += nbsp ? 2 : 1;
        continue;
      }
      std::size_t end = i;
      while (end < text.size() && !ascii_space(text[end]) && !is_nbsp(end)) ++end;
      begin_text();
      out_.append(text, i, end - i);
      i = end;
    }
  }

  void write_lines(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      std::string_view line = text.substr(at, end == std::string_view::npos ? end : end - at);
      if (line.ends_with('\r')) line.remove_suffix(1);
      if (!line.empty()) {
        begin_text();
        out_ += line;
      }
      if (end == std::string_view::npos) return;
      flush_lines();
      end_line();
      at = end + 1;
    }
  }

  void write(const HtmlToken& token) {
    if (token.kind != HtmlToken::Kind::kText) return tag(token);
    preformatted_ > 0 ? write_lines(token.text) : write_words(token.text);
  }

  std::string out_;
  std::size_t depth_ = 0;  // of blockquotes
  int pending_lines_ = 0;
  int preformatted_ = 0;
  bool line_empty_ = true;
  bool space_ = false;  // a blank is due before the next word
};

}  // namespace

std::string html_to_text(std::string_view html) { return TextWriter{}.run(html); }

bool is_text_of_html(std::string_view text, std::string_view html) { return TextWriter{}.writes(html, text); }

}  // namespace hark::email
