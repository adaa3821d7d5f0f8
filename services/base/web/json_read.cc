#include "base/web/json_read.h"

#include <google/protobuf/message.h>

#include <array>
#include <boost/json/src.hpp>
#include <charconv>
#include <string>
#include <utility>

namespace hark::web {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// Frames are small; what is larger than this comes from the heap.
constexpr std::size_t kScratchBytes = 8 * 1024;

const FieldDescriptor* field_named(const Descriptor& descriptor, std::string_view name) {
  const std::string text{name};
  const auto* field = descriptor.FindFieldByCamelcaseName(text);
  return field && field->json_name() == text ? field : descriptor.FindFieldByName(text);
}

template <class Number>
bool whole(const json::value& value, Number& out) {
  if (const auto* digits = value.if_int64()) {
    if (!std::in_range<Number>(*digits)) return false;
    out = static_cast<Number>(*digits);
    return true;
  }
  if (const auto* text = value.if_string()) {
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), out);
    return error == std::errc{} && end == text->data() + text->size();
  }
  return false;
}

bool read_object(const json::object& object, Message& out);

/// One value; of a list it is added.
bool read_value(const json::value& value, Message& out, const FieldDescriptor& field) {
  const auto& reflection = *out.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE: {
      const auto* object = value.if_object();
      return object && read_object(*object, many ? *reflection.AddMessage(&out, &field)
                                                 : *reflection.MutableMessage(&out, &field));
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      const auto* text = value.if_string();
      if (!text || field.type() == FieldDescriptor::TYPE_BYTES) return false;
      std::string copy{text->data(), text->size()};
      many ? reflection.AddString(&out, &field, std::move(copy))
           : reflection.SetString(&out, &field, std::move(copy));
      return true;
    }
    case FieldDescriptor::CPPTYPE_BOOL: {
      const auto* truth = value.if_bool();
      if (!truth) return false;
      many ? reflection.AddBool(&out, &field, *truth) : reflection.SetBool(&out, &field, *truth);
      return true;
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* name = value.if_string();
      const auto* known =
          name ? field.enum_type()->FindValueByName(std::string{name->data(), name->size()}) : nullptr;
      if (!known) return false;
      many ? reflection.AddEnum(&out, &field, known) : reflection.SetEnum(&out, &field, known);
      return true;
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      std::int32_t number = 0;
      if (!whole(value, number)) return false;
      many ? reflection.AddInt32(&out, &field, number) : reflection.SetInt32(&out, &field, number);
      return true;
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      std::int64_t number = 0;
      if (!whole(value, number)) return false;
      many ? reflection.AddInt64(&out, &field, number) : reflection.SetInt64(&out, &field, number);
      return true;
    }
    default:
      return false;
  }
}

bool read_field(const json::value& value, Message& out, const FieldDescriptor& field) {
  if (field.is_map() || value.is_null()) return false;
  if (!field.is_repeated()) {
    // Two fields of which only one may be there, or one twice: not for us to judge.
    const auto* oneof = field.containing_oneof();
    if (oneof ? out.GetReflection()->HasOneof(out, oneof) : false) return false;
    return read_value(value, out, field);
  }
  const auto* list = value.if_array();
  if (!list) return false;
  for (const auto& item : *list) {
    if (!read_value(item, out, field)) return false;
  }
  return true;
}

bool read_object(const json::object& object, Message& out) {
  const auto& descriptor = *out.GetDescriptor();
  std::array<const FieldDescriptor*, 24> seen{};
  std::size_t count = 0;
  for (const auto& [name, value] : object) {
    const auto* field = field_named(descriptor, {name.data(), name.size()});
    if (!field || count == seen.size()) return false;
    // By both of its names.
    for (std::size_t i = 0; i < count; ++i) {
      if (seen[i] == field) return false;
    }
    seen[count++] = field;
    if (!read_field(value, out, *field)) return false;
  }
  return true;
}

}  // namespace

bool read_plain_json(std::string_view text, Message& out) {
  // Their JSON has forms of its own.
  if (out.GetDescriptor()->full_name().starts_with("google.protobuf.")) return false;
  std::array<unsigned char, kScratchBytes> scratch;
  json::monotonic_resource memory{scratch.data(), scratch.size()};
  json::error_code error;
  const auto value = json::parse({text.data(), text.size()}, error, &memory);
  const auto* object = error ? nullptr : value.if_object();
  return object && read_object(*object, out);
}

}  // namespace hark::web
