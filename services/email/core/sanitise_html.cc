#include "email/core/sanitise_html.h"

#include <algorithm>
#include <array>
#include <set>

#include "email/core/ascii.h"
#include "email/core/html_tokens.h"

namespace hark::email {
namespace {

constexpr std::size_t kDepthMax = 200;
constexpr std::size_t kDataImageBytesMax = 256 * 1024;
constexpr std::size_t kContentIdsMax = 1000;

template <std::size_t N>
constexpr bool contains(const std::array<std::string_view, N>& sorted, std::string_view name) {
  return std::ranges::binary_search(sorted, name);
}

constexpr auto kElements = std::to_array<std::string_view>(
    {"a",          "abbr",    "address", "article", "aside", "b",       "bdi",  "bdo",        "big",
     "blockquote", "br",      "caption", "center",  "cite",  "code",    "col",  "colgroup",   "dd",
     "del",        "details", "dfn",     "div",     "dl",    "dt",      "em",   "figcaption", "figure",
     "font",       "footer",  "h1",      "h2",      "h3",    "h4",      "h5",   "h6",         "header",
     "hr",         "i",       "img",     "ins",     "kbd",   "li",      "main", "mark",       "ol",
     "p",          "pre",     "q",       "rp",      "rt",    "ruby",    "s",    "samp",       "section",
     "small",      "span",    "strike",  "strong",  "sub",   "summary", "sup",  "table",      "tbody",
     "td",         "tfoot",   "th",      "thead",   "time",  "tr",      "tt",   "u",          "ul",
     "var",        "wbr"});
static_assert(std::ranges::is_sorted(kElements));

constexpr auto kVoid = std::to_array<std::string_view>({"br", "col", "hr", "img", "wbr"});
constexpr auto kTableFamily = std::to_array<std::string_view>(
    {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"});
constexpr auto kEndsParagraph = std::to_array<std::string_view>(
    {"address", "article", "aside", "blockquote", "center", "details", "div",   "dl", "figcaption",
     "figure",  "footer",  "h1",    "h2",         "h3",     "h4",      "h5",    "h6", "header",
     "hr",      "main",    "ol",    "p",          "pre",    "section", "table", "ul"});

constexpr auto kAttributes = std::to_array<std::string_view>(
    {"align",    "alt",   "bgcolor", "border", "cellpadding", "cellspacing", "color",   "colspan",
     "datetime", "dir",   "face",    "height", "lang",        "nowrap",      "rowspan", "size",
     "span",     "start", "summary", "title",  "type",        "valign",      "width"});
static_assert(std::ranges::is_sorted(kAttributes));

constexpr auto kStyleProperties = std::to_array<std::string_view>({"background-color",
                                                                   "border",
                                                                   "border-bottom",
                                                                   "border-bottom-color",
                                                                   "border-bottom-style",
                                                                   "border-bottom-width",
                                                                   "border-collapse",
                                                                   "border-color",
                                                                   "border-left",
                                                                   "border-left-color",
                                                                   "border-left-style",
                                                                   "border-left-width",
                                                                   "border-radius",
                                                                   "border-right",
                                                                   "border-right-color",
                                                                   "border-right-style",
                                                                   "border-right-width",
                                                                   "border-spacing",
                                                                   "border-style",
                                                                   "border-top",
                                                                   "border-top-color",
                                                                   "border-top-style",
                                                                   "border-top-width",
                                                                   "border-width",
                                                                   "clear",
                                                                   "color",
                                                                   "direction",
                                                                   "display",
                                                                   "float",
                                                                   "font",
                                                                   "font-family",
                                                                   "font-size",
                                                                   "font-style",
                                                                   "font-variant",
                                                                   "font-weight",
                                                                   "height",
                                                                   "letter-spacing",
                                                                   "line-height",
                                                                   "list-style-type",
                                                                   "margin",
                                                                   "margin-bottom",
                                                                   "margin-left",
                                                                   "margin-right",
                                                                   "margin-top",
                                                                   "max-width",
                                                                   "min-width",
                                                                   "overflow-wrap",
                                                                   "padding",
                                                                   "padding-bottom",
                                                                   "padding-left",
                                                                   "padding-right",
                                                                   "padding-top",
                                                                   "table-layout",
                                                                   "text-align",
                                                                   "text-decoration",
                                                                   "text-indent",
                                                                   "text-transform",
                                                                   "unicode-bidi",
                                                                   "vertical-align",
                                                                   "white-space",
                                                                   "width",
                                                                   "word-break",
                                                                   "word-spacing",
                                                                   "word-wrap"});
static_assert(std::ranges::is_sorted(kStyleProperties));

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\0':
        break;
      default:
        out += c;
    }
  }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
  out += ' ';
  out += name;
  out += "=\"";
  append_escaped(out, value);
  out += '"';
}

// An address as browsers read it: without controls and blanks around, without tabs and line ends anywhere.
std::string cleaned_url(std::string_view url) {
  std::string out;
  for (const char c : url) {
    if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) out += c;
  }
  return std::string{ascii_trimmed(out)};
}

