#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/core/time.h"
#include "base/log/log.h"

namespace hark {

/// One line of the log before it has a form.
struct LogLine {
  TimePoint time;
  LogLevel level = LogLevel::kInfo;
  std::string_view service;
  std::string_view message;
  std::initializer_list<LogField> fields;
};

std::string_view name_of(LogLevel level);

/// {"time":"2026-11-22T17:42:19.123Z","level":"info","service":"email","message":"...","conversation":"con_..."}
/// Valid JSON and valid UTF-8 whatever the values are; no newline within or after.
std::string to_json(const LogLine& line);

/// 17:42:19.123 info    email  mail accepted  conversation=con_... bytes=4711
/// In UTC. Values with spaces or quotes are quoted; control characters are escaped, so that nobody can forge
/// a line.
std::string to_text(const LogLine& line, bool coloured);

}  // namespace hark
