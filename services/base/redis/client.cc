#include "base/redis/client.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <deque>
#include <functional>

#include "base/async/notifier.h"
#include "base/core/ids.h"

namespace hark::redis {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kBackOffMin = 20ms;
constexpr std::chrono::milliseconds kBackOffMax = 2s;
/// Past the deadline of a command that was sent, without a word about any.
constexpr std::chrono::milliseconds kSilenceMax = 10s;
constexpr std::size_t kReadBytes = 64U << 10;
/// Up to here commands share a connection, and with it the system calls of both sides; then the next one is
/// used.
constexpr std::size_t kSharedCommandsMax = 64;
constexpr std::size_t kSharedBytesMax = 256U << 10;

Error unavailable(Reason reason, std::string message) {
  return {Code::kUnavailable, reason, std::move(message)};
}

/// Redis' own error line as ours. The words before the first space are its code.
Error from_error_line(std::string_view line) {
  if (line.starts_with("LOADING") || line.starts_with("MASTERDOWN") || line.starts_with("CLUSTERDOWN") ||
      line.starts_with("READONLY") || line.starts_with("TRYAGAIN")) {
    return unavailable(Reason::kStoreUnavailable, "the store cannot serve yet: " + std::string{line});
  }
  if (line.starts_with("OOM") || line.starts_with("MISCONF")) {
    return {Code::kResourceExhausted, Reason::kStoreFull,
            "the store takes no more writes: " + std::string{line}};
  }
  return {Code::kInternal, Reason::kInternal, "the store refused a command: " + std::string{line}};
}

/// Appends the command as an array of bulk strings (RESP2).
void append_command(std::string& to, Args args) {
  const auto append_count = [&to](char kind, std::size_t count) {
    std::array<char, 24> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), count).ptr;
    to += kind;
    to.append(digits.data(), end);
    to += "\r\n";
  };
  append_count('*', args.size());
  for (const auto arg : args) {
    append_count('$', arg.size());
    to += arg;
    to += "\r\n";
  }
}

std::size_t size_of_command(Args args) {
  constexpr std::size_t kPerArgument = 16;  // its length and line ends
  std::size_t size = kPerArgument;
  for (const auto arg : args) size += arg.size() + kPerArgument;
  return size;
}

}  // namespace

Script::Script(std::string_view script_name, std::string text) : name{script_name}, source{std::move(text)} {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  HARK_CHECK(EVP_Digest(source.data(), source.size(), digest, &size, EVP_sha1(), nullptr) == 1);
  constexpr std::string_view kHex = "0123456789abcdef";
  for (unsigned int i = 0; i < size; ++i) {
    sha1 += kHex[digest[i] >> 4];
    sha1 += kHex[digest[i] & 15];
  }
}

/// Closes a socket that takes too long to become a connection of use: the other side may take it, and then
/// not say a word.
template <class Socket>
class ConnectLimit {
 public:
  ConnectLimit(Socket& socket, std::chrono::milliseconds within) : timer_{socket.get_executor(), within} {
    timer_.async_wait([&socket, waits = std::weak_ptr<bool>{waits_}](boost::system::error_code error) {
      boost::system::error_code ignored;
      if (!error && !waits.expired()) socket.close(ignored);
    });
  }
  void done() { waits_.reset(); }

 private:
  std::shared_ptr<bool> waits_ = std::make_shared<bool>(true);
  asio::steady_timer timer_;
};

/// One socket with its queue. Commands are appended to `unsent_`; one writer sends whatever has gathered, one
/// reader hands replies to the waiters in order.
class Client::Connection {
 public:
  Connection(TaskGroup& tasks, const Options& options)
      : options_{options}, wake_writer_{tasks.executor()}, deadlines_{tasks.executor()}, tasks_{tasks} {
    tasks_.spawn("redis connection", run());
    tasks_.spawn("redis deadlines", end_late_waits());
  }

