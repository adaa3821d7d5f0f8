#pragma once

#include <string_view>

#include "email/core/mail.h"
#include "email/core/mime_tree.h"
#include "email/core/parse_mail.h"

namespace hark::email {

/// The second half of parse_mail: decodes the parts of a tree and sorts them into text, HTML, attachments and
/// report parts of `mail`, whose headers are already read.
void read_body(const MimeTree& tree, const ParseLimits& limits, Mail& mail);

/// Adds a remark unless it stands there already or there are too many.
void add_remark(Mail& mail, std::string remark);

}  // namespace hark::email
