#pragma once

#include <boost/asio/post.hpp>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>

#include "base/async/notifier.h"

namespace hark::rpc {

constexpr std::size_t kInboxMessagesMax = 64;
constexpr std::size_t kOutboxMessagesMax = 1024;

/// Messages that gRPC's threads read off a stream, for the one coroutine that wants them, or for a listener.
/// When it falls behind by kInboxMessagesMax, reading stops and the peer feels the back-pressure.
///
/// Kept alive by shared_ptr: the wake-up posted to the service thread may outlive the stream.
template <class Message>
class Inbox : public std::enable_shared_from_this<Inbox<Message>> {
 public:
  using StartRead = std::function<void(Message*)>;
  using OnMessage = std::function<void(Message)>;
  using OnEnd = std::function<void()>;

  explicit Inbox(asio::any_io_executor executor) : executor_{executor}, arrived_{executor} {}

  /// Begins reading. `start` asks gRPC for one message and must not be called after the stream is done.
  void begin(StartRead start) {
    start_ = std::move(start);
    start_(&reading_);
  }

  /// From gRPC's thread: the read that was started has ended; `ok` false means that no more will come.
  void on_read_done(bool ok) {
    bool wake = false;
    bool again = false;
    {
      const std::lock_guard lock{mutex_};
      if (ok && abandoned_) {
        again = true;
      } else if (ok) {
        messages_.push_back(std::move(reading_));
        again = messages_.size() < kInboxMessagesMax;
        paused_ = !again;
      } else {
        ended_ = true;
      }
      wake = !abandoned_ && !std::exchange(wake_posted_, true);
    }
    if (again) {
      reading_.Clear();
      start_(&reading_);
    }
    if (wake) post_wake();
  }

  /// From a writer in this process, in place of begin() and on_read_done(). False: kOutboxMessagesMax wait
  /// already.
  bool push(Message message) {
    bool wake = false;
    {
      const std::lock_guard lock{mutex_};
      if (abandoned_ || ended_) return true;  // nobody reads any more; the writer learns it otherwise
      if (messages_.size() >= kOutboxMessagesMax) return false;
      messages_.push_back(std::move(message));
      wake = !std::exchange(wake_posted_, true);
    }
    if (wake) post_wake();
    return true;
  }

  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock{mutex_};
    return messages_.size();
  }

  /// The reader goes away: what still comes is dropped, and the stream can run to its end.
  void abandon() {
    bool resume = false;
    std::shared_ptr<Listener> listener;
    {
      const std::lock_guard lock{mutex_};
      abandoned_ = true;
      messages_.clear();
      listener.swap(listener_);
      resume = std::exchange(paused_, false);
    }
    if (resume) start_(&reading_);
  }

  /// On the service thread, in place of further reads: `on_message` is called with each message and `on_end`
  /// once the stream has ended, there, and neither after abandon(). Where thousands of streams wait, a
  /// listener costs a tenth of a coroutine.
  void listen(OnMessage on_message, OnEnd on_end) {
    bool wake = false;
    {
      const std::lock_guard lock{mutex_};
      listener_ = std::make_shared<Listener>(Listener{std::move(on_message), std::move(on_end)});
      wake = (!messages_.empty() || ended_) && !std::exchange(wake_posted_, true);
    }
    if (wake) post_wake();
  }

  /// On the service thread: the next message, or nothing once the stream has ended.
  Task<std::optional<Message>> read() {
    for (;;) {
      bool ended = false;
      if (auto message = take(ended)) co_return message;
      if (ended) co_return std::nullopt;
      co_await arrived_.wait();
      // A cancelled wait must not spin: the next await throws.
    }
  }

 private:
  struct Listener {
    OnMessage on_message;
    OnEnd on_end;
  };

  /// What has come; nothing if nothing has, `ended` then says whether more will.
  std::optional<Message> take(bool& ended) {
    std::optional<Message> message;
    bool resume = false;
    {
      const std::lock_guard lock{mutex_};
      ended = ended_ && messages_.empty();
      if (messages_.empty()) return message;
      message = std::move(messages_.front());
      messages_.pop_front();
      resume = paused_ && messages_.size() <= kInboxMessagesMax / 2;
      if (resume) paused_ = false;
    }
    if (resume) {
      reading_.Clear();
      start_(&reading_);
    }
    return message;
  }

  void tell_listener() {
    bool ended = false;
    while (const auto listener = listener_) {  // it may be gone after each call
      auto message = take(ended);
      if (message) {
        listener->on_message(*std::move(message));
        continue;
      }
      if (ended) {
        listener_.reset();
        listener->on_end();
      }
      break;
    }
  }

  void post_wake() {
    asio::post(executor_, [self = this->shared_from_this()] {
      {
        const std::lock_guard lock{self->mutex_};
        self->wake_posted_ = false;
      }
      self->arrived_.notify_all();
      self->tell_listener();
    });
  }

  asio::any_io_executor executor_;
  Notifier arrived_;
  StartRead start_;
  std::shared_ptr<Listener> listener_;  // on the service thread
  Message reading_;
  mutable std::mutex mutex_;
  std::list<Message> messages_;  // most streams are idle: a deque would hold half a KiB for nothing
  bool ended_ = false;
  bool abandoned_ = false;
  bool paused_ = false;
  bool wake_posted_ = false;
};

/// Messages on their way to gRPC, one write at a time, or straight into the inbox of a reader in this
/// process. write() may be called from the service thread; when kOutboxMessagesMax wait it returns false and
/// the caller decides what a slow reader deserves.
template <class Message>
class Outbox {
 public:
  using StartWrite = std::function<void(const Message*)>;
  /// Called once, when the last message is out after finish().
  using OnDrained = std::function<void()>;

  void begin(StartWrite start, OnDrained drained) {
    start_ = std::move(start);
    drained_ = std::move(drained);
  }

  /// Everything that is written goes to `reader` at once.
  void begin(std::shared_ptr<Inbox<Message>> reader, OnDrained drained) {
    reader_ = std::move(reader);
    drained_ = std::move(drained);
  }

  bool write(Message message) {
    const std::lock_guard lock{mutex_};
    if (broken_ || finished_) return true;  // nobody reads any more; the reading side learns it
    if (reader_) return reader_->push(std::move(message));
    if (messages_.size() >= kOutboxMessagesMax) return false;
    messages_.push_back(std::move(message));
    if (messages_.size() == 1) start_(&messages_.front());
    return true;
  }

  /// From gRPC's thread.
  void on_write_done(bool ok) {
    bool drained = false;
    {
      const std::lock_guard lock{mutex_};
      messages_.pop_front();
      if (!ok) {
        broken_ = true;
        messages_.clear();
      }
      if (!messages_.empty()) {
        start_(&messages_.front());
      } else {
        drained = finished_;
      }
    }
    if (drained) drained_();
  }

  void finish() {
    bool drained = false;
    {
      const std::lock_guard lock{mutex_};
      if (std::exchange(finished_, true)) return;
      drained = messages_.empty();
    }
    if (drained) drained_();
  }

  [[nodiscard]] std::size_t waiting() const {
    const std::lock_guard lock{mutex_};
    return reader_ ? reader_->waiting() : messages_.size();
  }

 private:
  StartWrite start_;
  std::shared_ptr<Inbox<Message>> reader_;
  OnDrained drained_;
  mutable std::mutex mutex_;
  std::list<Message> messages_;  // most streams are idle: a deque would hold half a KiB for nothing
  bool broken_ = false;
  bool finished_ = false;
};

}  // namespace hark::rpc
