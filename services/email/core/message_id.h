#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hark::email {

constexpr std::size_t kMessageIdBytesMax = 998;  // a line of RFC 5322 §2.1.1; longer ones are cut off as junk
constexpr std::size_t kMessageIdsReadMax = 200;  // of one header; more are not read
constexpr std::size_t kThreadTokenLength = 42;  // characters of Crockford base32, read without regard to case

/// The ids of a Message-ID, In-Reply-To or References header (RFC 5322 §3.6.4), in order, without angle
/// brackets. Tolerant: white space and quotes in and around an id, doubled brackets, ids without brackets if
/// they hold an '@'. Words between them (obs-phrase) are skipped.
std::vector<std::string> message_ids_in(std::string_view header);

/// One id freed of brackets, quotes and white space; empty if nothing sensible is left.
std::string clean_message_id(std::string_view id);

/// The thread token, in lower case, if the id has the form of those we send: <26-character
/// id>.<token>@<domain>.
std::optional<std::string> token_of_own_message_id(std::string_view id);

/// The token in lower case if `text` has the form of one (length and alphabet; whether it is genuine is for
/// those who hold the key).
std::optional<std::string> as_thread_token(std::string_view text);

}  // namespace hark::email
