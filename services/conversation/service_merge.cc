// Merging customers, and taking it back. Each is a saga over the two partitions: recorded with the survivor,
// then steps of one script each, any of which may be repeated. Whoever meets one that is not finished
// finishes it: the next call, the next message of the loser, the next start, and UnfinishedMerges.
#include <algorithm>
#include <set>

#include "base/core/invalid.h"
#include "conversation/core/merge_order.h"
#include "conversation/entry_build.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/run.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

constexpr int kAttemptsMax = 8;
constexpr std::int64_t kPage = 500;

Error impossible(std::string message) {
  return {Code::kFailedPrecondition, Reason::kMergeImpossible, std::move(message)};
}

TimelinePlace place_in(const Store::Item& item) {
  if (item.entry.id().empty()) return {};
  return {item.entry.accepted_at_ms(), item.entry.id(),
          keys::place_of(item.position.conversation_id, item.position.native)};
}

std::vector<TimelinePlace> places_of(const std::vector<Store::Item>& items) {
  std::vector<TimelinePlace> out;
  for (const auto& item : items) out.push_back(place_in(item));
  return out;
}

}  // namespace

/// Every sequence of a conversation, without following its redirect; an item without entry where one went
/// back.
Task<Result<std::vector<Store::Item>>> Conversations::all_items(std::string conversation_id,
                                                                Store::Head head) {
  std::vector<Store::Item> out(static_cast<std::size_t>(head.last));
  for (std::int64_t from = 1; from <= head.last; from += kPage) {
    HARK_CO_TRY(auto where,
                co_await store_.positions(conversation_id, head, from, from + kPage - 1, kPage, false));
    // A page may reach further where entries went back; what it has is what it has.
    HARK_CO_TRY(auto page, co_await store_.items(conversation_id, std::move(where)));
    for (auto& item : page) {
      const auto at = static_cast<std::size_t>(item.position.sequence - 1);
      out[at] = std::move(item);
    }
  }
  co_return out;
}

Task<Status> Conversations::finish_merge(Store::Saga saga) {
  const auto status = [&](const std::string& where, const std::string& other) {
    return status_entry(where, v1::StatusChange::CHANGE_MERGED, saga.agent_id, "", saga.reason, "", other);
  };
  const auto frozen = co_await store_.freeze(clock_.now(), saga, status(saga.loser, saga.survivor));
  if (!frozen.ok()) {
    // The loser is itself in a merge, in another conversation by now, or unknown: this one will not happen.
    const bool refused = in_the_way_of_merges(frozen.error()) || frozen.error().code == Code::kNotFound;
    if (refused) HARK_CO_TRY_VOID(co_await store_.cancel(clock_.now(), saga));
    co_return frozen;
  }
  HARK_CO_TRY(const auto survivor, co_await store_.head(saga.survivor));
  HARK_CO_TRY(const auto loser, co_await store_.head(saga.loser));
  HARK_CO_TRY(const auto theirs, co_await all_items(saga.survivor, survivor));
  HARK_CO_TRY(const auto ours, co_await all_items(saga.loser, loser));
  HARK_CO_TRY(const auto partition, partition_of(saga.survivor));
  const auto survivor_places = places_of(theirs);
  const auto loser_places = places_of(ours);

  Store::JoinInput in;
  in.covers = survivor.last;
  in.places = merge_places(survivor_places, loser_places);
  HARK_CO_TRY(in.owed, co_await store_.owed_by(saga.loser, loser_places));
  HARK_CO_TRY(in.carried, co_await store_.carried(saga.loser, loser.carried_ticket_id));
  in.ticket_id = new_id(IdKind::kTicket, partition);
  in.status = status(saga.survivor, saga.loser);
  co_return co_await store_.join(clock_.now(), saga, in);
}

