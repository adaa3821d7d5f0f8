#include <grpcpp/grpcpp.h>

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <thread>
#include <unordered_map>

#include "drivers.h"
#include "hark/v1/event_service.grpc.pb.h"
#include "hark/v1/routing_service.grpc.pb.h"
#include "latencies.h"
#include "lmtp_client.h"
#include "process_cpu.h"
#include "workload.h"

namespace hark::load {
namespace {

using namespace std::chrono_literals;

/// Mails under way, by their sender: each is a new customer, so each opens a ticket.
class Ledger {
 public:
  void sent(const std::string& sender) {
    const std::lock_guard lock{mutex_};
    waiting_.emplace("mailto:" + sender, steady_now());
    ++sent_;
  }
  void offered(const std::string& address) {
    const std::lock_guard lock{mutex_};
    const auto found = waiting_.find(address);
    if (found == waiting_.end()) return;
    last_offer_ = steady_now();
    latencies_.add(last_offer_ - found->second);
    waiting_.erase(found);
    changed_.notify_all();
  }
  /// False if some are not offered within the time.
  bool wait_until_none(std::chrono::seconds patience) {
    std::unique_lock lock{mutex_};
    return changed_.wait_for(lock, patience, [this] { return waiting_.empty(); });
  }
  void taken(const grpc::Status& status) {
    const std::lock_guard lock{mutex_};
    if (status.ok()) ++taken_;
    if (!status.ok() && failure_.empty()) failure_ = status.error_message();
    changed_.notify_all();
  }
  /// Throws if fewer are taken within the time, or one could not be.
  void wait_until_taken(std::int64_t count, std::chrono::seconds patience) {
    std::unique_lock lock{mutex_};
    changed_.wait_for(lock, patience, [&] { return taken_ >= count || !failure_.empty(); });
    if (taken_ >= count) return;
    throw std::runtime_error("only " + std::to_string(taken_) + " of " + std::to_string(count) +
                             " tickets were taken" + (failure_.empty() ? " in time" : ": " + failure_));
  }
  [[nodiscard]] std::int64_t count() const { return sent_; }
  [[nodiscard]] SteadyTime last_offer() const { return last_offer_; }
  Latencies& latencies() { return latencies_; }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::unordered_map<std::string, SteadyTime> waiting_;
  std::atomic<std::int64_t> sent_{0};
  std::int64_t taken_ = 0;
  std::string failure_;
  SteadyTime last_offer_;
  Latencies latencies_;
};

/// An agent at work: connected, and, if so told, taking every offer at once.
class Agent final : public grpc::ClientBidiReactor<v1::AgentSessionRequest, v1::AgentSessionResponse> {
 public:
  Agent(std::shared_ptr<grpc::Channel> channel, std::string id, bool takes, Ledger& ledger,
        v1::Presence presence)
      : id_{std::move(id)},
        takes_{takes},
        ledger_{ledger},
        stub_{v1::RoutingService::NewStub(std::move(channel))} {
    hello_.mutable_hello()->set_agent_id(id_);
    hello_.mutable_hello()->set_presence(presence);
    stub_->async()->AgentSession(&context_, this);
    StartWrite(&hello_);
    StartRead(&state_);
    StartCall();
  }
  ~Agent() override {
    context_.TryCancel();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return ended_ && accepting_ == 0; });
  }
  Agent(const Agent&) = delete;
  Agent& operator=(const Agent&) = delete;

  void wait_until_connected() {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return connected_ || ended_; });
    if (ended_) throw std::runtime_error("agent " + id_ + " cannot connect: " + status_.error_message());
  }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    {
      const std::lock_guard lock{mutex_};
      connected_ = true;
      changed_.notify_all();
    }
    if (state_.whole()) known_.clear();
    for (const auto& id : state_.gone_offer_ids()) known_.erase(id);
    for (const auto& offer : state_.offers()) {
      if (known_.insert(offer.id()).second) take(offer);
    }
    StartRead(&state_);
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock{mutex_};
    status_ = status;
    ended_ = true;
    changed_.notify_all();
  }

 private:
  struct Accepting {
    grpc::ClientContext context;
    v1::AcceptOfferRequest request;
    v1::AcceptOfferResponse response;
  };

  void take(const v1::Offer& offer) {
    ledger_.offered(offer.ticket().sender().address());
    if (!takes_) return;
    auto call = std::make_shared<Accepting>();
    call->request.set_offer_id(offer.id());
    call->request.set_agent_id(id_);
    call->context.set_deadline(std::chrono::system_clock::now() + 60s);
    {
      const std::lock_guard lock{mutex_};
      ++accepting_;
    }
    stub_->async()->AcceptOffer(&call->context, &call->request, &call->response,
                                [this, call](const grpc::Status& status) {
                                  ledger_.taken(status);
                                  const std::lock_guard lock{mutex_};
                                  --accepting_;
                                  changed_.notify_all();
                                });
  }

  std::string id_;
  bool takes_;
  Ledger& ledger_;
  std::unique_ptr<v1::RoutingService::Stub> stub_;
  grpc::ClientContext context_;
  v1::AgentSessionRequest hello_;
  v1::AgentSessionResponse state_;
  std::set<std::string> known_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool connected_ = false;
  bool ended_ = false;
  grpc::Status status_;
  int accepting_ = 0;
};

