// Agents before the console's WebSockets: how soon a new ticket is offered to one of them, and how soon one
// who is free again has the next customer.
#include <grpcpp/grpcpp.h>

#include <atomic>
#include <charconv>
#include <condition_variable>
#include <deque>
#include <fstream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "base/core/ids.h"
#include "console/core/session_token.h"
#include "drivers.h"
#include "frames.h"
#include "hark/v1/channel_service.grpc.pb.h"
#include "hark/v1/console.pb.h"
#include "hark/v1/routing_service.grpc.pb.h"
#include "latencies.h"
#include "process_cpu.h"
#include "web_sockets.h"
#include "workload.h"

namespace hark::load {
namespace {

using namespace std::chrono_literals;
using SocketPtr = std::shared_ptr<WebSockets::Socket>;

/// A channel that sends each message when it is told to.
class Opener final : public grpc::ClientBidiReactor<v1::ConnectRequest, v1::ConnectResponse> {
 public:
  explicit Opener(const std::shared_ptr<grpc::Channel>& channel)
      : stub_{v1::ChannelService::NewStub(channel)} {
    stub_->async()->Connect(&context_, this);
    request_.mutable_hello()->set_channel(v1::CHANNEL_EMAIL);
    StartWrite(&request_);
    StartRead(&response_);
    StartCall();
  }
  ~Opener() override {
    context_.TryCancel();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return done_; });
  }
  Opener(const Opener&) = delete;
  Opener& operator=(const Opener&) = delete;

  void open(v1::InboundMessage message) {
    const std::lock_guard lock{mutex_};
    waiting_.push_back(std::move(message));
    write();
  }
  void wait_until_accepted(std::int64_t count) {
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, 120s, [&] { return accepted_ >= count || !failure_.empty() || done_; }))
      throw std::runtime_error("not all messages were accepted within two minutes");
    if (!failure_.empty()) throw std::runtime_error("the channel: " + failure_);
  }

  void OnWriteDone(bool ok) override {
    const std::lock_guard lock{mutex_};
    writing_ = false;
    if (ok) write();
  }
  void OnReadDone(bool ok) override {
    const std::lock_guard lock{mutex_};
    if (!ok) return;
    accepted_ += response_.has_accepted() ? 1 : 0;
    if (response_.has_refused()) failure_ = response_.refused().message();
    changed_.notify_all();
    StartRead(&response_);
  }
  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock{mutex_};
    if (!status.ok() && failure_.empty()) failure_ = status.error_message();
    done_ = true;
    changed_.notify_all();
  }

 private:
  void write() {
    if (writing_ || done_ || waiting_.empty()) return;
    request_.Clear();
    request_.set_frame_id(++frame_);
    *request_.mutable_inbound() = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    StartWrite(&request_);
  }

  std::unique_ptr<v1::ChannelService::Stub> stub_;
  grpc::ClientContext context_;
  v1::ConnectRequest request_;
  v1::ConnectResponse response_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<v1::InboundMessage> waiting_;
  std::int64_t frame_ = 0;
  std::int64_t accepted_ = 0;
  bool writing_ = true;
  bool done_ = false;
  std::string failure_;
};

/// Agents who are signed in, each with one page.
///
/// They are made for this and sign in by tokens that are signed with the console's own key: a password costs
/// a tenth of a second.
class Agents {
 public:
  using OnFrame = std::function<void(std::size_t agent, std::string_view frame)>;

  Agents(WebSockets& sockets, const DesksOptions& options, const std::shared_ptr<grpc::Channel>& channel,
         OnFrame on_frame)
      : on_frame_{std::move(on_frame)} {
    std::ifstream file{options.key, std::ios::binary};
    const std::string key{std::istreambuf_iterator<char>{file}, {}};
    const console::SessionTokens tokens{key};
    const auto routing = v1::RoutingService::NewStub(channel);
    pages_.reserve(static_cast<std::size_t>(options.agents));
    for (int i = 0; i < options.agents; ++i) {
      const auto id = "desk" + std::to_string(i);
      make_agent(*routing, id, options.capacity_units);
      const auto page = sockets.open(options.host, options.http_port, "/ws/console");
      v1::ConsoleRequest sign_in;
      sign_in.mutable_sign_in()->set_session_token(
          tokens.sign({id, 0, "load" + std::to_string(i), now() + std::chrono::hours{1}}));
      page->say(json(sign_in));
      heard<v1::ConsoleResponse>(*page, [](const auto& frame) { return frame.has_signed_in(); });
      pages_.push_back(page);
    }
  }

