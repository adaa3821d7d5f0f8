#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "base/rpc/mailbox.h"
#include "base/rpc/status.h"

namespace hark::rpc {

constexpr std::chrono::milliseconds kCallTimeout{10'000};

template <class Request, class Response>
struct PendingCall {
  explicit PendingCall(const asio::any_io_executor& executor) : done_signal{executor} {}
  grpc::ClientContext context;
  Request request;
  Response response;
  grpc::Status status;
  Notifier done_signal;
  bool done = false;
};

/// One unary call: `co_await rpc::call(stub->async(), &Stub::async_interface::GetConversation, request)`.
/// A cancelled coroutine cancels the call and still waits for its end, so that nothing is left behind.
template <class Async, class Interface, class Request, class Response>
Task<Result<Response>> call(Async* async,
                            void (Interface::*method)(grpc::ClientContext*, const Request*, Response*,
                                                      std::function<void(grpc::Status)>),
                            Request request, std::chrono::milliseconds timeout = kCallTimeout) {
  const auto executor = co_await asio::this_coro::executor;
  auto pending = std::make_shared<PendingCall<Request, Response>>(executor);
  pending->request = std::move(request);
  pending->context.set_deadline(std::chrono::system_clock::now() + timeout);
  (async->*method)(&pending->context, &pending->request, &pending->response,
                   [pending, executor](grpc::Status status) {
                     asio::post(executor, [pending, status = std::move(status)] {
                       pending->status = status;
                       pending->done = true;
                       pending->done_signal.notify_all();
                     });
                   });
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!pending->done) {
    co_await pending->done_signal.wait();
    const auto state = co_await asio::this_coro::cancellation_state;
    if (!pending->done && state.cancelled() != asio::cancellation_type::none) pending->context.TryCancel();
  }
  co_await asio::this_coro::throw_if_cancelled(true);
  if (!pending->status.ok()) co_return from_grpc(pending->status);
  co_return std::move(pending->response);
}

/// The client's end of a bidirectional stream. Made by open_stream(); read() until nothing comes, then
/// status(). Letting go of the last reference cancels the stream.
template <class Request, class Response>
class ClientStream {
 public:
  ~ClientStream() {
    reactor_->context.TryCancel();
    reactor_->inbox->abandon();
  }
  ClientStream(const ClientStream&) = delete;
  ClientStream& operator=(const ClientStream&) = delete;

  Task<std::optional<Response>> read() { return reactor_->inbox->read(); }
  bool write(Request message) { return reactor_->outbox.write(std::move(message)); }
  void writes_done() { reactor_->outbox.finish(); }
  void cancel() { reactor_->context.TryCancel(); }
  [[nodiscard]] std::size_t unsent() const { return reactor_->outbox.waiting(); }
  /// How the stream ended; meaningful after read() has returned nothing.
  [[nodiscard]] Status status() const {
    const std::lock_guard lock{reactor_->mutex};
    if (!reactor_->ended) return Error{Code::kUnavailable, Reason::kOutcomeUnknown, "the stream broke"};
    return reactor_->final_status.ok() ? Status{} : Status{from_grpc(reactor_->final_status)};
  }

  struct Reactor final : grpc::ClientBidiReactor<Request, Response> {
    explicit Reactor(const asio::any_io_executor& executor)
        : inbox{std::make_shared<Inbox<Response>>(executor)} {}
    void OnReadDone(bool ok) override {
      inbox->on_read_done(ok);
      if (ok) return;
      outbox.finish();
      this->RemoveHold();
    }
    void OnWriteDone(bool ok) override { outbox.on_write_done(ok); }
    void OnDone(const grpc::Status& status) override {
      {
        const std::lock_guard lock{mutex};
        final_status = status;
        ended = true;
      }
      self.reset();
    }
    grpc::ClientContext context;
    std::shared_ptr<Inbox<Response>> inbox;
    Outbox<Request> outbox;
    mutable std::mutex mutex;
    grpc::Status final_status;
    bool ended = false;
    std::shared_ptr<Reactor> self;  // gRPC uses the reactor until OnDone
  };

  explicit ClientStream(std::shared_ptr<Reactor> reactor) : reactor_{std::move(reactor)} {}

 private:
  std::shared_ptr<Reactor> reactor_;
};

template <class Async, class Interface, class Request, class Response>
std::shared_ptr<ClientStream<Request, Response>> open_stream(
    const asio::any_io_executor& executor, Async* async,
    void (Interface::*method)(grpc::ClientContext*, grpc::ClientBidiReactor<Request, Response>*)) {
  using Stream = ClientStream<Request, Response>;
  auto reactor = std::make_shared<typename Stream::Reactor>(executor);
  auto* raw = reactor.get();
  raw->self = reactor;
  (async->*method)(&raw->context, raw);
  // Holds keep the reactor alive for reads and writes that start outside a reaction; each ends with its
  // direction.
  raw->AddMultipleHolds(2);
  raw->outbox.begin([raw](const Request* message) { raw->StartWrite(message); },
                    [raw] {
                      raw->StartWritesDone();
                      raw->RemoveHold();
                    });
  auto stream = std::make_shared<Stream>(reactor);
  reactor->inbox->begin([raw](Response* message) { raw->StartRead(message); });
  raw->StartCall();
  return stream;
}

/// The client's end of a stream that comes down only.
template <class Response>
class ClientReadStream {
 public:
  ~ClientReadStream() {
    reactor_->context.TryCancel();
    reactor_->inbox->abandon();
  }
  ClientReadStream(const ClientReadStream&) = delete;
  ClientReadStream& operator=(const ClientReadStream&) = delete;

