#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/agent/desk.h"
#include "base/testing/redis_fixture.h"
#include "routing/service.h"

// What the tests of Routing share.
namespace hark::routing {

using namespace std::chrono_literals;

/// The conversation service in memory: tickets, their log, and a fence.
class FakeConversations final : public Conversations {
 public:
  explicit FakeConversations(const asio::any_io_executor& executor) : logged_{executor} {}

  Task<Result<v1::AssignResponse>> assign(v1::AssignRequest request) override {
    assign_keys.push_back(request.idempotency_key());
    if (unknown_assigns > 0 && unknown_assigns-- > 0) {
      co_return Error{Code::kUnavailable, Reason::kOutcomeUnknown, "the connection broke"};
    }
    if (fenced_off(request.fencing_token()))
      co_return Error{Code::kAborted, Reason::kStaleFence, "a newer leader"};
    const auto at = tickets.find(request.ticket_id());
    const int shard = static_cast<int>(request.fencing_token() >> kTermBits) + 1;
    if (at != tickets.end() && at->second.shard() != 0 && at->second.shard() != shard) {
      if (request.by_agent_id().empty())
        co_return Error{Code::kFailedPrecondition, Reason::kIllegalTransition, "another shard's"};
      at->second.set_shard(shard);
    }
    if (at == tickets.end() || at->second.state() != v1::TICKET_STATE_QUEUED) {
      co_return Error{Code::kFailedPrecondition, Reason::kIllegalTransition, "the ticket is resolved"};
    }
    v1::Ticket& ticket = at->second;
    ticket.set_state(v1::TICKET_STATE_ASSIGNED);
    ticket.set_agent_id(request.agent_id());
    ticket.set_assignment_token(ticket.assignment_token() + 1);
    reasons.push_back(request.reason());
    if (request.has_verdict() && !ticket.has_verdict()) *ticket.mutable_verdict() = request.verdict();
    log(v1::EVENT_TYPE_ASSIGNED, ticket);
    v1::AssignResponse response;
    *response.mutable_ticket() = ticket;
    co_return response;
  }

  Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) override {
    if (request.fencing_token() > 0 && fenced_off(request.fencing_token()))
      co_return Error{Code::kAborted, Reason::kStaleFence, "a newer leader"};
    v1::Ticket& ticket = tickets.at(request.ticket_id());
    ticket.set_state(v1::TICKET_STATE_QUEUED);
    const bool by_holder = request.fencing_token() == 0;
    if (by_holder && !ticket.agent_id().empty() && request.wanted_agent_id() != ticket.agent_id())
      ticket.add_declined_by(ticket.agent_id());
    if (!request.wanted_queue_id().empty()) ticket.set_wanted_queue_id(request.wanted_queue_id());
    ticket.set_wanted_agent_id(request.wanted_agent_id());
    *ticket.mutable_wanted_skills() = request.wanted_skills();
    transfers.push_back(request);
    ticket.clear_agent_id();
    ticket.clear_passage();
    log(v1::EVENT_TYPE_TRANSFERRED, ticket);
    v1::TransferResponse response;
    *response.mutable_ticket() = ticket;
    co_return response;
  }

  Task<Result<v1::HoldTicketResponse>> hold(v1::HoldTicketRequest request) override {
    v1::Ticket& ticket = tickets.at(request.ticket_id());
    if (request.assignment_token() != ticket.assignment_token())
      co_return Error{Code::kFailedPrecondition, Reason::kStaleAssignment, "not yours"};
    ticket.mutable_hold()->set_state(request.state());
    ticket.mutable_hold()->set_until_ms(request.until_ms());
    holds.push_back(request);
    log(v1::EVENT_TYPE_HELD, ticket);
    v1::HoldTicketResponse response;
    *response.mutable_ticket() = ticket;
    co_return response;
  }

  Task<Result<v1::ReleaseTicketResponse>> release(v1::ReleaseTicketRequest request) override {
    if (fenced_off(request.fencing_token()))
      co_return Error{Code::kAborted, Reason::kStaleFence, "a newer leader"};
    if (unknown_releases > 0 && unknown_releases-- > 0)
      co_return Error{Code::kUnavailable, Reason::kOutcomeUnknown, "the connection broke"};
    v1::Ticket& ticket = tickets.at(request.ticket_id());
    releases.push_back(request);
    if (ticket.hold().until_ms() == request.until_ms()) {
      ticket.clear_hold();
      log(v1::EVENT_TYPE_RELEASED, ticket);
    }
    co_return v1::ReleaseTicketResponse{};
  }

  Task<Result<v1::AnnotateTicketResponse>> annotate(v1::AnnotateTicketRequest request) override {
    if (fenced_off(request.fencing_token()))
      co_return Error{Code::kAborted, Reason::kStaleFence, "a newer leader"};
    v1::AnnotateTicketResponse response;
    const auto at = tickets.find(request.ticket_id());
    if (at == tickets.end()) co_return Error{Code::kNotFound, Reason::kTicketNotFound, "no such ticket"};
    if (request.has_sla()) notices.push_back(request.sla());
    *response.mutable_ticket() = at->second;
    co_return response;
  }

