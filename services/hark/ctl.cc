#include "hark/ctl.h"

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "hark/ctl_agents.h"
#include "hark/ctl_client.h"
#include "hark/ctl_print.h"
#include "hark/ctl_reply.h"
#include "hark/ctl_routing.h"
#include "hark/ctl_template.h"
#include "hark/ctl_tickets.h"
#include "hark/v1/conversation_service.grpc.pb.h"
#include "hark/v1/routing_service.grpc.pb.h"

namespace hark {
namespace {

struct Ctl : CtlClient {
  int limit = 0;
  bool all = false;
  std::string id, text, reason, disposition, entry, agent, name, account, to, subject;
  CtlTemplate chosen;

  std::unique_ptr<v1::ConversationService::Stub> conversation() {
    return v1::ConversationService::NewStub(channel());
  }
  std::unique_ptr<v1::RoutingService::Stub> routing() { return v1::RoutingService::NewStub(channel()); }

  static std::int64_t token_of(const v1::Ticket& ticket) {
    return ticket.state() == v1::TICKET_STATE_ASSIGNED ? ticket.assignment_token() : 0;
  }

  void conversations() {
    if (!id.empty()) return conversation_of_id();
    v1::ListConversationsRequest request;
    request.set_limit(limit);
    request.set_all(all);
    request.set_agent_id(agent);
    v1::ListConversationsResponse response;
    call(*conversation(), &v1::ConversationService::Stub::ListConversations, request, response,
         &print_conversations);
  }

  void conversation_of_id() {
    v1::GetConversationRequest request;
    v1::Conversation found;
    if (!find_conversation(id, found)) return;
    request.set_id(found.id());
    v1::GetConversationResponse response;
    call(*conversation(), &v1::ConversationService::Stub::GetConversation, request, response,
         [](const v1::GetConversationResponse& one) { print_conversation(one.conversation()); });
  }

  void timeline() {
    v1::ListTimelineRequest request;
    const auto stub = conversation();
    v1::Conversation found;
    if (!find_conversation(id, found)) return;
    request.set_conversation_id(found.id());
    request.set_limit(limit);
    request.set_newest(true);
    v1::ListTimelineResponse response;
    call(*stub, &v1::ConversationService::Stub::ListTimeline, request, response,
         [&found](const v1::ListTimelineResponse& page) {
           print_timeline(page);
           print_windows(found);
         });
  }

  void start() {
    if (!knows_agents({agent})) return;
    v1::StartRequest request;
    request.set_idempotency_key(new_key());
    request.set_agent_id(agent);
    request.set_account_id(account);
    const auto* scheme = chosen.wanted() ? "tel:" : "mailto:";
    request.mutable_to()->set_address(to.find(':') == std::string::npos ? scheme + to : to);
    request.mutable_to()->set_name(name);
    request.set_subject(subject);
    request.set_text(text);
    if (chosen.wanted()) chosen.fill(*request.mutable_template_());
    request.set_reason(reason);
    v1::StartResponse response;
    call(*conversation(), &v1::ConversationService::Stub::Start, request, response,
         [](const v1::StartResponse& done) { print_entry(done.entry()); });
  }

  void merge() {
    if (!knows_agents({agent})) return;
    v1::MergeRequest request;
    request.set_idempotency_key(new_key());
    request.set_survivor_id(id);
    request.set_loser_id(entry);
    request.set_agent_id(agent);
    request.set_reason(reason);
    v1::MergeResponse response;
    call(*conversation(), &v1::ConversationService::Stub::Merge, request, response,
         [this](const v1::MergeResponse& done) {
           std::printf("%s is part of %s now\n", entry.c_str(), done.conversation().id().c_str());
         });
  }

  void unmerge() {
    if (!knows_agents({agent})) return;
    v1::UnmergeRequest request;
    request.set_idempotency_key(new_key());
    request.set_customer_id(id);
    request.set_agent_id(agent);
    request.set_reason(reason);
    v1::UnmergeResponse response;
    call(*conversation(), &v1::ConversationService::Stub::Unmerge, request, response,
         [](const v1::UnmergeResponse& done) {
           std::printf("%s is no longer part of %s\n", done.restored().id().c_str(),
                       done.survivor().id().c_str());
         });
  }

