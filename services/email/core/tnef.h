#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::email {

struct TnefFile {
  std::string file_name;     // as written, in UTF-8; may be empty
  std::string content_type;  // may be empty
  std::string content_id;
  std::string content;
};

/// What a TNEF stream (MS-OXTNEF, "winmail.dat") holds for people.
struct Tnef {
  std::string text;  // plain body in UTF-8, or the words of the RTF body
  std::string html;  // HTML body in UTF-8
  std::string rtf;   // the RTF body, decompressed
  std::vector<TnefFile> files;
  bool damaged = false;  // the stream ends early or contradicts itself; what was read until there is given
};

/// Whether the bytes start as a TNEF stream does.
bool is_tnef(std::string_view bytes);

/// Reads a TNEF stream; nothing if it is none. Every length is checked against what is there, checksums are
/// not required to be right, embedded messages are opened three levels deep, and no more than `bytes_max`
/// come out. Own code because libytnef 2.0 can be made to read through a null pointer by a damaged stream.
std::optional<Tnef> read_tnef(std::string_view bytes, std::size_t bytes_max);

}  // namespace hark::email
