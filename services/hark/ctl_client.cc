#include "hark/ctl_client.h"

#include <algorithm>
#include <charconv>

#include "base/core/ids.h"
#include "base/rpc/server.h"
#include "base/rpc/status.h"
#include "hark/tell.h"
#include "hark/v1/config.pb.h"
#include "hark/v1/routing_service.grpc.pb.h"

namespace hark {
namespace {

constexpr std::string_view kTicketPrefix = "tkt_";

/// By what the id begins with, which says what it was meant for.
std::string nothing_of(const std::string& id) {
  if (id.starts_with("con_")) return "there is no conversation " + id;
  if (id.starts_with(kTicketPrefix)) return "there is no ticket " + id;
  if (id.starts_with("ent_")) return "there is no entry " + id;
  return "'" + id + "' is no id of a conversation (con_...), a ticket (tkt_...) or an entry (ent_...)";
}

}  // namespace

const CLI::Validator& positive_count() {
  static const CLI::Validator check{[](std::string& text) {
                                      int count = 0;
                                      const char* end = text.data() + text.size();
                                      const auto [stop, error] = std::from_chars(text.data(), end, count);
                                      const bool good = error == std::errc{} && stop == end && count > 0;
                                      return good ? "" : "'" + text + "' is no whole number from 1 up";
                                    },
                                    "COUNT"};
  return check;
}

std::shared_ptr<grpc::Channel> CtlClient::channel() const {
  v1::Grpc files;
  files.set_ca_file(ca_file);
  files.set_token_file(token_file);
  const auto security = rpc::read_security(files);
  if (!security.ok()) throw CLI::ValidationError{security.error().message};
  return rpc::connect(address, *security);
}

int CtlClient::fail(const grpc::Status& result) const {
  const auto error = rpc::from_grpc(result);
  if (result.error_code() == grpc::StatusCode::UNAVAILABLE && result.error_details().empty()) {
    std::fprintf(stderr, "hark ctl: no Hark answers at %s (--address)\n", address.c_str());
  } else {
    tell(std::string{name_of(error.reason)} + ": " + error.message, "hark ctl");
  }
  return 1;
}

bool CtlClient::find_conversation(const std::string& any_id, v1::Conversation& out) {
  v1::GetConversationRequest request;
  request.set_id(any_id);
  v1::GetConversationResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCtlTimeout);
  const auto stub = v1::ConversationService::NewStub(channel());
  const auto result = stub->GetConversation(&context, request, &response);
  if (!result.ok()) {
    if (result.error_code() == grpc::StatusCode::NOT_FOUND ||
        result.error_code() == grpc::StatusCode::INVALID_ARGUMENT) {
      std::fprintf(stderr, "hark ctl: %s\n", nothing_of(any_id).c_str());
      status = 1;
    } else {
      status = fail(result);
    }
    return false;
  }
  out = std::move(*response.mutable_conversation());
  return true;
}

bool CtlClient::find_ticket_id(const std::string& any_id, std::string& out) {
  if (any_id.starts_with(kTicketPrefix)) {
    out = any_id;
    return true;
  }
  v1::Conversation found;
  if (!find_conversation(any_id, found)) return false;
  const auto state = found.ticket().state();
  if (state == v1::TICKET_STATE_QUEUED || state == v1::TICKET_STATE_ASSIGNED) {
    out = found.ticket().id();
  } else {
    std::fprintf(stderr, "hark ctl: conversation %s has no open ticket\n", found.id().c_str());
    status = 1;
    return false;
  }
  return true;
}

bool CtlClient::knows_agents(const std::vector<std::string>& ids) {
  const auto is_known = [](const v1::ListAgentsResponse& all, const std::string& id) {
    return std::ranges::find(all.agents(), id, [](const v1::Agent& agent) { return agent.id(); }) !=
           all.agents().end();
  };
  if (std::ranges::all_of(ids, &std::string::empty)) return true;
  v1::ListAgentsResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kCtlTimeout);
  const auto result =
      v1::RoutingService::NewStub(channel())->ListAgents(&context, v1::ListAgentsRequest{}, &response);
  if (!result.ok()) {
    std::fprintf(stderr,
                 "hark ctl: routing does not answer at %s: nobody checks that there is such an agent\n",
                 address.c_str());
    return true;
  }
  for (const std::string& id : ids) {
    if (id.empty() || is_known(response, id)) continue;
    std::fprintf(stderr, "hark ctl: there is no agent '%s'; `hark ctl agents list` shows all of them\n",
                 id.c_str());
    status = 1;
    return false;
  }
  return true;
}

std::string CtlClient::new_key() const {
  return key.empty() ? "ctl-" + std::to_string(secure_random()) + std::to_string(secure_random()) : key;
}

}  // namespace hark
