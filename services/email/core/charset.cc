#include "email/core/charset.h"

#include <unicode/ucnv.h>
#include <unicode/ucnv_cb.h>
#include <unicode/ucsdet.h>
#include <unicode/ustring.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <vector>

#include "base/core/utf8.h"
#include "email/core/ascii.h"

namespace hark::email {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kWindows1252 = "ibm-5348_P100-1997";
constexpr std::size_t kSampleBytes = 16 << 10;  // more tells a detector nothing new
constexpr std::int32_t kDetectorConfidenceMin = 20;

unsigned char byte_at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }

void drop_nul_and_mark(std::string& text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (text.find('\0') != std::string::npos) std::erase(text, '\0');
}

// The first byte from i on that is not ASCII. Most of most mails is.
std::size_t skip_ascii(std::string_view text, std::size_t i) {
  for (std::uint64_t eight = 0; i + sizeof eight <= text.size(); i += sizeof eight) {
    std::memcpy(&eight, text.data() + i, sizeof eight);
    if ((eight & 0x8080808080808080U) != 0) break;
  }
  while (i < text.size() && byte_at(text, i) < 0x80) ++i;
  return i;
}

DecodedText repaired_utf8(std::string_view bytes) {
  DecodedText out{.charset = "UTF-8"};
  out.text.reserve(bytes.size());
  std::size_t kept = 0;
  for (std::size_t i = skip_ascii(bytes, 0); i < bytes.size(); i = skip_ascii(bytes, i)) {
    const std::size_t size = character_bytes(bytes, i);
    if (size > 0) {
      i += size;
      continue;
    }
    out.text.append(bytes, kept, i - kept);
    out.text += kReplacement;
    ++out.replaced;
    // The rest of a broken sequence is one fault, not several.
    for (++i; i < bytes.size() && (byte_at(bytes, i) & 0xC0) == 0x80; ++i) {
    }
    kept = i;
  }
  out.text.append(bytes, kept);
  return out;
}

void U_CALLCONV count_and_replace(const void* context, UConverterToUnicodeArgs* args, const char*,
                                  std::int32_t, UConverterCallbackReason reason, UErrorCode* status) {
  if (reason > UCNV_IRREGULAR) return;
  ++*static_cast<std::size_t*>(const_cast<void*>(context));
  *status = U_ZERO_ERROR;
  const UChar mark = 0xFFFD;
  ucnv_cbToUWriteUChars(args, &mark, 1, 0, status);
}

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};

void append_utf16(std::string& out, const UChar* begin, const UChar* end) {
  for (const UChar* at = begin; at < end; ++at) {
    char32_t code = *at;
    if (U16_IS_LEAD(code) && at + 1 < end && U16_IS_TRAIL(at[1]))
      code = U16_GET_SUPPLEMENTARY(*at, at[1]), ++at;
    if (code < 0x80) {
      out += static_cast<char>(code);
    } else {
      append_utf8(out, code);
    }
  }
}

std::optional<DecodedText> convert(std::string_view bytes, const std::string& converter_name) {
  if (converter_name == "UTF-8") return repaired_utf8(bytes);
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UConverter, CloseConverter> converter{ucnv_open(converter_name.c_str(), &status)};
  if (U_FAILURE(status) || !converter) return std::nullopt;
  DecodedText out{.charset = converter_name};
  ucnv_setToUCallBack(converter.get(), count_and_replace, &out.replaced, nullptr, nullptr, &status);
  std::array<UChar, 4096> buffer;
  const char* source = bytes.data();
  const char* source_end = source + bytes.size();
  out.text.reserve(bytes.size() + bytes.size() / 4);
  std::optional<UChar> held;  // a surrogate pair may lie across two buffers
  do {
    status = U_ZERO_ERROR;
    UChar* target = buffer.data();
    if (held) *target++ = *held, held.reset();
    ucnv_toUnicode(converter.get(), &target, buffer.data() + buffer.size(), &source, source_end, nullptr, 1,
                   &status);
    if (status == U_BUFFER_OVERFLOW_ERROR && target > buffer.data() + 1 && U16_IS_LEAD(target[-1]))
      held = *--target;
    append_utf16(out.text, buffer.data(), target);
  } while (status == U_BUFFER_OVERFLOW_ERROR);
  return out;
}

std::string charset_of_mark(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE")) return "UTF-16LE";
  if (bytes.starts_with("\xFE\xFF")) return "UTF-16BE";
  return {};
}

// <meta charset=x> or <meta http-equiv content="...; charset=x">: the name after the first "charset=" in a
// meta tag.
std::string charset_of_meta(std::string_view html) {
  html = html.substr(0, 4096);
  for (std::size_t at = 0; at + 5 < html.size(); ++at) {
    if (html[at] != '<' || !ascii_istarts_with(html.substr(at + 1), "meta")) continue;
    const std::size_t end = std::min(html.find('>', at), html.size());
    for (std::size_t i = at + 5; i + 8 < end; ++i) {
      if (!ascii_istarts_with(html.substr(i, end - i), "charset")) continue;
      std::string_view rest = ascii_trimmed(html.substr(i + 7, end - i - 7));
      if (!rest.starts_with('=')) continue;
      rest = ascii_trimmed(rest.substr(1));
      if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest.remove_prefix(1);
      const std::size_t stop = rest.find_first_of("\"'; />\t\r\n");
      return converter_of_label(rest.substr(0, stop));
    }
    at = end;
  }
  return {};
}

