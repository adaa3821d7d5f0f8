// The accept script of conversation, called by a client that does nothing else: a few connections, each with
// its share of the window, replies counted as they come.
#include <hiredis/hiredis.h>
#include <poll.h>

#include <deque>
#include <memory>
#include <random>
#include <stdexcept>

#include "base/core/ids.h"
#include "base/redis/client.h"
#include "base/redis/private_server.h"
#include "conversation/entry_build.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/scripts.h"
#include "conversation/redis/store.h"
#include "drivers.h"
#include "latencies.h"
#include "process_cpu.h"
#include "workload.h"

namespace hark::load {
namespace {

constexpr int kConnectionsMax = 4;  // as many as the service has by default
constexpr std::uint16_t kPartitions = 64;

using Reply = std::unique_ptr<redisReply, void (*)(void*)>;

Reply own(void* reply) { return {static_cast<redisReply*>(reply), &freeReplyObject}; }

std::uint64_t random_bits() {
  static std::mt19937_64 engine{std::random_device{}()};
  return engine();
}

/// Makes the commands of one accept, with arguments like the service's.
class Accepts {
 public:
  explicit Accepts(const BareOptions& options)
      : options_{options},
        script_{"accept", std::string{conversation::scripts::prelude_lua} +
                              std::string{conversation::scripts::accept_lua}},
        run_{run_name()} {
    for (std::int64_t i = 0; i < kCustomers; ++i) {
      const auto partition = static_cast<std::uint16_t>(i % kPartitions);
      customers_.push_back(ids_.next(IdKind::kConversation, partition, SystemClock{}.now()));
    }
    const auto like = message(run_, 0);
    entry_ = conversation::inbound_entry(like, 0).SerializeAsString();
    ticket_ = conversation::ticket_attributes(like).SerializeAsString();
    if (options.entry_bytes > 0) entry_.resize(options.entry_bytes, 'e');
    for (const auto bytes : options.blob_bytes) blobs_.emplace_back(bytes, 'b');
  }

  [[nodiscard]] const redis::Script& script() const { return script_; }
  [[nodiscard]] std::size_t entry_bytes() const { return entry_.size(); }

  void append(redisContext& to) {
    const auto i = next_++;
    const auto partition = static_cast<std::uint16_t>(i % kCustomers % kPartitions);
    const auto customer = options_.new_customers
                              ? ids_.next(IdKind::kConversation, partition, SystemClock{}.now())
                              : customers_[static_cast<std::size_t>(i % kCustomers)];
    const auto native = "bare." + run_ + "." + std::to_string(i) + "@example.com";
    const auto now = SystemClock{}.now();
    const auto entry = ids_.next(IdKind::kEntry, partition, now);
    const auto ticket = ids_.next(IdKind::kTicket, partition, now);
    const auto thread = ids_.next(IdKind::kThread, partition, now);
    const auto key = conversation::keys::partition(partition);
    const auto at = std::to_string(to_ms(now));
    const auto address = options_.new_customers
                             ? "mailto:new" + std::to_string(i) + "." + run_ + "@example.com"
                             : "mailto:" + customer_address(i);
    const std::string_view claims = options_.new_customers ? "1" : "0";
    const auto remember = std::to_string(conversation::kSeenFor.count());
    const auto events = std::to_string(conversation::kEventsMax);
    std::vector<std::string_view> args{"EVALSHA", script_.sha1, "1", key,        at,     customer,  entry,
                                       ticket,    thread,       "1", kAccountId, native, "message", entry_,
                                       ticket_,   address,      "0", "Customer", "",     native,    remember,
                                       events,    "",           "0", "0",        claims, "",        "0",
                                       "",        "",           "0"};
    std::vector<std::string> names;
    for (std::size_t b = 0; b < blobs_.size(); ++b) names.push_back(entry + "-" + std::to_string(b));
    for (std::size_t b = 0; b < blobs_.size(); ++b) args.insert(args.end(), {names[b], blobs_[b]});
    append_command(to, args);
  }

 private:
  static void append_command(redisContext& to, const std::vector<std::string_view>& args) {
    std::vector<const char*> data;
    std::vector<std::size_t> sizes;
    for (const auto arg : args) {
      data.push_back(arg.data());
      sizes.push_back(arg.size());
    }
    redisAppendCommandArgv(&to, static_cast<int>(args.size()), data.data(), sizes.data());
  }

