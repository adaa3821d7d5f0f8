#include "base/core/file_name.h"

#include <algorithm>
#include <array>

#include "base/core/utf8.h"

namespace hark {
namespace {

struct TypeExtension {
  std::string_view type;
  std::string_view extension;
};

constexpr auto kExtensions = std::to_array<TypeExtension>({
    {"application/gzip", "gz"},
    {"application/json", "json"},
    {"application/msword", "doc"},
    {"application/ms-tnef", "dat"},
    {"application/octet-stream", "bin"},
    {"application/pdf", "pdf"},
    {"application/pgp-encrypted", "asc"},
    {"application/pgp-keys", "asc"},
    {"application/pgp-signature", "asc"},
    {"application/pkcs7-mime", "p7m"},
    {"application/pkcs7-signature", "p7s"},
    {"application/rtf", "rtf"},
    {"application/vnd.ms-excel", "xls"},
    {"application/vnd.ms-powerpoint", "ppt"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"},
    {"application/x-pkcs7-mime", "p7m"},
    {"application/x-pkcs7-signature", "p7s"},
    {"application/xml", "xml"},
    {"application/zip", "zip"},
    {"audio/aac", "aac"},
    {"audio/amr", "amr"},
    {"audio/mp4", "m4a"},
    {"audio/mpeg", "mp3"},
    {"audio/ogg", "ogg"},
    {"audio/wav", "wav"},
    {"image/bmp", "bmp"},
    {"image/gif", "gif"},
    {"image/heic", "heic"},
    {"image/jpeg", "jpg"},
    {"image/jpg", "jpg"},
    {"image/pjpeg", "jpg"},
    {"image/png", "png"},
    {"image/svg+xml", "svg"},
    {"image/tiff", "tif"},
    {"image/webp", "webp"},
    {"message/delivery-status", "txt"},
    {"message/disposition-notification", "txt"},
    {"message/feedback-report", "txt"},
    {"message/global", "eml"},
    {"message/rfc822", "eml"},
    {"text/calendar", "ics"},
    {"text/css", "css"},
    {"text/csv", "csv"},
    {"text/enriched", "txt"},
    {"text/html", "html"},
    {"text/plain", "txt"},
    {"text/rfc822-headers", "txt"},
    {"text/richtext", "txt"},
    {"text/rtf", "rtf"},
    {"text/vcard", "vcf"},
    {"text/x-vcard", "vcf"},
    {"text/xml", "xml"},
    {"video/3gpp", "3gp"},
    {"video/mp4", "mp4"},
    {"video/mpeg", "mpg"},
    {"video/quicktime", "mov"},
    {"video/webm", "webm"},
});

// Marks that turn the reading direction make "exe.fdp" out of "pdf.exe".
bool is_direction_mark(std::string_view text) {
  for (const std::string_view mark :
       {"\xE2\x80\xAA", "\xE2\x80\xAB", "\xE2\x80\xAC", "\xE2\x80\xAD", "\xE2\x80\xAE", "\xE2\x81\xA6",
        "\xE2\x81\xA7", "\xE2\x81\xA8", "\xE2\x81\xA9", "\xE2\x80\x8E", "\xE2\x80\x8F"}) {
    if (text.starts_with(mark)) return true;
  }
  return false;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  const auto first = text.find_first_not_of(kSpace);
  return first == text.npos ? std::string_view{}
                            : text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

bool is_type_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         std::string_view{"/.+-_"}.find(c) != std::string_view::npos;
}

}  // namespace

std::string_view type_of_name(std::string_view file_name) {
  const auto dot = file_name.rfind('.');
  std::string ending{dot == std::string_view::npos ? std::string_view{} : file_name.substr(dot + 1)};
  std::ranges::transform(ending, ending.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (ending == "txt") return "text/plain";
  if (ending == "jpeg") return "image/jpeg";
  const auto found = std::ranges::find(kExtensions, ending, &TypeExtension::extension);
  return found == kExtensions.end() ? std::string_view{"application/octet-stream"} : found->type;
}

std::string_view extension_of_type(std::string_view content_type) {
  const auto found = std::ranges::find(kExtensions, content_type, &TypeExtension::type);
  if (found != kExtensions.end()) return found->extension;
  return content_type.starts_with("text/") ? "txt" : "bin";
}

std::string safe_file_name(std::string_view name) {
  constexpr std::size_t kNameBytesMax = 255;
  constexpr std::size_t kExtensionBytesMax = 20;
  name = trimmed(name);
  while (name.ends_with('/') || name.ends_with('\\')) name.remove_suffix(1);
  if (const std::size_t slash = name.find_last_of("/\\"); slash != std::string_view::npos)
    name.remove_prefix(slash + 1);
  std::string out;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (is_direction_mark(name.substr(i))) {
      i += 2;
    } else if (static_cast<unsigned char>(name[i]) >= 0x20 && name[i] != 0x7F) {
      out += std::string_view{"<>:\"|?*"}.find(name[i]) == std::string_view::npos ? name[i] : '_';
    }
  }
  out = std::string{trimmed(out)};
  if (out.find_first_not_of('.') == std::string::npos) return "file";
  if (out.size() > kNameBytesMax) {
    const std::size_t dot = out.rfind('.');
    const std::string extension =
        dot != std::string::npos && out.size() - dot <= kExtensionBytesMax ? out.substr(dot) : std::string{};
    out = std::string{first_bytes(out, kNameBytesMax - extension.size())} + extension;
  }
  return out;
}

std::string safe_content_type(std::string_view type) {
  constexpr std::size_t kTypeBytesMax = 127;
  std::string out{trimmed(type.substr(0, std::min(type.find(';'), kTypeBytesMax)))};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
  const auto slash = out.find('/');
  const bool good = slash != std::string::npos && slash > 0 && slash + 1 < out.size() &&
                    std::ranges::all_of(out, is_type_character);
  return good ? out : "application/octet-stream";
}

}  // namespace hark
