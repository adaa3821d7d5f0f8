#include "email/core/mail.h"

#include <strings.h>

namespace hark::email {

std::string_view header(const Mail& mail, std::string_view name) {
  for (const auto& field : mail.headers) {
    if (field.name.size() == name.size() && strncasecmp(field.name.data(), name.data(), name.size()) == 0) {
      return field.value;
    }
  }
  return {};
}

}  // namespace hark::email