  BareOptions options_;
  redis::Script script_;
  std::string run_;
  IdSource ids_{&random_bits};
  std::vector<std::string> customers_;
  std::string entry_, ticket_;
  std::vector<std::string> blobs_;
  std::int64_t next_ = 0;
};

struct Connection {
  std::unique_ptr<redisContext, void (*)(redisContext*)> context{nullptr, &redisFree};
  std::deque<SteadyTime> sent;
};

[[noreturn]] void broken(const redisContext& context) {
  throw std::runtime_error(std::string{"the private Redis: "} + context.errstr);
}

void check_accepted(const redisReply& reply) {
  const bool accepted = reply.type == REDIS_REPLY_ARRAY && reply.elements > 0 &&
                        std::string_view{reply.element[0]->str, reply.element[0]->len} == "accepted";
  if (accepted) return;
  throw std::runtime_error("the accept script was given arguments that it does not take: " +
                           std::string{reply.type == REDIS_REPLY_ERROR ? reply.str : "no 'accepted'"});
}

void push(Accepts& accepts, Connection& connection) {
  accepts.append(*connection.context);
  connection.sent.push_back(steady_now());
}

/// Takes the replies that are there and sends as many new commands. Returns how many accepts were answered.
int turn(Accepts& accepts, Connection& connection, Latencies& latencies, bool more) {
  auto& context = *connection.context;
  if (redisBufferRead(&context) != REDIS_OK) broken(context);
  int answered = 0;
  for (void* raw = nullptr;;) {
    if (redisGetReplyFromReader(&context, &raw) != REDIS_OK) broken(context);
    if (!raw) break;
    const auto reply = own(raw);
    check_accepted(*reply);
    latencies.add(steady_now() - connection.sent.front());
    connection.sent.pop_front();
    ++answered;
  }
  if (more) {
    for (int i = 0; i < answered; ++i) push(accepts, connection);
  }
  return answered;
}

void flush(redisContext& context) {
  int done = 0;
  while (done == 0) {
    if (redisBufferWrite(&context, &done) != REDIS_OK) broken(context);
  }
}

std::vector<Connection> connect(const std::string& socket, int count, const redis::Script& script) {
  std::vector<Connection> out(static_cast<std::size_t>(count));
  for (auto& connection : out) {
    connection.context.reset(redisConnectUnix(socket.c_str()));
    if (!connection.context || connection.context->err)
      throw std::runtime_error("cannot connect to " + socket);
    const auto loaded = own(
        redisCommand(connection.context.get(), "SCRIPT LOAD %b", script.source.data(), script.source.size()));
    if (!loaded || loaded->type == REDIS_REPLY_ERROR)
      throw std::runtime_error("Redis does not take the script");
  }
  return out;
}

/// Each connection is non-blocking only as far as poll() says that there is something to read.
void drive(Accepts& accepts, std::vector<Connection>& connections, double seconds, Latencies& latencies) {
  std::vector<pollfd> ready;
  for (auto& connection : connections) ready.push_back({connection.context->fd, POLLIN, 0});
  const auto began = steady_now();
  std::size_t under_way = 0;
  for (auto& connection : connections) under_way += connection.sent.size();
  while (under_way > 0) {
    if (::poll(ready.data(), ready.size(), 10'000) <= 0)
      throw std::runtime_error("Redis has stopped answering");
    const bool more = seconds_between(began, steady_now()) < seconds;
    for (std::size_t i = 0; i < ready.size(); ++i) {
      if (!(ready[i].revents & (POLLIN | POLLHUP | POLLERR))) continue;
      const int answered = turn(accepts, connections[i], latencies, more);
      flush(*connections[i].context);
      if (!more) under_way -= static_cast<std::size_t>(answered);
    }
  }
}

Report one_window(Accepts& accepts, const redis::PrivateServer& server, const std::string& socket, int window,
                  double seconds) {
  auto connections = connect(socket, std::min(window, kConnectionsMax), accepts.script());
  own(redisCommand(connections[0].context.get(), "FLUSHALL"));
  for (int i = 0; i < window; ++i)
    push(accepts, connections[static_cast<std::size_t>(i) % connections.size()]);
  for (auto& connection : connections) flush(*connection.context);
  Latencies latencies;
  ProcessCpu cpu{{"redis=" + std::to_string(server.pid())}};
  cpu.begin();
  const auto began = steady_now();
  drive(accepts, connections, seconds, latencies);
  const auto count = static_cast<double>(latencies.count());
  Report report;
  report.add("per_second", count / seconds_between(began, steady_now()));
  latencies.into(report);
  cpu.into(report, count);
  return report;
}

}  // namespace

Report bare_script(const BareOptions& options) {
  auto server = redis::PrivateServer::start({.folder = options.folder});
  if (!server.ok()) throw std::runtime_error(server.error().message);
  const auto socket = server->url().substr(std::string_view{"unix:"}.size());
  Accepts accepts{options};
  Report report;
  report.add("entry_bytes", static_cast<double>(accepts.entry_bytes()));
  try {
    for (const int window : options.in_flight) {
      report.append("in_flight_" + std::to_string(window) + "_",
                    one_window(accepts, *server, socket, window, options.seconds));
    }
  } catch (...) {
    server->stop();
    throw;
  }
  server->stop();
  return report;
}

}  // namespace hark::load
