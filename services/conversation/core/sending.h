#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/core/time.h"

namespace hark::conversation {

constexpr std::size_t kTemplateValueBytesMax = 1024;

/// What an account can send besides words, as its channel said (proto: SendingRules).
struct SendingLimits {
  struct File {
    std::string content_type;  // whole, or its beginning; empty: any
    std::int64_t size_max = 0;
  };
  struct Template {
    std::string name, language, text;
  };
  std::string network;  // for people
  int files_max = 0;
  std::string no_files_reason;
  std::vector<File> files;  // a file has to fit one of them, in type and size
  std::vector<Template> templates;
};

struct OutgoingFile {
  std::string name, content_type;
  std::int64_t size = 0;
};

/// Errors: FILE_UNSENDABLE, with what the account takes.
Status check_files(const SendingLimits& limits, std::span<const OutgoingFile> files);

/// Errors: WINDOW_CLOSED. `closes_at`: nothing: it is always open, as far as is known.
Status check_window(std::optional<TimePoint> closes_at, TimePoint now, std::string_view account,
                    bool has_templates);

struct TemplateField {
  std::string name, value;
};
struct TemplateWords {
  std::string text;                   // as the customer reads it
  std::vector<TemplateField> fields;  // in the order of the placeholders
};
/// Errors: TEMPLATE_UNFIT.
Result<TemplateWords> fill_template(const SendingLimits& limits, std::string_view name,
                                    std::string_view language, std::span<const TemplateField> fields);

}  // namespace hark::conversation
