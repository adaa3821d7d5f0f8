#include "social/core/json.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cstdio>

namespace hark::social {
namespace {

namespace json = boost::json;

constexpr std::size_t kDepthMax = 32;

/// A whole number of some base in milliseconds never needs more; keeps later arithmetic from overflowing.
constexpr std::int64_t kNumberMax = std::int64_t{1} << 60;

double number_of(const json::value* value) {
  if (!value) return 0;
  if (const auto* number = value->if_double()) return *number;
  if (const auto* number = value->if_int64()) return static_cast<double>(*number);
  return 0;
}

}  // namespace

const json::value* value_at(const json::value& from, Path path) {
  const auto* at = &from;
  for (const auto name : path) {
    const auto* object = at->if_object();
    at = object ? object->if_contains({name.data(), name.size()}) : nullptr;
    if (!at) return nullptr;
  }
  return at;
}

const json::object* object_at(const json::value& from, Path path) {
  const auto* value = value_at(from, path);
  return value ? value->if_object() : nullptr;
}

const json::array& list_at(const json::value& from, Path path) {
  static const json::array kNone;
  const auto* value = value_at(from, path);
  const auto* list = value ? value->if_array() : nullptr;
  return list ? *list : kNone;
}

std::string text_at(const json::value& from, Path path) {
  const auto* value = value_at(from, path);
  if (!value) return {};
  if (const auto* number = value->if_int64()) return std::to_string(*number);
  if (const auto* number = value->if_uint64()) return std::to_string(*number);
  const auto* text = value->if_string();
  if (!text) return {};
  std::string out{text->data(), text->size()};
  std::erase(out, '\0');
  return out;
}

std::int64_t number_at(const json::value& from, Path path) {
  const auto* value = value_at(from, path);
  if (!value) return 0;
  std::int64_t out = 0;
  if (const auto* number = value->if_int64()) {
    out = *number;
  } else if (const auto* text = value->if_string()) {
    const auto* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(text->data(), end, out);
    if (error != std::errc{} || stop != end) return 0;
  }
  return std::clamp(out, -kNumberMax, kNumberMax);
}

bool true_at(const json::value& from, Path path) {
  const auto* value = value_at(from, path);
  const auto* truth = value ? value->if_bool() : nullptr;
  return truth && *truth;
}

std::string place_of(const json::value& location, std::string_view latitude, std::string_view longitude) {
  const auto* north = value_at(location, {latitude});
  const auto* east = value_at(location, {longitude});
  if (!north || !east) return {};
  std::array<char, 700> text{};  // a double may have 309 digits before its point
  std::snprintf(text.data(), text.size(), "(%.6f, %.6f)", number_of(north), number_of(east));
  return text.data();
}

json::value parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::error_code error;
  auto value = json::parse({text.data(), text.size()}, error, {}, options);
  return error ? json::value{} : value;
}

}  // namespace hark::social
