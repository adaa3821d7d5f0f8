#pragma once

#include <any>
#include <map>
#include <typeindex>

#include "base/core/check.h"
#include "base/rpc/server_call.h"

namespace hark::rpc {

/// A handler as callers in its process see it: its service's thread, and how one call of it begins there.
template <class Request, class Response>
struct UnaryHandler {
  asio::any_io_executor executor;
  std::function<UnaryReactor*(const Request&, Response&)> begin;
};
template <class Request, class Response>
struct StreamingHandler {
  asio::any_io_executor executor;
  std::function<BidiReactor<Request, Response>*()> begin;
};
template <class Request, class Response>
struct WritingHandler {
  asio::any_io_executor executor;
  std::function<WriteReactor<Response>*(const Request&)> begin;
};

/// The busiest calls between the services of one process, without gRPC in between: the same handlers get the
/// same messages, but these are moved from thread to thread instead of being written, queued and read again.
/// What is not added here goes through the in-process channel, and between processes through a socket.
///
/// Filled while services are bound, only read afterwards. Handlers outlive those who call them. A call is
/// known by the type of its request, which no two calls share.
class InProcess {
 public:
  template <class Service, class Request, class Response>
  void add(asio::any_io_executor executor, Service& service,
           grpc::ServerUnaryReactor* (Service::*method)(grpc::CallbackServerContext*, const Request*,
                                                        Response*)) {
    keep<Request>(UnaryHandler<Request, Response>{
        std::move(executor), [&service, method](const Request& request, Response& response) {
          return ours<UnaryReactor>((service.*method)(nullptr, &request, &response));
        }});
  }
  template <class Service, class Request, class Response>
  void add(asio::any_io_executor executor, Service& service,
           grpc::ServerBidiReactor<Request, Response>* (Service::*method)(grpc::CallbackServerContext*)) {
    keep<Request>(StreamingHandler<Request, Response>{
        std::move(executor),
        [&service, method] { return ours<BidiReactor<Request, Response>>((service.*method)(nullptr)); }});
  }
  template <class Service, class Request, class Response>
  void add(asio::any_io_executor executor, Service& service,
           grpc::ServerWriteReactor<Response>* (Service::*method)(grpc::CallbackServerContext*,
                                                                  const Request*)) {
    keep<Request>(WritingHandler<Request, Response>{
        std::move(executor), [&service, method](const Request& request) {
          return ours<WriteReactor<Response>>((service.*method)(nullptr, &request));
        }});
  }

  /// Null if the call is not served here.
  template <template <class, class> class Handler, class Request, class Response>
  [[nodiscard]] const Handler<Request, Response>* find() const {
    const auto found = handlers_.find(typeid(Request));
    return found == handlers_.end() ? nullptr : std::any_cast<Handler<Request, Response>>(&found->second);
  }

 private:
  template <class Request, class Handler>
  void keep(Handler handler) {
    HARK_CHECK(handlers_.emplace(typeid(Request), std::move(handler)).second);
  }
  /// Reactors are made by run_unary() and its kin alone.
  template <class Ours, class Reactor>
  static Ours* ours(Reactor* reactor) {
    auto* out = dynamic_cast<Ours*>(reactor);
    HARK_CHECK(out != nullptr);
    return out;
  }

  std::map<std::type_index, std::any> handlers_;
};

}  // namespace hark::rpc
