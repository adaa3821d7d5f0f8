#include "base/config/section.h"

#include <algorithm>
#include <vector>

#include "base/config/yaml_tree.h"

namespace hark {
namespace {

/// Whether the whole text stands in braces, as JSON does.
bool is_braced(std::string_view yaml) {
  while (!yaml.empty()) {
    const std::size_t length = std::min(yaml.find('\n'), yaml.size() - 1) + 1;
    const std::size_t first = yaml.find_first_not_of(" \t\r\n");
    if (first < length && yaml[first] != '#' && !yaml.substr(first).starts_with("---"))
      return yaml[first] == '{';
    yaml.remove_prefix(length);
  }
  return false;
}

/// Writes a tree in braces, each value on its line.
class BracedText {
 public:
  std::string of(const YamlMember& section) {
    out_ = "{";
    member(section);
    return out_ + "}\n";
  }

 private:
  void member(const YamlMember& member) {
    value(member.key);
    out_ += ": ";
    value(member.value);
  }

  void value(const YamlNode& node) {
    for (; line_ < node.line; ++line_) out_ += '\n';
    const char* comma = "";
    switch (node.kind) {
      case YamlNode::Kind::kNull:
        out_ += "null";
        break;
      case YamlNode::Kind::kScalar:
        out_ += node.quoted ? quoted(node.scalar) : node.scalar;
        break;
      case YamlNode::Kind::kSequence:
        out_ += "[";
        for (const YamlNode& item : node.items) {
          out_ += comma;
          value(item);
          comma = ", ";
        }
        out_ += "]";
        break;
      case YamlNode::Kind::kMap:
        out_ += "{";
        for (const YamlMember& one : node.members) {
          out_ += comma;
          member(one);
          comma = ", ";
        }
        out_ += "}";
        break;
    }
  }

  static std::string quoted(std::string_view text) {
    constexpr std::string_view kHex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '"' || c == '\\') {
        out += {'\\', c};
      } else if (byte < 0x20 || byte == 0x7F) {
        out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
      } else {
        out += c;
      }
    }
    return out + "\"";
  }

  std::string out_;
  int line_ = 1;
};

/// The lines from the section's key to the next one's.
std::string cut(std::string_view yaml, int first, int end) {
  std::string out;
  for (int line = 1; !yaml.empty() && (end == 0 || line < end); ++line) {
    const std::size_t length = std::min(yaml.find('\n'), yaml.size() - 1) + 1;
    out += line < first ? "\n" : yaml.substr(0, length);
    yaml.remove_prefix(length);
  }
  return out;
}

}  // namespace

std::string section_of(std::string_view yaml, std::string_view section) {
  const YamlDocument document = parse_yaml(yaml);
  if (!document.error.empty() || document.root.kind != YamlNode::Kind::kMap) return std::string{yaml};
  const auto& members = document.root.members;
  const auto wanted = std::ranges::find(members, section, [](const YamlMember& m) { return m.key.scalar; });
  if (wanted == members.end()) return "";
  if (is_braced(yaml)) return BracedText{}.of(*wanted);
  int end = 0;
  for (const YamlMember& member : members) {
    if (member.key.line > wanted->key.line && (end == 0 || member.key.line < end)) end = member.key.line;
  }
  return cut(yaml, wanted->key.line, end);
}

}  // namespace hark
