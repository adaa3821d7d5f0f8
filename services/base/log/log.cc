#include "base/log/log.h"

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/null_mutex.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>

#include "base/log/line.h"

namespace hark {
namespace {

/// Writes to standard error on the log's own thread, then rests a moment: lines that come meanwhile wake
/// nobody and are written together. A thread woken and a write for every line cost a busy service more than
/// the line.
class StandardError final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit StandardError(spdlog::details::thread_pool& writer) : writer_{writer} {}
  ~StandardError() override { flush_(); }
  StandardError(const StandardError&) = delete;
  StandardError& operator=(const StandardError&) = delete;

 private:
  static constexpr std::chrono::milliseconds kRest{20};
  static constexpr std::size_t kGatheredBytesMax = 64U << 10;

  void sink_it_(const spdlog::details::log_msg& line) override {
    gathered_.append(line.payload.data(), line.payload.size());
    gathered_ += '\n';
    const bool last = writer_.queue_size() == 0;
    if (last || gathered_.size() >= kGatheredBytesMax) flush_();
    if (last) std::this_thread::sleep_for(kRest);
  }

  void flush_() override {
    std::string_view rest = gathered_;
    while (!rest.empty()) {
      const auto written = ::write(STDERR_FILENO, rest.data(), rest.size());
      if (written < 0 && errno != EINTR) break;  // nowhere to say so
      if (written > 0) rest.remove_prefix(static_cast<std::size_t>(written));
    }
    gathered_.clear();
  }

  spdlog::details::thread_pool& writer_;  // whose thread this is on
  std::string gathered_;
};

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
        std::make_shared<spdlog::async_logger>("hark", std::make_shared<StandardError>(*made->writer),
                                               made->writer, spdlog::async_overflow_policy::overrun_oldest);
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
