#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "hark/v1/sending.pb.h"

namespace hark {

/// The options by which a command names a template of an account, and fills it in.
struct CtlTemplate {
  std::string name, language;
  std::vector<std::string> fields;  // "name=value"

  /// The first of them, which excludes what a template goes out in place of.
  CLI::Option* add_to(CLI::App& command, const std::string& what_for);
  [[nodiscard]] bool wanted() const { return !name.empty(); }
  void fill(v1::FilledTemplate& filled) const;
};

}  // namespace hark
