#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "base/rpc/call_in_flight.h"
#include "base/rpc/in_process.h"
#include "base/rpc/mailbox.h"
#include "base/rpc/status.h"

namespace hark::rpc {

constexpr std::chrono::milliseconds kCallTimeout{10'000};

template <class Request, class Response>
struct PendingCall {
  explicit PendingCall(const asio::any_io_executor& executor) : timer{executor} {}
  std::optional<CallInFlight> in_flight;  // over gRPC
  grpc::ClientContext context;
  Request request;
  Response response;
  grpc::Status status;
  asio::steady_timer timer;  // what the coroutine sleeps on; in this process also the deadline
  bool done = false;
};

/// Begins the call on the handler's thread. Who waits no longer has left the handler to its end.
template <class Request, class Response>
void begin_in_process(const UnaryHandler<Request, Response>& handler,
                      std::shared_ptr<PendingCall<Request, Response>> pending, OnEnd on_end) {
  asio::post(handler.executor, [&handler, pending = std::move(pending), on_end = std::move(on_end)] {
    handler.begin(pending->request, pending->response)->attach(on_end);
  });
}

/// One unary call: `co_await rpc::call(stub->async(), &Stub::async_interface::GetConversation, request)`.
/// A cancelled coroutine cancels the call and still waits for its end, so that nothing is left behind.
template <class Async, class Interface, class Request, class Response>
Task<Result<Response>> call(Async* async,
                            void (Interface::*method)(grpc::ClientContext*, const Request*, Response*,
                                                      std::function<void(grpc::Status)>),
                            Request request, std::chrono::milliseconds timeout = kCallTimeout,
                            const InProcess* in_process = nullptr) {
  const auto executor = co_await asio::this_coro::executor;
  auto pending = std::make_shared<PendingCall<Request, Response>>(executor);
  pending->request = std::move(request);
  const OnEnd on_end = [pending, executor](const grpc::Status& status) {
    asio::post(executor, [pending, status] {
      pending->status = status;
      pending->done = true;
      pending->timer.cancel();
    });
  };
  const auto* handler = in_process ? in_process->find<UnaryHandler, Request, Response>() : nullptr;
  if (handler) {
    pending->timer.expires_after(timeout);
    begin_in_process(*handler, pending, on_end);
  } else {
    pending->timer.expires_at(asio::steady_timer::time_point::max());
    pending->in_flight.emplace();
    pending->context.set_deadline(std::chrono::system_clock::now() + timeout);
    (async->*method)(&pending->context, &pending->request, &pending->response, on_end);
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  while (!pending->done) {
    const auto [interrupted] = co_await pending->timer.async_wait(as_result);
    if (pending->done) break;
    const auto state = co_await asio::this_coro::cancellation_state;
    const bool cancelled = state.cancelled() != asio::cancellation_type::none;
    if (handler && (cancelled || !interrupted)) {
      co_await asio::this_coro::throw_if_cancelled(true);
      co_return from_grpc(cancelled ? grpc::Status::CANCELLED
                                    : grpc::Status{grpc::StatusCode::DEADLINE_EXCEEDED, "Deadline Exceeded"});
    }
    if (cancelled) pending->context.TryCancel();
  }
  co_await asio::this_coro::throw_if_cancelled(true);
  if (!pending->status.ok()) co_return from_grpc(pending->status);
  co_return std::move(pending->response);
}

/// How a stream ended: told by whoever ends it, before its reader finds the end.
class StreamEnd {
 public:
  void set(const grpc::Status& status) {
    const std::lock_guard lock{mutex_};
    status_ = status.ok() ? Status{} : Status{from_grpc(status)};
  }
  [[nodiscard]] Status get() const {
    const std::lock_guard lock{mutex_};
    return status_;
  }

 private:
  mutable std::mutex mutex_;
  Status status_ = Error{Code::kUnavailable, Reason::kOutcomeUnknown, "the stream broke"};
};

/// The client's end of a stream that comes down. Made by open_read_stream(); read() until nothing comes, then
/// status(). Letting go of the last reference cancels the stream.
template <class Response>
class ClientReadStream {
 public:
  using Message = Response;
  /// What the stream runs on: gRPC, or the service itself in this process.
  struct Ground {
    explicit Ground(const asio::any_io_executor& executor)
        : inbox{std::make_shared<Inbox<Response>>(executor)} {}
    virtual ~Ground() = default;
    virtual void cancel() = 0;
    std::shared_ptr<Inbox<Response>> inbox;
    StreamEnd end;
  };

  explicit ClientReadStream(std::shared_ptr<Ground> ground) : ground_{std::move(ground)} {}
  ~ClientReadStream() {
    ground_->cancel();
    ground_->inbox->abandon();
  }
  ClientReadStream(const ClientReadStream&) = delete;
  ClientReadStream& operator=(const ClientReadStream&) = delete;

  Task<std::optional<Response>> read() { return ground_->inbox->read(); }
  /// In place of read(), as Inbox::listen(); `on_end` hears how. Letting go of the stream ends it.
  void listen(std::function<void(Response)> on_message, std::function<void(const Status&)> on_end) {
    ground_->inbox->listen(std::move(on_message), [ground = ground_.get(), on_end = std::move(on_end)] {
      on_end(ground->end.get());
    });
  }
  void cancel() { ground_->cancel(); }
  /// How the stream ended; meaningful after read() has returned nothing.
  [[nodiscard]] Status status() const { return ground_->end.get(); }

 private:
  std::shared_ptr<Ground> ground_;
};

/// One that goes up as well. Made by open_stream().
template <class Request, class Response>
class ClientStream : public ClientReadStream<Response> {
 public:
  struct Ground : ClientReadStream<Response>::Ground {
    using ClientReadStream<Response>::Ground::Ground;
    Outbox<Request> outbox;
  };

  explicit ClientStream(const std::shared_ptr<Ground>& ground)
      : ClientReadStream<Response>{ground}, outbox_{ground, &ground->outbox} {}

  bool write(Request message) { return outbox_->write(std::move(message)); }
  void writes_done() { outbox_->finish(); }
  [[nodiscard]] std::size_t unsent() const { return outbox_->waiting(); }

 private:
  std::shared_ptr<Outbox<Request>> outbox_;  // the ground's
};

template <class Request, class Response>
struct StreamReactor final : CallInFlight,
                             grpc::ClientBidiReactor<Request, Response>,
                             ClientStream<Request, Response>::Ground {
  explicit StreamReactor(const asio::any_io_executor& executor)
      : ClientStream<Request, Response>::Ground{executor} {}
  void cancel() override { context.TryCancel(); }
  void OnReadDone(bool ok) override {
    if (ok) return this->inbox->on_read_done(true);
    this->outbox.finish();
    this->RemoveHold();
  }
  void OnWriteDone(bool ok) override { this->outbox.on_write_done(ok); }
  /// Only now does the reader learn of the end: it may ask how it came.
  void OnDone(const grpc::Status& status) override {
    this->end.set(status);
    this->inbox->on_read_done(false);
    self.reset();
  }
  grpc::ClientContext context;
  std::shared_ptr<StreamReactor> self;  // gRPC uses the reactor until OnDone
};

template <class Request, class Response>
struct StreamInProcess final : ClientStream<Request, Response>::Ground,
                               std::enable_shared_from_this<StreamInProcess<Request, Response>> {
  using Handler = StreamingHandler<Request, Response>;

  StreamInProcess(const asio::any_io_executor& executor, const Handler& by)
      : ClientStream<Request, Response>::Ground{executor},
        handler{by},
        up{std::make_shared<Inbox<Request>>(by.executor)} {}
  void begin() {
    this->outbox.begin(up, [up = up] { up->on_read_done(false); });
    asio::post(handler.executor, [self = this->shared_from_this()] {
      self->handler.begin()->attach(self->up, self->inbox, [self](const grpc::Status& status) {
        self->up->abandon();
        self->end.set(status);
        self->inbox->on_read_done(false);
      });
    });
  }
  /// The handler's next read finds the end; what is written to nobody is dropped.
  void cancel() override { up->on_read_done(false); }

  const Handler& handler;
  std::shared_ptr<Inbox<Request>> up;
};

template <class Async, class Interface, class Request, class Response>
std::shared_ptr<ClientStream<Request, Response>> open_stream(
    const asio::any_io_executor& executor, Async* async,
    void (Interface::*method)(grpc::ClientContext*, grpc::ClientBidiReactor<Request, Response>*),
    const InProcess* in_process = nullptr) {
  using Stream = ClientStream<Request, Response>;
  const auto* handler = in_process ? in_process->find<StreamingHandler, Request, Response>() : nullptr;
  if (handler) {
    const auto here = std::make_shared<StreamInProcess<Request, Response>>(executor, *handler);
    here->begin();
    return std::make_shared<Stream>(here);
  }
  auto reactor = std::make_shared<StreamReactor<Request, Response>>(executor);
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

template <class Response>
struct ReadStreamReactor final : CallInFlight,
                                 grpc::ClientReadReactor<Response>,
                                 ClientReadStream<Response>::Ground {
  explicit ReadStreamReactor(const asio::any_io_executor& executor)
      : ClientReadStream<Response>::Ground{executor} {}
  void cancel() override { context.TryCancel(); }
  void OnReadDone(bool ok) override {
    if (ok) return this->inbox->on_read_done(true);
    this->RemoveHold();
  }
  /// Only now does the reader learn of the end: it may ask how it came.
  void OnDone(const grpc::Status& status) override {
    this->end.set(status);
    this->inbox->on_read_done(false);
    self.reset();
  }
  grpc::ClientContext context;
  std::shared_ptr<ReadStreamReactor> self;  // gRPC uses the reactor until OnDone
};

template <class Request, class Response>
struct ReadStreamInProcess final : ClientReadStream<Response>::Ground,
                                   std::enable_shared_from_this<ReadStreamInProcess<Request, Response>> {
  using Handler = WritingHandler<Request, Response>;

  ReadStreamInProcess(const asio::any_io_executor& executor, const Handler& by)
      : ClientReadStream<Response>::Ground{executor}, handler{by} {}
  void begin(const Request& request) {
    asio::post(handler.executor, [self = this->shared_from_this(), request] {
      auto* reactor = self->handler.begin(request);
      self->served = reactor->stream();
      reactor->attach(self->inbox, [self](const grpc::Status& status) {
        self->end.set(status);
        self->inbox->on_read_done(false);
      });
    });
  }
  void cancel() override {
    asio::post(handler.executor, [self = this->shared_from_this()] {
      if (const auto stream = self->served.lock())
        WriteReactor<Response>::cancel(self->handler.executor, stream);
    });
  }

  const Handler& handler;
  std::weak_ptr<ServerWriteStream<Response>> served;  // on the handler's thread
};

template <class Async, class Interface, class Request, class Response>
std::shared_ptr<ClientReadStream<Response>> open_read_stream(
    const asio::any_io_executor& executor, Async* async,
    void (Interface::*method)(grpc::ClientContext*, const Request*, grpc::ClientReadReactor<Response>*),
    const Request& request, const InProcess* in_process = nullptr) {
  using Stream = ClientReadStream<Response>;
  const auto* handler = in_process ? in_process->find<WritingHandler, Request, Response>() : nullptr;
  if (handler) {
    const auto here = std::make_shared<ReadStreamInProcess<Request, Response>>(executor, *handler);
    here->begin(request);
    return std::make_shared<Stream>(here);
  }
  auto reactor = std::make_shared<ReadStreamReactor<Response>>(executor);
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

  struct Reactor final : CallInFlight, grpc::ClientWriteReactor<Request> {
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
