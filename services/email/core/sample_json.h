#pragma once

#include <algorithm>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "email/core/charset.h"

namespace hark::email::samples {

/// Enough of JSON (RFC 8259) for the expected values beside sample mails; throws on anything else. For tests.
struct Json {
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };
  Kind kind = Kind::kNull;
  bool truth = false;
  double number = 0;
  std::string string;
  std::vector<Json> array;
  std::map<std::string, Json> object;

  const Json& operator[](const std::string& key) const {
    static const Json kNothing;
    const auto found = object.find(key);
    return found == object.end() ? kNothing : found->second;
  }
  const Json& at(std::size_t i) const { return array.at(i); }
  explicit operator bool() const { return kind != Kind::kNull; }
};

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_{text} {}

  Json read() {
    skip();
    Json out;
    switch (peek()) {
      case '{':
        out.kind = Json::Kind::kObject;
        for (++at_, skip(); peek() != '}'; skip()) {
          std::string key = read().string;
          skip();
          expect(':');
          out.object.emplace(std::move(key), read());
          skip();
          if (peek() == ',') ++at_;
        }
        ++at_;
        return out;
      case '[':
        out.kind = Json::Kind::kArray;
        for (++at_, skip(); peek() != ']'; skip()) {
          out.array.push_back(read());
          skip();
          if (peek() == ',') ++at_;
        }
        ++at_;
        return out;
      case '"':
        out.kind = Json::Kind::kString;
        out.string = read_string();
        return out;
      default:
        return read_word();
    }
  }

 private:
  Json read_word() {
    const std::size_t end = std::min(text_.find_first_of(",]} \t\r\n", at_), text_.size());
    const std::string word{text_.substr(at_, end - at_)};
    at_ = end;
    if (word == "null") return {};
    if (word == "true" || word == "false") return {.kind = Json::Kind::kBool, .truth = word == "true"};
    return {.kind = Json::Kind::kNumber, .number = std::stod(word)};
  }

  std::string read_string() {
    std::string out;
    for (++at_; peek() != '"'; ++at_) {
      if (peek() != '\\') {
        out += peek();
        continue;
      }
      ++at_;
      constexpr std::string_view kEscapes = "\"\\/bfnrt";
      constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
      if (const std::size_t i = kEscapes.find(peek()); i != std::string_view::npos) {
        out += kMeanings[i];
        continue;
      }
      char32_t code = read_unit();
      if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_ + 1, 2) == "\\u") {
        at_ += 2;
        code = 0x10000 + ((code - 0xD800) << 10) + (read_unit() - 0xDC00);
      }
      append_utf8(out, code);
    }
    ++at_;
    return out;
  }

  char32_t read_unit() {  // on "u"; ends on the last digit
    const auto code = static_cast<char32_t>(std::stoul(std::string{text_.substr(at_ + 1, 4)}, nullptr, 16));
    at_ += 4;
    return code;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : throw std::runtime_error{"JSON ends early"}; }
  void expect(char c) { peek() == c ? void(++at_) : throw std::runtime_error{"JSON without a colon"}; }
  void skip() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace hark::email::samples
