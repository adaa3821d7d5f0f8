#include "email/core/tnef.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "email/core/ascii.h"
#include "email/core/charset.h"
#include "email/core/rtf_text.h"

namespace hark::email {
namespace {

constexpr std::uint32_t kSignature = 0x223E9F78;
constexpr int kEmbeddedDepthMax = 3;
constexpr std::size_t kFilesMax = 500;

// Attributes (MS-OXTNEF §2.1.3.2).
constexpr std::uint32_t kAttOemCodepage = 0x00069007;
constexpr std::uint32_t kAttBody = 0x0002800C;
constexpr std::uint32_t kAttMapiProperties = 0x00069003;
constexpr std::uint32_t kAttAttachRendering = 0x00069002;
constexpr std::uint32_t kAttAttachTitle = 0x00018010;
constexpr std::uint32_t kAttAttachData = 0x0006800F;
constexpr std::uint32_t kAttAttachment = 0x00069005;

// MAPI properties (MS-OXPROPS).
constexpr std::uint16_t kBody = 0x1000;
constexpr std::uint16_t kRtfCompressed = 0x1009;
constexpr std::uint16_t kBodyHtml = 0x1013;
constexpr std::uint16_t kInternetCodepage = 0x3FDE;
constexpr std::uint16_t kAttachData = 0x3701;
constexpr std::uint16_t kAttachFileName = 0x3704;
constexpr std::uint16_t kAttachLongFileName = 0x3707;
constexpr std::uint16_t kAttachMimeTag = 0x370E;
constexpr std::uint16_t kAttachContentId = 0x3712;
constexpr std::uint16_t kDisplayName = 0x3001;

constexpr std::uint16_t kTypeObject = 0x000D;
constexpr std::uint16_t kTypeString8 = 0x001E;
constexpr std::uint16_t kTypeUnicode = 0x001F;
constexpr std::uint16_t kTypeBinary = 0x0102;
constexpr std::uint16_t kMultiValued = 0x1000;

// Little-endian numbers and runs of bytes; after the end everything is zero or empty and `ok` is false.
class Bytes {
 public:
  explicit Bytes(std::string_view bytes) : bytes_{bytes} {}

  std::uint32_t number(std::size_t size) {
    const std::string_view raw = run(size);
    std::uint32_t value = 0;
    for (std::size_t i = raw.size(); i-- > 0;) value = value << 8 | static_cast<unsigned char>(raw[i]);
    return value;
  }

  std::string_view run(std::size_t size) {
    if (size > bytes_.size() - at_) {
      ok = false;
      at_ = bytes_.size();
      return {};
    }
    at_ += size;
    return bytes_.substr(at_ - size, size);
  }

  std::string_view padded_run(std::size_t size) {
    const std::string_view out = run(size);
    if (size % 4 != 0) run(std::min(4 - size % 4, bytes_.size() - at_));
    return out;
  }

  [[nodiscard]] bool at_end() const { return at_ >= bytes_.size(); }

  bool ok = true;

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

std::size_t fixed_bytes(std::uint16_t type) {
  switch (type) {
    case 0x0005:  // double, currency, application time, 64-bit integer, time
    case 0x0006:
    case 0x0007:
    case 0x0014:
    case 0x0040:
      return 8;
    case 0x0048:  // class id
      return 16;
    default:
      return 4;  // shorter ones are padded
  }
}

class Reader {
 public:
  Reader(std::size_t bytes_max, int depth) : left_{bytes_max}, depth_{depth} {}

  std::optional<Tnef> read(std::string_view bytes) {
    if (!is_tnef(bytes)) return std::nullopt;
    Bytes in{bytes.substr(6)};
    while (!in.at_end() && in.ok) {
      in.number(1);  // the level: message or attachment; the attribute's id says it again
      const std::uint32_t id = in.number(4);
      const std::uint32_t size = in.number(4);
      const std::string_view data = in.run(size);
      if (!in.ok) break;
      attribute(id, data);
      in.number(2);
    }
    tnef_.damaged |= !in.ok;
    finish();
    return std::move(tnef_);
  }

 private:
  void attribute(std::uint32_t id, std::string_view data) {
    switch (id) {
      case kAttOemCodepage:
        codepage_ = "windows-" + std::to_string(Bytes{data}.number(4));
        return;
      case kAttBody:
        if (tnef_.text.empty()) tnef_.text = taken(text8(data));
        return;
      case kAttMapiProperties:
        return properties(data, nullptr);
      case kAttAttachRendering:
        if (tnef_.files.size() < kFilesMax) tnef_.files.emplace_back();
        return;
      case kAttAttachTitle:
        if (auto* file = current(); file != nullptr && file->file_name.empty()) file->file_name = text8(data);
        return;
      case kAttAttachData:
        if (auto* file = current(); file != nullptr && file->content.empty())
          file->content = taken(std::string{data});
        return;
      case kAttAttachment:
        if (auto* file = current()) properties(data, file);
        return;
      default:
        return;
    }
  }

  TnefFile* current() { return tnef_.files.empty() ? nullptr : &tnef_.files.back(); }

  void properties(std::string_view data, TnefFile* file) {
    Bytes in{data};
    const std::uint32_t count = in.number(4);
    for (std::uint32_t i = 0; i < count && in.ok && !in.at_end(); ++i) property(in, file);
    tnef_.damaged |= !in.ok;
  }

