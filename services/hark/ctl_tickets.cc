#include "hark/ctl_tickets.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "hark/v1/conversation_service.grpc.pb.h"
#include "hark/v1/routing_service.grpc.pb.h"

namespace hark {
namespace {

using Conversations = v1::ConversationService;
using Routing = v1::RoutingService;

struct CtlTickets {
  std::shared_ptr<CtlClient> client;
  std::string id, agent, reason, state, to, queue, by;
  std::vector<std::string> names;
  int minutes = 0, waited_minutes = 0;

  [[nodiscard]] std::unique_ptr<Conversations::Stub> conversation() const {
    return Conversations::NewStub(client->channel());
  }
  [[nodiscard]] std::unique_ptr<Routing::Stub> routing() const { return Routing::NewStub(client->channel()); }

  static std::int64_t now_ms() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  }

  /// Whoever is at the keyboard may act past the holder; the token still says which assignment they mean.
  template <class Request>
  bool about_ticket(Request& request) const {
    v1::Conversation found;
    if (!client->find_conversation(id, found) || !client->knows_agents({agent})) return false;
    const v1::Ticket& ticket = found.ticket();
    request.set_idempotency_key(client->new_key());
    request.set_ticket_id(ticket.id());
    request.set_agent_id(agent);
    request.set_assignment_token(ticket.state() == v1::TICKET_STATE_ASSIGNED ? ticket.assignment_token() : 0);
    request.set_reason(reason);
    request.set_by_supervisor(true);
    return true;
  }

  void hold() {
    v1::PutOnHoldRequest request;
    if (!about_ticket(request)) return;
    request.set_state(state);
    if (minutes > 0) request.set_until_ms(now_ms() + std::int64_t{minutes} * 60'000);
    v1::PutOnHoldResponse response;
    client->call(
        *routing(), &Routing::Stub::PutOnHold, request, response, [](const v1::PutOnHoldResponse& done) {
          std::printf("%s is on hold (%s) until %s, with %s\n", done.ticket().id().c_str(),
                      done.ticket().hold().state().c_str(),
                      time_text(done.ticket().hold().until_ms()).c_str(), done.ticket().agent_id().c_str());
        });
  }

  void release() {
    v1::ReleaseTicketRequest request;
    if (!about_ticket(request)) return;
    v1::ReleaseTicketResponse response;
    client->call(*conversation(), &Conversations::Stub::ReleaseTicket, request, response,
                 [](const v1::ReleaseTicketResponse& done) {
                   std::printf("%s is on hold no longer\n", done.ticket().id().c_str());
                 });
  }

  template <class Response>
  void show_transferred(const Response& done) const {
    if (client->json) {
      std::puts(to_json(done).c_str());
    } else {
      std::printf("%s is in the queue again\n", done.ticket().id().c_str());
    }
  }

  /// The process at this address has no routing, which alone knows what there is.
  void transfer_unchecked(const v1::TransferRequest& request) {
    std::fprintf(stderr,
                 "hark ctl: %s does not serve routing: nobody checks that the agent or queue exists\n",
                 client->address.c_str());
    v1::TransferResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCtlTimeout);
    const auto result = conversation()->Transfer(&context, request, &response);
    if (!result.ok()) {
      client->status = client->fail(result);
      return;
    }
    show_transferred(response);
  }

