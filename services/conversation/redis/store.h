#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/core/time.h"
#include "base/redis/client.h"
#include "conversation/core/identity.h"
#include "conversation/core/merge_order.h"
#include "conversation/core/ticket.h"
#include "hark/v1/conversation.pb.h"
#include "hark/v1/conversation_service.pb.h"
#include "hark/v1/entry.pb.h"
#include "hark/v1/event.pb.h"
#include "hark/v1/message.pb.h"

namespace hark::conversation {

/// How long a provider may repeat a message and still be recognised (P2 promises 35 days).
constexpr std::chrono::seconds kSeenFor = std::chrono::hours{24 * 36};
/// Events that one partition's log holds at most; beyond it intake is refused (there is no archive to trim by
/// yet).
constexpr std::int64_t kEventsMax = 50'000'000;

/// Contents that ride in the customer's partition.
using Blobs = std::vector<std::pair<std::string, std::string>>;

/// The conversation's state in Redis: one function per script, and the reads.
///
/// Lives on its service's thread. Every error is the script's refusal as an Error with its Reason, or the
/// client's (STORE_UNAVAILABLE, OUTCOME_UNKNOWN, STORE_FULL).
class Store {
 public:
  Store(redis::Client& redis, std::uint16_t partitions);

  /// Hears of every event that a script of this process has put into the log, once it is durable, with the
  /// entry that it tells of where that is at hand. Events of one partition may come out of order; those of
  /// scripts whose outcome is unknown do not come.
  std::function<void(v1::Event event, std::shared_ptr<const v1::Entry> entry)> on_event;

  [[nodiscard]] std::uint16_t partitions() const { return partitions_; }

  struct Meta {
    std::uint16_t partitions = 0;
    std::string secret;  // for reply tokens
  };
  /// Creates the store with these values, or returns those that it was created with. FAILED_PRECONDITION if
  /// another version of Hark laid it out.
  static Task<Result<Meta>> open(redis::Client& redis, Meta wished);

  /// What the store was created with; NOT_FOUND if it was not.
  static Task<Result<Meta>> read_meta(redis::Client& redis);

  /// What the server's settings do and do not promise about a write that it has answered, in words; empty if
  /// every answered write is on disk.
  static Task<std::string> durability_gap(redis::Client& redis);

  /// Whose it is: `candidate` if nobody's yet.
  Task<Result<std::string>> claim_address(std::string_view address, std::string_view candidate);

  /// Empty: nobody's.
  Task<Result<std::string>> address_owner(std::string_view address);

  /// Notes what a sender's claims came to. Idempotent.
  Task<Status> record_claims(TimePoint now, std::string_view conversation_id, const ClaimOutcome& claims);
  /// Of everybody in the conversation, with their owners as they are now; what is the customer's own by now
  /// is left out.
  Task<Status> add_possible_matches(v1::Conversation& conversation);

  /// A status entry to append with a change of the ticket.
  struct StatusEntry {
    std::string id, bytes;
  };
  struct Acceptance {
    std::string conversation_id, entry_id, ticket_id,
        thread_id;  // the last three are used if new ones are needed
    int channel = 0;
    std::string account_id, native_id;
    bool wants_answer = true;
    v1::Entry entry;          // without what the store gives it
    bool tell_entry = false;  // to on_event: nothing else of the conversation changes that readers could show
    std::string ticket_bytes;  // attributes of a new one
    std::string address, name;
    bool claim_address = false;  // the conversation is a new one of the address's home partition; if the
                                 // address is nobody's, it becomes its
    bool verified = false;
    std::string proved_thread_id, own_reference;
    std::string via;  // the part of the conversation that led here; empty if it is the customer's own
    bool parts_looked_up = false;  // references are not known in the conversations that are part of it either
    std::vector<std::string> references;
    /// For so long after it was resolved the customer's last ticket opens again for a message in a known
    /// thread, with this entry before it. 0: never.
    std::chrono::milliseconds reopen_within{0};
    StatusEntry reopening;
    Blobs blobs;
  };
  struct Accepted {
    std::string conversation_id, entry_id, ticket_id;
    std::int64_t sequence = 0;
    bool duplicate = false, opened = false;
    // Nothing happened:
    std::string moved_to;        // not empty: accept there
    std::string owned_by;        // not empty: the address is this conversation's; accept there
    bool look_up_parts = false;  // look the references up in the conversations that are part of this one
  };
  Task<Result<Accepted>> accept(TimePoint now, const Acceptance& in);

