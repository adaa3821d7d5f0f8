#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/redis/client.h"
#include "hark/v1/agent.pb.h"
#include "hark/v1/routing_admin_service.pb.h"
#include "hark/v1/routing_journal.pb.h"
#include "routing/core/input.h"

namespace hark::routing {

/// Lots of journal records that are kept, at least; older ones are dropped in lumps. What is written together
/// is a lot: one record while little happens, some when much does, 100 when a leader begins.
constexpr std::int64_t kJournalLotsMax = 50'000;
/// For so long a process that would lead a shard is remembered; it asks again sooner.
constexpr std::chrono::milliseconds kWantedFor{400};
/// Versions of the rules that are kept.
constexpr std::int64_t kRulesVersionsMax = 100;

/// What routing keeps in Redis: who leads, agents, standing offers, and the journal.
///
/// One per shard; lives on its service's thread. Errors are the client's (STORE_UNAVAILABLE, OUTCOME_UNKNOWN)
/// unless said otherwise.
class Store {
 public:
  Store(redis::Client& redis, std::uint16_t shard);

  struct Lease {
    /// Ours, with this fencing token...
    bool leading = false;
    std::int64_t token = 0;
    /// ...or another's, for so long.
    std::string holder;
    std::chrono::milliseconds left{0};
    /// Of ours: who would lead instead, and how many shards they lead; empty: nobody.
    std::string wanted_by;
    int leads_others = 0;
  };
  /// Begins a term if the lease is free or was given to this instance before. If another has it, it is
  /// remembered for a moment that this one, which leads so many other shards, would have it: once the lease
  /// is free, who leads the fewest goes first.
  Task<Result<Lease>> lead(std::string_view instance, std::chrono::milliseconds lease, int leads_others = 0);
  /// Keeps the lease of the term under way; if it is free, as lead().
  Task<Result<Lease>> renew(std::string_view instance, std::chrono::milliseconds lease, int leads_others = 0);
  Task<Status> resign(std::string_view instance);

  /// What is stored must be this record (Credentials::record), or nothing if it is empty; any, if not given.
  using Expected = std::optional<std::string>;
  /// An empty hash keeps the present password; another one ends all sessions. The generation of sessions
  /// from now on; -1: nothing was written, for what is stored is not as expected.
  Task<Result<std::int64_t>> save_agent(const v1::Agent& agent, std::string_view password_hash,
                                        Expected expected);
  /// The generation of sessions from now on; 0 if there is no such agent.
  Task<Result<std::int64_t>> end_sessions(std::string_view agent_id);

  struct AgentRecord {
    v1::Agent agent;
    Presence presence = Presence::kOffline;
    ChannelMask channels = kAllChannels;
    /// Away because so many offers in a row ran out.
    int missed_offers = 0;
    std::vector<std::string> paused_queue_ids;
    std::optional<TimePoint> wraps_up_until;
    bool wrap_up_forced = false;
  };
  /// In order of ids.
  Task<Result<std::vector<AgentRecord>>> agents();

  struct Credentials {
    v1::Agent agent;
    std::string record;  // the agent as it is stored
    std::string password_hash;
  };
  Task<Result<std::optional<Credentials>>> credentials(std::string_view agent_id);

  /// In order of ids.
  Task<Result<std::vector<Offer>>> standing_offers();

  /// Ticket -> agents.
  using Declines = std::map<std::string, std::vector<std::string>, std::less<>>;
  Task<Result<Declines>> declines();

  struct Accepted {
    std::string ticket_id;
    std::string agent_id;
    std::int64_t assignment_token = 0;
  };
  /// What came of an offer that was accepted within the last day, whoever led then.
  Task<Result<std::optional<Accepted>>> accepted(std::string_view offer_id);

  /// What a leader writes at once. Numbered through, so that a batch whose fate is unknown can be sent again.
  struct Batch {
    std::int64_t first_record = 1;
    std::vector<std::string> records;
    /// Three values each; see commit.lua.
    std::vector<std::string> changes;

    void offer_made(const Offer& offer);
    void offer_ended(std::string_view offer_id);
    void declined(std::string_view ticket_id, std::string_view agent_id);
    void forget(std::string_view ticket_id);
    void presence(std::string_view agent_id, Presence presence, int missed_offers);
    void paused(std::string_view agent_id, const std::vector<std::string>& queue_ids);
    void channels(std::string_view agent_id, ChannelMask channels);
    void wrap_up(std::string_view agent_id, std::optional<TimePoint> until, bool forced);
    void accepted(std::string_view offer_id, const Accepted& accepted);
  };
  /// NOT_LEADER if the lease has gone to another or run out: nothing was written.
  Task<Status> commit(std::int64_t token, const Batch& batch);

  /// The version of the number, 0 for the one in force. Nothing: there is none, or it is no longer kept.
  Task<Result<std::int64_t>> rules_number();
  Task<Result<std::optional<v1::RoutingVersion>>> rules(std::int64_t number);
  /// Newest first.
  Task<Result<std::vector<v1::RoutingVersion>>> rules_versions(int limit);
  struct RulesRequest {
    /// Empty: acts each time.
    std::string idempotency_key;
    /// Of everything that the caller asked for.
    std::string digest;
    /// 0: whichever is in force.
    std::int64_t expected = 0;
  };
  /// The number that the version has got, now or when the key came first. ROUTING_VERSION_CHANGED,
  /// IDEMPOTENCY_KEY_REUSED or NOT_LEADER: nothing was written.
  Task<Result<std::int64_t>> set_rules(std::int64_t token, RulesRequest request, v1::RoutingVersion version);

  struct JournalItem {
    std::string id;
    v1::RoutingJournalRecord record;
  };
  /// Oldest first, after the id of the last one that was read ("-" from the start); whole lots.
  Task<Result<std::vector<JournalItem>>> journal(std::string_view after, int lots_max);

 private:
  Task<Result<redis::Reply>> command(std::string_view name, std::string_view suffix,
                                     std::string_view argument);

  Task<Result<Lease>> lease(std::string_view instance, std::chrono::milliseconds time, int leads_others,
                            bool begins);

  redis::Client& redis_;
  std::string prefix_;
};

}  // namespace hark::routing
