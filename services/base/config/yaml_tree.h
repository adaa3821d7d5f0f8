#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark {

struct YamlMember;

/// A YAML value with the line that it stands on. Built under the limits of config.h.
struct YamlNode {
  enum class Kind { kNull, kScalar, kSequence, kMap };
  Kind kind = Kind::kNull;
  int line = 0;         // from 1
  bool quoted = false;  // a scalar in quotes or a block scalar: always text
  std::string scalar;
  std::vector<YamlNode> items;      // of a sequence
  std::vector<YamlMember> members;  // of a map, in the order of the file, duplicates included
};

struct YamlMember {
  YamlNode key;
  YamlNode value;
};

/// The tree of the one document in `text` (an empty text is null), or where and why it cannot be read.
struct YamlDocument {
  YamlNode root;
  int error_line = 0;  // from 1; 0: the file as a whole
  std::string error;   // empty: no error
};

YamlDocument parse_yaml(std::string_view text);

/// What a node is, for messages: "a list", "nothing", "the text 'abc'".
std::string describe(const YamlNode& node);

}  // namespace hark