  struct ReplyInput {
    std::string key, digest, conversation_id, answers_entry_id;
    std::int64_t assignment_token = 0, seen_sequence = 0;
    std::string entry_id, entry_bytes, outbound_bytes, account_id, agent_id;
    int channel = 0;
    std::string switch_entry_id, switch_entry_bytes;
    std::string thread_id;
    std::int64_t answers_sequence = 0;
    std::string via;  // the part of the conversation that the answered entry came through
    bool key_looked_up = false;
    bool unsendable = false;  // its channel would refuse it: only what was sent before is told again
    Blobs blobs;
  };
  struct Appended {
    std::int64_t sequence = 0;
    std::string ticket_id, thread_id;
    std::string entry_id;      // the first time's, if the key was used before
    bool look_up_key = false;  // nothing happened: ask done_before(), then say so with `key_looked_up`
    bool unsendable = false;   // nothing happened
  };
  /// What a key did where the customer was before a merge, or before it was taken back.
  Task<Result<std::optional<Appended>>> done_before(std::string conversation_id, std::string key,
                                                    std::string digest);
  Task<Result<Appended>> reply(TimePoint now, const ReplyInput& in);
  struct StartInput {
    std::string key, digest, conversation_id, entry_id, entry_bytes, outbound_bytes, account_id, agent_id,
        thread_id;
    int channel = 0;
    std::string address, name;  // of the customer
    std::string ticket_bytes;   // of the ticket that opens if the message comes back
    std::string reference;      // by which the customer's messages name the thread; empty: by a token
    std::string via;            // the part of the conversation that the address led through
    bool key_looked_up = false;
    Blobs blobs;
  };
  Task<Result<Appended>> start(TimePoint now, const StartInput& in);
  struct NoteInput {
    std::string key, digest, conversation_id, entry_id, entry_bytes, agent_id;
    std::string for_agents;  // whom it names, space-separated
    bool key_looked_up = false;
  };
  Task<Result<Appended>> note(TimePoint now, const NoteInput& in);

  Task<Result<v1::Ticket>> assign(TimePoint now, const v1::AssignRequest& in, std::string_view digest,
                                  const StatusEntry& entry);
  Task<Result<v1::Ticket>> annotate(TimePoint now, const v1::AnnotateTicketRequest& in,
                                    std::string_view digest, const StatusEntry& entry);
  struct Verdict {
    std::string ticket_id, bytes;
  };
  /// Onto open tickets of the partition that have none.
  Task<Status> set_verdicts(std::uint16_t partition, TimePoint now, std::int64_t fencing_token,
                            std::vector<Verdict> verdicts);
  Task<Result<v1::Ticket>> transfer(TimePoint now, const v1::TransferRequest& in, std::string_view digest,
                                    const StatusEntry& entry);
  Task<Result<v1::Ticket>> hold(TimePoint now, const v1::HoldTicketRequest& in, std::string_view digest,
                                const v1::TicketHold& hold, const StatusEntry& entry);
  Task<Result<v1::Ticket>> release(TimePoint now, const v1::ReleaseTicketRequest& in, std::string_view digest,
                                   const StatusEntry& entry);
  Task<Result<Appended>> prefer(TimePoint now, const v1::SetPreferredAgentsRequest& in,
                                std::string_view digest, const StatusEntry& entry, bool key_looked_up);
  Task<Result<v1::Ticket>> resolve(TimePoint now, const v1::ResolveRequest& in, std::string_view digest,
                                   const StatusEntry& entry, const StatusEntry& waiver);
  Task<Result<Appended>> reopen(TimePoint now, const v1::ReopenRequest& in, std::string_view digest,
                                const StatusEntry& entry, bool key_looked_up);
  Task<Result<Appended>> waive(TimePoint now, const v1::WaiveObligationRequest& in,
                               std::string_view conversation_id, std::string_view digest,
                               const StatusEntry& entry, bool key_looked_up);
  /// Where a customer's conversation is now, and by which part of it one gets there (empty: it is their own).
  struct Route {
    std::string conversation_id, via;
  };
  /// How a call stands; `entry` is its own. A revision before one that is known changes nothing. True: line()
  /// has to be told as well.
  Task<Result<bool>> call(TimePoint now, const v1::CallReport& report, const v1::Entry& entry,
                          std::string_view state);
  /// The same, of one whose customer is part of another's conversation, for that one's ticket. Errors:
  /// CONVERSATION_MOVED, MERGE_UNDER_WAY.
  Task<Status> line(TimePoint now, const Route& way, const v1::CallReport& report, const v1::Entry& entry,
                    std::string_view state);
  struct Talk {
    std::string conversation_id, entry_id, agent_id;
    StatusEntry status = {};  // if calls back were withdrawn
  };
  /// They talked: nothing is owed any more to this call, and to what came before it in its thread.
  Task<Status> talked(TimePoint now, const Talk& talk);
  /// The customer was heard in that call: who was to call them back does not any more, and the call is the
  /// answer to what they were to answer. How many; asked again of the same call within a day, it does nothing
  /// and says the same.
  Task<Result<std::int64_t>> withdraw_callbacks(TimePoint now, std::string conversation_id,
                                                std::string call_entry_id, std::string why);
  struct ShardOf {
    std::string ticket_id;
    v1::SetShardsRequest::To to;
  };
  Task<Status> set_shards(std::uint16_t partition, TimePoint now, std::int64_t fencing_token,
                          std::vector<ShardOf> tickets);
  Task<Status> raise_fence(TimePoint now, std::int64_t token);