  void property(Bytes& in, TnefFile* file) {
    const auto type = static_cast<std::uint16_t>(in.number(2));
    const auto id = static_cast<std::uint16_t>(in.number(2));
    if (id >= 0x8000) {  // a named property
      in.run(16);
      if (in.number(4) == 0) {
        in.number(4);
      } else {
        in.padded_run(in.number(4));
      }
    }
    const auto base = static_cast<std::uint16_t>(type & ~kMultiValued);
    const bool variable =
        base == kTypeObject || base == kTypeString8 || base == kTypeUnicode || base == kTypeBinary;
    const bool counted = variable || (type & kMultiValued) != 0;
    const std::uint32_t values = counted ? in.number(4) : 1;
    for (std::uint32_t k = 0; k < values && in.ok; ++k) {
      if (!variable) {
        const std::string_view fixed = in.run(fixed_bytes(base));
        if (id == kInternetCodepage && k == 0) internet_codepage_ = Bytes{fixed}.number(4);
        continue;
      }
      const std::string_view value = in.padded_run(in.number(4));
      if (k == 0 && in.ok)
        file != nullptr ? file_property(id, base, value, *file) : body_property(id, base, value);
    }
  }

  void body_property(std::uint16_t id, std::uint16_t type, std::string_view value) {
    if (id == kBody && (type == kTypeString8 || type == kTypeUnicode)) {
      tnef_.text = taken(text(type, value));
    } else if (id == kBodyHtml) {
      html_type_ = type;
      html_ = value;
    } else if (id == kRtfCompressed) {
      if (auto rtf = decompress_rtf(value, left_)) tnef_.rtf = taken(*std::move(rtf));
    }
  }

  void file_property(std::uint16_t id, std::uint16_t type, std::string_view value, TnefFile& file) {
    switch (id) {
      case kAttachLongFileName:
        file.file_name = text(type, value);
        return;
      case kAttachFileName:
      case kDisplayName:
        if (file.file_name.empty()) file.file_name = text(type, value);
        return;
      case kAttachMimeTag:
        file.content_type = ascii_lowered(text(type, value));
        return;
      case kAttachContentId:
        file.content_id = text(type, value);
        return;
      case kAttachData:
        return data_property(type, value, file);
      default:
        return;
    }
  }

  // Either the bytes, or an object: its class id and then, for a message, a TNEF stream of its own.
  void data_property(std::uint16_t type, std::string_view value, TnefFile& file) {
    if (type == kTypeObject && value.size() > 16) value.remove_prefix(16);
    if (!is_tnef(value) || depth_ >= kEmbeddedDepthMax) {
      if (file.content.empty()) file.content = taken(std::string{value});
      return;
    }
    auto inner = Reader{left_, depth_ + 1}.read(value);
    if (!inner) return;
    left_ -= std::min(left_, value.size());
    file.content_type = inner->html.empty() ? "text/plain" : "text/html";
    file.content = inner->html.empty() ? std::move(inner->text) : std::move(inner->html);
    file.file_name += inner->html.empty() ? ".txt" : ".html";
    for (auto& each : inner->files) embedded_.push_back(std::move(each));
    tnef_.damaged |= inner->damaged;
  }

  void finish() {
    if (!html_.empty()) {
      const std::string charset = html_type_ == kTypeUnicode    ? "utf-16le"
                                  : internet_codepage_ == 65001 ? "utf-8"
                                  : internet_codepage_ != 0     ? "cp" + std::to_string(internet_codepage_)
                                                                : "";
      tnef_.html = taken(to_utf8(html_, charset, TextKind::kHtml).text);
    }
    if (tnef_.text.empty() && tnef_.html.empty() && !tnef_.rtf.empty()) tnef_.text = rtf_to_text(tnef_.rtf);
    for (auto& file : embedded_) {
      if (tnef_.files.size() < kFilesMax) tnef_.files.push_back(std::move(file));
    }
  }

  // What comes out is counted; past the limit nothing more does.
  std::string taken(std::string bytes) {
    if (bytes.size() > left_) {
      tnef_.damaged = true;
      return {};
    }
    left_ -= bytes.size();
    return bytes;
  }

  [[nodiscard]] std::string text8(std::string_view bytes) const {
    return to_utf8(bytes.substr(0, bytes.find('\0')), codepage_).text;
  }

  [[nodiscard]] std::string text(std::uint16_t type, std::string_view bytes) const {
    if (type != kTypeUnicode) return text8(bytes);
    std::string out = to_utf8(bytes, "utf-16le").text;
    return out;
  }

  std::size_t left_;
  int depth_;
  Tnef tnef_;
  std::string codepage_ = "windows-1252";
  std::uint32_t internet_codepage_ = 0;
  std::string_view html_;
  std::uint16_t html_type_ = 0;
  std::vector<TnefFile> embedded_;
};

}  // namespace

bool is_tnef(std::string_view bytes) { return bytes.size() >= 6 && Bytes{bytes}.number(4) == kSignature; }

std::optional<Tnef> read_tnef(std::string_view bytes, std::size_t bytes_max) {
  return Reader{bytes_max, 0}.read(bytes);
}

}  // namespace hark::email
