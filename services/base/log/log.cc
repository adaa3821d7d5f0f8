#include "base/log/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <utility>

#include "base/log/line.h"

namespace hark {
namespace {

/// The running log. Replaced as a whole, so that a thread that logs during a change sees the old or the new
/// one.
struct Backend {
  LogFormat format = LogFormat::kJson;
  bool coloured = false;
  std::function<void(std::string_view)> sink;
  std::shared_ptr<spdlog::details::thread_pool> writer;
  std::shared_ptr<spdlog::logger> logger;
};

// Without a start only what matters is let through.
std::atomic<LogLevel> level_wanted{LogLevel::kWarning};

/// Held only to copy or change the pointer.
struct Current {
  std::mutex mutex;
  std::shared_ptr<const Backend> backend;
};

Current& current() {
  static Current instance;
  return instance;
}

std::shared_ptr<const Backend> backend() {
  const std::lock_guard lock{current().mutex};
  return current().backend;
}

/// The old one ends outside the lock, with its queue empty.
void replace_backend(std::shared_ptr<const Backend> by) {
  const std::lock_guard lock{current().mutex};
  current().backend.swap(by);
}

bool is_terminal() { return ::isatty(STDERR_FILENO) == 1; }

template <class Choice, std::size_t n>
std::optional<Choice> choose(std::string_view text,
                             const std::array<std::pair<std::string_view, Choice>, n>& choices) {
  for (const auto& [name, choice] : choices) {
    if (name == text) return choice;
  }
  return std::nullopt;
}

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, LogLevel>, 5> kLevels{{{"trace", LogLevel::kTrace},
                                                                          {"debug", LogLevel::kDebug},
                                                                          {"info", LogLevel::kInfo},
                                                                          {"warning", LogLevel::kWarning},
                                                                          {"error", LogLevel::kError}}};
  return choose(text, kLevels);
}

std::optional<LogFormat> parse_log_format(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, LogFormat>, 3> kFormats{
      {{"auto", LogFormat::kAuto}, {"text", LogFormat::kText}, {"json", LogFormat::kJson}}};
  return choose(text, kFormats);
}

void start_logging(LogOptions options) {
  auto made = std::make_shared<Backend>();
  made->format = options.format;
  if (made->format == LogFormat::kAuto) made->format = is_terminal() ? LogFormat::kText : LogFormat::kJson;
  made->coloured = is_terminal() && std::getenv("NO_COLOR") == nullptr && !options.sink;
  made->sink = std::move(options.sink);
  if (!made->sink) {
    made->writer = std::make_shared<spdlog::details::thread_pool>(kLogQueueLinesMax, 1);
    made->logger =
        std::make_shared<spdlog::async_logger>("hark", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                               made->writer, spdlog::async_overflow_policy::overrun_oldest);
    made->logger->set_pattern("%v");
    made->logger->set_level(spdlog::level::trace);
  }
  level_wanted = options.level;
  replace_backend(std::move(made));
}

void stop_logging() {
  level_wanted = LogLevel::kWarning;
  replace_backend(nullptr);
}

bool Logger::wants(LogLevel level) { return level >= level_wanted.load(std::memory_order_relaxed); }

void Logger::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) const {
  const LogLine line{SystemClock{}.now(), level, service_, message, fields};
  const std::shared_ptr<const Backend> to = backend();
  if (to == nullptr) {
    const std::string text = to_text(line, false);
    std::fprintf(stderr, "%s\n", text.c_str());
    return;
  }
  const std::string text = to->format == LogFormat::kJson ? to_json(line) : to_text(line, to->coloured);
  if (to->sink) {
    to->sink(text);
  } else {
    to->logger->log(spdlog::level::info, spdlog::string_view_t{text.data(), text.size()});
  }
}

}  // namespace hark
