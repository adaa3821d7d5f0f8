#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/header_text.h"
#include "email/core/transfer_encoding.h"

namespace hark::email {

/// A header field as it came: views into the mail.
struct RawField {
  std::string_view name;
  std::string_view value;  // folded, without the last line end
};

/// One entity of a mail (RFC 2045 §2.4): views into the mail, its own header read, its body still encoded.
struct MimePart {
  std::vector<RawField> fields;
  std::string_view body;
  ParameterHeader type;  // text/plain if missing or unreadable (message/rfc822 inside multipart/digest)
  ParameterHeader disposition;  // empty if missing
  TransferEncoding encoding = TransferEncoding::kIdentity;
  std::vector<std::size_t> children;  // places in MimeTree::parts, each after this part
  int depth = 0;                      // 0 for the mail itself
  bool too_deep = false;              // a multipart that was not taken apart

  [[nodiscard]] bool is_multipart() const { return type.value.starts_with("multipart/"); }
  /// The first field of that name, raw; empty if there is none.
  [[nodiscard]] std::string_view field(std::string_view name) const;
};

struct MimeTree {
  std::vector<MimePart> parts;  // never empty; parts[0] is the mail
  std::vector<std::string> remarks;
};

struct MimeLimits {
  int depth_max = 50;
  std::size_t parts_max = 1000;
  std::size_t fields_max = 2000;             // per part
  std::size_t field_bytes_max = 256 * 1024;  // the rest of a longer field is not read
};

/// Takes a mail apart into entities in one pass over its lines. GMime is not used here because one hostile
/// mail brings it down (an address list of a megabyte of "a:" overflows its stack) or holds it for seconds;
/// this pass is linear, allocates per part, and reads what is broken: missing end boundaries, a boundary that
/// was never declared, a boundary that starts like another one, a header without an empty line after it. An
/// embedded message/rfc822 is one part and is not taken apart. `raw` must outlive the tree.
MimeTree split_mime(std::string_view raw, const MimeLimits& limits = {});

}  // namespace hark::email
