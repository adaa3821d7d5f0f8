#pragma once

#include <functional>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/core/ids.h"
#include "base/core/time.h"
#include "base/metrics/metrics.h"
#include "conversation/core/identity.h"
#include "conversation/core/reply_binding.h"
#include "conversation/core/thread_token.h"
#include "conversation/ports.h"
#include "conversation/redis/store.h"
#include "hark/v1/channel_service.pb.h"
#include "hark/v1/conversation_service.pb.h"

namespace hark::conversation {

constexpr std::size_t kNativeIdBytesMax = 1'200;
constexpr std::size_t kTextBytesMax = 1U << 20;  // of text and of html, each
constexpr std::size_t kSubjectBytesMax = 998;
constexpr std::size_t kNoteTextBytesMax = 64U << 10;
constexpr std::size_t kReferencesMax = 64;
constexpr std::size_t kQueueIdBytesMax = 64;
constexpr std::size_t kGroupBytesMax = 200;
constexpr int kMentionsMax = 20;
/// Conversations that one search looks into, and the newest entries of each; a further call goes on from
/// there.
constexpr int kSearchedPerCall = 300;
constexpr int kSearchedEntriesEach = 20;
constexpr int kHitsMax = 50;
constexpr std::size_t kQueryBytesMax = 200;
/// Tickets of one conversation that are listed; older ones are on its timeline.
constexpr int kTicketsListedMax = 100;
constexpr std::size_t kPreviewBytesMax = 500;
constexpr std::int64_t kMergedEntriesMax = 50'000;  // of two conversations; beyond it they are not merged
constexpr int kRetriesMax = 16;       // of one call that merges get in the way of; then CONVERSATION_MOVED
constexpr int kVerdictsMax = 1'000;   // set at once
constexpr int kShardsSetMax = 1'000;  // at once
constexpr std::size_t kKnownAddressesMax = 200'000;  // addresses whose customer is remembered in memory

/// One of our accounts, as conversation needs it.
struct OwnAccount {
  v1::Channel channel = v1::CHANNEL_UNSPECIFIED;
  std::string name;
  /// For so long after it was resolved a customer's last ticket opens again for a message in a known thread.
  std::chrono::days reopen_within{0};
};

/// What conversation does, one function per call of its contracts (proto/hark/v1/*_service.proto tells what
/// each promises). Holds no state but caches; lives on its service's thread.
class Conversations {
 public:
  struct Settings {
    std::map<std::string, OwnAccount, std::less<>> accounts;
    std::string default_region;  // for national phone numbers
    /// How long a reply may lie ready for a chat's visitor before it is told of; 0: for ever.
    Duration offer_switch_after{0};
  };

  Conversations(Store& store, const Clock& clock, ThreadTokens tokens, Settings settings, Metrics& metrics);

  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message);
  Task<Status> receive_receipt(v1::Receipt receipt);
  Task<Status> receive_bounce(v1::BounceReport report);
  Task<Status> quarantine(v1::Quarantine input);
  Task<Status> receive_call(v1::CallReport report);