  struct LeasedMessage {
    std::string entry_id, message_bytes;
    int attempts = 0;
  };
  struct Leases {
    std::vector<LeasedMessage> messages;
    std::optional<TimePoint> next_due;
  };
  struct Outbox {
    std::int64_t waiting = 0;
    std::string oldest_entry_id;  // empty: none
  };
  /// What waits to go out of one partition, by account, in their order.
  Task<Result<std::vector<Outbox>>> outbox(TimePoint now, std::uint16_t partition,
                                           const std::vector<std::string>& account_ids);
  Task<Result<Leases>> lease(TimePoint now, std::uint16_t partition, std::string_view account_id,
                             TimePoint ends, std::string_view lease_id, int most);

  /// An agent withdraws a call back that waits.
  struct CalledOff {
    std::string key, digest, agent_id;  // no key: it is a channel that reports
    std::int64_t assignment_token = 0;
  };
  struct DeliveryNews {
    std::string entry_id, lease_id;
    v1::DeliveryState state{};
    std::string detail;
    TimePoint retry_at{};
    std::string report_native_id;  // deduplicates a report; may be empty
    StatusEntry not_arrived;       // goes on the timeline if what the message had answered is owed again
    std::string ticket_id;         // if a new one is needed for that
    bool owed_elsewhere = false;   // that is seen to; only the delivery is recorded
    CalledOff called_off;
    v1::Channel watched{};  // whether its customers come and fetch what is sent, is to be told of later
    Blobs blobs;
  };
  /// What a message had settled that was sent when its customer was in another conversation.
  struct Lost {
    std::string conversation_id;  // that owes it now; empty if there is nothing to see to
    std::string thread_id, agent_id;
    std::vector<std::string> settled;
  };
  /// Records it, unless it says who must be told first. Errors: ENTRY_NOT_FOUND, MERGE_UNDER_WAY.
  Task<Result<Lost>> record_delivery(TimePoint now, const DeliveryNews& news);

  /// Tells, by an event, of each reply on the watched channel that has lain ready since `cutoff` or longer,
  /// at most `most`. Since when the longest waiting of what is left lies there.
  Task<Result<std::optional<TimePoint>>> tell_unfetched(TimePoint now, std::uint16_t partition,
                                                        TimePoint cutoff, int most);

  struct OweAgain {
    std::string conversation_id, message_id, thread_id, agent_id, detail;
    StatusEntry status;
    std::string ticket_id, ticket_bytes;
    std::vector<std::pair<std::string, std::int64_t>> owed;  // entry, sequence
  };
  /// Errors: CONVERSATION_MOVED, MERGE_UNDER_WAY.
  Task<Status> owe_again(TimePoint now, const OweAgain& in);

