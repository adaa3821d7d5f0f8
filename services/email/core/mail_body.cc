#include "email/core/mail_body.h"
#include "base/core/file_name.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/core/utf8.h"
#include "email/core/ascii.h"
#include "email/core/charset.h"
#include "email/core/flowed_text.h"
#include "email/core/sanitise_html.h"
#include "email/core/tnef.h"

namespace hark::email {
namespace {

using Places = std::vector<std::size_t>;

bool is_shown_media(std::string_view type) {
  return type.starts_with("image/") || type.starts_with("audio/") || type.starts_with("video/");
}

bool is_report_part(std::string_view type) {
  return type == "message/delivery-status" || type == "message/global-delivery-status" ||
         type == "message/disposition-notification" || type == "message/feedback-report" ||
         type == "text/rfc822-headers" || type == "message/global-headers";
}

std::string name_of(const MimePart& part) {
  auto name = part.disposition.parameter("filename");
  if (name.empty()) name = part.type.parameter("name");
  return std::string{name};
}

// Which parts are the text, which the HTML, which go along (RFC 8621 §4.1.4).
class Sorter {
 public:
  explicit Sorter(const MimeTree& tree) : tree_{tree} {}

  void sort() {
    const MimePart& top = tree_.parts.front();
    if (top.is_multipart()) {
      visit(top, false, &text, &html);
    } else {
      Places* text_of = &text;
      Places* html_of = &html;
      place(0, true, "mixed", false, text_of, html_of);
    }
  }

  Places text;
  Places html;
  Places files;

 private:
  void visit(const MimePart& parent, bool in_alternative, Places* text_into, Places* html_into) {
    const std::string_view kind = std::string_view{parent.type.value}.substr(10);
    const std::size_t texts = text_into != nullptr ? text_into->size() : 0;
    const std::size_t htmls = html_into != nullptr ? html_into->size() : 0;
    Places* text_of = text_into;
    Places* html_of = html_into;
    const bool alternative = kind == "alternative";
    const std::size_t root = root_of(parent, kind);
    for (const std::size_t child : parent.children) {
      const MimePart& part = tree_.parts[child];
      if (part.is_multipart() && !part.too_deep) {
        visit(part, in_alternative || alternative, text_of, html_of);
      } else {
        place(child, child == root, kind, in_alternative, text_of, html_of);
      }
    }
    if (!alternative || text_of == nullptr || html_of == nullptr) return;
    // Only one of the two came: it serves for both.
    if (texts == text_of->size() && htmls != html_of->size()) {
      text_of->insert(text_of->end(), html_of->begin() + static_cast<std::ptrdiff_t>(htmls), html_of->end());
    } else if (htmls == html_of->size() && texts != text_of->size()) {
      html_of->insert(html_of->end(), text_of->begin() + static_cast<std::ptrdiff_t>(texts), text_of->end());
    }
  }

  // The part that is meant to be read first; in multipart/related another may be named (RFC 2387 §3.2).
  [[nodiscard]] std::size_t root_of(const MimePart& parent, std::string_view kind) const {
    const std::string_view start = kind == "related" ? parent.type.parameter("start") : std::string_view{};
    for (const std::size_t child : parent.children) {
      if (!start.empty() && ascii_trimmed(tree_.parts[child].field("content-id")) == start) return child;
    }
    return parent.children.empty() ? 0 : parent.children.front();
  }

  void place(std::size_t index, bool first, std::string_view kind, bool in_alternative, Places*& text_of,
             Places*& html_of) {
    const MimePart& part = tree_.parts[index];
    const std::string& type = part.type.value;
    const bool media = is_shown_media(type);
    const bool body = part.disposition.value != "attachment" &&
                      (type == "text/plain" || type == "text/html" || media) &&
                      (first || (kind != "related" && (media || name_of(part).empty())));
    if (!body || media) return files.push_back(index);
    if (kind == "alternative") {
      if (type == "text/plain" && text_of != nullptr) return text_of->push_back(index);
      if (type == "text/html" && html_of != nullptr) return html_of->push_back(index);
      if (text_of == nullptr && html_of == nullptr) files.push_back(index);
      return;
    }
    if (in_alternative) {
      // Inside one branch of an alternative: the branch belongs to the kind it began with.
      if (type == "text/plain") html_of = nullptr;
      if (type == "text/html") text_of = nullptr;
    }
    if (text_of != nullptr) text_of->push_back(index);
    if (html_of != nullptr) html_of->push_back(index);
    if (text_of == nullptr && html_of == nullptr) files.push_back(index);
  }