  Task<std::optional<Response>> read() { return reactor_->inbox->read(); }
  void cancel() { reactor_->context.TryCancel(); }
  /// How the stream ended; valid soon after read() has returned nothing, so it is awaited.
  Task<Status> finish() {
    while (!reactor_->ended) co_await reactor_->done_signal.wait();
    co_return reactor_->final_status.ok() ? Status{} : Status{from_grpc(reactor_->final_status)};
  }

  struct Reactor final : grpc::ClientReadReactor<Response> {
    explicit Reactor(const asio::any_io_executor& on)
        : executor{on}, inbox{std::make_shared<Inbox<Response>>(on)}, done_signal{on} {}
    void OnReadDone(bool ok) override {
      inbox->on_read_done(ok);
      if (!ok) this->RemoveHold();
    }
    void OnDone(const grpc::Status& status) override {
      asio::post(executor, [me = std::move(self), status] {
        me->final_status = status;
        me->ended = true;
        me->done_signal.notify_all();
      });
    }
    asio::any_io_executor executor;
    grpc::ClientContext context;
    std::shared_ptr<Inbox<Response>> inbox;
    Notifier done_signal;
    grpc::Status final_status;
    bool ended = false;
    std::shared_ptr<Reactor> self;
  };

  explicit ClientReadStream(std::shared_ptr<Reactor> reactor) : reactor_{std::move(reactor)} {}

 private:
  std::shared_ptr<Reactor> reactor_;
};

template <class Async, class Interface, class Request, class Response>
std::shared_ptr<ClientReadStream<Response>> open_read_stream(
    const asio::any_io_executor& executor, Async* async,
    void (Interface::*method)(grpc::ClientContext*, const Request*, grpc::ClientReadReactor<Response>*),
    const Request& request) {
  using Stream = ClientReadStream<Response>;
  auto reactor = std::make_shared<typename Stream::Reactor>(executor);
  auto* raw = reactor.get();
  raw->self = reactor;
  (async->*method)(&raw->context, &request, raw);
  raw->AddHold();  // reads are started from the service thread as well
  auto stream = std::make_shared<Stream>(reactor);
  reactor->inbox->begin([raw](Response* message) { raw->StartRead(message); });
  raw->StartCall();
  return stream;
}

/// The client's end of a stream that goes up and ends with one answer.
template <class Request, class Response>
class ClientWriteStream {
 public:
  ~ClientWriteStream() {
    reactor_->context.TryCancel();
    reactor_->outbox.finish();
  }
  ClientWriteStream(const ClientWriteStream&) = delete;
  ClientWriteStream& operator=(const ClientWriteStream&) = delete;

  bool write(Request message) { return reactor_->outbox.write(std::move(message)); }
  [[nodiscard]] std::size_t unsent() const { return reactor_->outbox.waiting(); }
  /// Ends the stream and waits for the answer.
  Task<Result<Response>> finish() {
    reactor_->outbox.finish();
    while (!reactor_->ended) co_await reactor_->done_signal.wait();
    if (!reactor_->final_status.ok()) co_return from_grpc(reactor_->final_status);
    co_return std::move(reactor_->response);
  }

  struct Reactor final : grpc::ClientWriteReactor<Request> {
    explicit Reactor(const asio::any_io_executor& on) : executor{on}, done_signal{on} {}
    void OnWriteDone(bool ok) override { outbox.on_write_done(ok); }
    void OnDone(const grpc::Status& status) override {
      asio::post(executor, [me = std::move(self), status] {
        me->final_status = status;
        me->ended = true;
        me->done_signal.notify_all();
      });
    }
    asio::any_io_executor executor;
    grpc::ClientContext context;
    Outbox<Request> outbox;
    Response response;
    Notifier done_signal;
    grpc::Status final_status;
    bool ended = false;
    std::shared_ptr<Reactor> self;
  };

  explicit ClientWriteStream(std::shared_ptr<Reactor> reactor) : reactor_{std::move(reactor)} {}

 private:
  std::shared_ptr<Reactor> reactor_;
};

template <class Async, class Interface, class Request, class Response>
std::shared_ptr<ClientWriteStream<Request, Response>> open_write_stream(
    const asio::any_io_executor& executor, Async* async,
    void (Interface::*method)(grpc::ClientContext*, Response*, grpc::ClientWriteReactor<Request>*)) {
  using Stream = ClientWriteStream<Request, Response>;
  auto reactor = std::make_shared<typename Stream::Reactor>(executor);
  auto* raw = reactor.get();
  raw->self = reactor;
  (async->*method)(&raw->context, &raw->response, raw);
  raw->AddHold();
  raw->outbox.begin([raw](const Request* message) { raw->StartWrite(message); },
                    [raw] {
                      raw->StartWritesDone();
                      raw->RemoveHold();
                    });
  auto stream = std::make_shared<Stream>(reactor);
  raw->StartCall();
  return stream;
}

}  // namespace hark::rpc