  Task<Result<Reply>> command(Args args, std::chrono::milliseconds timeout) {
    if (unsent_.size() + size_of_command(args) > kUnsentBytesMax) {
      co_return Error{Code::kResourceExhausted, Reason::kOverloaded, "too many commands wait for the store"};
    }
    auto waiter = std::make_shared<Waiter>(tasks_.executor(), std::chrono::steady_clock::now() + timeout);
    look_at_deadlines_by(waiter->deadline);
    const auto before = unsent_.size();
    append_command(unsent_, args);
    waiter->bytes = unsent_.size() - before;
    waiters_.push_back(waiter);
    ++unsent_waiters_;
    if (unsent_waiters_ == 1) wake_writer_.notify_all();

    co_await waiter->wake.wait();
    if (waiter->outcome) co_return *std::move(waiter->outcome);
    if (waiter->sent) serves_ = false;  // until it answers something: others take what comes next
    co_return waiter->sent
        ? unavailable(Reason::kOutcomeUnknown,
                      "the store did not answer in time; whether the command ran is not known")
        : unavailable(Reason::kStoreUnavailable, "the store could not be reached in time");
  }

  /// Takes more without making anybody wait for what lies before it.
  [[nodiscard]] bool has_room() const {
    return serves_ && waiters_.size() < kSharedCommandsMax && unsent_.size() < kSharedBytesMax;
  }

  void fail_all() {
    for (auto& waiter : waiters_) settle(*waiter, unavailable(Reason::kShuttingDown, "shutting down"));
    waiters_.clear();
    unsent_.clear();
    unsent_waiters_ = 0;
  }

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;

  struct Waiter {
    Waiter(const asio::any_io_executor& executor, SteadyTime until) : wake{executor}, deadline{until} {}
    Notifier wake;
    SteadyTime deadline;
    std::size_t bytes = 0;  // of the command
    std::optional<Result<Reply>> outcome;
    bool sent = false;
    bool late = false;
  };

  static void settle(Waiter& waiter, Result<Reply> outcome) {
    waiter.outcome = std::move(outcome);
    waiter.wake.notify_all();
  }

  void look_at_deadlines_by(SteadyTime time) {
    if (time >= looks_at_) return;
    looks_at_ = time;
    deadlines_.cancel();
  }

  /// One timer for all waiters, set to the first deadline there was: nearly all are answered long before
  /// theirs, and a timer set for each would be a system call for each.
  Task<> end_late_waits() {
    for (;;) {
      deadlines_.expires_at(looks_at_);
      co_await deadlines_.async_wait(as_result);
      const auto now = std::chrono::steady_clock::now();
      if (now < looks_at_) continue;
      looks_at_ = SteadyTime::max();
      bool unsent_late = false;
      for (auto& waiter : waiters_) {
        if (!waiter->late && waiter->deadline <= now) {
          waiter->late = true;
          waiter->wake.notify_all();
          unsent_late |= !waiter->sent;
        }
        if (!waiter->late) looks_at_ = std::min(looks_at_, waiter->deadline);
      }
      if (unsent_late) drop_late_unsent();
      give_silence_up(now);
    }
  }

  /// Their callers are told that nothing happened: so nothing may happen later.
  void drop_late_unsent() {
    std::string kept;
    std::size_t at = 0;
    auto begin = waiters_.end() - static_cast<std::ptrdiff_t>(unsent_waiters_);
    for (auto it = begin; it != waiters_.end(); ++it) {
      if (!(*it)->late) kept.append(unsent_, at, (*it)->bytes);
      at += (*it)->bytes;
    }
    const auto gone = std::remove_if(begin, waiters_.end(), [](const auto& waiter) { return waiter->late; });
    unsent_waiters_ = static_cast<std::size_t>(gone - begin);
    waiters_.erase(gone, waiters_.end());
    unsent_ = std::move(kept);
  }

  /// A server that has said nothing for long is given up with its connection: the other side may be gone
  /// without a word, or be another server by now.
  void give_silence_up(SteadyTime now) {
    if (waiters_.empty() || !waiters_.front()->late || !waiters_.front()->sent) return;
    const auto until = std::max(waiters_.front()->deadline, heard_at_) + kSilenceMax;
    if (now < until) {
      looks_at_ = std::min(looks_at_, until);
    } else if (cut_) {
      report("the store has been silent for long, connecting again");
      cut_();
    }
  }

  Task<> run() {
    auto back_off = kBackOffMin;
    for (;;) {
      const bool was_connected = co_await connect_and_serve();
      serves_ = false;
      drop_sent();
      if (was_connected) {
        back_off = kBackOffMin;
        if (!tasks_.cancelled()) report("connection to the store lost, connecting again");
      }
      // Full jitter: after a restart of the store its clients do not come back as one.
      co_await sleep_for(back_off / 2 +
                         std::chrono::milliseconds{secure_random() % (back_off.count() / 2 + 1)});
      back_off = std::min(back_off * 2, kBackOffMax);
    }
  }

