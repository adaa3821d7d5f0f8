#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace hark {

enum class LogLevel { kTrace, kDebug, kInfo, kWarning, kError };
enum class LogFormat { kAuto, kText, kJson };

/// The words of the configuration: trace, debug, info, warning, error; auto, text, json.
std::optional<LogLevel> parse_log_level(std::string_view text);
std::optional<LogFormat> parse_log_format(std::string_view text);

/// Lines that wait for a slow terminal or pipe. When it is full the oldest line gives way, never the program.
constexpr std::size_t kLogQueueLinesMax = 8192;
/// Longer messages and values are cut, with their full length noted.
constexpr std::size_t kLogValueBytesMax = 1024;

/// One named value of a line, for example {"conversation", id}. Ids, counts, durations, addresses of
/// machines, error texts. Never what people wrote and never a secret: values under the keys password, token,
/// secret, authorization, cookie, text, html, body, content, raw and subject are replaced by their size,
/// whatever the caller meant.
class LogField {
 public:
  using Value = std::variant<std::string_view, std::int64_t, double, bool>;

  LogField(std::string_view key, std::string_view value) : key{key}, value{value} {}
  LogField(std::string_view key, const char* value) : key{key}, value{std::string_view{value}} {}
  LogField(std::string_view key, const std::string& value) : key{key}, value{std::string_view{value}} {}
  LogField(std::string_view key, bool value) : key{key}, value{value} {}
  LogField(std::string_view key, double value) : key{key}, value{value} {}
  template <std::integral Int>
  LogField(std::string_view key, Int value) : key{key}, value{static_cast<std::int64_t>(value)} {}

  std::string_view key;
  Value value;
};

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kAuto;
  /// For tests: takes each line (without its newline) on the caller's thread. Unset: standard error.
  std::function<void(std::string_view)> sink;
};

/// Starts the process's one log: text on a terminal, JSON lines otherwise, on standard error, written by a
/// thread of its own. Call once in main before any thread logs; a second call replaces the first. Before it
/// (and after stop_logging) warnings and errors go straight to standard error, the rest nowhere.
void start_logging(LogOptions options);

/// Writes what waits and ends the thread. Call last in main.
void stop_logging();

/// What a service logs through; cheap to copy, safe from any thread.
///
///   Logger log{"email"};
///   log.info("mail accepted", {{"conversation", conversation_id}, {"entry", entry_id}, {"bytes", size}});
class Logger {
 public:
  explicit Logger(std::string_view service) : service_{service} {}

  void trace(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    if (wants(LogLevel::kTrace)) write(LogLevel::kTrace, message, fields);
  }
  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    if (wants(LogLevel::kDebug)) write(LogLevel::kDebug, message, fields);
  }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    if (wants(LogLevel::kInfo)) write(LogLevel::kInfo, message, fields);
  }
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    if (wants(LogLevel::kWarning)) write(LogLevel::kWarning, message, fields);
  }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) const {
    if (wants(LogLevel::kError)) write(LogLevel::kError, message, fields);
  }

  /// For values that are dear to compute.
  [[nodiscard]] static bool wants(LogLevel level);

 private:
  void write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const;

  std::string_view service_;  // a literal
};

}  // namespace hark
