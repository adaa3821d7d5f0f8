#include "hark/ctl_agents.h"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "hark/v1/routing_service.grpc.pb.h"

namespace hark {
namespace {

using Service = v1::RoutingService;

/// Of "chat=3"; null if it is none.
std::optional<std::pair<const google::protobuf::FieldDescriptor*, int>> parse_cap(const std::string& text) {
  const auto equals = text.find('=');
  if (equals == std::string::npos) return std::nullopt;
  const auto* field = v1::AgentCaps::descriptor()->FindFieldByName(text.substr(0, equals));
  int most = 0;
  const auto [end, error] = std::from_chars(text.data() + equals + 1, text.data() + text.size(), most);
  if (!field || error != std::errc{} || end != text.data() + text.size() || most < 1) return std::nullopt;
  return std::pair{field, most};
}

std::string cap_problem(const std::string& text) {
  if (text.empty() || parse_cap(text)) return "";
  return "'" + text + "' is no cap; write it like chat=3, with email, chat, social or phone";
}

struct CtlAgents {
  std::shared_ptr<CtlClient> client;
  std::string id, name, password, role = "agent", phone, shard, presence;
  std::vector<std::string> skills, caps, groups, channels;
  int capacity = 5;  // as in the configuration file
  bool replace = false;
  /// Options that are fields of the record, by their names there.
  std::map<std::string, const CLI::Option*> fields;

  [[nodiscard]] std::unique_ptr<Service::Stub> routing() const { return Service::NewStub(client->channel()); }

  void list() {
    v1::ListAgentsResponse response;
    client->call(*routing(), &Service::Stub::ListAgents, v1::ListAgentsRequest{}, response, &print_agents);
  }

  [[nodiscard]] v1::Agent record() const {
    v1::Agent record;
    record.set_id(id);
    record.set_name(name.empty() ? id : name);
    record.set_role(role == "supervisor"      ? v1::ROLE_SUPERVISOR
                    : role == "administrator" ? v1::ROLE_ADMINISTRATOR
                                              : v1::ROLE_AGENT);
    record.set_capacity_units(capacity);
    for (const auto& skill : skills) {
      if (skill.empty()) continue;
      const auto equals = skill.find('=');
      auto* added = record.add_skills();
      added->set_name(skill.substr(0, equals));
      added->set_level(equals == std::string::npos ? 3 : std::atoi(skill.c_str() + equals + 1));
    }
    for (const auto& cap : caps) {
      if (cap.empty()) continue;
      const auto [channel, most] = parse_cap(cap).value();
      v1::AgentCaps::GetReflection()->SetInt32(record.mutable_caps(), channel, most);
    }
    for (const auto& group : groups) {
      if (!group.empty()) record.add_groups(group);
    }
    record.set_phone(phone);
    record.set_shard(shard);
    return record;
  }

  void upsert(v1::UpsertAgentRequest request, const char* done_text) {
    *request.mutable_agent() = record();
    request.set_password(password);
    v1::UpsertAgentResponse response;
    client->call(*routing(), &Service::Stub::UpsertAgent, request, response,
                 [done_text](const v1::UpsertAgentResponse& done) {
                   std::printf("agent %s %s\n", done.agent().id().c_str(), done_text);
                 });
  }

  void add() {
    v1::UpsertAgentRequest request;
    if (!replace) request.set_mode(v1::UpsertAgentRequest::MODE_CREATE);
    upsert(std::move(request), "is known");
  }

  void set() {
    v1::UpsertAgentRequest request;
    request.set_mode(v1::UpsertAgentRequest::MODE_CHANGE);
    for (const auto& [field, option] : fields) {
      if (option->count() > 0) request.add_changes(field);
    }
    if (request.changes().empty() && password.empty())
      throw CLI::ValidationError{"what is to change? Name it, for example --capacity 3"};
    upsert(std::move(request), "is changed");
  }

