#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/result.h"

struct redisReader;

namespace hark::redis {

struct Nil {
  friend bool operator==(const Nil&, const Nil&) = default;
};

/// What Redis answers (RESP2). An error reply becomes an Error of the command's Result and is seen here only
/// inside arrays.
class Reply {
 public:
  struct ErrorText {
    std::string text;
    friend bool operator==(const ErrorText&, const ErrorText&) = default;
  };
  using Array = std::vector<Reply>;

  Reply() = default;
  explicit Reply(std::int64_t number) : value_{number} {}
  explicit Reply(std::string text) : value_{std::move(text)} {}
  explicit Reply(Array items) : value_{std::move(items)} {}
  explicit Reply(ErrorText error) : value_{std::move(error)} {}

  [[nodiscard]] bool is_nil() const { return std::holds_alternative<Nil>(value_); }
  [[nodiscard]] bool is_array() const { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] const ErrorText* error() const { return std::get_if<ErrorText>(&value_); }

  /// Text of a string or status; digits of a number; empty for anything else.
  [[nodiscard]] std::string text() const&;
  [[nodiscard]] std::string text() &&;
  [[nodiscard]] std::string_view view() const;  // empty unless a string
  /// The number, or a string that is one; 0 for anything else.
  [[nodiscard]] std::int64_t number() const;
  /// Items of an array; empty for anything else.
  [[nodiscard]] const Array& items() const;
  [[nodiscard]] Array& items();
  /// Item i, or a nil if there is none.
  [[nodiscard]] const Reply& operator[](std::size_t i) const;
  [[nodiscard]] std::size_t size() const { return items().size(); }

 private:
  std::variant<Nil, std::int64_t, std::string, Array, ErrorText> value_;
};

/// Takes bytes in any chunking and gives replies out; hiredis is the parser.
class ReplyReader {
 public:
  ReplyReader();
  ~ReplyReader();
  ReplyReader(const ReplyReader&) = delete;
  ReplyReader& operator=(const ReplyReader&) = delete;

  void feed(std::string_view bytes);
  /// The next whole reply; an empty optional-like false if more bytes are needed; an Error if the peer does
  /// not speak Redis, after which the connection is of no use.
  Result<bool> next(Reply& out);

 private:
  redisReader* reader_;
};

}  // namespace hark::redis