std::string charset_by_statistics(std::string_view bytes, TextKind kind) {
  UErrorCode status = U_ZERO_ERROR;
  const std::unique_ptr<UCharsetDetector, decltype(&ucsdet_close)> detector{ucsdet_open(&status),
                                                                            &ucsdet_close};
  if (U_FAILURE(status)) return {};
  bytes = bytes.substr(0, kSampleBytes);
  ucsdet_setText(detector.get(), bytes.data(), static_cast<std::int32_t>(bytes.size()), &status);
  ucsdet_enableInputFilter(detector.get(), kind == TextKind::kHtml);
  const UCharsetMatch* match = ucsdet_detect(detector.get(), &status);
  if (U_FAILURE(status) || match == nullptr) return {};
  if (ucsdet_getConfidence(match, &status) < kDetectorConfidenceMin) return {};
  const char* name = ucsdet_getName(match, &status);
  return U_SUCCESS(status) && name != nullptr ? converter_of_label(name) : std::string{};
}

// ISO-2022, HZ, UTF-7 and UTF-16 spell other characters with ASCII bytes.
bool ascii_means_itself(std::string_view converter) {
  return !(converter.starts_with("ISO_2022") || converter.starts_with("ISO-2022") ||
           converter.starts_with("UTF-7") || converter.starts_with("UTF-16") ||
           converter.starts_with("UTF-32") || converter == "HZ" || converter.starts_with("IMAP") ||
           converter.starts_with("ibm-37") || converter.starts_with("ibm-1047"));
}

// A few faults in a long text are damage on the way; many are a wrong label.
bool few_faults(const DecodedText& decoded, std::string_view bytes) {
  std::size_t high = 0;
  for (const char c : bytes) high += (static_cast<unsigned char>(c) & 0x80) != 0;
  return decoded.replaced * 20 <= high;
}

std::vector<std::string> candidates(std::string_view bytes, const std::string& declared, TextKind kind) {
  std::vector<std::string> out;
  if (is_utf8(bytes)) out.emplace_back("UTF-8");
  if (auto mark = charset_of_mark(bytes); !mark.empty()) out.push_back(std::move(mark));
  if (kind == TextKind::kHtml) {
    if (auto meta = charset_of_meta(bytes); !meta.empty()) out.push_back(std::move(meta));
  }
  if (declared.starts_with("ISO_2022,locale=ja")) {
    // Japanese senders put one Japanese charset under the label of another.
    out.emplace_back(converter_of_label("shift_jis"));
    out.emplace_back(converter_of_label("euc-jp"));
  }
  return out;
}

}  // namespace

void append_utf8(std::string& out, char32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) code = 0xFFFD;
  const auto add = [&out](char32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | (code >> 6));
    add(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    add(0xE0 | (code >> 12));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  } else {
    add(0xF0 | (code >> 18));
    add(0x80 | ((code >> 12) & 0x3F));
    add(0x80 | ((code >> 6) & 0x3F));
    add(0x80 | (code & 0x3F));
  }
}

DecodedText to_utf8(std::string_view bytes, std::string_view label, TextKind kind) {
  const std::string declared = converter_of_label(label);
  DecodedText out;
  if (is_ascii(bytes) && ascii_means_itself(declared)) {
    out = {.text = std::string{bytes}, .charset = declared.empty() ? "us-ascii" : declared};
    drop_nul_and_mark(out.text);
    return out;
  }
  std::optional<DecodedText> as_declared;
  if (!declared.empty()) as_declared = convert(bytes, declared);
  if (as_declared && as_declared->replaced == 0) {
    drop_nul_and_mark(as_declared->text);
    return *std::move(as_declared);
  }
  std::optional<DecodedText> best;
  auto order = candidates(bytes, declared, kind);
  const auto try_in_order = [&] {
    for (const auto& name : order) {
      auto tried = convert(bytes, name);
      if (tried && tried->replaced == 0) return best = std::move(tried), void();
    }
  };
  try_in_order();
  if (!best && as_declared && few_faults(*as_declared, bytes)) best = std::move(as_declared);
  if (!best) {
    order = {charset_by_statistics(bytes, kind), std::string{kWindows1252}};
    if (order.front().empty()) order.erase(order.begin());
    try_in_order();
  }
  if (!best) best = convert(bytes, std::string{kWindows1252});
  if (!best) best = repaired_utf8(bytes);
  best->guessed = true;
  drop_nul_and_mark(best->text);
  return *std::move(best);
}

}  // namespace hark::email