/// Counts what the log says was assigned.
class Assignments final : public grpc::ClientReadReactor<v1::SubscribeResponse> {
 public:
  Assignments(const std::shared_ptr<grpc::Channel>& channel, Ledger& ledger)
      : ledger_{ledger}, stub_{v1::EventService::NewStub(channel)} {
    request_.set_from_now(true);
    request_.set_mark_caught_up(true);
    request_.add_types(v1::EVENT_TYPE_ASSIGNED);
    stub_->async()->Subscribe(&context_, &request_, this);
    StartRead(&response_);
    StartCall();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return listens_ || ended_; });
    if (ended_) throw std::runtime_error("the log cannot be followed: " + status_.error_message());
  }
  ~Assignments() override {
    context_.TryCancel();
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return ended_; });
  }
  Assignments(const Assignments&) = delete;
  Assignments& operator=(const Assignments&) = delete;

  void OnReadDone(bool ok) override {
    if (!ok) return;
    for (int i = 0; i < response_.events_size(); ++i) ledger_.taken(grpc::Status::OK);
    if (response_.caught_up()) {
      const std::lock_guard lock{mutex_};
      listens_ = true;
      changed_.notify_all();
    }
    StartRead(&response_);
  }

  void OnDone(const grpc::Status& status) override {
    const std::lock_guard lock{mutex_};
    status_ = status;
    ended_ = true;
    changed_.notify_all();
  }

 private:
  Ledger& ledger_;
  std::unique_ptr<v1::EventService::Stub> stub_;
  grpc::ClientContext context_;
  v1::SubscribeRequest request_;
  v1::SubscribeResponse response_;

  std::mutex mutex_;
  std::condition_variable changed_;
  bool listens_ = false;
  bool ended_ = false;
  grpc::Status status_;
};

/// So many sessions share a connection, as those of one console process do: here there are four.
constexpr int kSessionsPerConnection = 500;

void make_agent(v1::RoutingService::Stub& stub, const std::string& id) {
  grpc::ClientContext context;
  v1::UpsertAgentRequest request;
  request.mutable_agent()->set_id(id);
  request.mutable_agent()->set_capacity_units(1000);
  auto& skill = *request.mutable_agent()->add_skills();
  skill.set_name(kSkill);
  skill.set_level(3);
  v1::UpsertAgentResponse response;
  const auto status = stub.UpsertAgent(&context, request, &response);
  if (!status.ok()) throw std::runtime_error("agent " + id + ": " + status.error_message());
}

std::vector<std::unique_ptr<Agent>> connect(const OffersOptions& options, Ledger& ledger,
                                            v1::Presence presence = v1::PRESENCE_AVAILABLE) {
  const auto target = options.way.host + ":" + std::to_string(options.way.grpc_port);
  std::vector<std::unique_ptr<Agent>> agents;
  std::shared_ptr<grpc::Channel> channel;
  std::unique_ptr<v1::RoutingService::Stub> stub;
  for (int i = 0; i < options.agents; ++i) {
    if (i % kSessionsPerConnection == 0) {
      grpc::ChannelArguments own;
      own.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
      channel = grpc::CreateCustomChannel(target, grpc::InsecureChannelCredentials(), own);
      stub = v1::RoutingService::NewStub(channel);
    }
    const std::string id = "desk" + std::to_string(i);
    make_agent(*stub, id);
    agents.push_back(std::make_unique<Agent>(channel, id, options.takes, ledger, presence));
  }
  for (const auto& agent : agents) agent->wait_until_connected();
  return agents;
}

