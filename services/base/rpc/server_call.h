#pragma once

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <boost/asio/post.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "base/async/task_group.h"
#include "base/rpc/mailbox.h"
#include "base/rpc/status.h"

namespace hark::rpc {

/// Answers a call exactly once: with the status given, or CANCELLED if the handler's coroutine goes away
/// without one.
template <class Reactor>
class Finisher {
 public:
  explicit Finisher(Reactor* reactor) : reactor_{reactor} {}
  Finisher(Finisher&& other) noexcept : reactor_{std::exchange(other.reactor_, nullptr)} {}
  Finisher& operator=(Finisher&&) = delete;
  ~Finisher() {
    if (reactor_)
      finish(Error{Code::kUnavailable, Reason::kShuttingDown, "shutting down; retry elsewhere or later"});
  }
  void finish(const Status& status) {
    std::exchange(reactor_, nullptr)->finish(status.ok() ? grpc::Status::OK : to_grpc(status.error()));
  }

 private:
  Reactor* reactor_;
};

/// Told on the service thread how a call from within this process has ended.
using OnEnd = std::function<void(const grpc::Status&)>;

/// Reactor of a unary call; deletes itself when gRPC is done with it. As every reactor here it can serve a
/// caller in this process instead, who attaches before the handler has begun.
class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  void attach(OnEnd on_end) { on_end_ = std::move(on_end); }
  void finish(const grpc::Status& status) {
    if (!on_end_) return Finish(status);
    on_end_(status);
    delete this;
  }
  void OnDone() override { delete this; }

 private:
  OnEnd on_end_;
};

template <class Response>
Task<> answer_unary(Finisher<UnaryReactor> finisher, Task<Result<Response>> handler, Response* out) {
  auto result = co_await std::move(handler);
  if (!result.ok()) {
    finisher.finish(std::move(result).error());
  } else {
    *out = *std::move(result);
    finisher.finish({});
  }
}

/// Runs a handler's coroutine on the service thread and answers with its result. The whole of a unary handler
/// is `return rpc::run_unary(tasks_, "GetConversation", service_.get(*request), response);`
template <class Response>
grpc::ServerUnaryReactor* run_unary(TaskGroup& tasks, const char* name, Task<Result<Response>> handler,
                                    Response* out) {
  auto* reactor = new UnaryReactor;
  asio::post(tasks.executor(),
             [&tasks, name, task = answer_unary(Finisher{reactor}, std::move(handler), out)]() mutable {
               tasks.spawn(name, std::move(task));
             });
  return reactor;
}

/// A bidirectional stream as seen by the handler's coroutine: read() until nothing comes, write() what there
/// is to say; returning ends the stream with the status returned, after everything written is out.
template <class Request, class Response>
class ServerStream {
 public:
  Task<std::optional<Request>> read() { return inbox_->read(); }
  /// In place of further reads, as Inbox::listen().
  void listen(std::function<void(Request)> on_message, std::function<void()> on_end) {
    inbox_->listen(std::move(on_message), std::move(on_end));
  }
  /// False: the client reads too slowly, kOutboxMessagesMax wait already.
  bool write(Response message) { return outbox_.write(std::move(message)); }
  [[nodiscard]] std::size_t unsent() const { return outbox_.waiting(); }

 private:
  template <class, class>
  friend class BidiReactor;
  explicit ServerStream(const asio::any_io_executor& executor)
      : inbox_{std::make_shared<Inbox<Request>>(executor)} {}
  std::shared_ptr<Inbox<Request>> inbox_;
  Outbox<Response> outbox_;
};

template <class Request, class Response>
class BidiReactor final : public grpc::ServerBidiReactor<Request, Response> {
 public:
  explicit BidiReactor(const asio::any_io_executor& executor)
      : stream_{
            std::shared_ptr<ServerStream<Request, Response>>(new ServerStream<Request, Response>(executor))} {
    stream_->outbox_.begin([this](const Response* message) { this->StartWrite(message); },
                           [this] { this->Finish(status_); });
    stream_->inbox_->begin([this](Request* message) { this->StartRead(message); });
  }
  void attach(std::shared_ptr<Inbox<Request>> up, std::shared_ptr<Inbox<Response>> down, OnEnd on_end) {
    stream_->inbox_ = std::move(up);
    stream_->outbox_.begin(std::move(down), [this, on_end = std::move(on_end)] {
      on_end(status_);
      delete this;
    });
  }
  std::shared_ptr<ServerStream<Request, Response>> stream() { return stream_; }
  void finish(const grpc::Status& status) {
    const auto stream = stream_;  // outlives this
    status_ = status;
    stream->outbox_.finish();
  }
  void OnReadDone(bool ok) override { stream_->inbox_->on_read_done(ok); }
  void OnWriteDone(bool ok) override { stream_->outbox_.on_write_done(ok); }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<ServerStream<Request, Response>> stream_;
  grpc::Status status_;
};

template <class Request, class Response>
using StreamHandler = std::function<Task<Status>(std::shared_ptr<ServerStream<Request, Response>>)>;

template <class Request, class Response>
Task<> answer_stream(Finisher<BidiReactor<Request, Response>> finisher, Task<Status> handler) {
  finisher.finish(co_await std::move(handler));
}

