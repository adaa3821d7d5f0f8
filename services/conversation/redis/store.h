#pragma once

#include <chrono>
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

  [[nodiscard]] std::uint16_t partitions() const { return partitions_; }

  struct Meta {
    std::uint16_t partitions = 0;
    std::string secret;  // for reply tokens
  };
  /// Creates the store with these values, or returns those that it was created with.
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
  /// With their owners as they are now; those that are the customer's own by now are left out.
  Task<Result<std::vector<v1::PossibleMatch>>> possible_matches(std::string_view conversation_id);

  struct Acceptance {
    std::string conversation_id, entry_id, ticket_id,
        thread_id;  // the last three are used if new ones are needed
    int channel = 0;
    std::string account_id, native_id;
    bool wants_answer = true;
    std::string entry_bytes, ticket_bytes;
    std::string address, name;
    bool verified = false;
    std::string proved_thread_id, own_reference;
    std::vector<std::string> references;
    Blobs blobs;
  };
  struct Accepted {
    std::string conversation_id, entry_id, ticket_id;
    std::int64_t sequence = 0;
    bool duplicate = false, opened = false;
    std::string moved_to;  // not empty: nothing happened, accept there
  };
  Task<Result<Accepted>> accept(TimePoint now, const Acceptance& in);

  struct ReplyInput {
    std::string key, digest, conversation_id, answers_entry_id;
    std::int64_t assignment_token = 0, seen_sequence = 0;
    std::string entry_id, entry_bytes, outbound_bytes, account_id, agent_id;
    int channel = 0;
    std::string switch_entry_id, switch_entry_bytes;
    Blobs blobs;
  };
  struct Appended {
    std::int64_t sequence = 0;
    std::string ticket_id, thread_id;
  };
  Task<Result<Appended>> reply(TimePoint now, const ReplyInput& in);
  Task<Result<Appended>> note(TimePoint now, std::string_view key, std::string_view digest,
                              std::string_view conversation_id, std::string_view entry_id,
                              std::string_view entry_bytes, std::string_view agent_id);

  /// A status entry to append with a change of the ticket.
  struct StatusEntry {
    std::string id, bytes;
  };
  Task<Result<v1::Ticket>> assign(TimePoint now, const v1::AssignRequest& in, std::string_view digest,
                                  const StatusEntry& entry);
  Task<Result<v1::Ticket>> transfer(TimePoint now, const v1::TransferRequest& in, std::string_view digest,
                                    const StatusEntry& entry);
  Task<Result<v1::Ticket>> resolve(TimePoint now, const v1::ResolveRequest& in, std::string_view digest,
                                   const StatusEntry& entry, const StatusEntry& waiver);
  Task<Result<v1::Ticket>> reopen(TimePoint now, const v1::ReopenRequest& in, std::string_view digest,
                                  const StatusEntry& entry);
  Task<Result<Appended>> waive(TimePoint now, const v1::WaiveObligationRequest& in,
                               std::string_view conversation_id, std::string_view digest,
                               const StatusEntry& entry);
  Task<Status> raise_fence(TimePoint now, std::int64_t token);

  struct LeasedMessage {
    std::string entry_id, message_bytes;
    int attempts = 0;
  };
  struct Leases {
    std::vector<LeasedMessage> messages;
    std::optional<TimePoint> next_due;
  };
  Task<Result<Leases>> lease(TimePoint now, std::uint16_t partition, std::string_view account_id,
                             TimePoint ends, std::string_view lease_id, int most);

  struct DeliveryNews {
    std::string entry_id, lease_id;
    v1::DeliveryState state{};
    std::string detail;
    TimePoint retry_at{};
    std::string report_native_id;  // deduplicates a report; may be empty
    Blobs blobs;
  };
  /// True if it changed anything. Errors: ENTRY_NOT_FOUND.
  Task<Result<bool>> record_delivery(TimePoint now, const DeliveryNews& news);

  struct QuarantineInput {
    std::string id, account_id, native_id, reason;
    int channel = 0;
    v1::BlobRef raw;
    Blobs blobs;
  };
  Task<Result<std::string>> quarantine(TimePoint now, const QuarantineInput& in);

  Task<Result<v1::Conversation>> conversation(std::string_view conversation_id);
  Task<Result<v1::Ticket>> ticket(std::string_view ticket_id);
  /// Those that exist of these tickets of one partition, in the order asked for.
  Task<Result<std::vector<v1::Ticket>>> tickets(std::uint16_t partition, std::vector<std::string> ids);
  struct EntryPlace {
    std::string conversation_id;
    std::int64_t sequence = 0;
  };
  Task<Result<EntryPlace>> locate_entry(std::string_view entry_id);
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
  Task<Result<std::vector<std::string>>> held_by(std::uint16_t partition, std::string_view agent_id);
  Task<Result<std::vector<v1::QuarantinedInput>>> quarantined(std::uint16_t partition, int limit);
  Task<Result<std::string>> blob(std::uint16_t partition, std::string_view blob_id);
  /// Conversation of a thread, empty if there is none; and the last reply in it.
  struct ThreadInfo {
    std::string conversation_id, last_reply;
  };
  Task<Result<ThreadInfo>> thread(std::string_view thread_id);

  /// Last position of each partition's log.
  Task<Result<std::vector<std::int64_t>>> log_ends();
  /// Events after `position`, at most `limit`.
  Task<Result<std::vector<v1::Event>>> events(std::uint16_t partition, std::int64_t position, int limit);

 private:
  Task<Result<redis::Reply>> run(const redis::Script& script, std::uint16_t partition, TimePoint now,
                                 std::vector<std::string_view> args);
  Task<Result<redis::Reply>> command(std::vector<std::string> args);

  redis::Client& redis_;
  std::uint16_t partitions_;
};

/// One item of an XRANGE/XREAD of a partition's log as an event.
v1::Event decode_event(std::uint16_t partition, const redis::Reply& item);

}  // namespace hark::conversation
