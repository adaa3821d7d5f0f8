#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "email/core/mail.h"

namespace hark::email {

/// How much of one mail is taken apart. Past a limit the rest stays in the original only, and a remark says
/// so.
struct ParseLimits {
  std::size_t decoded_bytes_max = 64 << 20;  // of all texts and attachments together
  int depth_max = 50;                        // of multiparts in one another
  std::size_t parts_max = 1000;
  std::size_t text_bytes_max =
      4 << 20;  // of text, and of HTML, that is shown; the rest becomes an attachment
};

/// Takes a mail apart (RFC 5322, RFC 2045-2049, RFC 2231, RFC 3676, MS-OXTNEF). Pure: the same bytes always
/// give the same mail. Reads whatever can be read; what was wrong and how it was understood is in `remarks`.
/// Errors: INVALID_FIELD if there is nothing in it to read, for the caller to put the bytes aside.
///
/// What is shown follows RFC 8621 §4.1.4: text and HTML in order, the better of an alternative, text and HTML
/// that stand side by side both. Everything else is an attachment, with a name. A TNEF blob is replaced by
/// what it holds. Parts of a report (RFC 6522) that programs read are in `report_parts`; inside a
/// multipart/report they are no attachments.
Result<Mail> parse_mail(std::string_view raw, const ParseLimits& limits = {});

}  // namespace hark::email
