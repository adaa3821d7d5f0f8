#include "web_sockets.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <deque>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

namespace hark::load {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Stream = beast::websocket::stream<asio::ip::tcp::socket, false>;

struct WebSockets::Impl {
  asio::io_context context{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy{context.get_executor()};
  std::vector<std::weak_ptr<Client>> clients;
  mutable std::mutex mutex;
  std::string failure;
  bool stopping = false;  // on the thread
  std::thread thread{[this] { context.run(); }};

  void fail(const std::string& what) {
    if (stopping) return;
    const std::lock_guard lock{mutex};
    if (failure.empty()) failure = what;
  }
};

class WebSockets::Client : public Socket, public std::enable_shared_from_this<Client> {
 public:
  explicit Client(Impl& impl) : impl_{impl}, stream_{impl.context} {}

  void connect(const std::string& host, int port, const std::string& path) {
    asio::ip::tcp::resolver resolver{impl_.context};
    const auto service = std::to_string(port);
    asio::connect(stream_.next_layer(), resolver.resolve(host, service));
    stream_.next_layer().set_option(asio::ip::tcp::no_delay{true});
    stream_.set_option(
        beast::websocket::stream_base::decorator([host, service](beast::websocket::request_type& request) {
          request.set(beast::http::field::origin, "http://" + host + ":" + service);
        }));
    stream_.handshake(host + ":" + service, path);
    stream_.text(true);
  }

  void say(std::string_view text) override { stream_.write(asio::buffer(text)); }

  std::string hear() override {
    beast::flat_buffer message;
    stream_.read(message);
    return {static_cast<const char*>(message.data().data()), message.size()};
  }

  void listen(std::function<void(std::string_view)> told) override {
    asio::post(impl_.context, [me = shared_from_this(), told = std::move(told)]() mutable {
      me->told_ = std::move(told);
      me->read();
    });
  }

  void send(std::string text) override {
    unsent_.push_back(std::move(text));
    if (unsent_.size() == 1) write();
  }

  void cut() {
    beast::error_code ignored;
    stream_.next_layer().close(ignored);
  }

 private:
  void read() {
    stream_.async_read(message_, [me = shared_from_this()](beast::error_code error, std::size_t) {
      if (error) {
        me->impl_.fail("a WebSocket was lost: " + error.message() + " " +
                       me->stream_.reason().reason.c_str());
        return;
      }
      me->told_({static_cast<const char*>(me->message_.data().data()), me->message_.size()});
      me->message_.clear();
      me->read();
    });
  }

  void write() {
    stream_.async_write(asio::buffer(unsent_.front()),
                        [me = shared_from_this()](beast::error_code error, std::size_t) {
                          if (error) {
                            me->impl_.fail("a WebSocket took nothing more: " + error.message());
                            return;
                          }
                          me->unsent_.pop_front();
                          if (!me->unsent_.empty()) me->write();
                        });
  }

  Impl& impl_;
  Stream stream_;
  beast::flat_buffer message_;
  std::deque<std::string> unsent_;
  std::function<void(std::string_view)> told_;
};

WebSockets::WebSockets() : impl_{std::make_unique<Impl>()} {}

WebSockets::~WebSockets() { stop(); }

std::shared_ptr<WebSockets::Socket> WebSockets::open(const std::string& host, int port,
                                                     const std::string& path) {
  auto client = std::make_shared<Client>(*impl_);
  client->connect(host, port, path);
  impl_->clients.push_back(client);
  return client;
}

void WebSockets::after(std::chrono::microseconds time, std::function<void()> what) {
  auto timer = std::make_shared<asio::steady_timer>(impl_->context, time);
  timer->async_wait([timer, what = std::move(what)](beast::error_code error) {
    if (!error) what();
  });
}

void WebSockets::stop() {
  if (!impl_->thread.joinable()) return;
  asio::post(impl_->context, [this] {
    impl_->stopping = true;
    for (const auto& weak : impl_->clients) {
      if (const auto client = weak.lock()) client->cut();
    }
    impl_->busy.reset();
    impl_->context.stop();
  });
  impl_->thread.join();
}

std::string WebSockets::failure() const {
  const std::lock_guard lock{impl_->mutex};
  return impl_->failure;
}

}  // namespace hark::load