Task<Status> Conversations::finish_unmerge(Store::Saga saga) {
  const auto status = [&](const std::string& where, const std::string& other) {
    return status_entry(where, v1::StatusChange::CHANGE_UNMERGED, saga.agent_id, "", saga.reason, "", other);
  };
  std::set<std::string, std::less<>> customers{saga.loser};
  HARK_CO_TRY(const auto parts, co_await store_.parts_of(saga.loser));
  customers.insert(parts.begin(), parts.end());
  HARK_CO_TRY(const auto survivor, co_await store_.head(saga.survivor));
  HARK_CO_TRY(const auto items, co_await all_items(saga.survivor, survivor));

  Store::PartInput parts_with;
  std::set<std::string> threads_that_stay;
  for (const auto& [entry, position, born_in] : items) {
    if (entry.id().empty()) continue;
    if (customers.contains(position.conversation_id) || customers.contains(entry.customer_id())) {
      parts_with.goes.emplace_back(entry.id(), entry.sequence());
    } else {
      threads_that_stay.insert(entry.thread_id());
    }
    if (entry.kind() == v1::ENTRY_KIND_INBOUND)
      parts_with.wants_answer.push_back({entry.id(), entry.thread_id(), entry.sequence()});
  }
  HARK_CO_TRY(const auto survivors_partition, partition_of(saga.survivor));
  parts_with.ticket_id = new_id(IdKind::kTicket, survivors_partition);
  parts_with.status = status(saga.survivor, saga.loser);
  HARK_CO_TRY_VOID(co_await store_.part(clock_.now(), saga, parts_with));
  HARK_CO_TRY(auto parted, co_await store_.parted(saga));
  HARK_CO_TRY(auto back, co_await entries_back(saga, parted));

  Store::EndInput ends;
  std::set<std::string> threads, addresses;
  for (const auto& entry : back.entries) {
    ends.entries.push_back(entry.id());
    if (!entry.thread_id().empty() && !threads_that_stay.contains(entry.thread_id()) &&
        place(entry.thread_id()) == place(saga.survivor)) {
      threads.insert(entry.thread_id());
    }
    if (entry.kind() == v1::ENTRY_KIND_STARTED) addresses.insert(entry.to().address());
    if (!entry.sender().address().empty()) addresses.insert(entry.sender().address());
  }
  back.status = status(saga.loser, saga.survivor);
  HARK_CO_TRY(ends.first, co_await store_.restore(clock_.now(), saga, back));
  ends.threads.assign(threads.begin(), threads.end());
  ends.addresses.assign(addresses.begin(), addresses.end());
  co_return co_await store_.end_unmerge(clock_.now(), saga, ends);
}

/// What the loser gets back: entries made since, and what it is owed, under the sequences that they will have
/// there.
Task<Result<Store::RestoreInput>> Conversations::entries_back(Store::Saga saga, Store::Parted parted) {
  Store::RestoreInput back;
  HARK_CO_TRY(const auto loser, co_await store_.head(saga.loser));
  HARK_CO_TRY(const auto partition, partition_of(saga.loser));
  HARK_CO_TRY(const auto own, co_await all_items(saga.loser, loser));
  std::map<std::string, const v1::Entry*> by_id;
  std::map<std::string, std::int64_t> sequence_of;
  for (const auto& item : own) {
    by_id[item.entry.id()] = &item.entry;
    sequence_of[item.entry.id()] = item.entry.sequence();
  }
  std::vector<Store::Position> where;
  for (const auto native : parted.natives) where.push_back({0, saga.survivor, native});
  HARK_CO_TRY(auto made_since, co_await store_.items(saga.survivor, std::move(where)));
  for (auto& item : made_since) back.entries.push_back(std::move(item.entry));
  for (std::size_t i = 0; i < back.entries.size(); ++i) {
    by_id[back.entries[i].id()] = &back.entries[i];
    sequence_of[back.entries[i].id()] = loser.last + 1 + static_cast<std::int64_t>(i);
  }
  const v1::Entry* oldest = nullptr;
  for (const auto& [entry, thread] : parted.owed) {
    back.owed.push_back({entry, std::to_string(sequence_of[entry]), thread});
    const auto* owed = by_id[entry];
    if (owed && (!oldest || owed->accepted_at_ms() < oldest->accepted_at_ms())) oldest = owed;
  }
  back.settled = std::move(parted.settled);
  if (oldest) {
    back.ticket_bytes = ticket_attributes(*oldest).SerializeAsString();
    back.waiting_ms = oldest->accepted_at_ms();
  }
  back.ticket_id = new_id(IdKind::kTicket, partition);
  co_return back;
}

Task<Status> Conversations::finish(Store::Saga saga) {
  if (saga.takes_back) co_return co_await finish_unmerge(std::move(saga));
  co_return co_await finish_merge(std::move(saga));
}

Task<Status> Conversations::finish_sagas(std::string conversation_id) {
  HARK_CO_TRY(const auto partition, partition_of(conversation_id));
  HARK_CO_TRY(const auto sagas, co_await store_.sagas(partition));
  for (const auto& saga : sagas) {
    if (saga.survivor == conversation_id) HARK_CO_TRY_VOID(co_await finish(saga));
  }
  co_return Status{};
}

Task<Status> Conversations::finish_sagas_around(std::string any_id) {
  std::string conversation = any_id;
  if (any_id.starts_with(prefix_of(IdKind::kEntry))) {
    HARK_CO_TRY(conversation, co_await store_.conversation_of_entry(any_id));
  }
  HARK_CO_TRY(const auto way, co_await store_.route(conversation));
  co_return co_await finish_sagas(way.conversation_id);
}