/// Runs a stream's coroutine on the service thread.
template <class Request, class Response>
grpc::ServerBidiReactor<Request, Response>* run_stream(TaskGroup& tasks, const char* name,
                                                       StreamHandler<Request, Response> handler) {
  auto* reactor = new BidiReactor<Request, Response>{tasks.executor()};
  asio::post(tasks.executor(), [&tasks, name, handler = std::move(handler), stream = reactor->stream(),
                                finisher = Finisher{reactor}]() mutable {
    tasks.spawn(name, answer_stream(std::move(finisher), handler(std::move(stream))));
  });
  return reactor;
}

/// A stream down to the client. `cancelled()` tells that nobody listens any more.
template <class Response>
class ServerWriteStream {
 public:
  bool write(Response message) { return outbox_.write(std::move(message)); }
  [[nodiscard]] std::size_t unsent() const { return outbox_.waiting(); }
  [[nodiscard]] bool cancelled() const { return cancelled_.load(); }
  /// Called on the service thread when the client goes away. Set before the first suspension.
  std::function<void()> on_cancel;

 private:
  template <class>
  friend class WriteReactor;
  Outbox<Response> outbox_;
  std::atomic<bool> cancelled_{false};
};

template <class Response>
class WriteReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  explicit WriteReactor(asio::any_io_executor executor) : executor_{std::move(executor)} {
    stream_->outbox_.begin([this](const Response* message) { this->StartWrite(message); },
                           [this] { this->Finish(status_); });
  }
  void attach(std::shared_ptr<Inbox<Response>> down, OnEnd on_end) {
    stream_->outbox_.begin(std::move(down), [this, on_end = std::move(on_end)] {
      on_end(status_);
      delete this;
    });
  }
  std::shared_ptr<ServerWriteStream<Response>> stream() { return stream_; }
  void finish(const grpc::Status& status) {
    const auto stream = stream_;  // outlives this
    status_ = status;
    stream->outbox_.finish();
  }
  void OnWriteDone(bool ok) override { stream_->outbox_.on_write_done(ok); }
  void OnCancel() override { cancel(executor_, stream_); }
  static void cancel(const asio::any_io_executor& executor,
                     const std::shared_ptr<ServerWriteStream<Response>>& stream) {
    stream->cancelled_ = true;
    asio::post(executor, [stream] {
      if (stream->on_cancel) stream->on_cancel();
    });
  }
  void OnDone() override { delete this; }

 private:
  asio::any_io_executor executor_;
  std::shared_ptr<ServerWriteStream<Response>> stream_ = std::make_shared<ServerWriteStream<Response>>();
  grpc::Status status_;
};

template <class Response>
Task<> answer_write_stream(Finisher<WriteReactor<Response>> finisher, Task<Status> handler) {
  finisher.finish(co_await std::move(handler));
}

template <class Response>
grpc::ServerWriteReactor<Response>* run_write_stream(
    TaskGroup& tasks, const char* name,
    std::function<Task<Status>(std::shared_ptr<ServerWriteStream<Response>>)> handler) {
  auto* reactor = new WriteReactor<Response>{tasks.executor()};
  asio::post(tasks.executor(), [&tasks, name, handler = std::move(handler), stream = reactor->stream(),
                                finisher = Finisher{reactor}]() mutable {
    tasks.spawn(name, answer_write_stream(std::move(finisher), handler(std::move(stream))));
  });
  return reactor;
}

/// A stream up from the client that ends with one answer.
template <class Request, class Response>
class ReadReactor final : public grpc::ServerReadReactor<Request> {
 public:
  explicit ReadReactor(const asio::any_io_executor& executor)
      : inbox_{std::make_shared<Inbox<Request>>(executor)} {
    inbox_->begin([this](Request* message) { this->StartRead(message); });
  }
  std::shared_ptr<Inbox<Request>> inbox() { return inbox_; }
  void finish(const grpc::Status& status) { this->Finish(status); }
  void OnReadDone(bool ok) override { inbox_->on_read_done(ok); }
  void OnDone() override { delete this; }

 private:
  std::shared_ptr<Inbox<Request>> inbox_;
};

template <class Request, class Response>
Task<> answer_read_stream(Finisher<ReadReactor<Request, Response>> finisher, Task<Result<Response>> handler,
                          Response* out) {
  auto result = co_await std::move(handler);
  if (!result.ok()) {
    finisher.finish(std::move(result).error());
  } else {
    *out = *std::move(result);
    finisher.finish({});
  }
}

template <class Request, class Response>
grpc::ServerReadReactor<Request>* run_read_stream(
    TaskGroup& tasks, const char* name,
    std::function<Task<Result<Response>>(std::shared_ptr<Inbox<Request>>)> handler, Response* out) {
  auto* reactor = new ReadReactor<Request, Response>{tasks.executor()};
  asio::post(tasks.executor(), [&tasks, name, handler = std::move(handler), inbox = reactor->inbox(), out,
                                finisher = Finisher{reactor}]() mutable {
    tasks.spawn(name, answer_read_stream(std::move(finisher), handler(std::move(inbox)), out));
  });
  return reactor;
}

}  // namespace hark::rpc
