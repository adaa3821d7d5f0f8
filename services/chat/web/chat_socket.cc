#include "chat/web/chat_socket.h"

#include <utility>

#include "chat/core/message_rules.h"
#include "chat/web/frames.h"

namespace hark::chat {
namespace {

constexpr std::size_t kAddressBytesMax = 64;

web::CloseCode code_of(Farewell farewell) {
  switch (farewell) {
    case Farewell::kComeBack:
      return web::CloseCode::kRestarting;
    case Farewell::kNewToken:
      return web::CloseCode::kBadToken;
    case Farewell::kNotWelcome:
      return web::CloseCode::kNotWelcome;
    case Farewell::kTooSlow:
      return web::CloseCode::kSlow;
    case Farewell::kIdle:
      break;
  }
  return web::CloseCode::kNormal;
}

class SocketSink final : public ResponseSink {
 public:
  explicit SocketSink(std::shared_ptr<web::WebSocketSession> socket) : socket_{std::move(socket)} {}
  void send(const v1::ChatResponse& response) override {
    if (!socket_->closing()) socket_->send(encode_frame(response));
  }
  void close(Farewell farewell, std::string_view reason) override {
    socket_->close(code_of(farewell), reason);
  }

 private:
  std::shared_ptr<web::WebSocketSession> socket_;
};

/// However the socket's coroutine ends, the service lets go of the visit.
struct Connected {
  std::shared_ptr<ChatService> service;
  VisitPtr visit;
  ~Connected() { service->disconnect(visit); }
};

}  // namespace

Origin origin_of(const web::HttpRequest& request, bool behind_proxy) {
  Origin origin;
  origin.remote_address = request.remote_address;
  if (behind_proxy) {
    // The proxy in front of us adds its own after those that came with the request, as a header or as an
    // entry.
    const auto forwarded = request.last_header("x-forwarded-for");
    const auto comma = forwarded.rfind(',');
    auto last =
        one_line(comma == std::string_view::npos ? forwarded : forwarded.substr(comma + 1), kAddressBytesMax);
    if (!last.empty()) origin.remote_address = std::move(last);
  }
  origin.page = std::string{request.header("origin")};
  origin.own = web::same_origin(request);
  return origin;
}

Task<> serve_chat_socket(ServiceSlot slot, std::shared_ptr<web::WebSocketSession> socket, Origin origin) {
  const auto service = slot();
  if (!service) {
    socket->close(web::CloseCode::kRestarting, "not ready yet: reconnect in a moment");
    co_return;
  }
  const Connected connected{service,
                            service->connect(std::make_shared<SocketSink>(socket), std::move(origin))};
  while (auto text = co_await socket->receive()) {
    auto frame = decode_frame(*text);
    if (frame.request.ok()) {
      co_await service->receive(connected.visit, *std::move(frame.request));
    } else {
      service->refuse(connected.visit, frame.request.error(), frame.client_id);
    }
  }
}

}  // namespace hark::chat