  Task<bool> connect_and_serve() {
    switch (options_.endpoint.kind) {
      case Endpoint::Kind::kUnix: {
        asio::local::stream_protocol::socket socket{tasks_.executor()};
        ConnectLimit limit{socket, options_.connect_within};
        const auto [error] = co_await socket.async_connect({options_.endpoint.path}, as_result);
        if (error) co_return false;
        co_return co_await serve(socket, socket, limit);
      }
      case Endpoint::Kind::kTcp: {
        asio::ip::tcp::socket socket{tasks_.executor()};
        ConnectLimit limit{socket, options_.connect_within};
        if (!co_await connect_tcp(socket)) co_return false;
        co_return co_await serve(socket, socket, limit);
      }
      case Endpoint::Kind::kTls: {
        asio::ssl::context context{asio::ssl::context::tls_client};
        context.set_default_verify_paths();
        context.set_verify_mode(asio::ssl::verify_peer);
        asio::ssl::stream<asio::ip::tcp::socket> stream{tasks_.executor(), context};
        stream.set_verify_callback(asio::ssl::host_name_verification{options_.endpoint.host});
        ConnectLimit limit{stream.next_layer(), options_.connect_within};
        if (!co_await connect_tcp(stream.next_layer())) co_return false;
        const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, as_result);
        if (error) {
          report("TLS with the store failed: " + error.message());
          co_return false;
        }
        co_return co_await serve(stream, stream.next_layer(), limit);
      }
    }
    co_return false;
  }

  Task<bool> connect_tcp(asio::ip::tcp::socket& socket) {
    asio::ip::tcp::resolver resolver{tasks_.executor()};
    const auto [resolve_error, found] =
        co_await resolver.async_resolve(options_.endpoint.host, options_.endpoint.port, as_result);
    if (resolve_error) co_return false;
    const auto [connect_error, endpoint] = co_await asio::async_connect(socket, found, as_result);
    if (connect_error) co_return false;
    socket.set_option(asio::ip::tcp::no_delay{true});
    co_return true;
  }

  template <class Stream, class Socket>
  Task<bool> serve(Stream& stream, Socket& socket, ConnectLimit<Socket>& limit) {
    ReplyReader reader;
    if (!options_.password.empty() && !co_await authenticate(stream, reader)) co_return false;
    limit.done();
    TaskGroup writers{tasks_.executor()};
    struct CloseOnExit {
      Socket& socket;
      ~CloseOnExit() {
        boost::system::error_code ignored;
        socket.close(ignored);
      }
    };
    report("connected to the store");
    {
      CloseOnExit close{socket};
      serves_ = true;
      heard_at_ = std::chrono::steady_clock::now();
      cut_ = [&socket] {
        boost::system::error_code ignored;
        socket.close(ignored);
      };
      writers.spawn("redis writer", write_loop(stream));
      try {
        co_await read_loop(stream, reader);
      } catch (const boost::system::system_error&) {
        // Cancelled: the writer must be gone before the stream is.
      }
      cut_ = {};
      serves_ = false;
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    writers.cancel();
    co_await writers.wait();
    co_await asio::this_coro::throw_if_cancelled(true);
    co_return true;
  }

  template <class Stream>
  Task<bool> authenticate(Stream& stream, ReplyReader& reader) {
    std::string auth;
    append_command(auth, std::array<std::string_view, 2>{"AUTH", options_.password});
    const auto [write_error, written] = co_await asio::async_write(stream, asio::buffer(auth), as_result);
    if (write_error) co_return false;
    std::array<char, 512> chunk;
    Reply reply;
    for (;;) {
      const auto ready = reader.next(reply);
      if (!ready.ok()) co_return false;
      if (*ready) break;
      const auto [error, size] = co_await stream.async_read_some(asio::buffer(chunk), as_result);
      if (error) co_return false;
      reader.feed({chunk.data(), size});
    }
    if (reply.error()) report("the store refused the password: " + reply.error()->text);
    co_return reply.error() == nullptr;
  }

  template <class Stream>
  Task<> write_loop(Stream& stream) {
    std::string sending;
    for (;;) {
      if (unsent_.empty()) {
        co_await wake_writer_.wait();
        continue;
      }
      sending.clear();
      sending.swap(unsent_);
      for (auto it = waiters_.end(); unsent_waiters_ > 0; --unsent_waiters_) (*--it)->sent = true;
      const auto [error, size] = co_await asio::async_write(stream, asio::buffer(sending), as_result);
      if (error) co_return;  // the reader notices the broken socket
    }
  }

  template <class Stream>
  Task<> read_loop(Stream& stream, ReplyReader& reader) {
    std::vector<char> chunk(kReadBytes);
    for (;;) {
      const auto [error, size] = co_await stream.async_read_some(asio::buffer(chunk), as_result);
      if (error) co_return;
      reader.feed({chunk.data(), size});
      heard_at_ = std::chrono::steady_clock::now();
      for (;;) {
        Reply reply;
        const auto ready = reader.next(reply);
        if (!ready.ok()) {
          report(ready.error().message);
          co_return;
        }
        if (!*ready) break;
        serves_ = true;
        // An answer nobody asked for: the two sides no longer agree on what was asked.
        if (waiters_.empty() || !waiters_.front()->sent) co_return;
        const auto waiter = std::move(waiters_.front());
        waiters_.pop_front();
        if (const auto* failure = reply.error()) {
          const bool demoted = failure->text.starts_with("READONLY");
          settle(*waiter, from_error_line(failure->text));
          if (demoted) co_return;  // its place is another's by now
        } else {
          settle(*waiter, std::move(reply));
        }
      }
    }
  }

  /// What was sent on a lost connection may have run; what was not yet sent waits for the next one.
  void drop_sent() {
    while (!waiters_.empty() && waiters_.front()->sent) {
      settle(*waiters_.front(),
             unavailable(Reason::kOutcomeUnknown,
                         "the connection to the store broke; whether the command ran is not known"));
      waiters_.pop_front();
    }
  }

  void report(std::string_view what) const {
    if (options_.on_change) options_.on_change(what);
  }

  const Options& options_;
  Notifier wake_writer_;
  asio::steady_timer deadlines_;
  SteadyTime looks_at_ = SteadyTime::max();
  TaskGroup& tasks_;
  std::string unsent_;
  std::deque<std::shared_ptr<Waiter>> waiters_;
  std::size_t unsent_waiters_ = 0;
  bool serves_ = false;  // is connected, and answers in time
  SteadyTime heard_at_{};
  std::function<void()> cut_;  // the connection, while there is one
};

