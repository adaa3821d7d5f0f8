#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "base/config/config.h"
#include "base/config/defaults.h"
#include "base/config/names.h"
#include "base/config/yaml_tree.h"
#include "base/core/check.h"

namespace hark {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// "resolution_hours" -> "resolution": what is left of a key without the unit at its end.
std::string_view without_unit(std::string_view key) {
  for (const std::string_view unit : {"_ms", "_seconds", "_minutes", "_hours", "_days"}) {
    if (key.ends_with(unit)) return key.substr(0, key.size() - unit.size());
  }
  return key;
}

/// The fields that the writer of an unknown key may have meant: those that it is the beginning or end of,
/// else the nearest.
std::vector<std::string> meant_by(std::string_view key, const Descriptor& type) {
  constexpr std::size_t kKeyLengthMax = 64;
  constexpr std::size_t kMeantMax = 4;
  if (key.size() > kKeyLengthMax) return {};
  std::vector<std::string> begun;
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::string& name = type.field(i)->name();
    if (name.starts_with(std::string{without_unit(key)} + "_") || name.ends_with("_" + std::string{key}))
      begun.push_back(name);
    const std::size_t distance = edit_distance(key, name);
    if (distance >= best_distance) continue;
    best = name;
    best_distance = distance;
  }
  if (best_distance > 1 && !begun.empty() && begun.size() <= kMeantMax) return begun;
  return best.empty() ? std::vector<std::string>{} : std::vector{std::move(best)};
}

/// "'a', 'b' or 'c'".
std::string alternatives(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size(); ++i)
    out += (i == 0 ? "'" : i + 1 == names.size() ? " or '" : ", '") + names[i] + "'";
  return out;
}

std::string names_of(const Descriptor& type) {
  std::string names;
  for (int i = 0; i < type.field_count(); ++i) names += (i == 0 ? "" : ", ") + type.field(i)->name();
  return names;
}

std::string expected(const FieldDescriptor& field) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
    case FieldDescriptor::CPPTYPE_INT64:
      return "a whole number";
    case FieldDescriptor::CPPTYPE_BOOL:
      return "true or false";
    case FieldDescriptor::CPPTYPE_STRING:
      return "a text";
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return "a group of keys (" + names_of(*field.message_type()) + ")";
    default:
      HARK_CHECK(false && "config.proto has a field of a type that this reader does not know");
  }
}

/// Lays a tree over a message by its descriptor. Collects every problem, and the line of every field that it
/// met.
class Reader {
 public:
  struct Located {
    int line = 0;
    std::size_t found_as = 0;
    ConfigProblem problem;
  };

  void read_message(const YamlNode& node, Message& message, const std::string& path,
                    const FieldDescriptor* as) {
    if (node.kind == YamlNode::Kind::kNull) return;  // `log:` alone: all defaults
    if (node.kind != YamlNode::Kind::kMap) {
      const std::string wanted =
          as == nullptr ? "keys (" + names_of(*message.GetDescriptor()) + ")" : expected(*as);
      misread(node.line, path, "expected " + wanted + ", found " + describe(node));
      return;
    }
    std::set<std::string_view> seen;
    for (const auto& [key, value] : node.members) read_member(key, value, message, path, seen);
  }

  [[nodiscard]] int line_of(std::string field) const {
    // The nearest thing around the field that stands in the file.
    while (!field.empty()) {
      if (const auto found = lines_.find(field); found != lines_.end()) return found->second;
      const std::size_t end = field.find_last_of(".[");
      field.resize(end == std::string::npos ? 0 : end);
    }
    return 0;
  }

  void report(int line, std::string field, std::string what) {
    problems_.push_back({line, problems_.size(), {std::move(field), std::move(what)}});
  }
  [[nodiscard]] const std::vector<Located>& problems() const { return problems_; }

  /// Whether the field was not read as it stands in the file, so that nothing can be said of what it holds.
  [[nodiscard]] bool is_misread(std::string_view field) const {
    const auto within = [](std::string_view inner, std::string_view outer) {
      return inner.starts_with(outer) &&
             (inner.size() == outer.size() || inner[outer.size()] == '.' || inner[outer.size()] == '[');
    };
    const auto touches = [&](const std::string& other) {
      return within(field, other) || within(other, field);
    };
    return std::ranges::any_of(misread_, touches) ||
           std::ranges::any_of(
               meant_, [&](const std::string& other) { return !lines_.contains(other) && touches(other); });
  }