bool is_web_url(std::string_view url) {
  return ascii_istarts_with(url, "http://") || ascii_istarts_with(url, "https://");
}

bool is_link_url(std::string_view url) {
  return is_web_url(url) || ascii_istarts_with(url, "mailto:") || ascii_istarts_with(url, "tel:");
}

bool is_data_image(std::string_view url) {
  if (url.size() > kDataImageBytesMax || !ascii_istarts_with(url, "data:image/")) return false;
  for (const std::string_view type :
       {"png;base64,", "jpeg;base64,", "jpg;base64,", "gif;base64,", "webp;base64,"}) {
    if (!ascii_istarts_with(url.substr(11), type)) continue;
    return std::ranges::all_of(url.substr(11 + type.size()), [](char c) {
      return ascii_alpha(c) || ascii_digit(c) || c == '+' || c == '/' || c == '=';
    });
  }
  return false;
}

// Colour functions are the only ones.
bool functions_are_safe(std::string_view value) {
  for (std::size_t at = value.find('('); at != std::string_view::npos; at = value.find('(', at + 1)) {
    std::size_t begin = at;
    while (begin > 0 && (ascii_alpha(value[begin - 1]) || value[begin - 1] == '-')) --begin;
    const std::string name = ascii_lowered(value.substr(begin, at - begin));
    if (name != "rgb" && name != "rgba" && name != "hsl" && name != "hsla") return false;
  }
  return true;
}

bool style_value_is_safe(std::string_view property, std::string_view value) {
  constexpr std::size_t kValueBytesMax = 200;
  if (value.empty() || value.size() > kValueBytesMax) return false;
  for (const char c : value) {
    const bool plain = ascii_alpha(c) || ascii_digit(c) ||
                       std::string_view{" #%.,()'\"-!+"}.find(c) != std::string_view::npos;
    if (!plain) return false;
  }
  // A negative margin or indent would lay the mail over what stands around it.
  if ((property.starts_with("margin") || property == "text-indent") &&
      value.find('-') != std::string_view::npos) {
    return false;
  }
  return functions_are_safe(value);
}

std::string filtered_style(std::string_view style) {
  std::string out;
  for (std::size_t at = 0; at < style.size();) {
    const std::size_t end = std::min(style.find(';', at), style.size());
    const std::string_view declaration = style.substr(at, end - at);
    at = end + 1;
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string property = ascii_lowered(ascii_trimmed(declaration.substr(0, colon)));
    const std::string_view value = ascii_trimmed(declaration.substr(colon + 1));
    if (!contains(kStyleProperties, property) || !style_value_is_safe(property, value)) continue;
    if (!out.empty()) out += ';';
    out += property;
    out += ':';
    out += value;
  }
  return out;
}

class Sanitiser {
 public:
  SanitisedHtml run(std::string_view html) {
    HtmlTokens tokens{html};
    HtmlToken token;
    out_.html.reserve(html.size());
    while (tokens.next(token)) {
      switch (token.kind) {
        case HtmlToken::Kind::kText:
          append_escaped(out_.html, token.text);
          break;
        case HtmlToken::Kind::kOpen:
          open(token);
          break;
        case HtmlToken::Kind::kClose:
          close(token.name);
          break;
      }
    }
    while (!stack_.empty()) pop();
    return std::move(out_);
  }

 private:
  void open(const HtmlToken& token) {
    const auto allowed = std::ranges::lower_bound(kElements, std::string_view{token.name});
    if (allowed == kElements.end() || *allowed != token.name) return;
    const bool is_void = contains(kVoid, *allowed);
    close_implied(*allowed);
    if (!is_void && stack_.size() >= kDepthMax) return;
    if (belongs_in_table(*allowed) && !inside_table()) return;
    out_.html += '<';
    out_.html += *allowed;
    append_attributes(token);
    out_.html += '>';
    if (!is_void) stack_.push_back(*allowed);
  }

