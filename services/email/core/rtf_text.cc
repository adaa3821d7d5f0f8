#include "email/core/rtf_text.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "email/core/ascii.h"
#include "email/core/charset.h"

namespace hark::email {
namespace {

// What the dictionary holds before the first byte (MS-OXRTFCP §2.1.2.1).
constexpr std::string_view kDictionary =
    "{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript "
    "\\fdecor "
    "MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    "\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx";
static_assert(kDictionary.size() == 207);
constexpr std::size_t kDictionaryBytes = 4096;
constexpr std::size_t kHeaderBytes = 16;

std::uint32_t le32(std::string_view bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

class RtfReader {
 public:
  explicit RtfReader(std::string_view rtf) : rtf_{rtf} {}

  std::string run() {
    while (at_ < rtf_.size()) step();
    flush_bytes();
    return std::move(out_);
  }

 private:
  struct Group {
    bool hidden = false;
    int unicode_skip = 1;
  };

  void step() {
    const char c = rtf_[at_++];
    switch (c) {
      case '{':
        if (groups_.size() < kDepthMax) groups_.push_back(group_), ++depth_kept_;
        ++depth_;
        return;
      case '}':
        if (depth_ == 0) return;
        if (depth_ == depth_kept_) {
          group_ = groups_.back();
          groups_.pop_back();
          --depth_kept_;
        }
        --depth_;
        return;
      case '\\':
        return control();
      case '\r':
      case '\n':
        return;
      default:
        put(c);
    }
  }

  void control() {
    if (at_ >= rtf_.size()) return;
    const char c = rtf_[at_];
    if (c == '\'') {
      const int high = at_ + 2 < rtf_.size() ? hex_value(rtf_[at_ + 1]) : -1;
      const int low = at_ + 2 < rtf_.size() ? hex_value(rtf_[at_ + 2]) : -1;
      at_ = std::min(at_ + 3, rtf_.size());
      if (high >= 0 && low >= 0) put(static_cast<char>(static_cast<unsigned char>(high << 4 | low)));
      return;
    }
    if (c == '*') {
      ++at_;
      group_.hidden = true;  // a destination that may be skipped
      return;
    }
    if (!ascii_alpha(c)) {
      ++at_;
      if (c == '~') return put(' ');
      if (c == '\\' || c == '{' || c == '}') put(c);
      return;
    }
    const std::size_t begin = at_;
    while (at_ < rtf_.size() && ascii_alpha(rtf_[at_]) && at_ - begin < 32) ++at_;
    const std::string_view word = rtf_.substr(begin, at_ - begin);
    const bool negative = at_ < rtf_.size() && rtf_[at_] == '-';
    if (negative) ++at_;
    std::optional<int> number;
    for (; at_ < rtf_.size() && ascii_digit(rtf_[at_]); ++at_) {
      number = std::min(number.value_or(0) * 10 + (rtf_[at_] - '0'), 1'000'000);
    }
    if (number && negative) number = -*number;
    if (at_ < rtf_.size() && rtf_[at_] == ' ') ++at_;
    apply(word, number);
  }

  void apply(std::string_view word, std::optional<int> number) {
    constexpr std::string_view kHiddenWords[] = {"fonttbl", "colortbl", "stylesheet", "info",
                                                 "pict",    "object",   "header",     "footer"};
    if (std::ranges::find(kHiddenWords, word) != std::end(kHiddenWords)) {
      group_.hidden = true;
    } else if (word == "par" || word == "line" || word == "row") {
      put('\n');
    } else if (word == "tab" || word == "cell") {
      put('\t');
    } else if (word == "ansicpg") {
      charset_ = "windows-" + std::to_string(number.value_or(1252));
    } else if (word == "uc") {
      group_.unicode_skip = std::clamp(number.value_or(1), 0, 10);
    } else if (word == "u") {
      put_unicode(number.value_or(0));
    } else if (word == "htmlrtf") {
      for_rtf_only_ = number.value_or(1) != 0;
    } else if (word == "lquote" || word == "rquote") {
      put('\'');
    } else if (word == "ldblquote" || word == "rdblquote") {
      put('"');
    } else if (word == "emdash" || word == "endash") {
      put('-');
    } else if (word == "bin" && number.value_or(0) > 0) {
      at_ = std::min(at_ + static_cast<std::size_t>(*number), rtf_.size());
    }
  }

  void put(char c) {
    if (skip_ > 0) return void(--skip_);
    if (!visible()) return;
    bytes_ += c;
  }

  void put_unicode(int number) {
    if (visible()) {
      flush_bytes();
      const auto unit = static_cast<char32_t>(number < 0 ? number + 65536 : number);
      if (unit >= 0xD800 && unit < 0xDC00) {
        lead_ = unit;
      } else if (unit >= 0xDC00 && unit < 0xE000 && lead_ != 0) {
        append_utf8(out_, 0x10000 + ((lead_ - 0xD800) << 10) + (unit - 0xDC00));
        lead_ = 0;
      } else if (unit != 0) {
        append_utf8(out_, unit);
      }
    }
    skip_ = group_.unicode_skip;
  }

  [[nodiscard]] bool visible() const { return !group_.hidden && !for_rtf_only_; }

  void flush_bytes() {
    if (!bytes_.empty()) out_ += to_utf8(bytes_, charset_).text;
    bytes_.clear();
  }

  static constexpr std::size_t kDepthMax = 200;

  std::string_view rtf_;
  std::size_t at_ = 0;
  std::string out_;
  std::string bytes_;  // in charset_, not yet in out_
  std::string charset_ = "windows-1252";
  Group group_;
  std::vector<Group> groups_;
  std::size_t depth_ = 0;
  std::size_t depth_kept_ = 0;
  int skip_ = 0;  // characters that stand for a \u before them
  char32_t lead_ = 0;
  bool for_rtf_only_ = false;
};

}  // namespace

std::optional<std::string> decompress_rtf(std::string_view bytes, std::size_t bytes_max) {
  constexpr std::uint32_t kCompressed = 0x75465A4C;
  constexpr std::uint32_t kUncompressed = 0x414C454D;
  if (bytes.size() < kHeaderBytes) return std::nullopt;
  const std::size_t raw_bytes = std::min<std::size_t>(le32(bytes, 4), bytes_max);
  const std::uint32_t magic = le32(bytes, 8);
  std::string_view body = bytes.substr(kHeaderBytes);
  if (magic == kUncompressed) return std::string{body.substr(0, raw_bytes)};
  if (magic != kCompressed) return std::nullopt;
  std::string dictionary{kDictionary};
  dictionary.resize(kDictionaryBytes);
  std::size_t write = kDictionary.size();
  std::string out;
  const auto put = [&](char c) {
    out += c;
    dictionary[write] = c;
    write = (write + 1) % kDictionaryBytes;
  };
  for (std::size_t at = 0; at < body.size();) {
    const auto control = static_cast<unsigned char>(body[at++]);
    for (int bit = 0; bit < 8 && at < body.size(); ++bit) {
      if (out.size() >= raw_bytes) return out;
      if ((control >> bit & 1) == 0) {
        put(body[at++]);
        continue;
      }
      if (at + 1 >= body.size()) return out;
      const std::uint32_t token = static_cast<std::uint32_t>(static_cast<unsigned char>(body[at])) << 8 |
                                  static_cast<unsigned char>(body[at + 1]);
      at += 2;
      const std::size_t offset = token >> 4;
      if (offset == write) return out;  // the end mark
      for (std::size_t k = 0; k < (token & 0xF) + 2 && out.size() < raw_bytes; ++k) {
        put(dictionary[(offset + k) % kDictionaryBytes]);
      }
    }
  }
  return out;
}

std::string rtf_to_text(std::string_view rtf) { return RtfReader{rtf}.run(); }

}  // namespace hark::email