 private:
  void misread(int line, const std::string& field, std::string what) {
    misread_.push_back(field);
    report(line, field, std::move(what));
  }

  void read_member(const YamlNode& key, const YamlNode& value, Message& message, const std::string& path,
                   std::set<std::string_view>& seen) {
    const std::string prefix = path.empty() ? "" : path + ".";
    if (key.kind != YamlNode::Kind::kScalar) {
      report(key.line, path, "a key must be a word, found " + describe(key));
      return;
    }
    const Descriptor& type = *message.GetDescriptor();
    const FieldDescriptor* field = type.FindFieldByName(key.scalar);
    if (field == nullptr) {
      const auto meant = meant_by(key.scalar, type);
      report(key.line, path.empty() ? "(top)" : path,
             "unknown key " + describe(key) +
                 (meant.empty() ? "; known are " + names_of(type)
                                : "; did you mean " + alternatives(meant) + "?"));
      for (const std::string& name : meant) meant_.push_back(prefix + name);
      return;
    }
    if (!seen.insert(field->name()).second) {
      misread(key.line, prefix + field->name(),
              "given twice; first on line " + std::to_string(lines_[prefix + field->name()]));
      return;
    }
    lines_[prefix + field->name()] = key.line;
    if (field->is_repeated()) {
      read_list(value, message, *field, prefix + field->name());
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      read_message(value, *message.GetReflection()->MutableMessage(&message, field), prefix + field->name(),
                   field);
    } else {
      read_scalar(value, message, *field, prefix + field->name());
    }
  }

  void read_list(const YamlNode& node, Message& message, const FieldDescriptor& field,
                 const std::string& path) {
    if (node.kind != YamlNode::Kind::kSequence) {
      misread(node.line, path, "expected a list (lines that begin with '-', or []), found " + describe(node));
      return;
    }
    const Reflection& reflection = *message.GetReflection();
    reflection.ClearField(&message, &field);
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string item_path = path + "[" + std::to_string(i) + "]";
      lines_[item_path] = node.items[i].line;
      if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        Message& item = *reflection.AddMessage(&message, &field);
        if (item.GetDescriptor() == v1::AgentSeed::descriptor())
          set_defaults(static_cast<v1::AgentSeed&>(item));
        read_message(node.items[i], item, item_path, &field);
      } else {
        read_scalar(node.items[i], message, field, item_path);
      }
    }
  }

  void read_scalar(const YamlNode& node, Message& message, const FieldDescriptor& field,
                   const std::string& path) {
    const auto mismatch = [&] {
      misread(node.line, path, "expected " + expected(field) + ", found " + describe(node));
    };
    if (node.kind != YamlNode::Kind::kScalar) return mismatch();
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING:
        if (field.is_repeated()) {
          reflection.AddString(&message, &field, node.scalar);
        } else {
          reflection.SetString(&message, &field, node.scalar);
        }
        return;
      case FieldDescriptor::CPPTYPE_BOOL:
        if (node.quoted || (node.scalar != "true" && node.scalar != "false")) return mismatch();
        reflection.SetBool(&message, &field, node.scalar == "true");
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        if (const auto value = number<std::int32_t>(node, path, field)) {
          if (field.is_repeated()) {
            reflection.AddInt32(&message, &field, *value);
          } else {
            reflection.SetInt32(&message, &field, *value);
          }
        }
        return;
      case FieldDescriptor::CPPTYPE_INT64:
        if (const auto value = number<std::int64_t>(node, path, field))
          reflection.SetInt64(&message, &field, *value);
        return;
      default:
        HARK_CHECK(false && "config.proto has a field of a type that this reader does not know");
    }
  }

  template <class Int>
  std::optional<Int> number(const YamlNode& node, const std::string& path, const FieldDescriptor& field) {
    Int value{};
    const char* end = node.scalar.data() + node.scalar.size();
    const auto [stop, error] = std::from_chars(node.scalar.data(), end, value);
    if (error == std::errc::result_out_of_range && stop == end && !node.quoted) {
      misread(node.line, path, describe(node) + " is too large a number");
      return std::nullopt;
    }
    if (error != std::errc{} || stop != end || node.quoted) {
      misread(node.line, path, "expected " + expected(field) + ", found " + describe(node));
      return std::nullopt;
    }
    return value;
  }

  std::map<std::string, int> lines_;
  std::vector<Located> problems_;
  std::vector<std::string> misread_;
  /// What unknown keys may have been meant for.
  std::vector<std::string> meant_;
};

