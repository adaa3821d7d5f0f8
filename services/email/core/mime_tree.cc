#include "email/core/mime_tree.h"

#include <algorithm>
#include <optional>

#include "email/core/ascii.h"

namespace hark::email {
namespace {

// An mbox leaves its separator, a copy-and-paste leaves empty lines.
std::string_view without_leading_noise(std::string_view raw) {
  if (raw.starts_with("\xEF\xBB\xBF")) raw.remove_prefix(3);
  while (!raw.empty() && (raw.front() == '\r' || raw.front() == '\n')) raw.remove_prefix(1);
  if (raw.starts_with("From ") || raw.starts_with(">From ")) {
    const std::size_t end = raw.find('\n');
    raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
  }
  return raw;
}

// A field name (RFC 5322 §2.2): printable ASCII without a colon. Blanks before the colon are an old habit.
std::size_t field_name_bytes(std::string_view line) {
  constexpr std::size_t kNameBytesMax = 200;
  std::size_t i = 0;
  while (i < line.size() && i < kNameBytesMax && line[i] > ' ' && line[i] < 0x7F && line[i] != ':') ++i;
  const std::size_t name = i;
  while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
  return name > 0 && i < line.size() && line[i] == ':' ? name : 0;
}

class Splitter {
 public:
  Splitter(std::string_view raw, const MimeLimits& limits) : raw_{raw}, limits_{limits} {}

  MimeTree split() {
    open_part(std::nullopt);
    while (at_ < raw_.size() && !full_) line();
    const std::size_t end = full_ ? full_at_ : raw_.size();
    if (in_header_) end_header(end);
    close_leaf(end);
    if (!open_.empty() && !full_) remark("the mail ends before the end of its multipart");
    adopt_text_of_empty_multiparts();
    return std::move(tree_);
  }

 private:
  struct Open {
    std::string boundary;
    std::size_t part;
  };

  void line() {
    const std::size_t begin = at_;
    const std::size_t newline = raw_.find('\n', at_);
    at_ = newline == std::string_view::npos ? raw_.size() : newline + 1;
    std::string_view text =
        raw_.substr(begin, (newline == std::string_view::npos ? raw_.size() : newline) - begin);
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (text.starts_with("--") && !open_.empty() && delimiter(text, begin)) return;
    if (in_header_) {
      header_line(text, begin);
    } else if (guessing_ && text.starts_with("--")) {
      guess_boundary(text, begin);
    }
  }

  // The innermost multipart whose boundary the line is; closes everything inside it (RFC 2046 §5.1).
  bool delimiter(std::string_view text, std::size_t begin) {
    text.remove_prefix(2);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    for (std::size_t level = open_.size(); level-- > 0;) {
      const std::string& boundary = open_[level].boundary;
      if (!text.starts_with(boundary)) continue;
      const std::string_view rest = text.substr(boundary.size());
      if (!rest.empty() && rest != "--") continue;
      if (in_header_) end_header(begin);
      close_leaf(line_end_before(begin));
      if (level + 1 < open_.size()) remark("a multipart has no end boundary");
      open_.resize(level + 1);
      if (rest.empty()) {
        open_part(open_[level].part);
      } else {
        open_.pop_back();
      }
      return true;
    }
    return false;
  }

  void open_part(std::optional<std::size_t> parent) {
    if (tree_.parts.size() >= limits_.parts_max) {
      full_ = true;
      full_at_ = at_;
      remark("the mail has more parts than " + std::to_string(limits_.parts_max) +
             "; the rest is only in the original");
      return;
    }
    const std::size_t index = tree_.parts.size();
    MimePart part;
    if (parent) {
      part.depth = tree_.parts[*parent].depth + 1;
      tree_.parts[*parent].children.push_back(index);
    }
    tree_.parts.push_back(std::move(part));
    leaf_ = index;
    in_digest_ = parent && tree_.parts[*parent].type.value == "multipart/digest";
    in_header_ = true;
    guessing_ = false;
    body_begin_ = at_;
  }

  void header_line(std::string_view text, std::size_t begin) {
    auto& fields = tree_.parts[*leaf_].fields;
    if (text.empty()) return end_header(at_);
    if (text.front() == ' ' || text.front() == '\t') {
      if (!fields.empty()) {
        auto& value = fields.back().value;
        value = std::string_view{value.data(),
                                 static_cast<std::size_t>(text.data() + text.size() - value.data())};
        return;
      }
      if (ascii_trimmed(text).empty()) return;
    }
    const std::size_t name = field_name_bytes(text);
    if (name == 0) {
      // A stray line among fields is passed over; where no field follows, the text begins.
      if (!fields.empty() && looks_like_field(at_))
        return remark("a header line without a name was passed over");
      if (fields.empty() || !ascii_trimmed(text).empty()) remark("the header ends without an empty line");
      return end_header(begin);
    }
    if (fields.size() >= limits_.fields_max) {
      if (!fields_full_) remark("the header has more fields than " + std::to_string(limits_.fields_max));
      fields_full_ = true;
      return;
    }
    fields.push_back({text.substr(0, name), text.substr(text.find(':') + 1)});
  }

