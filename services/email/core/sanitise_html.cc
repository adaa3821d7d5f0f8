#include "email/core/sanitise_html.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

#include "email/core/ascii.h"
#include "email/core/html_style.h"
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
constexpr auto kRowGroups =
    std::to_array<std::string_view>({"caption", "colgroup", "tbody", "tfoot", "thead"});
constexpr auto kEndsParagraph = std::to_array<std::string_view>(
    {"address", "article",    "aside",  "blockquote", "center",  "details", "div",
     "dl",      "figcaption", "figure", "footer",     "h1",      "h2",      "h3",
     "h4",      "h5",         "h6",     "header",     "hr",      "li",      "main",
     "ol",      "p",          "pre",    "section",    "summary", "table",   "ul"});
// Lists and whatever else an item does not reach out of; a div or a p is no obstacle.
constexpr auto kHoldsItems = std::to_array<std::string_view>(
    {"article", "aside",  "blockquote", "caption", "center",  "colgroup", "details", "dl",
     "figure",  "footer", "h1",         "h2",      "h3",      "h4",       "h5",      "h6",
     "header",  "main",   "ol",         "pre",     "section", "summary",  "table",   "tbody",
     "td",      "tfoot",  "th",         "thead",   "tr",      "ul"});

// What an element is, as bits: the stack of open elements is searched often.
using Traits = std::uint16_t;
constexpr Traits kIsVoid = 1;
constexpr Traits kOfTable = 2;
constexpr Traits kIsTable = 4;
constexpr Traits kIsRowGroup = 8;
constexpr Traits kIsRow = 16;
constexpr Traits kIsCell = 32;
constexpr Traits kIsItem = 64;
constexpr Traits kIsTerm = 128;
constexpr Traits kIsParagraph = 256;
constexpr Traits kStopsParagraph = 512;
constexpr Traits kStopsItems = 1024;

constexpr Traits traits_of(std::string_view name) {
  unsigned out = 0;
  if (contains(kVoid, name)) out |= kIsVoid;
  if (contains(kTableFamily, name)) out |= kOfTable;
  if (name == "table") out |= kIsTable;
  if (contains(kRowGroups, name)) out |= kIsRowGroup;
  if (name == "tr") out |= kIsRow;
  if (name == "td" || name == "th") out |= kIsCell;
  if (name == "li") out |= kIsItem;
  if (name == "dd" || name == "dt") out |= kIsTerm;
  if (name == "p") out |= kIsParagraph;
  if (contains(kEndsParagraph, name)) out |= kStopsParagraph;
  if (contains(kHoldsItems, name)) out |= kStopsItems;
  return static_cast<Traits>(out);
}

constexpr auto kTraits = [] {
  std::array<Traits, kElements.size()> out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = traits_of(kElements[i]);
  return out;
}();

constexpr auto kAttributes = std::to_array<std::string_view>(
    {"align",    "alt",   "bgcolor", "border", "cellpadding", "cellspacing", "color",   "colspan",
     "datetime", "dir",   "face",    "height", "lang",        "nowrap",      "rowspan", "size",
     "span",     "start", "summary", "title",  "type",        "valign",      "width"});
static_assert(std::ranges::is_sorted(kAttributes));

void append_escaped(std::string& out, std::string_view text) {
  std::size_t kept = 0;  // up to here the text is in `out`
  const auto put = [&](std::size_t i, std::string_view instead) {
    out.append(text, kept, i - kept);
    out += instead;
    kept = i + 1;
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
      case '&':
        put(i, "&amp;");
        break;
      case '<':
        put(i, "&lt;");
        break;
      case '>':
        put(i, "&gt;");
        break;
      case '"':
        put(i, "&quot;");
        break;
      case '\0':
        put(i, "");
        break;
      default:
        break;
    }
  }
  out.append(text, kept);
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
  struct Open {
    std::string_view name;  // of kElements
    Traits traits;
  };

  void open(const HtmlToken& token) {
    const auto allowed = std::ranges::lower_bound(kElements, std::string_view{token.name});
    if (allowed == kElements.end() || *allowed != token.name) return;
    const Open element{*allowed, kTraits[static_cast<std::size_t>(allowed - kElements.begin())]};
    const bool is_void = (element.traits & kIsVoid) != 0;
    if (!is_void && stack_.size() >= kDepthMax) return;
    if (belongs_in_table(element) && !any_open(kIsTable)) return;
    close_implied(element);
    out_.html += '<';
    out_.html += element.name;
    append_attributes(token);
    out_.html += '>';
    if (!is_void) stack_.push_back(element);
  }

  static bool belongs_in_table(const Open& element) {
    return (element.traits & kOfTable) != 0 && (element.traits & kIsTable) == 0;
  }

  [[nodiscard]] bool any_open(Traits traits) const {
    return std::ranges::any_of(stack_, [traits](const Open& each) { return (each.traits & traits) != 0; });
  }

  // What a browser closes by itself before this element, so that the fragment means to it what it says
  // (WHATWG HTML §13.2.6.4.7 and on). Without this a later closing tag of ours could close what stands around
  // the fragment.
  void close_implied(const Open& element) {
    const Traits is = element.traits;
    if ((is & kIsItem) != 0) close_within(kIsItem, kStopsItems);
    if ((is & kIsTerm) != 0) close_within(kIsTerm, kStopsItems);
    if ((is & kStopsParagraph) != 0) close_within(kIsParagraph, kOfTable);
    if ((is & kIsCell) != 0) close_within(kIsCell, kIsTable);
    if ((is & kIsRow) != 0) close_within(kIsRow, kIsTable);
    if ((is & kIsRowGroup) != 0) close_within(kIsRow | kIsRowGroup, kIsTable);
  }

  // Closes the outermost of such elements above the next barrier, with all that is in it.
  void close_within(Traits wanted, Traits barrier) {
    std::size_t keep = stack_.size();
    for (std::size_t i = stack_.size(); i-- > 0 && (stack_[i].traits & barrier) == 0;) {
      if ((stack_[i].traits & wanted) != 0) keep = i;
    }
    while (stack_.size() > keep) pop();
  }

  // Closes up to the element, but never out of a table cell or a table that is not its own.
  void close(std::string_view name) {
    const bool of_table = contains(kTableFamily, name);
    for (std::size_t i = stack_.size(); i-- > 0;) {
      if (stack_[i].name == name) {
        while (stack_.size() > i) pop();
        return;
      }
      if ((stack_[i].traits & (of_table ? kIsTable : kOfTable)) != 0) return;
    }
    if (name == "p") out_.html += "<br>";  // browsers make an empty paragraph of it
  }

  void pop() {
    out_.html += "</";
    out_.html += stack_.back().name;
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
  std::vector<Open> stack_;  // elements open in the output
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
