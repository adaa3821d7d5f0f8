#pragma once

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <utility>

#include "base/async/task.h"
#include "base/core/back_off.h"
#include "base/core/ids.h"
#include "base/core/result.h"

namespace hark {

/// Keeps a stream open: hands on what comes down it and, whenever it ends, opens it anew after a pause. Each
/// message makes the pauses short again.
///
/// `Stream` has a `Message` and `listen(on_message, on_end)`; letting go of it ends it. Lives on one
/// single-threaded executor, where everything is called. stop(), which the end of the Follower implies, is
/// heard at once, also out of a hook: no other is called any more.
template <class Stream, class Timer = asio::steady_timer>
class Follower {
 public:
  using Message = typename Stream::Message;

  struct Hooks {
    std::function<std::shared_ptr<Stream>()> open;
    std::function<void(Message)> take;
    /// Comes before the first message of each stream.
    std::function<void()> begun;
    /// The stream has ended; false if it is not to be opened again.
    std::function<bool(const Status&)> ended;
  };

  Follower(asio::any_io_executor executor, BackOff pauses)
      : executor_{std::move(executor)}, pauses_{pauses} {}
  ~Follower() { stop(); }
  Follower(const Follower&) = delete;
  Follower& operator=(const Follower&) = delete;

  /// `begun` and `ended` may be left out. A Follower that follows already begins again.
  void start(Hooks hooks) {
    stop();
    pursuit_ = std::make_shared<Pursuit>(executor_, pauses_, std::move(hooks));
    open(pursuit_);
  }
  void stop() {
    if (!pursuit_) return;
    pursuit_->over = true;
    pursuit_->timer.cancel();
    pursuit_->stream.reset();
    pursuit_.reset();
  }
  [[nodiscard]] bool following() const { return pursuit_ && !pursuit_->over; }
  /// The stream that is open now; null during a pause.
  [[nodiscard]] Stream* stream() const { return pursuit_ ? pursuit_->stream.get() : nullptr; }

 private:
  /// From start() to stop(). Streams and the timer know it weakly: they may speak up after its end.
  struct Pursuit {
    Pursuit(const asio::any_io_executor& executor, BackOff with_pauses, Hooks with_hooks)
        : timer{executor}, pauses{with_pauses}, hooks{std::move(with_hooks)} {}
    Timer timer;
    BackOff pauses;
    Hooks hooks;
    std::shared_ptr<Stream> stream;
    bool begun = false;
    bool over = false;
  };
  using PursuitPtr = std::shared_ptr<Pursuit>;

  static void open(const PursuitPtr& pursuit) {
    pursuit->begun = false;
    pursuit->stream = pursuit->hooks.open();
    const std::weak_ptr weak{pursuit};
    pursuit->stream->listen(
        [weak](Message message) {
          if (const auto still = weak.lock(); still && !still->over) take(still, std::move(message));
        },
        [weak](const Status& status) {
          if (const auto still = weak.lock(); still && !still->over) end(still, status);
        });
  }

  static void take(const PursuitPtr& pursuit, Message message) {
    pursuit->pauses.reset();
    if (!std::exchange(pursuit->begun, true) && pursuit->hooks.begun) pursuit->hooks.begun();
    if (!pursuit->over) pursuit->hooks.take(std::move(message));
  }

  static void end(const PursuitPtr& pursuit, const Status& status) {
    pursuit->stream.reset();
    const bool again = !pursuit->hooks.ended || pursuit->hooks.ended(status);
    if (!again) pursuit->over = true;
    if (pursuit->over) return;
    pursuit->timer.expires_after(pursuit->pauses.next(secure_random()));
    pursuit->timer.async_wait([weak = std::weak_ptr{pursuit}](const boost::system::error_code& error) {
      if (const auto still = weak.lock(); !error && still && !still->over) open(still);
    });
  }

  asio::any_io_executor executor_;
  BackOff pauses_;
  PursuitPtr pursuit_;
};

}  // namespace hark
