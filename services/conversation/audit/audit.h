#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/redis/client.h"
#include "conversation/redis/store.h"

namespace hark::conversation {

/// A broken promise: which (P1-P6), where, and what is wrong.
struct Finding {
  std::string promise;
  std::string where;
  std::string what;
};

constexpr std::size_t kFindingsMax = 1'000;  // listed; the rest is counted

struct AuditReport {
  std::map<std::string, std::int64_t> counts;  // what was looked at: events, entries, conversations, ...
  std::vector<Finding> findings;
  std::int64_t findings_total = 0;

  void find(std::string promise, std::string where, std::string what);
};

/// Joins raw vault, timelines, tickets, outbox and event log of a store, live or at rest, and checks the
/// promises that can be seen from inside. The cut is the end of each partition's log when the audit reaches
/// it: what comes later is not judged.
///
///   P1  every accepted event has its entry, every entry its raw bytes and attachments as they came, every
///       reply its outbox record; what is open is in the indexes that routing begins from; quarantined input
///       is there
///   P2  no native id is two entries, no Message-ID of ours is two replies
///   P3  a sender's address leads to the conversation that its entries are in; never two open tickets, never
///       two holders, none in a conversation that was merged into another
///   P4  every reply goes where the message it answers came from, or a switch with a reason stands before it;
///       a started message says why
///   P5  every message that wants an answer is answered in its thread by a reply that arrives, waived on the
///       record, or open on an open ticket; what did not arrive was put before somebody
///   P6  positions and sequences have no gaps but where entries went back to an un-merged customer, the log
///       tells the order that the timeline has, and something of every conversation
Task<Result<AuditReport>> audit(redis::Client& redis, Store& store, std::filesystem::path blob_folder);

}  // namespace hark::conversation