  void transfer() {
    v1::PassOnRequest asked;
    v1::TransferRequest& request = *asked.mutable_transfer();
    if (!about_ticket(request)) return;
    request.set_wanted_agent_id(to);
    for (const auto& skill : names) request.add_wanted_skills(skill);
    request.set_wanted_queue_id(queue);
    if (waited_minutes > 0) request.set_virtual_start_ms(now_ms() - std::int64_t{waited_minutes} * 60'000);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCtlTimeout);
    v1::PassOnResponse response;
    const auto result = routing()->PassOn(&context, asked, &response);
    if (result.error_code() == grpc::StatusCode::UNIMPLEMENTED) return transfer_unchecked(request);
    if (!result.ok()) {
      client->status = client->fail(result);
      return;
    }
    show_transferred(response);
  }

  void prefer() {
    v1::Conversation found;
    if (!client->find_conversation(id, found) || !client->knows_agents({agent}) ||
        !client->knows_agents(names))
      return;
    v1::SetPreferredAgentsRequest request;
    request.set_idempotency_key(client->new_key());
    request.set_conversation_id(found.id());
    request.set_agent_id(agent);
    for (const auto& name : names) request.add_preferred_agent_ids(name);
    v1::SetPreferredAgentsResponse response;
    client->call(*conversation(), &Conversations::Stub::SetPreferredAgents, request, response,
                 [this](const v1::SetPreferredAgentsResponse& done) {
                   std::printf("%s: %s\n", done.conversation().id().c_str(),
                               names.empty() ? "nobody in particular" : names.front().c_str());
                 });
  }

  void begin_wrap_up() {
    v1::BeginWrapUpRequest request;
    request.set_agent_id(id);
    v1::BeginWrapUpResponse response;
    client->call(*routing(), &Routing::Stub::BeginWrapUp, request, response,
                 [this](const v1::BeginWrapUpResponse&) { std::printf("%s wraps up\n", id.c_str()); });
  }

  void end_wrap_up() {
    v1::EndWrapUpRequest request;
    request.set_agent_id(id);
    request.set_by_agent_id(by);
    v1::EndWrapUpResponse response;
    client->call(*routing(), &Routing::Stub::EndWrapUp, request, response,
                 [this](const v1::EndWrapUpResponse&) { std::printf("%s has wrapped up\n", id.c_str()); });
  }
};

CLI::App* command(CLI::App& parent, const std::shared_ptr<CtlTickets>& tickets, const char* name,
                  const char* help, void (CtlTickets::*run)()) {
  auto* sub = parent.add_subcommand(name, help);
  sub->add_flag("--json", tickets->client->json, "Print proto3 JSON of the message that gRPC returned");
  sub->callback([tickets, run] { ((*tickets).*run)(); });
  return sub;
}

}  // namespace

void add_ctl_tickets(CLI::App& ctl, CLI::App& agents, std::shared_ptr<CtlClient> client) {
  auto tickets = std::make_shared<CtlTickets>();
  tickets->client = std::move(client);

  auto* hold = command(ctl, tickets, "hold", "Leave a ticket alone for a while; its agent keeps it",
                       &CtlTickets::hold);
  hold->add_option("--state", tickets->state, "What it waits for, of routing.hold_states")->required();
  hold->add_option("--minutes", tickets->minutes, "For so long (default: the longest that the state allows)")
      ->check(positive_count());
  auto* release = command(ctl, tickets, "release", "Take a ticket off hold", &CtlTickets::release);
  auto* transfer = command(ctl, tickets, "transfer", "Give a ticket back to the queue, its place kept",
                           &CtlTickets::transfer);
  transfer->add_option("--to", tickets->to, "For this agent first");
  transfer->add_option("--skill", tickets->names, "For whoever has it, repeatable");
  transfer->add_option("--queue", tickets->queue, "Into this queue of routing.queues");
  transfer
      ->add_option("--waited-minutes", tickets->waited_minutes, "Its place is as if it had waited so long")
      ->check(positive_count());
  for (auto* sub : {hold, release, transfer}) {
    sub->add_option("ticket", tickets->id, "Id of a ticket or a conversation")->required();
    sub->add_option("--reason", tickets->reason, "Goes on the record");
    sub->add_option("--agent", tickets->agent, "Who does it, for the record");
    sub->add_option("--key", tickets->client->key, "Idempotency key (default: a new one)");
  }

  auto* prefer = command(ctl, tickets, "prefer", "Say who is to serve a customer if at all possible",
                         &CtlTickets::prefer);
  prefer->add_option("conversation", tickets->id, "Id of a conversation or a ticket")->required();
  prefer->add_option("agents", tickets->names, "The first one first; none: nobody in particular");
  prefer->add_option("--agent", tickets->agent, "Who does it, for the record");
  prefer->add_option("--key", tickets->client->key, "Idempotency key (default: a new one)");

  auto* begin = command(agents, tickets, "begin-wrap-up", "Take the wrap-up that is optional",
                        &CtlTickets::begin_wrap_up);
  auto* end = command(agents, tickets, "end-wrap-up", "An agent's wrap-up is done", &CtlTickets::end_wrap_up);
  end->add_option("--by", tickets->by, "The supervisor who ends it, forced or not");
  for (auto* sub : {begin, end}) sub->add_option("id", tickets->id)->required();
}

}  // namespace hark
