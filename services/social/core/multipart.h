#pragma once

#include <span>
#include <string>

#include "social/core/outgoing.h"

namespace hark::social {

/// One field of a form (RFC 7578); one with a file name is a file.
struct FormPart {
  std::string name;
  std::string value;
  std::string file_name = {};
  std::string content_type = {};
};

/// Makes the form the call's body.
void set_form(Call& call, std::span<const FormPart> parts);

/// A part that is the file.
FormPart file_part(std::string name, const OutFile& file);

}  // namespace hark::social