  // What a browser closes by itself, so that the fragment means to it what it says (WHATWG HTML §13.1.2.4).
  void close_implied(std::string_view name) {
    const auto pop_if = [this](std::string_view top) {
      if (!stack_.empty() && stack_.back() == top) pop();
    };
    if (contains(kEndsParagraph, name)) pop_if("p");
    if (name == "li") pop_if("li");
    if (name == "dd" || name == "dt") pop_if("dd"), pop_if("dt");
    if (name == "td" || name == "th") pop_if("td"), pop_if("th");
    if (name == "tr") pop_if("td"), pop_if("th"), pop_if("tr");
  }

  static bool belongs_in_table(std::string_view name) {
    return name != "table" && contains(kTableFamily, name);
  }

  [[nodiscard]] bool inside_table() const { return std::ranges::find(stack_, "table") != stack_.end(); }

  // Closes up to the element, but never out of a table cell or a table that is not its own.
  void close(std::string_view name) {
    const bool of_table = contains(kTableFamily, name);
    for (std::size_t i = stack_.size(); i-- > 0;) {
      if (stack_[i] == name) {
        while (stack_.size() > i) pop();
        return;
      }
      const bool barrier = of_table ? stack_[i] == "table" : contains(kTableFamily, stack_[i]);
      if (barrier) return;
    }
    if (name == "p") out_.html += "<br>";  // browsers make an empty paragraph of it
  }

  void pop() {
    out_.html += "</";
    out_.html += stack_.back();
    out_.html += '>';
    stack_.pop_back();
  }

  void append_attributes(const HtmlToken& token) {
    for (std::size_t i = 0; i < token.attributes.size(); ++i) {
      const auto& [name, value] = token.attributes[i];
      if (token.attribute(name).data() != value.data()) continue;  // the first of a name counts
      if (name == "style") {
        if (const std::string style = filtered_style(value); !style.empty())
          append_attribute(out_.html, name, style);
      } else if (contains(kAttributes, name)) {
        append_attribute(out_.html, name, value);
      }
    }
    if (token.name == "a") append_link(token.attribute("href"));
    if (token.name == "img") append_image(token.attribute("src"));
  }

  void append_link(std::string_view href) {
    const std::string url = cleaned_url(href);
    if (!is_link_url(url)) return;
    append_attribute(out_.html, "href", url);
    out_.html += R"( target="_blank" rel="noopener noreferrer nofollow")";
  }

  void append_image(std::string_view src) {
    const std::string url = cleaned_url(src);
    if (ascii_istarts_with(url, "cid:")) {
      append_attribute(out_.html, "src", url);
      keep_content_id(url.substr(4));
    } else if (is_web_url(url)) {
      append_attribute(out_.html, "data-hark-src", url);
      out_.has_remote_images = true;
    } else if (url.starts_with("//")) {
      append_attribute(out_.html, "data-hark-src", "https:" + url);
      out_.has_remote_images = true;
    } else if (is_data_image(url)) {
      append_attribute(out_.html, "src", url);
    }
  }

  void keep_content_id(std::string_view encoded) {
    std::string id;
    for (std::size_t i = 0; i < encoded.size(); ++i) {
      if (encoded[i] == '%' && i + 2 < encoded.size() && hex_value(encoded[i + 1]) >= 0 &&
          hex_value(encoded[i + 2]) >= 0) {
        id += static_cast<char>(
            static_cast<unsigned char>(hex_value(encoded[i + 1]) << 4 | hex_value(encoded[i + 2])));
        i += 2;
      } else {
        id += encoded[i];
      }
    }
    auto& ids = out_.content_ids;
    if (ids.size() < kContentIdsMax && seen_ids_.insert(id).second) ids.push_back(std::move(id));
  }

  SanitisedHtml out_;
  std::set<std::string> seen_ids_;
  std::vector<std::string_view> stack_;  // elements open in the output; views of kElements
};

}  // namespace

SanitisedHtml sanitise_html(std::string_view html) { return Sanitiser{}.run(html); }

std::string text_to_html(std::string_view text) {
  std::string out = R"(<div style="white-space:pre-wrap">)";
  append_escaped(out, text);
  out += "</div>";
  return out;
}

}  // namespace hark::email
