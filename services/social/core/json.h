#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace hark::social {

using Path = std::initializer_list<std::string_view>;

/// The value at a path of names; null if anything on the way is missing.
const boost::json::value* value_at(const boost::json::value& from, Path path);
const boost::json::object* object_at(const boost::json::value& from, Path path);
/// Empty if there is no list.
const boost::json::array& list_at(const boost::json::value& from, Path path);
/// A text without NUL bytes, or a whole number's digits (ids of 64 bits stay exact); empty for everything
/// else.
std::string text_at(const boost::json::value& from, Path path);
/// A whole number, or digits in a text; 0 for everything else.
std::int64_t number_at(const boost::json::value& from, Path path);
bool true_at(const boost::json::value& from, Path path);

/// "(-2.898944, -79.006835)" of an object with these two numbers; empty if it has not.
std::string place_of(const boost::json::value& location, std::string_view latitude = "latitude",
                     std::string_view longitude = "longitude");

/// A request body's or an answer's JSON; null if it is none, or nested deeper than 32.
boost::json::value parse_json(std::string_view text);

}  // namespace hark::social
