#include "console/web/console_socket.h"

#include <utility>

#include "console/web/frames.h"

namespace hark::console {
namespace {

class SocketSink final : public ResponseSink {
 public:
  explicit SocketSink(std::shared_ptr<web::WebSocketSession> socket) : socket_{std::move(socket)} {}
  void send(const v1::ConsoleResponse& response) override {
    if (!socket_->closing()) socket_->send(encode_frame(response));
  }
  void close(Farewell farewell, std::string_view reason) override {
    socket_->close(farewell == Farewell::kComeBack ? web::CloseCode::kRestarting : web::CloseCode::kPolicy,
                   reason);
  }

 private:
  std::shared_ptr<web::WebSocketSession> socket_;
};

/// However the socket's coroutine ends, the service lets go of the session.
struct Connected {
  std::shared_ptr<ConsoleService> service;
  SessionPtr session;
  ~Connected() { service->disconnect(session); }
};

}  // namespace

Task<> serve_console_socket(ServiceSlot slot, std::shared_ptr<web::WebSocketSession> socket) {
  const auto service = slot();
  if (!service) {
    socket->close(web::CloseCode::kRestarting, "not ready yet: reconnect in a moment");
    co_return;
  }
  const Connected connected{
      service, service->connect(std::make_shared<SocketSink>(socket), socket->request().remote_address)};
  while (auto text = co_await socket->receive()) {
    auto frame = decode_frame(*text);
    if (frame.request.ok()) {
      service->receive(connected.session, *std::move(frame.request));
    } else {
      connected.session->sink->send(failed(frame.request_id, frame.request.error()));
    }
  }
}

}  // namespace hark::console
