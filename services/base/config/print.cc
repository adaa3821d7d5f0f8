#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <memory>
#include <set>

#include "base/config/config.h"
#include "base/config/schema.h"
#include "base/core/check.h"

namespace hark {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// The schema with its comments, which the descriptors compiled into the program have lost.
const Descriptor& documented_config() {
  static const auto pool = [] {
    auto made = std::make_unique<google::protobuf::DescriptorPool>();
    google::protobuf::FileDescriptorSet files;
    HARK_CHECK(files.ParseFromArray(hark_v1_binpb.data(), static_cast<int>(hark_v1_binpb.size())));
    for (const auto& file : files.file()) HARK_CHECK(made->BuildFile(file) != nullptr);
    return made;
  }();
  const Descriptor* config = pool->FindMessageTypeByName(v1::Config::descriptor()->full_name());
  HARK_CHECK(config != nullptr);
  return *config;
}

bool is_plain(std::string_view text) {
  constexpr std::string_view kSafe = "_./@:+=-";
  constexpr std::string_view kNotFirst = "@:=-.+";
  const auto alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  const bool path = text.starts_with("./");
  if (text.empty() || (!path && kNotFirst.find(text.front()) != std::string_view::npos) || text.back() == ':')
    return false;
  if (!std::ranges::all_of(text, [&](char c) { return alnum(c) || kSafe.find(c) != std::string_view::npos; }))
    return false;
  // Words and numbers that YAML reads as something else.
  constexpr std::string_view kWords[] = {"null",  "Null",  "NULL",  "true", "True", "TRUE",
                                         "false", "False", "FALSE", "yes",  "Yes",  "YES",
                                         "no",    "No",    "NO",    "on",   "off"};
  return std::ranges::find(kWords, text) == std::end(kWords) &&
         std::ranges::any_of(text, [&](char c) { return alnum(c) && (c < '0' || c > '9'); });
}

std::string quoted(std::string_view text) {
  if (is_plain(text)) return std::string{text};
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      constexpr std::string_view kHex = "0123456789abcdef";
      const auto byte = static_cast<unsigned char>(c);
      out += {'\\', 'x', kHex[byte >> 4U], kHex[byte & 15U]};
    } else {
      out += c;
    }
  }
  return out + "\"";
}

bool is_secret(std::string_view field) {
  return field == "password" || field == "identity_secret" || field == "access_token" || field == "secret" ||
         field == "verify_token";
}

class Printer {
 public:
  explicit Printer(Secrets secrets) : secrets_{secrets} {}

  void message(const Message& message, const Descriptor& documented, int indent, bool in_item) {
    const Reflection& reflection = *message.GetReflection();
    for (int i = 0; i < documented.field_count(); ++i) {
      const FieldDescriptor& described = *documented.field(i);
      const FieldDescriptor& field = *message.GetDescriptor()->FindFieldByNumber(described.number());
      const bool absent_channel = in_item && !field.is_repeated() &&
                                  field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE &&
                                  !reflection.HasField(message, &field);
      if (absent_channel) continue;
      if (indent == 0 && i > 0) out_ += '\n';
      comment(described, indent);
      begin_line(indent);
      out_ += field.name() + ":";
      if (field.is_repeated()) {
        list(message, field, described, indent);
      } else if (field.cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        out_ += '\n';
        this->message(reflection.GetMessage(message, &field), *described.message_type(), indent + 2, in_item);
      } else {
        out_ += " " + scalar(message, field) + "\n";
      }
    }
  }

  std::string take() { return std::move(out_); }

 private:
  void begin_line(int indent) {
    if (dash_) {
      out_.append(static_cast<std::size_t>(indent - 2), ' ');
      out_ += "- ";
      dash_ = false;
    } else {
      out_.append(static_cast<std::size_t>(indent), ' ');
    }
  }

  /// Once for each field, where it is met first.
  void comment(const FieldDescriptor& field, int indent) {
    google::protobuf::SourceLocation location;
    if (!commented_.insert(field.full_name()).second || !field.GetSourceLocation(&location)) return;
    std::string_view text = location.leading_comments;
    while (!text.empty()) {
      const std::size_t end = text.find('\n');
      const std::string_view line = text.substr(0, end);
      // A comment may not come between the dash of an item and its first key, so it stands before the dash.
      out_.append(static_cast<std::size_t>(dash_ ? indent - 2 : indent), ' ');
      out_ += "#" + std::string{line} + "\n";
      if (end == std::string_view::npos) break;
      text.remove_prefix(end + 1);
    }
  }

  void list(const Message& message, const FieldDescriptor& field, const FieldDescriptor& described,
            int indent) {
    const Reflection& reflection = *message.GetReflection();
    const int size = reflection.FieldSize(message, &field);
    if (size == 0) {
      out_ += " []\n";
      return;
    }
    if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) {
      const bool text = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING;
      HARK_CHECK(text || field.cpp_type() == FieldDescriptor::CPPTYPE_INT32);
      for (int i = 0; i < size; ++i) {
        out_ +=
            (i == 0 ? " [" : ", ") + (text ? quoted(reflection.GetRepeatedString(message, &field, i))
                                           : std::to_string(reflection.GetRepeatedInt32(message, &field, i)));
      }
      out_ += "]\n";
      return;
    }
    out_ += '\n';
    for (int i = 0; i < size; ++i) {
      dash_ = true;
      this->message(reflection.GetRepeatedMessage(message, &field, i), *described.message_type(), indent + 4,
                    true);
    }
  }

  [[nodiscard]] std::string scalar(const Message& message, const FieldDescriptor& field) const {
    const Reflection& reflection = *message.GetReflection();
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_STRING: {
        const std::string text = reflection.GetString(message, &field);
        if (secrets_ == Secrets::kHidden && is_secret(field.name()) && !text.empty()) return "(hidden)";
        return quoted(text);
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        return reflection.GetBool(message, &field) ? "true" : "false";
      case FieldDescriptor::CPPTYPE_INT32:
        return std::to_string(reflection.GetInt32(message, &field));
      case FieldDescriptor::CPPTYPE_INT64:
        return std::to_string(reflection.GetInt64(message, &field));
      default:
        HARK_CHECK(false && "config.proto has a field of a type that this printer does not know");
    }
  }

  Secrets secrets_;
  std::string out_;
  bool dash_ = false;
  std::set<std::string> commented_;
};

}  // namespace

std::string to_yaml(const v1::Config& config, Secrets secrets) {
  Printer printer{secrets};
  printer.message(config, documented_config(), 0, false);
  return printer.take();
}

std::string default_yaml() { return to_yaml(default_config(), Secrets::kShown); }

}  // namespace hark
