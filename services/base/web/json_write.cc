#include "base/web/json_write.h"

#include <google/protobuf/message.h>

#include <charconv>
#include <cmath>
#include <string_view>
#include <vector>

namespace hark::web {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr std::string_view kHex = "0123456789abcdef";

class Writer {
 public:
  void object(const Message& message) {
    const auto& reflection = *message.GetReflection();
    std::vector<const FieldDescriptor*> fields;
    reflection.ListFields(message, &fields);
    out_ += '{';
    bool first = true;
    for (const auto* field : fields) {
      if (!std::exchange(first, false)) out_ += ',';
      string(field->json_name());
      out_ += ':';
      if (field->is_map()) {
        map(message, reflection, *field);
      } else if (field->is_repeated()) {
        list(message, reflection, *field);
      } else {
        value(message, reflection, *field, -1);
      }
    }
    out_ += '}';
  }

  std::string take() { return std::move(out_); }

 private:
  void list(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
    out_ += '[';
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      if (i > 0) out_ += ',';
      value(message, reflection, field, i);
    }
    out_ += ']';
  }

  void map(const Message& message, const Reflection& reflection, const FieldDescriptor& field) {
    out_ += '{';
    for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
      if (i > 0) out_ += ',';
      const auto& entry = reflection.GetRepeatedMessage(message, &field, i);
      const auto& of_entry = *entry.GetReflection();
      key(entry, of_entry, *entry.GetDescriptor()->map_key());
      out_ += ':';
      value(entry, of_entry, *entry.GetDescriptor()->map_value(), -1);
    }
    out_ += '}';
  }

  /// Keys are strings in JSON, whatever they are in the message.
  void key(const Message& entry, const Reflection& reflection, const FieldDescriptor& field) {
    const bool quoted = field.cpp_type() == FieldDescriptor::CPPTYPE_STRING ||
                        field.cpp_type() == FieldDescriptor::CPPTYPE_INT64 ||
                        field.cpp_type() == FieldDescriptor::CPPTYPE_UINT64;
    if (!quoted) out_ += '"';
    value(entry, reflection, field, -1);
    if (!quoted) out_ += '"';
  }

  /// One value: of a list at `i`, or the field's own where i is -1.
  void value(const Message& message, const Reflection& reflection, const FieldDescriptor& field, int i) {
    switch (field.cpp_type()) {
      case FieldDescriptor::CPPTYPE_MESSAGE:
        return object(i < 0 ? reflection.GetMessage(message, &field)
                            : reflection.GetRepeatedMessage(message, &field, i));
      case FieldDescriptor::CPPTYPE_STRING: {
        std::string scratch;
        const auto& text = i < 0 ? reflection.GetStringReference(message, &field, &scratch)
                                 : reflection.GetRepeatedStringReference(message, &field, i, &scratch);
        return field.type() == FieldDescriptor::TYPE_BYTES ? base64(text) : string(text);
      }
      case FieldDescriptor::CPPTYPE_ENUM: {
        const int value = i < 0 ? reflection.GetEnumValue(message, &field)
                                : reflection.GetRepeatedEnumValue(message, &field, i);
        const auto* known = field.enum_type()->FindValueByNumber(value);
        return known ? string(known->name()) : number(value);
      }
      case FieldDescriptor::CPPTYPE_BOOL:
        out_ += (i < 0 ? reflection.GetBool(message, &field) : reflection.GetRepeatedBool(message, &field, i))
                    ? "true"
                    : "false";
        return;
      case FieldDescriptor::CPPTYPE_INT32:
        return number(i < 0 ? reflection.GetInt32(message, &field)
                            : reflection.GetRepeatedInt32(message, &field, i));
      case FieldDescriptor::CPPTYPE_UINT32:
        return number(i < 0 ? reflection.GetUInt32(message, &field)
                            : reflection.GetRepeatedUInt32(message, &field, i));
      case FieldDescriptor::CPPTYPE_INT64:
        return quoted(i < 0 ? reflection.GetInt64(message, &field)
                            : reflection.GetRepeatedInt64(message, &field, i));
      case FieldDescriptor::CPPTYPE_UINT64:
        return quoted(i < 0 ? reflection.GetUInt64(message, &field)
                            : reflection.GetRepeatedUInt64(message, &field, i));
      case FieldDescriptor::CPPTYPE_FLOAT:
        return real(i < 0 ? reflection.GetFloat(message, &field)
                          : reflection.GetRepeatedFloat(message, &field, i));
      case FieldDescriptor::CPPTYPE_DOUBLE:
        return real(i < 0 ? reflection.GetDouble(message, &field)
                          : reflection.GetRepeatedDouble(message, &field, i));
    }
  }

  template <class Number>
  void number(Number value) {
    char text[32];
    const auto end = std::to_chars(text, text + sizeof text, value).ptr;
    out_.append(text, end);
  }

  template <class Number>
  void quoted(Number value) {
    out_ += '"';
    number(value);
    out_ += '"';
  }

  template <class Number>
  void real(Number value) {
    if (std::isnan(value)) return string("NaN");
    if (std::isinf(value)) return string(value > 0 ? "Infinity" : "-Infinity");
    number(value);
  }

  void string(std::string_view text) {
    out_ += '"';
    std::size_t plain = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      // Line and paragraph separator end a line of script.
      const bool separator = c == 0xE2 && i + 2 < text.size() && text[i + 1] == '\x80' &&
                             (text[i + 2] == '\xA8' || text[i + 2] == '\xA9');
      if (c >= 0x20 && c != '"' && c != '\\' && c != '<' && c != '>' && c != 0x7F && !separator) continue;
      out_ += text.substr(plain, i - plain);
      if (separator) {
        out_ += text[i + 2] == '\xA8' ? "\\u2028" : "\\u2029";
        i += 2;
      } else {
        escaped(c);
      }
      plain = i + 1;
    }
    out_ += text.substr(plain);
    out_ += '"';
  }

  void escaped(unsigned char c) {
    switch (c) {
      case '"':
        out_ += "\\\"";
        return;
      case '\\':
        out_ += "\\\\";
        return;
      case '\n':
        out_ += "\\n";
        return;
      case '\r':
        out_ += "\\r";
        return;
      case '\t':
        out_ += "\\t";
        return;
      case '\b':
        out_ += "\\b";
        return;
      case '\f':
        out_ += "\\f";
        return;
      default:
        out_ += "\\u00";
        out_ += kHex[c >> 4];
        out_ += kHex[c & 15];
    }
  }

  void base64(std::string_view bytes) {
    constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out_ += '"';
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
      unsigned int group = 0;
      for (std::size_t j = 0; j < 3; ++j)
        group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0U);
      const std::size_t digits = std::min<std::size_t>(bytes.size() - i, 3) + 1;
      for (std::size_t j = 0; j < 4; ++j) out_ += j < digits ? kDigits[group >> (18 - 6 * j) & 63] : '=';
    }
    out_ += '"';
  }

  std::string out_;
};

}  // namespace

std::string to_json(const Message& message) {
  Writer writer;
  writer.object(message);
  return writer.take();
}

}  // namespace hark::web
