#include "console/web/console_socket.h"

#include <utility>

#include "console/web/frames.h"

namespace hark::console {
namespace {

web::CloseCode code_of(Farewell farewell) {
  switch (farewell) {
    case Farewell::kComeBack:
      return web::CloseCode::kRestarting;
    case Farewell::kSignInAgain:
      return web::CloseCode::kPolicy;
    case Farewell::kDone:
      return web::CloseCode::kNormal;
  }
  return web::CloseCode::kNormal;
}

class SocketSink final : public ResponseSink {
 public:
  explicit SocketSink(std::shared_ptr<web::WebSocketSession> socket) : socket_{std::move(socket)} {}
  void send(const v1::ConsoleResponse& response) override {
    if (!socket_->closing()) socket_->send(encode_frame(response));
  }
  void close(Farewell farewell, std::string_view reason) override {
    socket_->close(code_of(farewell), reason);
  }

 private:
  std::shared_ptr<web::WebSocketSession> socket_;
};

/// However the socket's coroutine ends, the service lets go of the connection.
struct Connected {
  std::shared_ptr<ConsoleService> service;
  ConnectionPtr connection;
  ~Connected() { service->disconnect(connection); }
};

}  // namespace

Task<> serve_console_socket(ServiceSlot slot, std::shared_ptr<web::WebSocketSession> socket,
                            std::string remote_address) {
  const auto service = slot();
  if (!service) {
    socket->close(web::CloseCode::kRestarting, "not ready yet: reconnect in a moment");
    co_return;
  }
  const Connected connected{
      service, service->connect(std::make_shared<SocketSink>(socket), std::move(remote_address))};
  while (auto text = co_await socket->receive()) {
    auto frame = decode_frame(*text);
    if (frame.request.ok()) {
      service->receive(connected.connection, *std::move(frame.request));
    } else {
      service->receive_broken(connected.connection, frame.request_id, frame.request.error());
    }
  }
}

}  // namespace hark::console