  [[nodiscard]] bool looks_like_field(std::size_t at) const {
    return field_name_bytes(raw_.substr(at, 300).substr(0, raw_.substr(at, 300).find('\n'))) > 0;
  }

  void end_header(std::size_t body_begin) {
    in_header_ = false;
    body_begin_ = body_begin;
    MimePart& part = tree_.parts[*leaf_];
    for (auto& field : part.fields) {
      if (field.value.size() <= limits_.field_bytes_max) continue;
      field.value = field.value.substr(0, limits_.field_bytes_max);
      remark("a header field is longer than " + std::to_string(limits_.field_bytes_max) +
             " bytes; its end is not read");
    }
    read_header(part);
    if (!part.is_multipart()) return;
    if (part.depth >= limits_.depth_max) {
      part.too_deep = true;
      return remark("parts are nested deeper than " + std::to_string(limits_.depth_max) +
                    " levels; the rest is only in the original");
    }
    std::string boundary{ascii_trimmed(part.type.parameter("boundary"))};
    if (boundary.empty()) {
      guessing_ = true;
      return remark("a multipart does not say its boundary");
    }
    open_.push_back({std::move(boundary), *leaf_});
  }

  void read_header(MimePart& part) const {
    part.type = parse_parameters(part.field("content-type"));
    std::string& type = part.type.value;
    if (type.empty()) type = in_digest_ ? "message/rfc822" : "text/plain";
    if (type == "text" || type == "text/") type = "text/plain";
    if (type == "multipart" || type == "multipart/") type = "multipart/mixed";
    if (type.find('/') == std::string::npos) type = "text/plain";
    part.disposition = parse_parameters(part.field("content-disposition"));
    part.encoding = transfer_encoding_of(part.field("content-transfer-encoding"));
    // RFC 2045 §6.4 allows a multipart no encoding; those who write one do not apply it.
    if (part.is_multipart()) part.encoding = TransferEncoding::kIdentity;
  }

  // In a multipart that names no boundary the first line "--x" is taken for one.
  void guess_boundary(std::string_view text, std::size_t begin) {
    const std::string_view boundary = ascii_trimmed(text.substr(2));
    if (boundary.empty() || boundary == "--" || boundary.find(' ') != std::string_view::npos) return;
    guessing_ = false;
    open_.push_back({std::string{boundary}, *leaf_});
    delimiter(text, begin);
  }

  // The line end before a boundary belongs to the boundary.
  [[nodiscard]] std::size_t line_end_before(std::size_t at) const {
    if (at > body_begin_ && raw_[at - 1] == '\n') --at;
    if (at > body_begin_ && raw_[at - 1] == '\r') --at;
    return at;
  }

  void close_leaf(std::size_t end) {
    if (!leaf_) return;
    tree_.parts[*leaf_].body = raw_.substr(body_begin_, std::max(end, body_begin_) - body_begin_);
    leaf_.reset();
    guessing_ = false;
  }

  // A "multipart" in which no boundary ever came is a text that says it is a multipart.
  void adopt_text_of_empty_multiparts() {
    for (auto& part : tree_.parts) {
      if (!part.is_multipart() || !part.children.empty() || part.too_deep || full_) continue;
      if (ascii_trimmed(part.body).empty()) continue;
      remark("a multipart has no parts; its text is shown");
      part.type = {.value = "text/plain"};
    }
  }

  void remark(std::string text) {
    constexpr std::size_t kRemarksMax = 20;
    auto& remarks = tree_.remarks;
    if (remarks.size() < kRemarksMax && std::ranges::find(remarks, text) == remarks.end()) {
      remarks.push_back(std::move(text));
    }
  }

  std::string_view raw_;
  MimeLimits limits_;
  MimeTree tree_;
  std::vector<Open> open_;  // multiparts around the current line, outermost first
  std::optional<std::size_t> leaf_;
  std::size_t at_ = 0;
  std::size_t body_begin_ = 0;
  std::size_t full_at_ = 0;
  bool in_header_ = false;
  bool in_digest_ = false;
  bool guessing_ = false;
  bool fields_full_ = false;
  bool full_ = false;
};

}  // namespace

std::string_view MimePart::field(std::string_view name) const {
  for (const auto& field : fields) {
    if (ascii_iequals(field.name, name)) return field.value;
  }
  return {};
}

MimeTree split_mime(std::string_view raw, const MimeLimits& limits) {
  return Splitter{without_leading_noise(raw), limits}.split();
}

}  // namespace hark::email