  const MimeTree& tree_;
};

class BodyReader {
 public:
  BodyReader(const MimeTree& tree, const ParseLimits& limits, Mail& mail)
      : tree_{tree},
        limits_{limits},
        mail_{mail},
        left_{limits.decoded_bytes_max},
        shown_left_{limits.text_bytes_max} {}

  void run() {
    Sorter sorter{tree_};
    sorter.sort();
    if (sorter.text.empty() && sorter.html.empty()) adopt_unnamed_text(sorter);
    prepare(sorter);
    write_text(sorter.text);
    write_html(sorter.html);
    for (const std::size_t index : sorter.files) add_file(tree_.parts[index]);
    use_tnef_bodies();
    std::ranges::move(uuencoded_, std::back_inserter(mail_.attachments));
    mark_inline();
    if (mail_.text.empty() && !mail_.raw_html.empty()) mail_.text = text_of_html(mail_.raw_html);
  }

 private:
  struct Words {
    std::size_t part;
    std::string text;  // UTF-8, LF line ends
    bool html = false;
  };

  // Nothing is a body by the rules, yet there is a text without a name that nobody calls an attachment.
  void adopt_unnamed_text(Sorter& sorter) {
    for (std::size_t i = 0; i < sorter.files.size(); ++i) {
      const MimePart& part = tree_.parts[sorter.files[i]];
      const bool text = part.type.value == "text/plain" || part.type.value == "text/html";
      if (!text || part.disposition.value == "attachment" || !name_of(part).empty()) continue;
      sorter.text.push_back(sorter.files[i]);
      sorter.html.push_back(sorter.files[i]);
      sorter.files.erase(sorter.files.begin() + static_cast<std::ptrdiff_t>(i));
      return;
    }
  }

  // Decodes each text once, though it may serve for both.
  void prepare(const Sorter& sorter) {
    Places all = sorter.text;
    all.insert(all.end(), sorter.html.begin(), sorter.html.end());
    std::ranges::sort(all);
    const auto repeated = std::ranges::unique(all);
    all.erase(repeated.begin(), repeated.end());
    for (const std::size_t index : all) {
      if (auto words = words_of(index)) words_.push_back(*std::move(words));
    }
  }

  std::optional<Words> words_of(std::size_t index) {
    const MimePart& part = tree_.parts[index];
    auto bytes = decoded(part);
    if (!bytes) return std::nullopt;
    Words words{.part = index, .html = part.type.value == "text/html"};
    if (!words.html) take_uuencoded(*bytes);
    const std::string_view label = part.type.parameter("charset");
    DecodedText read = to_utf8(*bytes, label, words.html ? TextKind::kHtml : TextKind::kPlain);
    remark_on_charset(read, label);
    words.text = std::move(read.text);
    if (words.text.find('\r') != std::string::npos) drop_carriage_returns(words.text);
    if (!words.html && ascii_iequals(part.type.parameter("format"), "flowed")) {
      words.text = undo_flowed(words.text, ascii_iequals(part.type.parameter("delsp"), "yes"));
    }
    if (words.text.size() > shown_left_) {
      add_remark(mail_, "the text is longer than " + std::to_string(limits_.text_bytes_max) +
                            " bytes; what is not shown is an attachment");
      attach(part, words.text);
      words.text.resize(first_bytes(words.text, shown_left_).size());
    }
    shown_left_ -= words.text.size();
    return words;
  }

  void remark_on_charset(const DecodedText& read, std::string_view label) {
    const bool wrong = read.guessed && !label.empty();
    if (!wrong && read.replaced == 0) return;
    const std::string charset = charset_name(read.charset);
    if (wrong) {
      add_remark(mail_, "a text says its charset is \"" + to_utf8(label.substr(0, 40), {}).text +
                            "\", it was read as " + charset);
    }
    if (read.replaced > 0) {
      add_remark(mail_, "a text holds bytes without meaning in " + charset + "; U+FFFD stands for them, " +
                            std::to_string(read.replaced) + " times");
    }
  }