  void note() {
    v1::AddNoteRequest request;
    v1::Conversation found;
    if (!find_conversation(id, found) || !knows_agents({agent})) return;
    request.set_idempotency_key(new_key());
    request.set_conversation_id(found.id());
    request.set_agent_id(agent);
    request.set_text(text);
    v1::AddNoteResponse response;
    call(*conversation(), &v1::ConversationService::Stub::AddNote, request, response,
         [](const v1::AddNoteResponse& done) { print_entry(done.entry()); });
  }

  void resolve() {
    const auto stub = conversation();
    v1::Conversation found;
    if (!find_conversation(id, found) || !knows_agents({agent})) return;
    v1::ResolveRequest request;
    request.set_idempotency_key(new_key());
    request.set_ticket_id(found.ticket().id());
    request.set_agent_id(agent.empty() ? found.ticket().agent_id() : agent);
    request.set_assignment_token(token_of(found.ticket()));
    request.set_disposition(disposition);
    request.set_waive_reason(reason);
    v1::ResolveResponse response;
    call(*stub, &v1::ConversationService::Stub::Resolve, request, response,
         [](const v1::ResolveResponse& done) { std::printf("%s resolved\n", done.ticket().id().c_str()); });
  }

  void reopen() {
    const auto stub = conversation();
    v1::Conversation found;
    if (!find_conversation(id, found) || !knows_agents({agent})) return;
    v1::ReopenRequest request;
    request.set_idempotency_key(new_key());
    request.set_conversation_id(found.id());
    request.set_agent_id(agent);
    request.set_reason(reason);
    v1::ReopenResponse response;
    call(*stub, &v1::ConversationService::Stub::Reopen, request, response,
         [](const v1::ReopenResponse& done) {
           std::printf("%s is in the queue again\n", done.ticket().id().c_str());
         });
  }

  void quarantine() {
    v1::ListQuarantineRequest request;
    request.set_limit(limit);
    v1::ListQuarantineResponse response;
    call(*conversation(), &v1::ConversationService::Stub::ListQuarantine, request, response,
         &print_quarantine);
  }

  void queue() {
    v1::ListQueueRequest request;
    request.set_limit(limit);
    v1::ListQueueResponse response;
    call(*routing(), &v1::RoutingService::Stub::ListQueue, request, response, &print_queue);
  }

  void queues() {
    v1::SummarizeQueueResponse response;
    call(*routing(), &v1::RoutingService::Stub::SummarizeQueue, v1::SummarizeQueueRequest{}, response,
         &print_queues);
  }

