#include "conversation/core/sending.h"

#include <algorithm>

#include "base/core/template_text.h"

namespace hark::conversation {
namespace {

Error unsendable(std::string message) {
  return {Code::kFailedPrecondition, Reason::kFileUnsendable, std::move(message)};
}

Error unfit(std::string message) {
  return {Code::kInvalidArgument, Reason::kTemplateUnfit, "template: " + std::move(message)};
}

std::string size_text(std::int64_t bytes) {
  if (bytes >= 1 << 20) return std::to_string(bytes >> 20) + " MiB";
  return std::to_string(bytes >> 10) + " KiB";
}

bool fits(const SendingLimits::File& rule, std::string_view content_type) {
  const std::string_view wanted = rule.content_type;
  return wanted.empty() || content_type == wanted ||
         (wanted.ends_with('/') && content_type.starts_with(wanted));
}

std::string types_of(const SendingLimits& limits) {
  std::string out;
  for (const auto& rule : limits.files)
    out += (out.empty() ? "" : ", ") + rule.content_type + (rule.content_type.ends_with('/') ? "*" : "");
  return out;
}

bool is_one_line(std::string_view value) {
  return std::ranges::none_of(value,
                              [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

Status check_files(const SendingLimits& limits, std::span<const OutgoingFile> files) {
  if (files.empty()) return {};
  if (limits.files_max == 0) return unsendable("attachments: " + limits.no_files_reason);
  if (files.size() > static_cast<std::size_t>(limits.files_max)) {
    return unsendable("attachments: " + limits.network + " takes at most " +
                      std::to_string(limits.files_max) + " files with one answer");
  }
  for (const auto& file : files) {
    std::int64_t size_max = -1;
    for (const auto& rule : limits.files) {
      if (fits(rule, file.content_type)) size_max = std::max(size_max, rule.size_max);
    }
    const auto named = "attachments: '" + file.name + "' ";
    if (size_max < 0) {
      return unsendable(named + "is " + file.content_type + ", which " + limits.network +
                        " does not take; it takes " + types_of(limits));
    }
    if (file.size > size_max) {
      return unsendable(named + "is larger than " + size_text(size_max) + ", which is all that " +
                        limits.network + " takes of " + file.content_type);
    }
    if (file.size == 0)
      return unsendable(named + "is empty, and " + limits.network + " takes no empty files");
  }
  return {};
}

Status check_window(std::optional<TimePoint> closes_at, TimePoint now, std::string_view account,
                    bool has_templates) {
  if (!closes_at || now < *closes_at) return {};
  const auto minutes = std::chrono::floor<std::chrono::minutes>(now - *closes_at).count();
  return Error{Code::kFailedPrecondition, Reason::kWindowClosed,
               "the network of account '" + std::string{account} +
                   "' has not let this customer be answered for " + std::to_string(minutes) +
                   " minutes; they have to write again" +
                   (has_templates ? ", or a template can be sent" : "")};
}

Result<TemplateWords> fill_template(const SendingLimits& limits, std::string_view name,
                                    std::string_view language, std::span<const TemplateField> fields) {
  const auto found = std::ranges::find_if(
      limits.templates, [&](const auto& one) { return one.name == name && one.language == language; });
  if (found == limits.templates.end()) {
    return unfit("the account has no '" + std::string{name} + "' in '" + std::string{language} + "'");
  }
  std::map<std::string, std::string, std::less<>> values;
  for (const auto& field : fields) {
    if (field.value.find_first_not_of(' ') == std::string::npos)
      return unfit("{{" + field.name + "}} is not filled in");
    if (field.value.size() > kTemplateValueBytesMax || !is_one_line(field.value))
      return unfit("{{" + field.name + "}} has to be one line of at most 1,024 bytes");
    if (!values.emplace(field.name, field.value).second)
      return unfit("{{" + field.name + "}} is filled in twice");
  }
  HARK_TRY(const auto placeholders, placeholders_of(found->text));
  TemplateWords out;
  for (const auto& placeholder : placeholders) {
    const auto value = values.find(placeholder);
    if (value == values.end()) return unfit("{{" + placeholder + "}} is not filled in");
    out.fields.push_back({placeholder, value->second});
  }
  if (values.size() > placeholders.size()) {
    const auto surplus = std::ranges::find_if(values, [&](const auto& one) {
      return std::ranges::find(placeholders, one.first) == placeholders.end();
    });
    return unfit("it has no {{" + surplus->first + "}}");
  }
  out.text = fill_in(found->text, values);
  return out;
}

}  // namespace hark::conversation