Client::Client(asio::any_io_executor executor, Options options)
    : tasks_{executor}, options_{std::move(options)} {
  for (int i = 0; i < options_.connections; ++i)
    connections_.push_back(std::make_unique<Connection>(tasks_, options_));
}

Client::~Client() = default;

Client::Connection& Client::pick(std::string_view) {
  for (auto& connection : connections_) {
    if (connection->has_room()) return *connection;
  }
  next_ = (next_ + 1) % connections_.size();
  return *connections_[next_];
}

Task<Result<Reply>> Client::command(std::string_view key, Args args, std::chrono::milliseconds timeout) {
  co_return co_await pick(key).command(args, timeout);
}

Task<Result<Reply>> Client::eval(const Script& script, Args keys, Args args,
                                 std::chrono::milliseconds timeout) {
  HARK_CHECK(!keys.empty());
  const std::string key_count = std::to_string(keys.size());
  std::vector<std::string_view> all;
  all.reserve(3 + keys.size() + args.size());
  all.insert(all.end(), {"EVALSHA", script.sha1, key_count});
  all.insert(all.end(), keys.begin(), keys.end());
  all.insert(all.end(), args.begin(), args.end());
  auto reply = co_await command(keys.front(), all, timeout);
  if (!reply.ok() && reply.error().message.find("NOSCRIPT") != std::string::npos) {
    all[0] = "EVAL";
    all[1] = script.source;
    reply = co_await command(keys.front(), all, timeout);
  }
  if (!reply.ok() && reply.error().reason == Reason::kInternal) {
    co_return Error{reply.error().code, reply.error().reason, script.name + ": " + reply.error().message};
  }
  co_return reply;
}

Task<> Client::close() {
  tasks_.cancel();
  co_await tasks_.wait();
  for (auto& connection : connections_) connection->fail_all();
}

}  // namespace hark::redis
