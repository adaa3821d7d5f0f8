#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace hark::email {

constexpr std::size_t kMessageIdLength = 998;   // a line of RFC 5322 §2.1.1; the rest is cut off as junk
constexpr std::size_t kThreadTokenLength = 42;  // characters of Crockford base32, read without regard to case

/// One id freed of brackets, quotes and white space; empty if nothing sensible is left.
std::string clean_message_id(std::string_view id);

/// The thread token, in lower case, if the id has the form of those we send: <26-character
/// id>.<token>@<domain>.
std::optional<std::string> token_of_own_message_id(std::string_view id);

/// The token in lower case (o read as 0, i and l as 1) if `text` has the form of one; whether it is genuine
/// is for those who hold the key.
std::optional<std::string> as_thread_token(std::string_view text);

}  // namespace hark::email