  /// A merge, or the taking back of one, as it is recorded with the survivor until it is done.
  struct Saga {
    bool takes_back = false;
    std::string survivor, loser, agent_id, reason, key, digest;
    std::string id, merge_id;  // made when it begins; of the merge that is taken back
    TimePoint begun{};
  };
  /// Those under way with a survivor of this partition.
  Task<Result<std::vector<Saga>>> sagas(std::uint16_t partition);
  /// Records it and gives it its ids; false if this key has done it. Errors: CONVERSATION_MOVED,
  /// MERGE_UNDER_WAY, MERGE_IMPOSSIBLE.
  Task<Result<bool>> begin_saga(TimePoint now, Saga& saga);
  /// Its steps, each safe to repeat. Merging: freeze, join; or cancel if freezing was refused.
  Task<Status> freeze(TimePoint now, const Saga& saga, const StatusEntry& status);
  Task<Status> cancel(TimePoint now, const Saga& saga);
  struct Owed {
    std::string entry_id, place, thread_id;
  };
  struct Carried {
    std::string agent_id, waiting_ms, ticket_bytes, wanted_agent_id;
    std::string chat, wanted_queue_id, wanted_skills, virtual_start_ms, opened_ms;
    std::vector<std::string> calls;  // entries of those that go on
  };
  /// The ticket that was open when the conversation was frozen; no bytes if there was none.
  Task<Result<Carried>> carried(std::string loser, std::string ticket_id);
  Task<Result<std::vector<Owed>>> owed_by(std::string conversation_id,
                                          const std::vector<TimelinePlace>& places);
  struct JoinInput {
    std::int64_t covers = 0;          // survivor's last sequence in `places`
    std::vector<std::string> places;  // by sequence
    std::vector<Owed> owed;           // by the loser's
    Carried carried;
    std::string ticket_id;
    StatusEntry status;
  };
  Task<Status> join(TimePoint now, const Saga& saga, const JoinInput& in);
  /// Taking back: part, restore, end.
  struct PartInput {
    std::vector<std::pair<std::string, std::int64_t>> goes;  // entry, sequence
    struct Wants {
      std::string entry_id, thread_id;
      std::int64_t sequence = 0;
    };
    std::vector<Wants> wants_answer;  // of both
    std::string ticket_id;
    StatusEntry status;
  };
  Task<Status> part(TimePoint now, const Saga& saga, const PartInput& in);
  struct Parted {
    std::vector<std::int64_t> natives;                         // in the survivor's stream
    std::vector<std::pair<std::string, std::string>> owed;     // entry, thread
    std::vector<std::pair<std::string, std::string>> settled;  // entry, state
  };
  Task<Result<Parted>> parted(const Saga& saga);
  struct RestoreInput {
    std::vector<v1::Entry> entries;
    std::vector<Owed> owed;  // `place`: the sequence
    std::vector<std::pair<std::string, std::string>> settled;
    std::string ticket_id, ticket_bytes;
    std::int64_t waiting_ms = 0;
    StatusEntry status;
  };
  /// The sequence of the first entry that was given back.
  Task<Result<std::int64_t>> restore(TimePoint now, const Saga& saga, const RestoreInput& in);
  struct EndInput {
    std::int64_t first = 0;
    std::vector<std::string> entries, threads, addresses;
  };
  Task<Status> end_unmerge(TimePoint now, const Saga& saga, const EndInput& in);

  struct QuarantineInput {
    std::string id, account_id, native_id, reason;
    int channel = 0;
    v1::BlobRef raw;
    Blobs blobs;
  };
  Task<Result<std::string>> quarantine(TimePoint now, const QuarantineInput& in);

  /// What an account can send, as SendingRules bytes; none: everything.
  Task<Status> keep_rules(std::string account_id, std::string bytes);
  Task<Result<std::optional<v1::SendingRules>>> rules(std::string account_id);

  /// Of a merged customer: the conversation that they are part of.
  Task<Result<v1::Conversation>> conversation(std::string_view conversation_id);
  Task<Result<v1::Ticket>> ticket(std::string_view ticket_id);
  /// Those that exist of these tickets of one partition, in the order asked for.
  Task<Result<std::vector<v1::Ticket>>> tickets(std::uint16_t partition, std::vector<std::string> ids);
  /// A conversation's own record, without following its redirect.
  struct Head {
    std::int64_t last = 0;  // sequence
    std::int64_t view = 0;  // sequences up to this are places in its view
    std::string moved_to;   // empty while it lives
    std::vector<std::string> parts;
    std::string carried_ticket_id;           // of a frozen one: its ticket that was open
    std::string unmerged_by, unmerged_from;  // the last un-merge: its key, and the survivor
  };
  Task<Result<Head>> head(std::string_view conversation_id);
  Task<Result<Route>> route(std::string_view conversation_id);
  /// Everyone who is part of it, and of its parts.
  Task<Result<std::vector<std::string>>> parts_of(std::string conversation_id);
  /// The thread that one of the references names, nearest first, in a frozen conversation that is part of
  /// this.
  Task<Result<std::string>> thread_in_parts(std::string conversation_id, std::vector<std::string> references);

