#include "base/web/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/check.h"
#include "base/web/connection.h"

namespace hark::web {
namespace {

using asio::ip::tcp;

constexpr int kListenBacklog = 1024;
/// Out of file descriptors: the waiting client stays in the backlog meanwhile.
constexpr std::chrono::milliseconds kAcceptRetry{100};

Task<> accept_forever(tcp::acceptor& acceptor, ServerState& state) {
  asio::steady_timer pause{state.tasks.executor()};
  while (!state.stopping) {
    auto [error, socket] = co_await acceptor.async_accept(as_result);
    if (error == asio::error::operation_aborted || state.stopping) co_return;
    if (error) {
      state.report("accept", error.message());
      pause.expires_after(kAcceptRetry);
      co_await pause.async_wait(as_result);
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(tcp::no_delay{true}, ignored);
    state.tasks.spawn("connection", serve_connection(std::move(socket), state));
  }
}

Error cannot_listen(const std::string& host, std::uint16_t port, const std::string& why) {
  return {Code::kUnavailable, Reason::kInternal,
          "cannot listen on " + host + " port " + std::to_string(port) + ": " + why +
              "; is another hark running, or another --port-base needed?"};
}

}  // namespace

struct HttpServer::Impl {
  Impl(asio::any_io_executor executor, HttpServerOptions options)
      : state{executor, std::move(options)}, acceptor{executor} {}
  ServerState state;
  tcp::acceptor acceptor;
};

HttpServer::HttpServer(asio::any_io_executor executor, HttpServerOptions options)
    : impl_{std::make_unique<Impl>(std::move(executor), std::move(options))} {}

HttpServer::~HttpServer() { HARK_CHECK(impl_->state.tasks.size() == 0); }

void HttpServer::route(HttpRoute route) { impl_->state.routes.add(std::move(route)); }
void HttpServer::websocket(WebSocketRoute route) { impl_->state.routes.add(std::move(route)); }

Result<std::uint16_t> HttpServer::listen(const std::string& host, std::uint16_t port) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error) {
    return Error{Code::kInvalidArgument, Reason::kInvalidField,
                 "listen host '" + host + "' is not an IP address"};
  }
  const tcp::endpoint endpoint{address, port};
  auto& acceptor = impl_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(kListenBacklog, error);
  if (error) {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    return cannot_listen(host, port, error.message());
  }
  const auto bound = acceptor.local_endpoint(error).port();
  impl_->state.tasks.spawn("accept", accept_forever(acceptor, impl_->state));
  return bound;
}

Task<> HttpServer::stop(std::chrono::milliseconds drain) {
  auto& state = impl_->state;
  state.stopping = true;
  boost::system::error_code ignored;
  impl_->acceptor.close(ignored);
  for (auto* connection : state.connections) connection->wind_down();

  asio::steady_timer limit{state.tasks.executor()};
  limit.expires_after(drain);
  // The timer wakes the wait below once; connections wake it as they end.
  limit.async_wait([&state](const boost::system::error_code& error) {
    if (!error) state.ended.notify_all();
  });
  while (!state.connections.empty() && limit.expiry() > asio::steady_timer::clock_type::now()) {
    co_await state.ended.wait();
  }
  limit.cancel();
  state.tasks.cancel();
  co_await state.tasks.wait();
}

HttpServerStats HttpServer::stats() const {
  auto stats = impl_->state.stats;
  stats.connections_now = impl_->state.connections.size();
  return stats;
}

}  // namespace hark::web