  static void drop_carriage_returns(std::string& text) {
    std::size_t write = std::min(text.find('\r'), text.size());
    for (std::size_t i = write; i < text.size();) {
      const bool of_line_end = i + 1 < text.size() && text[i + 1] == '\n';
      if (!of_line_end) text[write++] = '\n';
      const std::size_t next = std::min(text.find('\r', ++i), text.size());
      std::copy(text.begin() + static_cast<std::ptrdiff_t>(i),
                text.begin() + static_cast<std::ptrdiff_t>(next),
                text.begin() + static_cast<std::ptrdiff_t>(write));
      write += next - i;
      i = next;
    }
    text.resize(write);
  }

  [[nodiscard]] const Words* find(std::size_t index) const {
    const auto found = std::ranges::find(words_, index, &Words::part);
    return found == words_.end() ? nullptr : &*found;
  }

  void write_text(const Places& places) {
    for (const std::size_t index : places) {
      const Words* words = find(index);
      if (words == nullptr) continue;
      if (!mail_.text.empty() && !mail_.text.ends_with('\n')) mail_.text += '\n';
      mail_.text += words->html ? text_of_html(words->text) : words->text;
    }
  }

  // Quote marks and blank lines can make it longer than the HTML was.
  [[nodiscard]] std::string text_of_html(std::string_view html) const {
    std::string text = html_to_text(html);
    text.resize(first_bytes(text, limits_.text_bytes_max).size());
    return text;
  }

  // If any of the parts is HTML, all of them are shown as HTML.
  void write_html(const Places& places) {
    const bool any = std::ranges::any_of(places, [this](std::size_t index) {
      const Words* words = find(index);
      return words != nullptr && words->html;
    });
    if (!any) return;
    for (const std::size_t index : places) {
      const Words* words = find(index);
      if (words != nullptr) add_html(words->html ? words->text : text_to_html(words->text));
    }
  }

  void add_html(std::string html) {
    SanitisedHtml sanitised = sanitise_html(html);
    if (mail_.html.empty()) {
      mail_.html = std::move(sanitised.html);
      mail_.raw_html = std::move(html);
    } else {
      mail_.html += '\n' + sanitised.html;
      mail_.raw_html += '\n' + html;
    }
    content_ids_.insert(sanitised.content_ids.begin(), sanitised.content_ids.end());
  }

  void add_file(const MimePart& part) {
    if (part.too_deep) return;
    const std::string& type = part.type.value;
    const bool report = tree_.parts.front().type.value == "multipart/report";
    auto bytes = decoded(part);
    if (!bytes) return;
    if (is_report_part(type) || (report && type == "message/rfc822")) {
      mail_.report_parts.push_back({type, *bytes});
      if (report) return;
    }
    const std::string name = name_of(part);
    const bool called_tnef = type == "application/ms-tnef" || type == "application/vnd.ms-tnef" ||
                             ascii_iequals(name, "winmail.dat");
    if (called_tnef && open_tnef(*bytes)) return;
    attach(part, *std::move(bytes));
  }

  void attach(const MimePart& part, std::string content) {
    MailAttachment file{
        .file_name = name_of(part), .content_type = part.type.value, .content = std::move(content)};
    if (file.file_name.empty() && file.content_type == "message/rfc822") {
      const MimeTree inner = split_mime(file.content, {.parts_max = 1});
      file.file_name = decode_header_text(inner.parts.front().field("subject"));
      std::ranges::replace(file.file_name, '/', '-');
      std::ranges::replace(file.file_name, '\\', '-');
      if (!file.file_name.empty()) file.file_name = std::string{first_bytes(file.file_name, 200)} + ".eml";
    }
    auto ids = parse_message_ids(part.field("content-id"));
    if (!ids.empty()) file.content_id = std::move(ids.front());
    add(std::move(file));
  }

