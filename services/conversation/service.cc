#include "conversation/service.h"

#include "base/core/invalid.h"
#include "conversation/core/address.h"
#include "conversation/entry_build.h"

namespace hark::conversation {
namespace {

/// Larger entries do not ride with their events: a queue of those would weigh too much.
constexpr std::size_t kToldEntryBytesMax = 16U << 10;

Error too_large(std::string message) {
  return {Code::kInvalidArgument, Reason::kTooLarge, std::move(message)};
}

void follow(v1::Participant& participant, std::string_view region) {
  auto normal = normalise_address(participant.address(), region);
  if (normal.ok()) participant.set_address(*std::move(normal));
}

v1::AcceptResponse response_to(Store::Accepted accepted) {
  v1::AcceptResponse response;
  response.set_conversation_id(std::move(accepted.conversation_id));
  response.set_entry_id(std::move(accepted.entry_id));
  response.set_ticket_id(std::move(accepted.ticket_id));
  response.set_sequence(accepted.sequence);
  response.set_duplicate(accepted.duplicate);
  response.set_ticket_opened(accepted.opened);
  return response;
}

}  // namespace

Conversations::Conversations(Store& store, const Clock& clock, ThreadTokens tokens, Settings settings,
                             Metrics& metrics)
    : store_{store},
      clock_{clock},
      tokens_{std::move(tokens)},
      settings_{std::move(settings)},
      accepted_{
          metrics.counter("hark_conversation_accepted_total", "Customers' messages that became entries")},
      duplicates_{metrics.counter("hark_conversation_duplicates_total", "Messages that were known already")},
      tickets_{metrics.counter("hark_conversation_tickets_opened_total", "Tickets opened by a message")},
      replies_{metrics.counter("hark_conversation_replies_total", "Replies put into the outbox")},
      started_{metrics.counter("hark_conversation_started_total", "Messages that agents wrote first")},
      bounces_{
          metrics.counter("hark_conversation_reports_total", "Delivery reports taken, bounces among them")},
      quarantined_{metrics.counter("hark_conversation_quarantined_total",
                                   "Inputs that nobody could read, kept raw")} {}

Status Conversations::check_inbound(const v1::InboundMessage& message) const {
  const auto account = settings_.accounts.find(message.account_id());
  if (account == settings_.accounts.end() || account->second.channel != message.channel()) {
    return Error{Code::kInvalidArgument, Reason::kAccountUnknown,
                 "account_id: '" + message.account_id() + "' is no account of ours on this channel"};
  }
  if (message.native_id().empty() || message.native_id().size() > kNativeIdBytesMax) {
    return invalid("native_id: must have 1 to 1200 bytes; it is what makes a repeated message one entry");
  }
  if (message.kind() == v1::InboundMessage::KIND_UNSPECIFIED) return invalid("kind: is not set");
  if (message.content().text().size() > kTextBytesMax || message.content().html().size() > kTextBytesMax) {
    return too_large("content: text and html may have 1 MiB each; the rest belongs into the raw blob");
  }
  const auto& thread = message.thread();
  if (thread.references_size() > static_cast<int>(kReferencesMax) ||
      thread.tokens_size() + thread.subject_tokens_size() > static_cast<int>(kReferencesMax)) {
    return invalid("thread: at most 64 references and 64 tokens");
  }
  if (message.group().size() > kGroupBytesMax) return invalid("group: at most 200 bytes");
  if (message.claims_size() > static_cast<int>(kClaimsMax)) return invalid("claims: at most 8");
  if (message.queue_id().size() > kQueueIdBytesMax) return invalid("queue_id: is longer than 64 bytes");
  if (message.virtual_start_ms() < 0) return invalid("virtual_start_ms: is negative");
  return check_blobs(message.blobs());
}

std::vector<Conversations::NamedThread> Conversations::named_threads(const v1::ThreadHints& hints) const {
  std::vector<NamedThread> threads;
  const auto read = [&](const auto& tokens, v1::ThreadedBy by) {
    for (const auto& token : tokens) {
      if (auto thread = tokens_.verify(token); thread.ok()) threads.push_back({*std::move(thread), by});
    }
  };
  read(hints.tokens(), v1::THREADED_BY_ADDRESS);
  for (const auto& reference : hints.references()) {
    if (auto own = tokens_.read_message_id(reference); own.ok())
      threads.push_back({std::move(own->thread_id), v1::THREADED_BY_MESSAGE_ID});
  }
  read(hints.subject_tokens(), v1::THREADED_BY_SUBJECT_MARK);
  return threads;
}

Task<Result<Conversations::ThreadProof>> Conversations::prove_thread(std::vector<NamedThread> candidates,
                                                                     std::string_view conversation_id) {
  ThreadProof proof;
  for (auto& named : candidates) {
    HARK_CO_TRY(const auto thread, co_await store_.thread(named.thread_id));
    if (thread.conversation_id.empty()) continue;
    HARK_CO_TRY(const bool own, co_await are_one(thread.conversation_id, conversation_id));
    if (own) {
      proof.thread = std::move(named);
      co_return proof;
    }
    // A stranger holds one mail of this thread. It gets a conversation of its own that links here, and sees
    // nothing.
    if (proof.linked_conversation_id.empty()) proof.linked_conversation_id = thread.conversation_id;
  }
  co_return proof;
}

/// The same customer: from the start, or merged.
Task<Result<bool>> Conversations::are_one(std::string_view a, std::string_view b) {
  if (a == b) co_return true;
  HARK_CO_TRY(const auto one, co_await store_.route(a));
  HARK_CO_TRY(const auto other, co_await store_.route(b));
  co_return one.conversation_id == other.conversation_id;
}

Store::Acceptance Conversations::acceptance(v1::InboundMessage& message, TimePoint now,
                                            const Identity& identity, const ThreadProof& proof) const {
  Store::Acceptance in;
  in.entry = inbound_entry(message, to_ms(now));
  in.entry.set_linked_conversation_id(proof.linked_conversation_id);
  in.entry.set_threaded_by(proof.thread.by);
  in.channel = message.channel();
  in.account_id = message.account_id();
  in.native_id = message.native_id();
  in.wants_answer = message.kind() == v1::InboundMessage::KIND_MESSAGE;
  in.ticket_bytes = ticket_attributes(message).SerializeAsString();
  in.address = message.sender().address();
  in.claim_address = identity.to_claim;
  in.name = message.sender().name();
  in.verified = message.sender_verified();
  in.proved_thread_id = proof.thread.thread_id;
  in.own_reference = message.thread().own_reference();
  in.references = {message.thread().references().begin(), message.thread().references().end()};
  in.reopen_within = settings_.accounts.at(message.account_id()).reopen_within;
  in.blobs = take_blobs(*message.mutable_blobs());
  in.tell_entry = identity.claims.joined.empty() && identity.claims.matches.empty() &&
                  in.entry.ByteSizeLong() <= kToldEntryBytesMax;
  return in;
}

Task<Result<v1::AcceptResponse>> Conversations::accept(v1::InboundMessage message) {
  HARK_CO_TRY_VOID(check_inbound(message));
  HARK_CO_TRY(const auto address, normalise_address(message.sender().address(), settings_.default_region));
  message.mutable_sender()->set_address(address);
  if (message.has_reply_route()) {
    if (message.reply_route().has_to())
      follow(*message.mutable_reply_route()->mutable_to(), settings_.default_region);
    for (auto& cc : *message.mutable_reply_route()->mutable_cc()) follow(cc, settings_.default_region);
  }

  auto threads = named_threads(message.thread());
  HARK_CO_TRY(const auto identity, co_await identify(address, message.claims(), !threads.empty()));
  auto customer = identity.customer, conversation = customer;
  HARK_CO_TRY(auto proof, co_await prove_thread(std::move(threads), conversation));
  const auto now = clock_.now();
  auto in = acceptance(message, now, identity, proof);

  // Before the entry, so that who is told of it finds them.
  HARK_CO_TRY_VOID(co_await store_.record_claims(now, customer, identity.claims));
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    HARK_CO_TRY(const auto partition, partition_of(conversation));
    in.conversation_id = conversation;
    in.entry_id = new_id(IdKind::kEntry, partition);
    in.ticket_id = new_id(IdKind::kTicket, partition);
    in.thread_id = new_id(IdKind::kThread, partition);
    if (in.reopen_within.count() > 0) {
      in.reopening =
          status_entry(conversation, v1::StatusChange::CHANGE_REOPENED, "", "", "", "", in.entry_id);
    }
    auto accepted = co_await store_.accept(now, in);
    if (!accepted.ok() && accepted.error().reason == Reason::kMergeUnderWay) {
      HARK_CO_TRY_VOID(co_await finish_sagas(conversation));
      conversation = customer;
      in.via.clear();
      continue;
    }
    if (!accepted.ok()) co_return std::move(accepted).error();
    if (!accepted->moved_to.empty()) {
      in.via = std::exchange(conversation, accepted->moved_to);
      in.entry.set_customer_id(customer);
      continue;
    }
    if (!accepted->owned_by.empty()) {
      customer = conversation = accepted->owned_by;
      know_owner(address, customer);
      in.claim_address = false;
      continue;
    }
    if (accepted->look_up_parts) {
      HARK_CO_TRY(in.proved_thread_id, co_await store_.thread_in_parts(conversation, in.references));
      if (!in.proved_thread_id.empty()) in.entry.set_threaded_by(v1::THREADED_BY_REFERENCE);
      in.parts_looked_up = true;
      continue;
    }
    if (in.claim_address && !accepted->duplicate) know_owner(address, customer);
    (accepted->duplicate ? duplicates_ : accepted_).add();
    if (accepted->opened) tickets_.add();
    co_return response_to(*std::move(accepted));
  }
  co_return Error{Code::kAborted, Reason::kConversationMoved,
                  "the conversation was merged too often while accepting; retry"};
}

Task<Status> Conversations::quarantine(v1::Quarantine input) {
  if (input.native_id().empty()) co_return invalid("quarantine.native_id: is empty");
  HARK_CO_TRY_VOID(check_blobs(input.blobs()));
  Store::QuarantineInput in;
  in.id = new_id(IdKind::kQuarantined, home_partition(input.native_id(), store_.partitions()));
  in.account_id = input.account_id();
  in.native_id = input.native_id();
  in.reason = input.reason();
  in.channel = input.channel();
  in.raw = input.raw();
  in.blobs = take_blobs(*input.mutable_blobs());
  HARK_CO_TRY_VOID(co_await store_.quarantine(clock_.now(), in));
  quarantined_.add();
  co_return Status{};
}

}  // namespace hark::conversation
