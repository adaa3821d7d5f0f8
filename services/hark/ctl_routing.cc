#include "hark/ctl_routing.h"

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>

#include "base/config/section.h"
#include "hark/tell.h"
#include "hark/v1/routing_admin_service.grpc.pb.h"

namespace hark {
namespace {

using Service = v1::RoutingAdminService;

/// For people: "set by ana", "from the file".
std::string origin(const v1::RoutingVersion& version) {
  switch (version.source()) {
    case v1::RoutingVersion::SOURCE_FILE:
      return version.by().empty() ? "from the file" : "back to the file by " + version.by();
    case v1::RoutingVersion::SOURCE_ROLLED_BACK:
      return "back to " + std::to_string(version.copy_of()) + " by " +
             (version.by().empty() ? "somebody" : version.by());
    default:
      return "set by " + (version.by().empty() ? "somebody" : version.by());
  }
}

void print_version(const v1::RoutingVersion& version) {
  std::printf("%4lld  %s  %-30s %s%s%s\n", static_cast<long long>(version.number()),
              time_text(version.at_ms()).c_str(), origin(version).c_str(), version.name().c_str(),
              version.reason().empty() || version.name().empty() ? "" : ": ", version.reason().c_str());
}

struct CtlRouting {
  std::shared_ptr<CtlClient> client;
  std::string file, by, reason;
  std::int64_t number = 0, expected = 0;
  int limit = 0;

  [[nodiscard]] std::unique_ptr<Service::Stub> stub() const { return Service::NewStub(client->channel()); }

  /// What the file says of routing; the rest of it stays here.
  [[nodiscard]] std::string routing_of_file() const {
    std::ifstream in{file, std::ios::binary};
    if (!in) throw CLI::ValidationError{file + ": cannot be read; is it there, and may this user read it?"};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    std::string section = section_of(text, "routing");
    if (section.empty()) throw CLI::ValidationError{file + ": has no section `routing:`"};
    return section;
  }

  void show() {
    v1::GetRoutingRequest request;
    request.set_number(number);
    v1::GetRoutingResponse response;
    client->call(
        *stub(), &Service::Stub::GetRouting, request, response, [](const v1::GetRoutingResponse& got) {
          const v1::RoutingVersion& version = got.version();
          const bool in_force = version.number() == got.number_in_force();
          std::printf("# version %lld, %s, %s%s%s\n", static_cast<long long>(version.number()),
                      origin(version).c_str(), time_text(version.at_ms()).c_str(),
                      version.reason().empty() ? "" : ": ", version.reason().c_str());
          if (!in_force)
            std::printf("# not in force: that is %lld\n", static_cast<long long>(got.number_in_force()));
          if (got.file_overridden()) {
            std::printf("# the configuration file says something else; `hark ctl routing revert` takes it\n");
          }
          const std::string& yaml = version.yaml();
          std::fputs(yaml.c_str() + std::min(yaml.find_first_not_of('\n'), yaml.size()), stdout);
        });
  }

  void check() {
    v1::CheckRoutingRequest request;
    request.set_yaml(routing_of_file());
    request.set_file_name(file);
    v1::CheckRoutingResponse response;
    client->call(*stub(), &Service::Stub::CheckRouting, request, response, [&](const auto& checked) {
      for (const std::string& problem : checked.problems()) tell(problem);
      for (const std::string& doubt : checked.warnings()) tell(doubt);
      if (checked.problems().empty() && checked.warnings().empty())
        std::printf("%s is in order.\n", file.c_str());
    });
    if (response.problems_size() > 0) client->status = 2;
  }

  void apply() {
    v1::ApplyRoutingRequest request;
    request.set_idempotency_key(client->new_key());
    request.set_expected_number(expected);
    request.set_yaml(routing_of_file());
    request.set_file_name(file);
    request.set_by(by);
    request.set_reason(reason);
    v1::ApplyRoutingResponse response;
    client->call(*stub(), &Service::Stub::ApplyRouting, request, response, [](const auto& done) {
      for (const std::string& doubt : done.warnings()) tell(doubt);
      print_version(done.version());
    });
  }

  void versions() {
    v1::ListRoutingVersionsRequest request;
    request.set_limit(limit);
    v1::ListRoutingVersionsResponse response;
    client->call(*stub(), &Service::Stub::ListRoutingVersions, request, response, [](const auto& listed) {
      for (const v1::RoutingVersion& version : listed.versions()) print_version(version);
    });
  }

  void roll_back() {
    v1::RollBackRoutingRequest request;
    request.set_idempotency_key(client->new_key());
    request.set_expected_number(expected);
    request.set_to_number(number);
    request.set_by(by);
    request.set_reason(reason);
    v1::RollBackRoutingResponse response;
    client->call(*stub(), &Service::Stub::RollBackRouting, request, response,
                 [](const auto& done) { print_version(done.version()); });
  }
};

CLI::App* command(CLI::App& parent, const std::shared_ptr<CtlRouting>& ctl, const char* name,
                  const char* help, void (CtlRouting::*run)()) {
  auto* sub = parent.add_subcommand(name, help);
  sub->add_flag("--json", ctl->client->json, "Print proto3 JSON of the message that gRPC returned");
  sub->callback([ctl, run] { ((*ctl).*run)(); });
  return sub;
}

}  // namespace

void add_ctl_routing(CLI::App& ctl, std::shared_ptr<CtlClient> client) {
  auto routing = std::make_shared<CtlRouting>();
  routing->client = std::move(client);
  if (const char* user = std::getenv("USER")) routing->by = user;
  auto* root = ctl.add_subcommand("routing", "What routing goes by, and changing it while it runs");
  root->require_subcommand(1);

  auto* show = command(*root, routing, "show", "The version in force, or another", &CtlRouting::show);
  show->add_option("version", routing->number, "Its number (default: the one in force)");
  auto* check = command(*root, routing, "check", "Say what is wrong with a file's `routing:`, and where",
                        &CtlRouting::check);
  auto* apply =
      command(*root, routing, "apply", "Go by a file's `routing:` from now on; nothing else of it is sent",
              &CtlRouting::apply);
  for (auto* sub : {check, apply}) sub->add_option("file", routing->file)->required();
  command(*root, routing, "versions", "What was in force when, and whose doing it was", &CtlRouting::versions)
      ->add_option("--limit", routing->limit, "The newest so many (default 20)");
  auto* roll_back =
      command(*root, routing, "rollback", "Go by what an earlier version said", &CtlRouting::roll_back);
  roll_back->add_option("version", routing->number)->required()->check(positive_count());
  auto* revert = command(*root, routing, "revert", "Go by what the configuration file says again",
                         &CtlRouting::roll_back);
  for (auto* sub : {apply, roll_back, revert}) {
    sub->add_option("--expect", routing->expected, "Only if this version is in force");
    sub->add_option("--by", routing->by, "Who, for the record (default: $USER)");
    sub->add_option("--reason", routing->reason, "Why, for the record");
    sub->add_option("--key", routing->client->key, "Idempotency key (default: a new one)");
  }
}

}  // namespace hark