  /// Takes work from here on.
  void begin() {
    for (std::size_t i = 0; i < pages_.size(); ++i) {
      v1::ConsoleRequest presence;
      presence.mutable_set_presence()->set_presence(v1::PRESENCE_AVAILABLE);
      pages_[i]->say(json(presence));
      pages_[i]->listen([this, i](std::string_view frame) { on_frame_(i, frame); });
    }
  }

  /// On the sockets' thread.
  void send(std::size_t agent, const v1::ConsoleRequest& request) { pages_[agent]->send(json(request)); }

 private:
  static TimePoint now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }

  static void make_agent(v1::RoutingService::Stub& routing, const std::string& id, int capacity_units) {
    grpc::ClientContext context;
    v1::UpsertAgentRequest request;
    request.mutable_agent()->set_id(id);
    request.mutable_agent()->set_capacity_units(capacity_units);
    v1::UpsertAgentResponse response;
    const auto status = routing.UpsertAgent(&context, request, &response);
    if (!status.ok()) throw std::runtime_error("agent " + id + ": " + status.error_message());
  }

  OnFrame on_frame_;
  std::vector<SocketPtr> pages_;
};

/// One latency for each of some things that begin on one thread and end on another.
class Stopwatches {
 public:
  explicit Stopwatches(std::size_t most) : begun_(most), ended_(most) {}
  void begin(std::size_t i) { begun_[i] = steady_now(); }
  void end(std::size_t i) {
    if (i >= begun_.size() || ended_[i].exchange(true)) return;
    const auto now = steady_now();
    const std::lock_guard lock{mutex_};
    latencies_.add(now - begun_[i]);
    changed_.notify_all();
  }
  void wait_for(std::size_t count, const WebSockets& sockets) {
    std::unique_lock lock{mutex_};
    const auto give_up = steady_now() + 60s;
    while (latencies_.count() < count) {
      changed_.wait_for(lock, 100ms);
      if (const auto failure = sockets.failure(); !failure.empty()) throw std::runtime_error(failure);
      if (steady_now() > give_up)
        throw std::runtime_error(std::to_string(count - latencies_.count()) +
                                 " offers did not come within a minute");
    }
  }
  [[nodiscard]] std::size_t count() {
    const std::lock_guard lock{mutex_};
    return latencies_.count();
  }
  Latencies& latencies() { return latencies_; }

 private:
  std::vector<SteadyTime> begun_;
  std::vector<std::atomic<bool>> ended_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Latencies latencies_;
};

/// An address that says which message it is of: "c<number>.<run>@...".
v1::InboundMessage message_of(const std::string& run, std::int64_t i) {
  auto message = load::message(run, i, i + 1);
  message.mutable_sender()->set_address("mailto:c" + std::to_string(i) + "." + run + "@example.com");
  return message;
}

void wait_until_settled() { std::this_thread::sleep_for(2s); }

/// Something is due `rate` times a second: called with 0, 1, 2 ... when it is.
template <class Do>
void at_rate(double rate, std::size_t count, Do what) {
  const auto began = steady_now();
  for (std::size_t i = 0; i < count; ++i) {
    std::this_thread::sleep_until(began + std::chrono::duration_cast<std::chrono::nanoseconds>(
                                              std::chrono::duration<double>(static_cast<double>(i) / rate)));
    what(i);
  }
}

/// Holds one ticket at a time; resolves it when told, and takes whatever is offered next.
class Desk {
 public:
  bool holds = false;
  std::string ticket_id;
  std::int64_t token = 0;
  std::string offer_id;
};

}  // namespace