  Task<Result<v1::SetVerdictsResponse>> set_verdicts(v1::SetVerdictsRequest request) override {
    if (fenced_off(request.fencing_token()))
      co_return Error{Code::kAborted, Reason::kStaleFence, "a newer leader"};
    for (const auto& [id, verdict] : request.verdicts()) {
      const auto at = tickets.find(id);
      if (at == tickets.end() || at->second.has_verdict()) continue;
      *at->second.mutable_verdict() = verdict;
      v1::Event event;
      event.set_type(v1::EVENT_TYPE_TRIAGED);
      event.set_ticket_id(id);
      *event.mutable_verdict() = verdict;
      log(std::move(event));
    }
    co_return v1::SetVerdictsResponse{};
  }

  Task<Result<std::vector<v1::Entry>>> entries_since(std::string, std::int64_t) override {
    co_return entries;
  }

  Task<Status> set_shards(v1::SetShardsRequest request) override {
    if (fenced_off(request.fencing_token()))
      co_return Error{Code::kAborted, Reason::kStaleFence, "a newer leader"};
    const int own = static_cast<int>(request.fencing_token() >> kTermBits) + 1;
    for (const auto& [id, to] : request.tickets()) {
      if (on_pass) co_await on_pass(id, to.shard(), own);
      const auto at = tickets.find(id);
      if (at == tickets.end() || at->second.agent_id() != to.agent_id()) continue;
      if (at->second.shard() != 0 && at->second.shard() != own) continue;
      if (at->second.wanted_agent_id() != to.wanted_agent_id()) continue;
      at->second.set_shard(to.shard());
      if (to.forget_wanted_agent()) at->second.clear_wanted_agent_id();
      if (to.has_passage()) *at->second.mutable_passage() = to.passage();
      log(v1::EVENT_TYPE_SHARDED, at->second);
    }
    co_return Status{};
  }

  Task<Status> raise_fence(std::int64_t token) override {
    const auto shard = token >> kTermBits;
    (shard == 0 ? fence : fences[shard]) = token;
    co_return Status{};
  }

  Task<Result<Snapshot>> snapshot() override {
    Snapshot out;
    (*out.cursor.mutable_positions())[0] = static_cast<std::int64_t>(events.size());
    for (const auto& [id, ticket] : tickets) out.tickets.push_back(ticket);
    co_return out;
  }

  class Feed final : public EventFeed {
   public:
    Feed(FakeConversations& from, std::int64_t after) : from_{from}, next_{static_cast<std::size_t>(after)} {}
    Task<std::optional<v1::SubscribeResponse>> read() override {
      while (marked_ && next_ == from_.events.size()) co_await from_.logged_.wait();
      v1::SubscribeResponse response;
      while (next_ < from_.events.size()) *response.add_events() = from_.events[next_++];
      response.set_caught_up(!std::exchange(marked_, true));
      co_return response;
    }
    [[nodiscard]] Status status() const override { return {}; }

   private:
    FakeConversations& from_;
    std::size_t next_;
    bool marked_ = false;
  };
  std::unique_ptr<EventFeed> subscribe(v1::Cursor after) override {
    return std::make_unique<Feed>(*this, after.positions().at(0));
  }

  [[nodiscard]] bool fenced_off(std::int64_t token) {
    const auto shard = token >> kTermBits;
    return token < (shard == 0 ? fence : fences[shard]);
  }

  void open(const std::string& id, const std::string& preview = "where is my order") {
    v1::Ticket& ticket = tickets[id];
    ticket.set_id(id);
    ticket.set_conversation_id("con_" + id);
    ticket.set_state(v1::TICKET_STATE_QUEUED);
    ticket.set_channel(v1::CHANNEL_EMAIL);
    ticket.set_preview(preview);
    log(v1::EVENT_TYPE_ACCEPTED, ticket);
  }

  void resolve(const std::string& id) {
    v1::Ticket ticket = tickets.at(id);
    tickets.erase(id);
    ticket.set_state(v1::TICKET_STATE_RESOLVED);
    log(v1::EVENT_TYPE_RESOLVED, ticket);
  }

  void log(v1::Event event) {
    event.set_position(static_cast<std::int64_t>(events.size()) + 1);
    events.push_back(std::move(event));
    logged_.notify_all();
  }
  void log(v1::EventType type, const v1::Ticket& ticket) {
    v1::Event event;
    event.set_type(type);
    event.set_ticket_id(ticket.id());
    *event.mutable_ticket() = ticket;
    log(std::move(event));
  }

  std::map<std::string, v1::Ticket> tickets;
  std::vector<v1::Event> events;
  std::vector<std::string> assign_keys;
  /// Why each was assigned.
  std::vector<std::string> reasons;
  std::vector<v1::SlaNotice> notices;
  std::vector<v1::TransferRequest> transfers;
  std::vector<v1::HoldTicketRequest> holds;
  std::vector<v1::ReleaseTicketRequest> releases;
  /// The one timeline that there is.
  std::vector<v1::Entry> entries;
  std::int64_t fence = 0;
  /// Of the other shards.
  std::map<std::int64_t, std::int64_t> fences;
  /// Told before a ticket gets its shard, by which shard.
  std::function<Task<>(std::string ticket_id, int shard, int by)> on_pass;
  int unknown_assigns = 0;
  int unknown_releases = 0;