std::string text_of(std::string_view file_name, std::vector<Reader::Located> problems) {
  std::sort(problems.begin(), problems.end(), [](const auto& a, const auto& b) {
    return std::tie(a.line, a.found_as) < std::tie(b.line, b.found_as);
  });
  std::string message;
  for (std::size_t i = 0; i < std::min(problems.size(), kConfigProblemsMax); ++i) {
    const auto& [line, found_as, problem] = problems[i];
    if (i > 0) message += '\n';
    message += file_name;
    if (line > 0) message += ":" + std::to_string(line);
    message += ": " + (problem.field.empty() ? "" : problem.field + ": ") + problem.what;
  }
  if (problems.size() > kConfigProblemsMax) {
    message += "\n" + std::string{file_name} + ": and " +
               std::to_string(problems.size() - kConfigProblemsMax) + " more";
  }
  return message;
}

Error failure(std::string_view file_name, std::vector<Reader::Located> problems) {
  return {Code::kInvalidArgument, Reason::kInvalidField, text_of(file_name, std::move(problems))};
}

Result<std::string> text_of_file(const std::string& path) {
  std::ifstream file{path, std::ios::binary};
  std::string text(kConfigBytesMax + 1, '\0');
  if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) {
    return Error{Code::kNotFound, Reason::kInvalidField,
                 path + ": cannot be read; is it there, and may this user read it?"};
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Result<v1::Config> read_with(Reader& reader, std::string_view yaml, std::string_view file_name,
                             const ConfigCheck& more) {
  const YamlDocument document = parse_yaml(yaml);
  if (!document.error.empty()) return failure(file_name, {{document.error_line, 0, {"", document.error}}});
  v1::Config config = default_config();
  reader.read_message(document.root, config, "", nullptr);

  // A value of the wrong type leaves the default behind, so that the rest can still be judged in the same
  // pass.
  std::vector<ConfigProblem> found = validate(config);
  if (more) {
    for (ConfigProblem& problem : more(config)) found.push_back(std::move(problem));
  }
  for (ConfigProblem& problem : found) {
    if (!reader.is_misread(problem.field))
      reader.report(reader.line_of(problem.field), std::move(problem.field), std::move(problem.what));
  }
  if (!reader.problems().empty()) return failure(file_name, reader.problems());
  return config;
}

}  // namespace

Result<v1::Config> read_config(std::string_view yaml, std::string_view file_name, const ConfigCheck& more) {
  Reader reader;
  return read_with(reader, yaml, file_name, more);
}

Result<v1::Config> read_config_file(const std::string& path, const ConfigCheck& more) {
  HARK_TRY(const auto text, text_of_file(path));
  return read_config(text, path, more);
}

Result<std::string> doubts_of_config(std::string_view yaml, std::string_view file_name,
                                     const ConfigCheck& more, const ConfigCheck& doubtful) {
  Reader reader;
  HARK_TRY(const auto config, read_with(reader, yaml, file_name, more));
  for (auto& [field, what] : doubtful(config)) {
    const int line = reader.line_of(field);
    reader.report(line, std::move(field), "warning: " + std::move(what));
  }
  return text_of(file_name, reader.problems());
}

Result<std::string> doubts_of_config_file(const std::string& path, const ConfigCheck& more,
                                          const ConfigCheck& doubtful) {
  HARK_TRY(const auto text, text_of_file(path));
  return doubts_of_config(text, path, more, doubtful);
}

}  // namespace hark
