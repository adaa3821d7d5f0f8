#include "base/log/line.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

#include "base/core/utf8.h"

namespace hark {
namespace {

constexpr std::string_view kHidden[] = {"password", "token", "secret",  "authorization", "cookie", "text",
                                        "html",     "body",  "content", "raw",           "subject"};

/// The inside of a JSON string; also what the text form quotes with.
void append_escaped(std::string& out, std::string_view text) {
  const std::string_view head = first_bytes(text, kLogValueBytesMax);
  for (std::size_t i = 0; i < head.size();) {
    const char c = head[i];
    const std::size_t length = character_bytes(head, i);
    if (length == 0) {
      out += "\xEF\xBF\xBD";
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      std::array<char, 8> buffer{};
      std::snprintf(buffer.data(), buffer.size(), "\\u%04x", static_cast<unsigned>(c));
      out += buffer.data();
    } else {
      out.append(head, i, length);
    }
    i += length;
  }
  if (head.size() < text.size()) out += "... (" + std::to_string(text.size()) + " bytes)";
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  append_escaped(out, text);
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number value) {
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  out.append(buffer.data(), end);
}

std::string hidden(const LogField& field) {
  const auto* text = std::get_if<std::string_view>(&field.value);
  if (text == nullptr || std::ranges::find(kHidden, field.key) == std::end(kHidden)) return "";
  return "(hidden, " + std::to_string(text->size()) + " bytes)";
}

void append_value(std::string& out, const LogField& field, bool json) {
  if (const std::string instead = hidden(field); !instead.empty()) {
    append_quoted(out, instead);
  } else if (const auto* text = std::get_if<std::string_view>(&field.value)) {
    constexpr auto kPlain = [](char c) {
      const auto byte = static_cast<unsigned char>(c);
      return byte > 0x20 && byte < 0x7F && c != '"' && c != '\\' && c != '=';
    };
    const bool plain =
        !json && !text->empty() && text->size() <= kLogValueBytesMax && std::ranges::all_of(*text, kPlain);
    if (plain) {
      out += *text;
    } else {
      append_quoted(out, *text);
    }
  } else if (const auto* integer = std::get_if<std::int64_t>(&field.value)) {
    append_number(out, *integer);
  } else if (const auto* real = std::get_if<double>(&field.value)) {
    if (std::isfinite(*real)) {
      append_number(out, *real);
    } else {
      out += "null";  // JSON has no infinities
    }
  } else {
    out += std::get<bool>(field.value) ? "true" : "false";
  }
}

/// "2026-11-22T17:42:19.123Z"
std::array<char, 32> iso_time(TimePoint time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss<Duration> clock{time - day};
  std::array<char, 32> out{};
  std::snprintf(out.data(), out.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()) % 10000, static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
                static_cast<int>(clock.subseconds().count()));
  return out;
}

}  // namespace

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::kTrace:
      return "trace";
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string to_json(const LogLine& line) {
  std::string out = "{\"time\":\"";
  out += iso_time(line.time).data();
  out += "\",\"level\":\"";
  out += name_of(line.level);
  out += "\",\"service\":";
  append_quoted(out, line.service);
  out += ",\"message\":";
  append_quoted(out, line.message);
  for (const LogField& field : line.fields) {
    out += ',';
    append_quoted(out, field.key);
    out += ':';
    append_value(out, field, true);
  }
  return out + "}";
}

std::string to_text(const LogLine& line, bool coloured) {
  constexpr std::size_t kTimeBegin = 11;
  constexpr std::size_t kTimeLength = 12;
  constexpr std::size_t kLevelWidth = 8;
  const auto time = iso_time(line.time);
  std::string out{time.data() + kTimeBegin, kTimeLength};
  out += ' ';
  const std::string_view level = name_of(line.level);
  const std::string_view colour = line.level == LogLevel::kError     ? "\x1b[31m"
                                  : line.level == LogLevel::kWarning ? "\x1b[33m"
                                                                     : "";
  const bool paint = coloured && !colour.empty();
  if (paint) out += colour;
  out += level;
  if (paint) out += "\x1b[0m";
  out.append(kLevelWidth - level.size(), ' ');
  out += line.service;
  out += ": ";
  append_escaped(out, line.message);
  for (const LogField& field : line.fields) {
    out += "  ";
    out += field.key;
    out += '=';
    append_value(out, field, false);
  }
  return out;
}

}  // namespace hark