 private:
  Notifier logged_;
};

/// One process's routing, of one shard.
struct Node {
  Node(asio::any_io_executor executor, redis::Client& redis, Conversations& conversations, std::string name,
       Rules rules = {}, Triager* triager = nullptr, v1::Config file = {}, std::uint16_t shard = 0,
       Company* company = nullptr)
      : store{redis, shard},
        first_store{redis, 0},
        registry{redis},
        tasks{executor,
              [](std::string_view task, std::string_view what) { ADD_FAILURE() << task << ": " << what; }},
        service{{executor,
                 store,
                 registry,
                 conversations,
                 clock,
                 passwords,
                 std::move(name),
                 [](std::string_view task, std::string_view what) { ADD_FAILURE() << task << ": " << what; },
                 [this](std::string_view what, std::string_view detail) {
                   news.push_back(std::string{what} + ": " + std::string{detail});
                 },
                 triager,
                 {},
                 kLeaseTime,
                 shard,
                 &first_store,
                 company,
                 [this](const std::string& ticket_id, const std::string& queue_id) {
                   unknown_queues.push_back(ticket_id + " " + queue_id);
                 }},
                std::move(rules),
                std::move(file)} {
    tasks.spawn("lead", service.run());
  }

  Task<> stop() {
    tasks.cancel();
    co_await tasks.wait();
    co_await service.close();
  }

  Store store;
  Store first_store;
  Registry registry;
  SystemClock clock;
  Passwords passwords;
  std::vector<std::string> news;
  std::vector<std::string> unknown_queues;
  TaskGroup tasks;
  Routing service;
};

/// Puts together what sessions are told frame by frame.
class Onlooker {
 public:
  /// What the session has been told so far, with its next frame; a default one if it has ended.
  Task<v1::AgentSessionResponse> next_state(std::shared_ptr<Routing::Session> session) {
    const auto told = co_await session->next();
    if (!told) co_return v1::AgentSessionResponse{};
    auto& seen = seen_[session.get()];
    take_frame(seen, *told);
    co_return seen;
  }
  /// As soon as so many offers stand.
  Task<v1::AgentSessionResponse> see_offers(std::shared_ptr<Routing::Session> session, int count) {
    for (;;) {
      auto state = co_await next_state(session);
      if (!state.has_agent()) {
        ADD_FAILURE() << "the session ended";
        co_return state;
      }
      if (state.offers_size() == count) co_return state;
    }
  }

 private:
  std::map<const Routing::Session*, v1::AgentSessionResponse> seen_;
};

class RoutingService : public hark::testing::RedisTest, public Onlooker {
 public:
  /// Runs a test's coroutine against a node that leads and has the agent ana.
  void play(Task<> (*scene)(RoutingService&)) {
    tasks().spawn("scene", scene(*this));
    run_until_idle();
  }

  Task<> start(std::string name = "one", std::optional<Rules> other_rules = {}, Triager* triager = nullptr) {
    node = std::make_unique<Node>(executor(), client(), conversations, std::move(name),
                                  other_rules.value_or(rules), triager, file);
    EXPECT_TRUE(co_await node->service.is_led_within(20s));
  }
  Task<> stop() {
    co_await node->stop();
    node.reset();
  }
  Task<> make_agent(std::string id, int capacity = 5) {
    v1::UpsertAgentRequest request;
    request.mutable_agent()->set_id(id);
    request.mutable_agent()->set_capacity_units(capacity);
    request.set_password("correct horse");
    const auto answer = co_await node->service.upsert_agent(request);
    EXPECT_TRUE(answer.ok()) << answer.error().message;
  }
  Task<std::shared_ptr<Routing::Session>> sit_down(std::string id) {
    v1::AgentSessionRequest::Hello hello;
    hello.set_agent_id(id);
    hello.set_presence(v1::PRESENCE_AVAILABLE);
    auto session = co_await node->service.open_session(hello);
    EXPECT_TRUE(session.ok()) << session.error().message;
    co_return *session;
  }
  Task<Result<v1::AcceptOfferResponse>> accept(std::string offer_id, std::string agent_id) {
    v1::AcceptOfferRequest request;
    request.set_offer_id(offer_id);
    request.set_agent_id(agent_id);
    co_return co_await node->service.accept_offer(request);
  }

  FakeConversations conversations{executor()};
  Rules rules;
  v1::Config file;
  std::unique_ptr<Node> node;
};

/// Waits until something is so; the test's own deadline ends it otherwise.
template <class Probe>
Task<> until(Probe probe) {
  while (!probe()) co_await sleep_for(std::chrono::milliseconds{5});
}

}  // namespace hark::routing
