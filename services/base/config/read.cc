#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>

#include "base/config/config.h"
#include "base/config/defaults.h"
#include "base/config/yaml_tree.h"
#include "base/core/check.h"

namespace hark {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// How many single-character edits lead from one word to the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (from[i - 1] == to[j - 1] ? 0U : 1U)});
      diagonal = above;
    }
  }
  return row[to.size()];
}

/// The field that the writer of an unknown key may have meant; null if none is near.
const FieldDescriptor* nearest(const Descriptor& type, std::string_view key) {
  constexpr std::size_t kKeyLengthMax = 64;
  if (key.size() > kKeyLengthMax) return nullptr;
  const FieldDescriptor* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(2, key.size() / 3) + 1;
  for (int i = 0; i < type.field_count(); ++i) {
    const std::size_t distance = edit_distance(key, type.field(i)->name());
    if (distance < best_distance) {
      best = type.field(i);
      best_distance = distance;
    }
  }
  return best;
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
      report(node.line, path, "expected " + wanted + ", found " + describe(node));
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

 private:
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
      const FieldDescriptor* meant = nearest(type, key.scalar);
      report(key.line, path.empty() ? "(top)" : path,
             "unknown key " + describe(key) +
                 (meant == nullptr ? "; known are " + names_of(type)
                                   : "; did you mean '" + meant->name() + "'?"));
      return;
    }
    if (!seen.insert(field->name()).second) {
      report(key.line, prefix + field->name(),
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
      report(node.line, path, "expected a list (lines that begin with '-', or []), found " + describe(node));
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
      report(node.line, path, "expected " + expected(field) + ", found " + describe(node));
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
      report(node.line, path, describe(node) + " is too large a number");
      return std::nullopt;
    }
    if (error != std::errc{} || stop != end || node.quoted) {
      report(node.line, path, "expected " + expected(field) + ", found " + describe(node));
      return std::nullopt;
    }
    return value;
  }

  std::map<std::string, int> lines_;
  std::vector<Located> problems_;
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
  const std::vector<Reader::Located> misread = reader.problems();
  std::vector<ConfigProblem> found = validate(config);
  if (more) {
    for (ConfigProblem& problem : more(config)) found.push_back(std::move(problem));
  }
  for (ConfigProblem& problem : found) {
    const bool known = std::any_of(misread.begin(), misread.end(), [&](const auto& m) {
      return problem.field == m.problem.field || problem.field.starts_with(m.problem.field + ".") ||
             m.problem.field.starts_with(problem.field + ".");
    });
    if (!known)
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

Result<std::string> doubts_of_config_file(const std::string& path, const ConfigCheck& more,
                                          const ConfigCheck& doubtful) {
  HARK_TRY(const auto text, text_of_file(path));
  Reader reader;
  HARK_TRY(const auto config, read_with(reader, text, path, more));
  for (auto& [field, what] : doubtful(config)) {
    const int line = reader.line_of(field);
    reader.report(line, std::move(field), "warning: " + std::move(what));
  }
  return text_of(path, reader.problems());
}

}  // namespace hark
