// The clients of tests/load/run. Each command makes one measurement and prints it as a JSON object.
#include <CLI/CLI.hpp>
#include <cstdio>
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

int main(int argc, char** argv) {
  CLI::App app{"The clients of tests/load/run.", "hark_load"};
  app.require_subcommand(1);
  std::function<Report()> measure;

  BareOptions bare;
  auto* command = app.add_subcommand("bare", "The accept script from a bare pipelining client");
  command->add_option("--folder", bare.folder)->required();
  command->add_option("--in-flight", bare.in_flight)->required();
  command->add_option("--seconds", bare.seconds);
  command->add_option("--blob", bare.blob_bytes);
  command->add_option("--entry", bare.entry_bytes);
  command->add_flag("--new-customers", bare.new_customers);
  command->callback([&] { measure = [&] { return bare_script(bare); }; });

  AcceptsOptions accept;
  command = app.add_subcommand("accepts", "Durable accepts through ChannelService.Connect");
  command->add_option("--target", accept.target)->required();
  command->add_option("--streams", accept.streams);
  command->add_option("--window", accept.window);
  command->add_option("--seconds", accept.seconds);
  command->add_option("--count", accept.count);
  command->add_option("--customers", accept.customers, "Who write in turn");
  command->add_option("--watch", accept.watched, "name=pid of a process whose CPU is counted");
  command->callback([&] { measure = [&] { return accepts(accept); }; });

  MailsOptions way;
  command = app.add_subcommand("mails", "Mails over LMTP");
  add_way(*command, way);
  command->callback([&] { measure = [&] { return mails(way); }; });

  OffersOptions offer;
  command = app.add_subcommand("offers", "Mails of new customers until they are offered");
  add_way(*command, offer.way);
  command->add_option("--agents", offer.agents);
  command->add_flag("--one-by-one", offer.one_by_one);
  command->add_flag("--take", offer.takes);
  command->callback([&] { measure = [&] { return offers(offer); }; });

  std::int64_t waiting = 0;
  command = app.add_subcommand("assigned", "Tickets that wait, until agents have taken them all");
  add_way(*command, offer.way);
  command->add_option("--agents", offer.agents);
  command->add_option("--waiting", waiting)->required();
  command->callback([&] {
    offer.takes = true;
    measure = [&] { return assigned(offer, waiting); };
  });

  DesksOptions desk;
  const auto add_desks = [&desk](CLI::App& to) {
    to.add_option("--http", desk.http_port)->required();
    to.add_option("--grpc", desk.grpc_port)->required();
    to.add_option("--key", desk.key)->required();
    to.add_option("--agents", desk.agents);
    to.add_option("--units", desk.capacity_units);
    to.add_option("--rate", desk.rate);
    to.add_option("--seconds", desk.seconds);
    to.add_option("--watch", desk.watched, "name=pid of a process whose CPU is counted");
  };
  command = app.add_subcommand("opened", "New tickets until they are offered on an agent's page");
  add_desks(*command);
  command->callback([&] { measure = [&] { return desks_opened(desk); }; });
  command = app.add_subcommand("freed", "Agents who become free, until they are offered the next customer");
  add_desks(*command);
  command->callback([&] { measure = [&] { return desks_freed(desk); }; });

  ChatsOptions chat;
  const auto add_chats = [&chat](CLI::App& to) {
    to.add_option("--http", chat.http_port)->required();
    to.add_option("--agent", chat.agents);
    to.add_option("--password", chat.password);
    to.add_option("--pairs", chat.pairs);
  };
  command = app.add_subcommand("chats", "Chat messages from visitors' sockets to agents' sockets");
  add_chats(*command);
  command->add_option("--rate", chat.rate);
  command->add_option("--window", chat.window);
  command->add_option("--seconds", chat.seconds);
  command->add_option("--watch", chat.watched, "name=pid of a process whose CPU is counted");
  command->callback([&] { measure = [&] { return chats(chat); }; });
  WebhooksOptions webhook;
  command = app.add_subcommand("webhooks", "Signed webhooks of a social network");
  command->add_option("--http", webhook.http_port)->required();
  command->add_option("--secret", webhook.secret)->required();
  command->add_option("--rate", webhook.rate);
  command->add_option("--connections", webhook.connections);
  command->add_option("--new-from", webhook.new_from, "Numbers the customers who have not written before");
  command->add_option("--seconds", webhook.seconds);
  command->add_option("--watch", webhook.watched, "name=pid of a process whose CPU is counted");
  command->callback([&] { measure = [&] { return webhooks(webhook); }; });

  bool holds = false;
  command = app.add_subcommand("sockets", "Hold sockets on which nothing happens; ends with its input");
  add_chats(*command);
  command->callback([&] { holds = true; });

  std::string folder;
  double seconds = 2;
  command = app.add_subcommand("fsyncs", "fdatasync in a folder");
  command->add_option("--folder", folder)->required();
  command->add_option("--seconds", seconds);
  command->callback([&] { measure = [&] { return fsyncs(folder, seconds); }; });

  command = app.add_subcommand("redis-load", "The private Redis of a data folder alone, until it has loaded");
  command->add_option("--folder", folder)->required();
  command->callback([&] { measure = [&] { return redis_load(folder); }; });

  bool empty_channel = false;
  app.add_subcommand("empty-channel", "Serve a ChannelService that keeps nothing; ends with its input")
      ->callback([&] { empty_channel = true; });

  CLI11_PARSE(app, argc, argv);
  if (empty_channel) return serve_empty_channel();
  try {
    if (holds) return hold_sockets(chat);
    std::printf("%s\n", measure().json().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hark_load: %s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace
}  // namespace hark::load

int main(int argc, char** argv) { return hark::load::main(argc, argv); }