  /// Where an entry lies: its sequence as readers count, and the stream that holds it (empty: it went back).
  struct Position {
    std::int64_t sequence = 0;
    std::string conversation_id;
    std::int64_t native = 0;
  };
  Task<Result<std::vector<Position>>> positions(std::string conversation_id, Head head, std::int64_t from,
                                                std::int64_t to, std::int64_t most, bool newest);
  /// Entries as they were stored, without what is folded in later. Their conversation is `live`.
  struct Item {
    v1::Entry entry;
    Position position;
    std::string born_in;  // conversation that it was stored in first, where its delivery is told
  };
  Task<Result<std::vector<Item>>> items(std::string live, std::vector<Position> positions);

  /// The conversation in whose stream it lies, which may be part of another.
  Task<Result<std::string>> conversation_of_entry(std::string_view entry_id);
  Task<Result<v1::Entry>> entry(std::string_view entry_id);
  Task<Result<v1::ListTimelineResponse>> timeline(const v1::ListTimelineRequest& request);
  struct OpenTicketRef {
    std::int64_t at_ms = 0;
    std::string id;  // ticket, or conversation
  };
  /// Open tickets (by opening), or all conversations (by last change), of one partition after `after`, in
  /// order.
  Task<Result<std::vector<OpenTicketRef>>> index(std::uint16_t partition, bool all,
                                                 const OpenTicketRef& after, int limit);
  /// All conversations of one partition that changed before `before`, the last change first.
  Task<Result<std::vector<OpenTicketRef>>> newest(std::uint16_t partition, const OpenTicketRef& before,
                                                  int limit);
  /// What a search looks into, of conversations of one partition; entries without what is folded in.
  struct Searchable {
    v1::Conversation conversation;
    std::vector<v1::Entry> newest_entries;
    /// Of conversations that were merged into it.
    std::vector<std::string> parts;
  };
  /// `parts`: of those that were merged into others, which is where they are found; else they are left out.
  Task<Result<std::vector<Searchable>>> searchable(std::uint16_t partition, std::vector<std::string> ids,
                                                   int entries_each, bool parts = false);
  /// The conversation's tickets, those that were resolved last and the present one first.
  Task<Result<std::vector<v1::Ticket>>> tickets_of(std::string_view conversation_id, int limit);
  /// Tickets, in no order and without their times.
  Task<Result<std::vector<OpenTicketRef>>> held_by(std::uint16_t partition, std::string agent_id);
  Task<Result<std::vector<v1::QuarantinedInput>>> quarantined(std::uint16_t partition, int limit);
  Task<Result<std::string>> blob(std::uint16_t partition, std::string_view blob_id);
  /// Conversation of a thread, empty if there is none; and the last reply in it.
  struct ThreadInfo {
    std::string conversation_id, last_reply;
  };
  Task<Result<ThreadInfo>> thread(std::string_view thread_id);

  /// Last position of each partition's log.
  Task<Result<std::vector<std::int64_t>>> log_ends();
  /// Last position of the partition's log before this time.
  Task<Result<std::int64_t>> position_before(std::uint16_t partition, std::int64_t end, TimePoint time);
  /// Events after `position`, at most `limit`.
  Task<Result<std::vector<v1::Event>>> events(std::uint16_t partition, std::int64_t position, int limit);

 private:
  /// What a script returned, and what it put into the log.
  struct Ran {
    redis::Reply result;
    std::vector<v1::Event> events;
  };
  Task<Result<Ran>> run_untold(const redis::Script& script, std::uint16_t partition, TimePoint now,
                               std::vector<std::string_view> args);
  /// Runs the script and tells its events.
  Task<Result<redis::Reply>> run(const redis::Script& script, std::uint16_t partition, TimePoint now,
                                 std::vector<std::string_view> args);
  void tell(std::vector<v1::Event> events, std::shared_ptr<const v1::Entry> entry = {}) const;
  Task<Result<redis::Reply>> command(std::vector<std::string> args);
  Task<Status> add_addresses(std::string customer, v1::Conversation& out);
  Task<Status> add_windows(std::string customer, v1::Conversation& out);
  Task<Status> add_callbacks(std::string customer, v1::Conversation& out);
  Task<Result<std::vector<v1::Entry>>> folded(std::string live, std::vector<Item> items);

  redis::Client& redis_;
  std::uint16_t partitions_;
};

/// One item of an XRANGE/XREAD of a partition's log as an event.
v1::Event decode_event(std::uint16_t partition, const redis::Reply& item);

}  // namespace hark::conversation