  void why() {
    v1::ExplainRequest request;
    if (!find_ticket_id(id, *request.mutable_ticket_id())) return;
    v1::ExplainResponse response;
    call(*routing(), &v1::RoutingService::Stub::Explain, request, response, &print_why);
  }
};

CLI::App* command(CLI::App& parent, Ctl& ctl, const char* name, const char* help, void (Ctl::*run)()) {
  auto* sub = parent.add_subcommand(name, help);
  sub->add_flag("--json", ctl.json, "Print proto3 JSON of the message that gRPC returned");
  sub->callback([&ctl, run] { (ctl.*run)(); });
  return sub;
}

}  // namespace

// NOLINTNEXTLINE(readability-function-size): a table of commands and their options
void add_ctl(CLI::App& app, int& status) {
  auto ctl = std::make_shared<Ctl>();
  auto* root = app.add_subcommand("ctl", "Ask and command a running Hark over gRPC");
  root->require_subcommand(1);
  root->add_option("--address", ctl->address, "host:port of gRPC (default 127.0.0.1:7471)");
  root->add_option("--ca", ctl->ca_file, "PEM file of who signed the certificate, if gRPC speaks TLS");
  root->add_option("--token-file", ctl->token_file, "File with the token to show; only over TLS");
  root->final_callback([ctl, &status] { status = ctl->status; });

  auto* list = command(*root, *ctl, "conversations", "Conversations with an open ticket, oldest first",
                       &Ctl::conversations);
  list->add_option("id", ctl->id, "Only this one: its id, or that of a ticket or an entry of it");
  list->add_flag("--all", ctl->all, "Also those without an open ticket");
  list->add_option("--agent", ctl->agent, "Only those whose ticket this agent holds");
  list->add_option("--limit", ctl->limit);

  auto* timeline = command(*root, *ctl, "timeline", "The newest entries of a conversation", &Ctl::timeline);
  timeline->add_option("conversation", ctl->id, "Id of a conversation, a ticket or an entry")->required();
  timeline->add_option("--limit", ctl->limit);

  add_ctl_reply(*root, ctl);

  auto* start =
      command(*root, *ctl, "start", "Write to a customer first: by mail, or by a template", &Ctl::start);
  start->add_option("--account", ctl->account, "Our account that it leaves from")->required();
  start->add_option("--to", ctl->to, "The customer's address; for a template their number")->required();
  auto* subject = start->add_option("--subject", ctl->subject, "Of a mail");
  auto* words = start->add_option("--text", ctl->text, "Of a mail");
  ctl->chosen.add_to(*start, "Instead of subject and text: one of the account's templates")
      ->excludes(subject)
      ->excludes(words);
  start->add_option("--agent", ctl->agent, "In whose name; the answer goes to them first");
  start->add_option("--name", ctl->name, "The customer's name");
  start->add_option("--reason", ctl->reason, "Why we write; goes on the record");
  start->add_option("--key", ctl->key, "Idempotency key (default: a new one)");

  auto* merge = command(*root, *ctl, "merge", "Make two customers one; destroys nothing", &Ctl::merge);
  merge->add_option("survivor", ctl->id, "The customer (conversation) who stays")->required();
  merge->add_option("loser", ctl->entry, "The customer who becomes part of the first")->required();
  auto* unmerge = command(*root, *ctl, "unmerge", "Take a merge back", &Ctl::unmerge);
  unmerge->add_option("customer", ctl->id, "The customer who was merged into another")->required();
  for (auto* sub : {merge, unmerge}) {
    sub->add_option("--reason", ctl->reason, "Goes on the record of both")->required();
    sub->add_option("--agent", ctl->agent);
    sub->add_option("--key", ctl->key, "Idempotency key (default: a new one)");
  }

  auto* note = command(*root, *ctl, "note", "Add a note for colleagues", &Ctl::note);
  note->add_option("conversation", ctl->id, "Id of a conversation or a ticket")->required();
  note->add_option("--text", ctl->text)->required();
  note->add_option("--agent", ctl->agent);
  note->add_option("--key", ctl->key);

  auto* resolve = command(*root, *ctl, "resolve", "Resolve the open ticket of a conversation", &Ctl::resolve);
  resolve->add_option("conversation", ctl->id, "Id of a conversation or a ticket")->required();
  resolve->add_option("--agent", ctl->agent);
  resolve->add_option("--disposition", ctl->disposition);
  resolve->add_option("--waive", ctl->reason, "Why unanswered messages need no answer");
  resolve->add_option("--key", ctl->key);

  auto* reopen = command(*root, *ctl, "reopen", "Put the last ticket of a conversation back into the queue",
                         &Ctl::reopen);
  reopen->add_option("conversation", ctl->id, "Id of a conversation or a ticket")->required();
  reopen->add_option("--agent", ctl->agent);
  reopen->add_option("--reason", ctl->reason);
  reopen->add_option("--key", ctl->key);

  command(*root, *ctl, "quarantine", "Input that could not be read, newest first", &Ctl::quarantine)
      ->add_option("--limit", ctl->limit);
  command(*root, *ctl, "queue", "Tickets that wait for an agent, longest first", &Ctl::queue)
      ->add_option("--limit", ctl->limit);
  command(*root, *ctl, "queues",
          "Each queue: what waits, for how long, at risk, its agents, the estimated wait", &Ctl::queues);
  command(*root, *ctl, "why", "Why a ticket is where it is: its queue, step, place, and every agent",
          &Ctl::why)
      ->add_option("ticket", ctl->id, "Id of a ticket, or of a conversation: its open one")
      ->required();

  add_ctl_routing(*root, ctl);

  add_ctl_tickets(*root, *add_ctl_agents(*root, ctl), ctl);
}

}  // namespace hark