  void add(MailAttachment file) {
    file.content_type = parse_parameters(file.content_type).value;
    if (file.content_type.empty()) file.content_type = "application/octet-stream";
    if (file.file_name.empty()) {
      file.file_name = "attachment-" + std::to_string(mail_.attachments.size() + 1) + '.' +
                       std::string{extension_of_type(file.content_type)};
    }
    file.file_name = safe_file_name(file.file_name);
    mail_.attachments.push_back(std::move(file));
  }

  bool open_tnef(std::string_view bytes) {
    auto tnef = read_tnef(bytes, left_);
    if (!tnef) {
      add_remark(mail_, "an attachment calls itself TNEF and is not; it is kept as it is");
      return false;
    }
    if (tnef->damaged)
      add_remark(mail_, "a TNEF attachment (winmail.dat) is damaged; it is kept along with what was read");
    for (auto& file : tnef->files) {
      left_ -= std::min(left_, file.content.size());
      add({.file_name = file.file_name,
           .content_type = file.content_type,
           .content_id = file.content_id,
           .content = std::move(file.content)});
    }
    const bool damaged = tnef->damaged;
    tnefs_.push_back(*std::move(tnef));
    return !damaged;
  }

  // A body that came in TNEF alone; one that came beside it as text or HTML is the same words.
  void use_tnef_bodies() {
    for (auto& tnef : tnefs_) {
      if (!ascii_trimmed(mail_.text).empty() || !ascii_trimmed(mail_.html).empty()) return;
      mail_.text = std::move(tnef.text);
      drop_carriage_returns(mail_.text);
      if (!tnef.html.empty()) {
        add_html(std::move(tnef.html));
      } else if (!tnef.rtf.empty()) {
        add({.file_name = "message.rtf", .content_type = "application/rtf", .content = std::move(tnef.rtf)});
      }
    }
  }

  void take_uuencoded(std::string& bytes) {
    auto files = find_uuencoded(bytes);
    if (files.empty()) return;
    std::string rest;
    std::size_t at = 0;
    for (auto& file : files) {
      rest.append(bytes, at, file.begin - at);
      at = file.end;
      uuencoded_.push_back({.file_name = safe_file_name(to_utf8(file.file_name, {}).text),
                            .content_type = "application/octet-stream",
                            .content = std::move(file.content)});
    }
    rest.append(bytes, at);
    bytes = std::move(rest);
  }

  std::optional<std::string> decoded(const MimePart& part) {
    // Decoding never makes more bytes, so the spelled size is a safe bound; the real one is what is counted.
    std::string bytes =
        part.body.size() / 4 * 3 > left_ && part.encoding != TransferEncoding::kQuotedPrintable
            ? std::string{}
            : decode_transfer(part.body, part.encoding);
    if (bytes.size() > left_ || (bytes.empty() && part.body.size() / 4 * 3 > left_)) {
      add_remark(mail_, "the mail holds more than " + std::to_string(limits_.decoded_bytes_max) +
                            " bytes; some parts are only in the original");
      return std::nullopt;
    }
    left_ -= bytes.size();
    return bytes;
  }

  void mark_inline() {
    for (auto& file : mail_.attachments) {
      file.is_inline = !file.content_id.empty() && content_ids_.contains(file.content_id);
    }
  }

  const MimeTree& tree_;
  const ParseLimits& limits_;
  Mail& mail_;
  std::size_t left_;        // bytes that may still be decoded
  std::size_t shown_left_;  // bytes of text that may still be shown
  std::vector<Words> words_;
  std::set<std::string> content_ids_;  // shown by the HTML
  std::vector<MailAttachment> uuencoded_;
  std::vector<Tnef> tnefs_;
};

}  // namespace

void read_body(const MimeTree& tree, const ParseLimits& limits, Mail& mail) {
  BodyReader{tree, limits, mail}.run();
}

void add_remark(Mail& mail, std::string remark) {
  constexpr std::size_t kRemarksMax = 50;
  auto& remarks = mail.remarks;
  if (remarks.size() < kRemarksMax && std::ranges::find(remarks, remark) == remarks.end()) {
    remarks.push_back(std::move(remark));
  }
}

}  // namespace hark::email