  Task<Result<v1::ReplyResponse>> reply(v1::ReplyRequest request);
  Task<Result<v1::StartResponse>> start(v1::StartRequest request);
  Task<Result<v1::AddNoteResponse>> add_note(v1::AddNoteRequest request);
  Task<Result<v1::AssignResponse>> assign(v1::AssignRequest request);
  Task<Result<v1::AnnotateTicketResponse>> annotate_ticket(v1::AnnotateTicketRequest request);
  Task<Result<v1::SetVerdictsResponse>> set_verdicts(v1::SetVerdictsRequest request);
  Task<Result<v1::ResolveResponse>> resolve(v1::ResolveRequest request);
  Task<Result<v1::ReopenResponse>> reopen(v1::ReopenRequest request);
  Task<Result<v1::WaiveObligationResponse>> waive_obligation(v1::WaiveObligationRequest request);
  Task<Result<v1::WithdrawCallbackResponse>> withdraw_callback(v1::WithdrawCallbackRequest request);
  Task<Result<v1::MergeResponse>> merge(v1::MergeRequest request);
  Task<Result<v1::UnmergeResponse>> unmerge(v1::UnmergeRequest request);
  /// Finishes what a crash left of merges, in all partitions: those that began so long ago. One that fails
  /// keeps none of the others; the first failure is returned.
  Task<Status> finish_all_sagas(Duration begun_before = {});
  Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request);
  Task<Result<v1::HoldTicketResponse>> hold_ticket(v1::HoldTicketRequest request);
  Task<Result<v1::ReleaseTicketResponse>> release_ticket(v1::ReleaseTicketRequest request);
  Task<Result<v1::SetPreferredAgentsResponse>> set_preferred_agents(v1::SetPreferredAgentsRequest request);
  Task<Result<v1::RaiseFenceResponse>> raise_fence(v1::RaiseFenceRequest request);
  Task<Result<v1::SetShardsResponse>> set_shards(v1::SetShardsRequest request);

  Task<Result<v1::GetConversationResponse>> get_conversation(v1::GetConversationRequest request);
  Task<Result<v1::ListTimelineResponse>> list_timeline(v1::ListTimelineRequest request);
  Task<Result<v1::ListConversationsResponse>> list_conversations(v1::ListConversationsRequest request);
  Task<Result<v1::ListQuarantineResponse>> list_quarantine(v1::ListQuarantineRequest request);
  Task<Result<v1::ListTicketsResponse>> list_tickets(v1::ListTicketsRequest request);
  Task<Result<v1::SearchResponse>> search(v1::SearchRequest request);
  Task<Result<v1::ListSendingRulesResponse>> list_sending_rules(v1::ListSendingRulesRequest request);
  /// Whose addresses are is read from the store again. For when that came back with older data.
  void forget_owners() { known_addresses_.clear(); }
  /// Of an account whose channel has connected; empty: it can send everything.
  Task<Status> keep_rules(std::string account_id, v1::SendingRules rules);
  /// The customer behind an address types: whose conversation that is, empty if nobody's yet.
  Task<Result<std::string>> conversation_of_address(std::string address);

  /// What goes out on this account lies ready until its customer comes and fetches it.
  [[nodiscard]] bool fetched_by_customers(std::string_view account_id) const;

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] Store& store() { return store_; }
  [[nodiscard]] const Clock& clock() const { return clock_; }
  [[nodiscard]] std::string new_id(IdKind kind, std::uint16_t partition) {
    return ids_.next(kind, partition, clock_.now());
  }

 private:
  /// Whose an address is never changes (merging redirects the conversation instead), so what is remembered
  /// cannot go stale. Empty: not remembered.
  [[nodiscard]] std::string known_owner(const std::string& address) const;
  void know_owner(std::string address, std::string owner);
  std::string new_customer_at(std::string_view address);
  Task<Result<std::string>> customer_of(std::string address);
  Task<Result<bool>> are_one(std::string_view a, std::string_view b);
  Task<Result<std::string>> owner_if_address(std::string query);
  Task<Result<std::vector<Store::OpenTicketRef>>> next_to_search(Store::OpenTicketRef before);
  /// Whose the address is: `candidate`'s if it was nobody's.
  Task<Result<std::string>> claim_for(std::string address, std::string candidate);
  /// Empty: nobody's.
  Task<Result<std::string>> owner_of(std::string address);
  struct Identity {
    std::string customer;
    bool to_claim = false;  // the customer would be a new one: accepting the message claims the address
    ClaimOutcome claims;
  };
  /// `settle`: it must be clear before the message is accepted.
  Task<Result<Identity>> identify(std::string address,
                                  google::protobuf::RepeatedPtrField<v1::AddressClaim> claims, bool settle);
  struct NamedThread {
    std::string thread_id;
    v1::ThreadedBy by = v1::THREADED_BY_UNSPECIFIED;
  };
  /// What the hints name in a way that only we could have written, strongest first.
  [[nodiscard]] std::vector<NamedThread> named_threads(const v1::ThreadHints& hints) const;
  struct ThreadProof {
    NamedThread thread;                  // proved, in the sender's own conversation
    std::string linked_conversation_id;  // the thread is another customer's
  };
  Task<Result<ThreadProof>> prove_thread(std::vector<NamedThread> candidates,
                                         std::string_view conversation_id);
  /// What the store is to accept, without the ids; takes the blobs out of the message.
  [[nodiscard]] Store::Acceptance acceptance(v1::InboundMessage& message, TimePoint now,
                                             const Identity& identity, const ThreadProof& proof) const;
  /// What a reply comes to on the account that it goes out from.
  struct Sendable {
    std::string text;
    std::optional<v1::FilledTemplate> filled;
    Status refused;  // not, and why: unless the same was sent before
  };
  /// One of the account's templates. Errors: the store's; of the template itself in `refused`.
  Task<Result<Sendable>> fill_in(std::string account_id, v1::FilledTemplate wished);
  Task<Result<Sendable>> judge_sending(const v1::ReplyRequest& request, const ReplyBinding& binding,
                                       const v1::Conversation& conversation, const v1::Entry& answered);
  [[nodiscard]] Status check_inbound(const v1::InboundMessage& message) const;
  [[nodiscard]] Store::StatusEntry status_entry(std::string_view about, v1::StatusChange::Change change,
                                                std::string_view agent_id, std::string_view concerns,
                                                std::string_view reason,
                                                std::string_view answers_entry_id = {},
                                                std::string_view concerns_id = {});
  [[nodiscard]] Store::StatusEntry why_owed_again(std::string_view about, const Store::DeliveryNews& news);
  Task<Status> record_delivery(Store::DeliveryNews news);
  Task<Status> may_call_off(std::string conversation_id, const Store::DeliveryNews& news);
  Task<Status> owe_elsewhere(Store::Lost lost, const Store::DeliveryNews& news);
  /// A customer was heard in the call that the entry stands for.
  Task<Status> settle_by_talk(std::string entry_id, std::string agent_id);
  Task<Status> tell_line(v1::CallReport report, v1::Entry entry);
  Task<Status> try_to_settle_by_talk(std::string conversation_id, std::string entry_id, std::string agent_id);

  Task<Status> run_saga(Store::Saga saga);
  Task<Status> finish(Store::Saga saga);
  Task<Status> finish_merge(Store::Saga saga);
  Task<Status> finish_unmerge(Store::Saga saga);
  /// Those of which this conversation is the survivor.
  Task<Status> finish_sagas(std::string conversation_id);
  Task<Status> may_be_merged(std::string survivor, std::string loser);
  Task<Result<std::vector<Store::Item>>> all_items(std::string conversation_id, Store::Head head);
  Task<Result<Store::RestoreInput>> entries_back(Store::Saga saga, Store::Parted parted);
  /// The message that goes out for an entry, but for what it answers.
  [[nodiscard]] v1::OutboundMessage outbound_of(const v1::Entry& entry, std::string_view entry_id,
                                                std::string_view conversation_id, std::string_view thread_id,
                                                std::string_view from_name) const;
  Task<Result<v1::ReplyResponse>> try_to_reply(v1::ReplyRequest request);
  /// Where a message that answers nothing goes, and as what. Errors: ACCOUNT_UNKNOWN, ADDRESS_INVALID,
  /// INVALID_FIELD, TEMPLATE_UNFIT.
  struct Beginning {
    v1::Channel channel{};
    std::string address, subject, text;
    std::optional<v1::FilledTemplate> filled;
    std::string by;         // "mail", "WhatsApp"
    std::string reference;  // of the thread, where customers' messages name it by one
  };
  Task<Result<Beginning>> beginning_of(v1::StartRequest request);
  Task<Result<Beginning>> beginning_by_template(v1::StartRequest request, std::string address);
  Task<Result<v1::StartResponse>> try_to_start(v1::StartRequest request, std::string customer,
                                               Beginning beginning);
  /// Finishes merges of the conversation that has this entry, or whatever this id names.
  Task<Status> finish_sagas_around(std::string any_id);
  Task<std::string> outbound_entry_of(const v1::BounceReport& report);

  Store& store_;
  const Clock& clock_;
  ThreadTokens tokens_;
  Settings settings_;
  IdSource ids_{&secure_random};
  std::unordered_map<std::string, std::string> known_addresses_;
  Counter accepted_, duplicates_, tickets_, replies_, started_, bounces_, quarantined_;
};

}  // namespace hark::conversation
