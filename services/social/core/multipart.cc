#include "social/core/multipart.h"

#include <algorithm>

#include "base/core/digest.h"

namespace hark::social {
namespace {

/// As browsers write names (HTML, multipart/form-data encoding algorithm): nothing that ends the parameter or
/// the line.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"') {
      out += "%22";
    } else if (c == '\r' || c == '\n') {
      out += c == '\r' ? "%0D" : "%0A";
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// One that none of the parts holds.
std::string boundary_for(std::span<const FormPart> parts) {
  std::string seed;
  for (const auto& part : parts) seed += sha256_hex(part.value);
  for (;;) {
    seed = sha256_hex(seed);
    auto boundary = "hark-" + seed.substr(0, 40);
    if (std::ranges::none_of(
            parts, [&](const auto& part) { return part.value.find(boundary) != std::string::npos; }))
      return boundary;
  }
}

}  // namespace

void set_form(Call& call, std::span<const FormPart> parts) {
  const auto boundary = boundary_for(parts);
  call.content_type = "multipart/form-data; boundary=" + boundary;
  call.body.clear();
  for (const auto& part : parts) {
    call.body += "--" + boundary + "\r\nContent-Disposition: form-data; name=" + quoted(part.name);
    if (!part.file_name.empty()) call.body += "; filename=" + quoted(part.file_name);
    if (!part.content_type.empty()) call.body += "\r\nContent-Type: " + part.content_type;
    call.body += "\r\n\r\n";
    call.body += part.value;
    call.body += "\r\n";
  }
  call.body += "--" + boundary + "--\r\n";
}

FormPart file_part(std::string name, const OutFile& file) {
  return {std::move(name), file.content, file.name.empty() ? "file" : file.name, file.content_type};
}

}  // namespace hark::social
