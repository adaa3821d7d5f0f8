#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "report.h"

/// The measurements, one function each. They throw std::runtime_error with what went wrong: a figure of a run
/// in which anything was refused would be worth nothing.
namespace hark::load {

struct BareOptions {
  std::filesystem::path folder;  // of a private Redis, made and left behind
  std::vector<int> in_flight;
  double seconds = 3;
  std::vector<std::size_t> blob_bytes;  // contents that ride along
  std::size_t entry_bytes = 0;          // 0: that of workload.h's message
  bool new_customers = false;           // each accept is a new customer's, and claims the address
};
/// The accept script from a pipelining client with nothing in between, as often as it is counted.
Report bare_script(const BareOptions& options);

struct AcceptsOptions {
  std::string target;  // host:port of gRPC
  int streams = 1;
  int window = 128;  // in flight, on each stream
  double seconds = 5;
  std::int64_t count = 0;      // instead of the time
  std::int64_t customers = 0;  // who write in turn; 0: those of workload.h
  std::vector<std::string> watched;
};
/// Durable accepts through ChannelService.Connect.
Report accepts(const AcceptsOptions& options);

/// A ChannelService that answers every frame at once and keeps nothing: what gRPC itself can do with these
/// frames. Prints its port as a line, then serves until its standard input ends.
int serve_empty_channel();

struct MailsOptions {
  std::string host = "127.0.0.1";
  int lmtp_port = 0;
  int grpc_port = 0;
  int connections = 4;
  double seconds = 5;
  std::vector<std::string> watched;
};
/// Mails over LMTP, each acknowledged before its connection sends the next; and how far behind routing is at
/// the end.
Report mails(const MailsOptions& options);

struct OffersOptions {
  MailsOptions way;
  int agents = 100;         // made for this, with capacity enough
  bool one_by_one = false;  // the next mail only when the one before is offered
  bool takes = false;       // agents take at once what they are offered
};
/// Mails of new customers, until the offer of each has come down to an agent.
Report offers(const OffersOptions& options);
/// So many tickets wait; agents who come take them all, or, if they take nothing by themselves, are given them by
/// rules that answer in their stead.
Report assigned(const OffersOptions& options, std::int64_t waiting);

struct DesksOptions {
  std::string host = "127.0.0.1";
  int http_port = 0;
  int grpc_port = 0;
  std::filesystem::path key;  // of the console, which signs its sessions
  int agents = 1000;          // made for this, each with a page
  int capacity_units = 1000;
  double rate = 1000;  // a second, when they are due
  double seconds = 5;
  std::vector<std::string> watched;
};
/// Messages of new customers at that rate, until each is offered on a page.
Report desks_opened(const DesksOptions& options);
/// With customers waiting: agents resolve what they hold, that many a second, until each has the next offer
/// on their page. Capacity is to be for one.
Report desks_freed(const DesksOptions& options);

struct ChatsOptions {
  std::string host = "127.0.0.1";
  int http_port = 0;
  std::string account = "site";
  std::vector<std::string> agents;  // of the configuration, with capacity enough; all with one password
  std::string password;
  std::size_t pairs = 200;  // a visitor, and an agent's page that has the conversation open
  double rate =
      500;  // messages a second over all pairs, sent when they are due; 0: as fast as they are acknowledged
  int window = 2;  // unacknowledged messages of a visitor, without a rate
  double seconds = 5;
  std::vector<std::string> watched;
};
/// Chat messages, from the visitor's socket to the agent's: latencies of what was shown and of what was
/// acknowledged.
Report chats(const ChatsOptions& options);

struct WebhooksOptions {
  std::string host = "127.0.0.1";
  int http_port = 0;
  std::string account = "number";
  std::string secret;
  double rate = 200;  // a second, sent when they are due; 0: as fast as they are taken
  int connections = 32;
  std::int64_t new_from = 1'000'000;  // numbers the customers who have not written before
  double seconds = 5;
  std::vector<std::string> watched;
};
/// A network's signed webhooks, half of them of new customers, until their 200. What is refused with 503
/// comes again after the time, when it is told to, until it is taken: so what was kept can be counted.
Report webhooks(const WebhooksOptions& options);

/// Opens `pairs` sockets, of visitors or (if agents are given) of agents' pages, prints their number as a
/// line, and holds them until its standard input ends.
int hold_sockets(const ChatsOptions& options);

/// fdatasync after each append of 512 bytes to a file in the folder.
Report fsyncs(const std::filesystem::path& folder, double seconds);

/// Starts the private Redis of a data folder, waits until it has loaded, and stops it again.
Report redis_load(const std::filesystem::path& folder);

}  // namespace hark::load
