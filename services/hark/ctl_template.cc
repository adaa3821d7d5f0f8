#include "hark/ctl_template.h"

namespace hark {

CLI::Option* CtlTemplate::add_to(CLI::App& command, const std::string& what_for) {
  auto* chosen = command.add_option("--template", name, what_for);
  command.add_option("--language", language, "Of the template")->needs(chosen);
  command.add_option("--field", fields, "Of the template: name=value, repeatable")->needs(chosen);
  return chosen;
}

void CtlTemplate::fill(v1::FilledTemplate& filled) const {
  filled.set_name(name);
  filled.set_language(language);
  for (const auto& field : fields) {
    const auto equals = field.find('=');
    if (equals == std::string::npos) throw CLI::ValidationError{"--field", "is written like name=value"};
    auto& into = *filled.add_fields();
    into.set_name(field.substr(0, equals));
    into.set_value(field.substr(equals + 1));
  }
}

}  // namespace hark
