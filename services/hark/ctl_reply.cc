#include "hark/ctl_reply.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "base/core/file_name.h"
#include "hark/ctl_template.h"
#include "hark/v1/blob_service.grpc.pb.h"
#include "hark/v1/conversation_service.grpc.pb.h"

namespace hark {
namespace {

using Service = v1::ConversationService;

constexpr std::size_t kChunkBytes = 256U << 10;

void print_rules(const v1::ListSendingRulesResponse& response) {
  for (const auto& rules : response.rules()) {
    std::printf("%s (%s): %s\n", rules.account_id().c_str(), rules.network().c_str(),
                rules.files_max() > 0 ? ("up to " + std::to_string(rules.files_max()) + " files").c_str()
                                      : ("no files: " + rules.no_files_reason()).c_str());
    for (const auto& file : rules.files()) {
      std::printf("    file %s up to %lld bytes\n",
                  file.content_type().empty() ? "of any type" : file.content_type().c_str(),
                  static_cast<long long>(file.size_max()));
    }
    for (const auto& one : rules.templates())
      std::printf("    template %s (%s): %s\n", one.name().c_str(), one.language().c_str(),
                  one.text().c_str());
  }
  if (response.rules().empty()) std::printf("every account can send everything\n");
}

struct CtlReply {
  std::shared_ptr<CtlClient> client;
  std::string entry, text, agent, switch_to, account, reason;
  std::vector<std::string> files;
  CtlTemplate chosen;
  bool privately = false;

  std::unique_ptr<Service::Stub> conversation() const { return Service::NewStub(client->channel()); }

  void reply() {
    const auto stub = conversation();
    v1::Conversation found;
    if (!client->find_conversation(entry, found) || !client->knows_agents({agent})) return;
    const auto& ticket = found.ticket();
    v1::ReplyRequest request;
    request.set_idempotency_key(client->new_key());
    request.set_entry_id(entry);
    request.set_text(text);
    request.set_agent_id(agent.empty() ? ticket.agent_id() : agent);
    if (ticket.state() == v1::TICKET_STATE_ASSIGNED) request.set_assignment_token(ticket.assignment_token());
    if (!switch_to.empty()) {
      request.mutable_switch_()->set_channel(v1::CHANNEL_EMAIL);
      request.mutable_switch_()->set_account_id(account);
      request.mutable_switch_()->set_address(switch_to);
      request.mutable_switch_()->set_reason(reason);
    }
    request.set_privately(privately);
    if (chosen.wanted()) chosen.fill(*request.mutable_template_());
    for (const auto& path : files) {
      if (!attach(path, *request.add_attachments())) return;
    }
    v1::ReplyResponse response;
    client->call(*stub, &Service::Stub::Reply, request, response,
                 [](const v1::ReplyResponse& done) { print_entry(done.entry()); });
  }

  /// Puts the file where the channel finds it.
  bool attach(const std::string& path, v1::Attachment& attachment) {
    std::ifstream file{path, std::ios::binary};
    if (!file) throw CLI::ValidationError{"--file", "cannot be read: " + path};
    const std::string content{std::istreambuf_iterator<char>{file}, {}};
    const auto stub = v1::BlobService::NewStub(client->channel());
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kCtlTimeout);
    v1::PutBlobResponse response;
    const auto writer = stub->PutBlob(&context, &response);
    for (std::size_t at = 0; at < content.size(); at += kChunkBytes) {
      v1::PutBlobRequest chunk;
      chunk.set_chunk(content.substr(at, kChunkBytes));
      if (!writer->Write(chunk)) break;
    }
    writer->WritesDone();
    if (const auto put = writer->Finish(); !put.ok()) {
      client->status = client->fail(put);
      return false;
    }
    *attachment.mutable_blob() = response.blob();
    attachment.set_file_name(safe_file_name(std::filesystem::path{path}.filename().string()));
    attachment.set_content_type(std::string{type_of_name(attachment.file_name())});
    return true;
  }

  void rules() {
    v1::ListSendingRulesResponse response;
    client->call(*conversation(), &Service::Stub::ListSendingRules, v1::ListSendingRulesRequest{}, response,
                 &print_rules);
  }
};

}  // namespace

void add_ctl_reply(CLI::App& ctl, std::shared_ptr<CtlClient> client) {
  auto own = std::make_shared<CtlReply>();
  own->client = std::move(client);
  auto* reply = ctl.add_subcommand("reply", "Answer a customer's message where it came from");
  reply->add_flag("--json", own->client->json, "Print proto3 JSON of the message that gRPC returned");
  reply->add_option("--entry", own->entry, "The inbound entry to answer")->required();
  auto* words = reply->add_option("--text", own->text);
  auto* files = reply->add_option("--file", own->files, "A file to send along, repeatable");
  own->chosen.add_to(*reply, "Instead of text and files: one of the account's templates")
      ->excludes(words)
      ->excludes(files);
  reply->add_option("--agent", own->agent, "In whose name (default: the holder of the ticket)");
  reply->add_option("--key", own->client->key, "Idempotency key (default: a new one)");
  reply->add_option("--switch-to", own->switch_to,
                    "Another address of the customer; needs --account and --reason");
  reply->add_flag("--privately", own->privately, "A public message: to its writer alone");
  reply->add_option("--account", own->account);
  reply->add_option("--reason", own->reason);
  reply->callback([own] { own->reply(); });

  auto* rules = ctl.add_subcommand("sending", "What accounts can send: files, templates");
  rules->add_flag("--json", own->client->json, "Print proto3 JSON of the message that gRPC returned");
  rules->callback([own] { own->rules(); });
}

}  // namespace hark