/// All of them at once.
void make_available(const OffersOptions& options) {
  struct Call {
    grpc::ClientContext context;
    v1::SetPresenceRequest request;
    v1::SetPresenceResponse response;
  };
  const auto target = options.way.host + ":" + std::to_string(options.way.grpc_port);
  const auto stub =
      v1::RoutingService::NewStub(grpc::CreateChannel(target, grpc::InsecureChannelCredentials()));
  std::mutex mutex;
  std::condition_variable changed;
  int done = 0;
  std::string failure;
  std::vector<Call> calls(static_cast<std::size_t>(options.agents));
  for (int i = 0; i < options.agents; ++i) {
    auto& call = calls[static_cast<std::size_t>(i)];
    call.request.set_agent_id("desk" + std::to_string(i));
    call.request.set_presence(v1::PRESENCE_AVAILABLE);
    stub->async()->SetPresence(&call.context, &call.request, &call.response, [&](const grpc::Status& status) {
      const std::lock_guard lock{mutex};
      if (!status.ok()) failure = status.error_message();
      ++done;
      changed.notify_all();
    });
  }
  std::unique_lock lock{mutex};
  changed.wait(lock, [&] { return done == options.agents; });
  if (!failure.empty()) throw std::runtime_error("an agent's presence: " + failure);
}

struct Shared {
  std::string run = run_name();
  std::atomic<std::int64_t> next{0};
  std::atomic<bool> stopped{false};
  std::mutex mutex;
  std::string failure;
};

void write_as_new_customers(const OffersOptions& options, Shared& shared, Ledger& ledger) {
  try {
    LmtpClient client{options.way.host, options.way.lmtp_port};
    while (!shared.stopped) {
      const auto i = shared.next++;
      const std::string sender = "new" + std::to_string(i) + "." + shared.run + "@example.com";
      const auto bytes = mail(shared.run + ".new", i, sender);
      ledger.sent(sender);
      client.deliver(sender, bytes);
      if (options.one_by_one && !ledger.wait_until_none(30s))
        throw std::runtime_error("a mail was not offered within 30 s");
    }
  } catch (const std::exception& error) {
    shared.stopped = true;
    const std::lock_guard lock{shared.mutex};
    shared.failure = error.what();
  }
}

}  // namespace

Report assigned(const OffersOptions& options, std::int64_t waiting) {
  Ledger ledger;
  ProcessCpu cpu{options.way.watched};
  const auto agents = connect(options, ledger, v1::PRESENCE_AWAY);
  std::optional<Assignments> log;
  if (!options.takes) {
    log.emplace(grpc::CreateChannel(options.way.host + ":" + std::to_string(options.way.grpc_port),
                                    grpc::InsecureChannelCredentials()),
                ledger);
  }
  cpu.begin();
  const auto began = steady_now();
  make_available(options);
  ledger.wait_until_taken(waiting, 120s);
  Report report;
  report.add("per_second", static_cast<double>(waiting) / seconds_between(began, steady_now()));
  cpu.into(report, static_cast<double>(waiting));
  return report;
}

Report offers(const OffersOptions& options) {
  Ledger ledger;
  Shared shared;
  const auto agents = connect(options, ledger);

  ProcessCpu cpu{options.way.watched};
  cpu.begin();
  const auto began = steady_now();
  std::vector<std::thread> threads;
  const int connections = options.one_by_one ? 1 : options.way.connections;
  for (int i = 0; i < connections; ++i)
    threads.emplace_back([&] { write_as_new_customers(options, shared, ledger); });
  while (seconds_between(began, steady_now()) < options.way.seconds && !shared.stopped)
    std::this_thread::sleep_for(5ms);
  shared.stopped = true;
  for (auto& thread : threads) thread.join();
  if (!shared.failure.empty()) throw std::runtime_error(shared.failure);
  const auto last_mail = steady_now();
  if (!ledger.wait_until_none(60s)) throw std::runtime_error("some mails were not offered within a minute");

  Report report;
  const auto count = static_cast<double>(ledger.count());
  report.add("offered", count);
  report.add("per_second", count / seconds_between(began, ledger.last_offer()));
  report.add("behind_ms", std::max(0.0, seconds_between(last_mail, ledger.last_offer()) * 1e3));
  ledger.latencies().into(report);
  cpu.into(report, count);
  return report;
}

}  // namespace hark::load