Report desks_opened(const DesksOptions& options) {
  const auto run = run_name();
  const auto count = static_cast<std::size_t>(options.rate * options.seconds);
  Stopwatches offered{count};
  const std::string mark = "." + run + "@";
  WebSockets sockets;
  const auto channel = grpc::CreateChannel(options.host + ":" + std::to_string(options.grpc_port),
                                           grpc::InsecureChannelCredentials());
  Agents agents{sockets, options, channel, [&](std::size_t, std::string_view frame) {
                  for (auto at = frame.find(mark); at != std::string_view::npos;
                       at = frame.find(mark, at + 1)) {
                    const auto begin = frame.rfind(':', at);
                    std::size_t i = count;
                    if (begin != std::string_view::npos)
                      std::from_chars(frame.data() + begin + 2, frame.data() + at, i);
                    offered.end(i);
                  }
                }};
  agents.begin();
  wait_until_settled();
  ProcessCpu cpu{options.watched};
  {
    Opener opener{channel};
    cpu.begin();
    at_rate(options.rate, count, [&](std::size_t i) {
      offered.begin(i);
      opener.open(message_of(run, static_cast<std::int64_t>(i)));
    });
    offered.wait_for(count, sockets);
  }
  Report report;
  report.add("offered", static_cast<double>(count));
  offered.latencies().into(report);
  cpu.into(report, static_cast<double>(count));
  sockets.stop();
  return report;
}

Report desks_freed(const DesksOptions& options) {
  const auto run = run_name();
  const auto count = static_cast<std::size_t>(options.rate * options.seconds);
  const auto agents_count = static_cast<std::size_t>(options.agents);
  Stopwatches next{count};
  std::vector<Desk> desks(agents_count);
  std::vector<std::size_t> turn_of(agents_count, count);  // which of the turns it waits for
  std::atomic<std::size_t> holding{0};
  WebSockets sockets;
  const auto channel = grpc::CreateChannel(options.host + ":" + std::to_string(options.grpc_port),
                                           grpc::InsecureChannelCredentials());
  Agents* pages = nullptr;
  Agents agents{sockets, options, channel, [&](std::size_t agent, std::string_view text) {
                  if (text.find("\"work\"") == std::string_view::npos) return;
                  const auto frame = parsed<v1::ConsoleResponse>(text);
                  Desk& desk = desks[agent];
                  if (frame.work().offers_size() > 0 && frame.work().offers(0).id() != desk.offer_id) {
                    desk.offer_id = frame.work().offers(0).id();
                    next.end(turn_of[agent]);
                    v1::ConsoleRequest accept;
                    accept.mutable_accept_offer()->set_offer_id(desk.offer_id);
                    pages->send(agent, accept);
                  }
                  for (const auto& held : frame.work().assigned()) {
                    if (held.ticket().id() == desk.ticket_id) continue;
                    desk.ticket_id = held.ticket().id();
                    desk.token = held.ticket().assignment_token();
                    desk.holds = true;
                    ++holding;
                  }
                }};
  pages = &agents;
  Opener opener{channel};
  const auto backlog = static_cast<std::int64_t>(count + 2 * agents_count);
  for (std::int64_t i = 0; i < backlog; ++i) opener.open(message_of(run, i));
  opener.wait_until_accepted(backlog);
  agents.begin();
  const auto give_up = steady_now() + 60s;
  while (holding < agents_count) {
    if (steady_now() > give_up) throw std::runtime_error("not every agent had a customer within a minute");
    std::this_thread::sleep_for(20ms);
  }
  wait_until_settled();
  ProcessCpu cpu{options.watched};
  cpu.begin();
  at_rate(options.rate, count, [&](std::size_t i) {
    next.begin(i);
    sockets.after(0us, [&, i] {
      const std::size_t agent = i % agents_count;
      Desk& desk = desks[agent];
      if (!std::exchange(desk.holds, false))
        throw std::runtime_error("an agent was to be free who had nobody");
      turn_of[agent] = i;
      v1::ConsoleRequest request;
      auto& resolve = *request.mutable_command()->mutable_resolve();
      resolve.set_idempotency_key(run + std::to_string(i));
      resolve.set_ticket_id(desk.ticket_id);
      resolve.set_assignment_token(desk.token);
      resolve.set_waive_reason("measured");
      next.begin(i);
      pages->send(agent, request);
    });
  });
  next.wait_for(count, sockets);
  Report report;
  report.add("freed", static_cast<double>(count));
  next.latencies().into(report);
  cpu.into(report, static_cast<double>(count));
  sockets.stop();
  return report;
}

}  // namespace hark::load
