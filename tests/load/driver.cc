// The clients of tests/load/run. Each command makes one measurement and prints it as a JSON object.
#include <absl/synchronization/mutex.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>

#include "drivers.h"

namespace hark::load {
namespace {

void add_way(CLI::App& command, MailsOptions& options) {
  command.add_option("--lmtp", options.lmtp_port)->required();
  command.add_option("--grpc", options.grpc_port)->required();
  command.add_option("--connections", options.connections);
  command.add_option("--seconds", options.seconds);
  command.add_option("--watch", options.watched, "name=pid of a process whose CPU is counted");
}

/// What the command line asked for: options of each command, and the one to run.
struct Asked {
  BareOptions bare;
  AcceptsOptions accept;
  MailsOptions way;
  OffersOptions offer;
  bool auto_answer = false;
  std::int64_t waiting = 0;
  DesksOptions desk;
  ChatsOptions chat;
  WebhooksOptions webhook;
  std::filesystem::path folder;
  double seconds = 2;
  std::function<Report()> measure;
  std::function<int()> serve;  // instead, until standard input ends
};

void add_store(CLI::App& app, Asked& asked) {
  auto& bare = asked.bare;
  auto* command = app.add_subcommand("bare", "The accept script from a bare pipelining client");
  command->add_option("--folder", bare.folder)->required();
  command->add_option("--in-flight", bare.in_flight)->required();
  command->add_option("--seconds", bare.seconds);
  command->add_option("--blob", bare.blob_bytes);
  command->add_option("--entry", bare.entry_bytes);
  command->add_flag("--new-customers", bare.new_customers);
  command->callback([&] { asked.measure = [&] { return bare_script(asked.bare); }; });

  auto& accept = asked.accept;
  command = app.add_subcommand("accepts", "Durable accepts through ChannelService.Connect");
  command->add_option("--target", accept.target)->required();
  command->add_option("--streams", accept.streams);
  command->add_option("--window", accept.window);
  command->add_option("--seconds", accept.seconds);
  command->add_option("--count", accept.count);
  command->add_option("--customers", accept.customers, "Who write in turn");
  command->add_option("--watch", accept.watched, "name=pid of a process whose CPU is counted");
  command->callback([&] { asked.measure = [&] { return accepts(asked.accept); }; });
}

void add_mails(CLI::App& app, Asked& asked) {
  auto* command = app.add_subcommand("mails", "Mails over LMTP");
  add_way(*command, asked.way);
  command->callback([&] { asked.measure = [&] { return mails(asked.way); }; });

  auto& offer = asked.offer;
  command = app.add_subcommand("offers", "Mails of new customers until they are offered");
  add_way(*command, offer.way);
  command->add_option("--agents", offer.agents);
  command->add_flag("--one-by-one", offer.one_by_one);
  command->add_flag("--take", offer.takes);
  command->callback([&] { asked.measure = [&] { return offers(asked.offer); }; });

  command = app.add_subcommand("assigned", "Tickets that wait, until agents have taken them all");
  add_way(*command, offer.way);
  command->add_option("--agents", offer.agents);
  command->add_option("--waiting", asked.waiting)->required();
  command->add_flag("--auto-answer", asked.auto_answer, "The rules accept offers in the agents' stead");
  command->callback([&] {
    asked.offer.takes = !asked.auto_answer;
    asked.measure = [&] { return assigned(asked.offer, asked.waiting); };
  });
}

CLI::App& add_desks(CLI::App& app, DesksOptions& desk, const char* name, const char* what) {
  auto& command = *app.add_subcommand(name, what);
  command.add_option("--http", desk.http_port)->required();
  command.add_option("--grpc", desk.grpc_port)->required();
  command.add_option("--key", desk.key)->required();
  command.add_option("--agents", desk.agents);
  command.add_option("--units", desk.capacity_units);
  command.add_option("--rate", desk.rate);
  command.add_option("--seconds", desk.seconds);
  command.add_option("--watch", desk.watched, "name=pid of a process whose CPU is counted");
  return command;
}

CLI::App& add_chats(CLI::App& app, ChatsOptions& chat, const char* name, const char* what) {
  auto& command = *app.add_subcommand(name, what);
  command.add_option("--http", chat.http_port)->required();
  command.add_option("--agent", chat.agents);
  command.add_option("--password", chat.password);
  command.add_option("--pairs", chat.pairs);
  return command;
}

void add_pages(CLI::App& app, Asked& asked) {
  add_desks(app, asked.desk, "opened", "New tickets until they are offered on an agent's page").callback([&] {
    asked.measure = [&] { return desks_opened(asked.desk); };
  });
  add_desks(app, asked.desk, "freed", "Agents who become free, until they are offered the next customer")
      .callback([&] { asked.measure = [&] { return desks_freed(asked.desk); }; });

  auto& chats_command =
      add_chats(app, asked.chat, "chats", "Chat messages from visitors' sockets to agents' sockets");
  chats_command.add_option("--rate", asked.chat.rate);
  chats_command.add_option("--window", asked.chat.window);
  chats_command.add_option("--seconds", asked.chat.seconds);
  chats_command.add_option("--watch", asked.chat.watched, "name=pid of a process whose CPU is counted");
  chats_command.callback([&] { asked.measure = [&] { return chats(asked.chat); }; });

  add_chats(app, asked.chat, "sockets", "Hold sockets on which nothing happens; ends with its input")
      .callback([&] { asked.serve = [&] { return hold_sockets(asked.chat); }; });
}

void add_webhooks(CLI::App& app, Asked& asked) {
  auto& webhook = asked.webhook;
  auto* command = app.add_subcommand("webhooks", "Signed webhooks of a social network");
  command->add_option("--http", webhook.http_port)->required();
  command->add_option("--secret", webhook.secret)->required();
  command->add_option("--rate", webhook.rate);
  command->add_option("--connections", webhook.connections);
  command->add_option("--new-from", webhook.new_from, "Numbers the customers who have not written before");
  command->add_option("--seconds", webhook.seconds);
  command->add_option("--watch", webhook.watched, "name=pid of a process whose CPU is counted");
  command->callback([&] { asked.measure = [&] { return webhooks(asked.webhook); }; });
}

/// What the machine, Redis and gRPC can do by themselves: the other half of each ratio.
void add_yardsticks(CLI::App& app, Asked& asked) {
  auto* command = app.add_subcommand("fsyncs", "fdatasync in a folder");
  command->add_option("--folder", asked.folder)->required();
  command->add_option("--seconds", asked.seconds);
  command->callback([&] { asked.measure = [&] { return fsyncs(asked.folder, asked.seconds); }; });

  command = app.add_subcommand("redis-load", "The private Redis of a data folder alone, until it has loaded");
  command->add_option("--folder", asked.folder)->required();
  command->callback([&] { asked.measure = [&] { return redis_load(asked.folder); }; });

  app.add_subcommand("empty-channel", "Serve a ChannelService that keeps nothing; ends with its input")
      ->callback([&] { asked.serve = serve_empty_channel; });
}

int main(int argc, char** argv) {
  // As hark does: the clients have the same processors.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  CLI::App app{"The clients of tests/load/run.", "hark_load"};
  app.require_subcommand(1);
  Asked asked;
  add_store(app, asked);
  add_mails(app, asked);
  add_pages(app, asked);
  add_webhooks(app, asked);
  add_yardsticks(app, asked);
  CLI11_PARSE(app, argc, argv);
  try {
    if (asked.serve) return asked.serve();
    std::printf("%s\n", asked.measure().json().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hark_load: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace hark::load

int main(int argc, char** argv) { return hark::load::main(argc, argv); }
