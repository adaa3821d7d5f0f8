#include "base/config/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>

#include "base/config/config.h"
#include "base/core/utf8.h"

namespace hark {
namespace {

struct Refused {
  int line;
  std::string why;
};

int line_of(const YAML::Mark& mark) { return mark.is_null() ? 0 : mark.line + 1; }

/// Builds the tree from the parser's events and stops it at the first thing that a configuration must not
/// have.
class TreeBuilder final : public YAML::EventHandler {
 public:
  YamlNode root;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) throw Refused{line_of(mark), "a second document; a configuration is one document"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    add({.kind = YamlNode::Kind::kNull, .line = line_of(mark)});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused{line_of(mark), "an alias (*name); write the value out"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    add({.kind = YamlNode::Kind::kScalar, .line = line_of(mark), .quoted = tag == "!", .scalar = value});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kSequence, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A collection that is being filled; of a map also the key that waits for its value.
  struct Open {
    YamlNode node;
    YamlNode key;
    bool has_key = false;
  };

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0)
      throw Refused{line_of(mark), "an anchor (&name); write the value out where it is needed"};
  }
  static void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Refused{line_of(mark), "a tag (!name); the type of a value follows from its field"};
    }
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    refuse_anchor(mark, anchor);
    refuse_tag(mark, tag);
    if (open_.size() >= kConfigDepthMax) {
      throw Refused{line_of(mark), "nested deeper than " + std::to_string(kConfigDepthMax) + " levels"};
    }
    open_.push_back({.node = {.kind = kind, .line = line_of(mark)}});
  }

  void close() {
    YamlNode done = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(done));
  }

  void add(YamlNode node) {
    if (++values_ > kConfigValuesMax) {
      throw Refused{node.line, "more than " + std::to_string(kConfigValuesMax) + " values"};
    }
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kSequence) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.has_key) {
      parent.key = std::move(node);
      parent.has_key = true;
    } else {
      // The parser places a missing value on the line after its key.
      if (node.kind == YamlNode::Kind::kNull) node.line = parent.key.line;
      parent.node.members.push_back({std::move(parent.key), std::move(node)});
      parent.key = {};
      parent.has_key = false;
    }
  }

  std::vector<Open> open_;
  int values_ = 0;
  int documents_ = 0;
};

/// The first line that is not clean UTF-8 text, with what is wrong; line 0 if all is well.
Refused check_text(std::string_view text) {
  int line = 1;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const std::size_t length = character_bytes(text, i);
    if (length == 0) return {line, "not UTF-8; save the file as UTF-8"};
    if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F) {
      return {line, "a control character (number " + std::to_string(c) + ")"};
    }
    if (c == '\n') ++line;
    i += length;
  }
  return {0, ""};
}

bool is_indented_by_tab(std::string_view text, int line) {
  for (int at = 1; at < line; ++at) text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
  const std::size_t indent = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(0, indent).find('\t') != std::string_view::npos;
}

}  // namespace

YamlDocument parse_yaml(std::string_view text) {
  YamlDocument document;
  const auto fail = [&](int line, std::string why) {
    document.root = {};
    document.error_line = line;
    document.error = std::move(why);
  };
  if (text.size() > kConfigBytesMax) {
    fail(0, "larger than " + std::to_string(kConfigBytesMax) + " bytes");
    return document;
  }
  if (Refused bad = check_text(text); !bad.why.empty()) {
    fail(bad.line, std::move(bad.why));
    return document;
  }
  TreeBuilder builder;
  try {
    std::istringstream input{std::string{text}};
    YAML::Parser parser{input};
    while (parser.HandleNextDocument(builder)) {
    }
    document.root = std::move(builder.root);
  } catch (const Refused& refused) {
    fail(refused.line, refused.why);
  } catch (const YAML::Exception& e) {
    const int line = line_of(e.mark);
    fail(line, is_indented_by_tab(text, line) ? "a tab before the first word; YAML is indented with spaces"
                                              : "not YAML: " + e.msg);
  }
  return document;
}

std::string describe(const YamlNode& node) {
  constexpr std::size_t kShownBytesMax = 40;
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a group of keys";
    case YamlNode::Kind::kScalar:
      break;
  }
  const std::string shown{first_bytes(node.scalar, kShownBytesMax)};
  return "'" + shown + (shown.size() < node.scalar.size() ? "..." : "") + "'";
}

}  // namespace hark