Task<Status> Conversations::finish_all_sagas(Duration begun_before) {
  const auto latest = clock_.now() - begun_before;
  Status first_failure;
  const auto note = [&](const Status& status) {
    if (first_failure.ok()) first_failure = status;
  };
  for (std::uint16_t p = 0; p < store_.partitions(); ++p) {
    const auto sagas = co_await store_.sagas(p);
    if (!sagas.ok()) {
      note(sagas.error());
      continue;
    }
    for (const auto& saga : *sagas) {
      if (saga.begun > latest) continue;
      const auto finished = co_await finish(saga);
      if (!finished.ok() && !in_the_way_of_merges(finished.error()) &&
          finished.error().code != Code::kNotFound)
        note(finished);
    }
  }
  co_return first_failure;
}

/// Runs a saga from wherever it is.
Task<Status> Conversations::run_saga(Store::Saga saga) {
  saga.id = std::to_string(secure_random());
  const auto begun = co_await store_.begin_saga(clock_.now(), saga);
  if (!begun.ok()) {
    if (in_the_way_of_merges(begun.error())) HARK_CO_TRY_VOID(co_await finish_sagas(saga.survivor));
    co_return begun.error();
  }
  if (!*begun) co_return Status{};
  auto finished = co_await finish(saga);
  if (!finished.ok() && in_the_way_of_merges(finished.error()))
    HARK_CO_TRY_VOID(co_await finish_sagas(saga.loser));
  co_return finished;
}

Task<Result<v1::MergeResponse>> Conversations::merge(v1::MergeRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  if (request.reason().empty()) co_return invalid("reason: say why these two are one customer");
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, request.survivor_id()));
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, request.loser_id()));
  if (request.survivor_id() == request.loser_id()) co_return invalid("loser_id: is the survivor");
  Status last;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    HARK_CO_TRY(const auto survivor, co_await store_.route(request.survivor_id()));
    HARK_CO_TRY(const auto loser, co_await store_.route(request.loser_id()));
    if (survivor.conversation_id == loser.conversation_id) {
      // They are one: by this call, or before it. Should the last step be missing, it follows.
      HARK_CO_TRY_VOID(co_await finish_sagas(survivor.conversation_id));
      v1::MergeResponse response;
      HARK_CO_TRY(*response.mutable_conversation(), co_await store_.conversation(survivor.conversation_id));
      co_return response;
    }
    HARK_CO_TRY_VOID(co_await may_be_merged(survivor.conversation_id, loser.conversation_id));
    last = co_await run_saga({false, survivor.conversation_id, loser.conversation_id, request.agent_id(),
                              request.reason(), request.idempotency_key(), digest_of(request)});
    if (!last.ok() && !in_the_way_of_merges(last.error())) co_return last.error();
  }
  co_return last.ok() ? Error{Code::kAborted, Reason::kMergeUnderWay, "other merges were in the way; retry"}
                      : last.error();
}

Task<Status> Conversations::may_be_merged(std::string survivor, std::string loser) {
  HARK_CO_TRY(const auto a, co_await store_.head(survivor));
  HARK_CO_TRY(const auto b, co_await store_.head(loser));
  if (a.last + b.last > kMergedEntriesMax) {
    co_return Error{Code::kFailedPrecondition, Reason::kTooLarge,
                    "the two conversations have more than 50,000 entries together"};
  }
  co_return Status{};
}

Task<Result<v1::UnmergeResponse>> Conversations::unmerge(v1::UnmergeRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  if (request.reason().empty()) co_return invalid("reason: say why these two are not one customer");
  HARK_CO_TRY_VOID(parse_id(IdKind::kConversation, request.customer_id()));
  const auto& loser = request.customer_id();
  Status last;
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    HARK_CO_TRY(const auto head, co_await store_.head(loser));
    if (head.moved_to.empty()) {
      if (head.unmerged_by != request.idempotency_key())
        co_return impossible(loser + " is not merged into another");
      HARK_CO_TRY_VOID(co_await finish_sagas(head.unmerged_from));
      v1::UnmergeResponse response;
      HARK_CO_TRY(*response.mutable_survivor(), co_await store_.conversation(head.unmerged_from));
      HARK_CO_TRY(*response.mutable_restored(), co_await store_.conversation(loser));
      co_return response;
    }
    HARK_CO_TRY(const auto survivor, co_await store_.head(head.moved_to));
    if (!survivor.moved_to.empty()) {
      co_return impossible(head.moved_to + " has been merged into " + survivor.moved_to +
                           " since; take that back first");
    }
    last = co_await run_saga({true, head.moved_to, loser, request.agent_id(), request.reason(),
                              request.idempotency_key(), digest_of(request)});
    if (!last.ok() && !in_the_way_of_merges(last.error())) co_return last.error();
  }
  co_return last.ok() ? Error{Code::kAborted, Reason::kMergeUnderWay, "other merges were in the way; retry"}
                      : last.error();
}

}  // namespace hark::conversation