  void set_presence() {
    v1::SetPresenceRequest request;
    request.set_agent_id(id);
    request.set_presence(presence == "available" ? v1::PRESENCE_AVAILABLE
                         : presence == "away"    ? v1::PRESENCE_AWAY
                                                 : v1::PRESENCE_OFFLINE);
    for (const auto& channel : channels)
      request.add_channels(channel == "email"    ? v1::CHANNEL_EMAIL
                           : channel == "chat"   ? v1::CHANNEL_CHAT
                           : channel == "social" ? v1::CHANNEL_SOCIAL
                                                 : v1::CHANNEL_PHONE);
    v1::SetPresenceResponse response;
    client->call(*routing(), &Service::Stub::SetPresence, request, response,
                 [this](const v1::SetPresenceResponse& done) {
                   const bool unreachable =
                       done.agent().presence() != v1::PRESENCE_OFFLINE && done.agent().connections() == 0;
                   std::printf("%s is %s%s\n", id.c_str(), presence.c_str(),
                               unreachable ? ", but signed in nowhere: they are offered nothing, and soon "
                                             "offline unless they sign in"
                                           : "");
                 });
  }
};

CLI::App* command(CLI::App& parent, const std::shared_ptr<CtlAgents>& agents, const char* name,
                  const char* help, void (CtlAgents::*run)()) {
  auto* sub = parent.add_subcommand(name, help);
  sub->add_flag("--json", agents->client->json, "Print proto3 JSON of the message that gRPC returned");
  sub->callback([agents, run] { ((*agents).*run)(); });
  return sub;
}

/// Of a record, for `add` and `set`.
std::map<std::string, const CLI::Option*> add_record_options(CLI::App& command, CtlAgents& agents) {
  command.add_option("id", agents.id)->required();
  command.add_option("--password", agents.password, "Empty keeps the present one");
  std::map<std::string, const CLI::Option*> fields;
  fields["name"] = command.add_option("--name", agents.name);
  fields["skills"] = command.add_option("--skill", agents.skills, "name or name=level, repeatable");
  fields["groups"] = command.add_option("--group", agents.groups, "For queues, repeatable");
  fields["phone"] = command.add_option("--phone", agents.phone,
                                       "Their phone in the exchange's own writing: PJSIP/ana, +37120000001");
  fields["role"] = command.add_option("--role", agents.role)
                       ->check(CLI::IsMember({"agent", "supervisor", "administrator"}));
  fields["caps"] = command
                       .add_option("--cap", agents.caps,
                                   "Tickets of a channel at once: chat=3, repeatable (default: everybody's)")
                       ->check(CLI::Validator{&cap_problem, "CHANNEL=NUMBER"});
  fields["capacity_units"] =
      command.add_option("--capacity", agents.capacity, "Units of work at once (default: 5)");
  return fields;
}

}  // namespace

CLI::App* add_ctl_agents(CLI::App& ctl, std::shared_ptr<CtlClient> client) {
  auto agents = std::make_shared<CtlAgents>();
  agents->client = std::move(client);
  auto* root = ctl.add_subcommand("agents", "Agents: list (default), add, set, presence, wrap-up");
  root->require_subcommand(0, 1);
  root->add_flag("--json", agents->client->json, "Print proto3 JSON of the message that gRPC returned");
  root->callback([agents, root] {
    if (root->get_subcommands().empty()) agents->list();
  });
  command(*root, agents, "list", "All of them", &CtlAgents::list);

  auto* add = command(*root, agents, "add", "Create an agent", &CtlAgents::add);
  add_record_options(*add, *agents);
  add->add_option("--shard", agents->shard, "Where there are several (default: the first)");
  add->add_flag("--replace", agents->replace,
                "Also in place of one of the same id, of whom the password alone is kept");
  auto* set = command(*root, agents, "set",
                      "Change what is named of an agent; the rest stays. '' empties a list", &CtlAgents::set);
  agents->fields = add_record_options(*set, *agents);

  auto* presence = command(*root, agents, "presence", "Set an agent's presence", &CtlAgents::set_presence);
  presence->add_option("id", agents->id)->required();
  presence->add_option("presence", agents->presence)
      ->required()
      ->check(CLI::IsMember({"available", "away", "offline"}));
  presence->add_option("--channel", agents->channels, "What they take, repeatable (default: all)")
      ->check(CLI::IsMember({"email", "chat", "social", "phone"}));
  return root;
}

}  // namespace hark
