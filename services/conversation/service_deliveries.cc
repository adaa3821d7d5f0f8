// What became of messages that we sent.
#include <algorithm>

#include "base/core/invalid.h"
#include "conversation/core/address.h"
#include "conversation/entry_build.h"
#include "conversation/redis/decode.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

std::string why_not_arrived(const Store::DeliveryNews& news) {
  if (!news.detail.empty()) return news.detail;
  switch (news.state) {
    case v1::DELIVERY_STATE_BOUNCED:
      return "the message came back without a reason";
    case v1::DELIVERY_STATE_UNKNOWN:
      return "nobody knows whether the message arrived";
    default:
      return "the message could not be sent";
  }
}

/// Somebody in copy, and not the customer whom the message was for.
bool is_copy(const v1::Entry& sent, std::string_view recipient, std::string_view region) {
  const auto address = normalise_address("mailto:" + std::string{recipient}, region);
  return address.ok() && *address != sent.to().address() &&
         std::ranges::any_of(sent.cc(), [&](const auto& cc) { return cc.address() == *address; });
}

}  // namespace

Store::StatusEntry Conversations::why_owed_again(std::string_view about, const Store::DeliveryNews& news) {
  const bool called_off = !news.called_off.key.empty();
  return status_entry(about,
                      called_off ? v1::StatusChange::CHANGE_CALLED_OFF : v1::StatusChange::CHANGE_REOPENED,
                      news.called_off.agent_id, "", why_not_arrived(news), news.entry_id);
}

Task<Status> Conversations::record_delivery(Store::DeliveryNews news) {
  HARK_CO_TRY(const auto partition, partition_of(news.entry_id));
  if (!arrives(news.state) || !news.called_off.key.empty()) {
    news.not_arrived = why_owed_again(news.entry_id, news);
    news.ticket_id = new_id(IdKind::kTicket, partition);
  }
  if (settings_.offer_switch_after > Duration{0}) news.watched = v1::CHANNEL_CHAT;
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    auto lost = co_await store_.record_delivery(clock_.now(), news);
    if (lost.ok() && lost->conversation_id.empty()) co_return Status{};
    if (lost.ok()) {
      if (!news.called_off.key.empty()) HARK_CO_TRY_VOID(co_await may_call_off(lost->conversation_id, news));
      HARK_CO_TRY_VOID(co_await owe_elsewhere(*std::move(lost), news));
      news.owed_elsewhere = true;
      continue;
    }
    if (!in_the_way_of_merges(lost.error())) co_return std::move(lost).error();
    HARK_CO_TRY_VOID(co_await finish_sagas_around(news.entry_id));
  }
  co_return merged_too_often();
}

/// The customer's ticket is in another partition now than the call back: whose it is, is asked there.
Task<Status> Conversations::may_call_off(std::string conversation_id, const Store::DeliveryNews& news) {
  HARK_CO_TRY(const auto now_part_of, co_await store_.conversation(conversation_id));
  const auto& ticket = now_part_of.ticket();
  const bool held = ticket.state() == v1::TICKET_STATE_ASSIGNED;
  const auto& by = news.called_off;
  const bool another = held && !by.agent_id.empty() && by.agent_id != ticket.agent_id();
  if (!another && by.assignment_token == (held ? ticket.assignment_token() : 0)) co_return Status{};
  co_return Error{Code::kFailedPrecondition, Reason::kStaleAssignment,
                  held ? "the ticket is held by " + ticket.agent_id() + " now"
                       : "the ticket is no longer assigned to you"};
}

/// The message was sent when its customer was in another conversation, in another partition. First it is owed
/// where they are now, then its state is recorded where it was sent; should that second step be lost, the
/// report comes again.
Task<Status> Conversations::owe_elsewhere(Store::Lost lost, const Store::DeliveryNews& news) {
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    HARK_CO_TRY(const auto way, co_await store_.route(lost.conversation_id));
    HARK_CO_TRY(const auto partition, partition_of(way.conversation_id));
    Store::OweAgain in;
    in.conversation_id = way.conversation_id;
    in.message_id = news.entry_id;
    in.thread_id = lost.thread_id;
    in.agent_id = lost.agent_id;
    in.detail = news.detail;
    in.status = why_owed_again(way.conversation_id, news);
    in.ticket_id = new_id(IdKind::kTicket, partition);
    HARK_CO_TRY(const auto sent, co_await store_.entry(news.entry_id));
    in.ticket_bytes = ticket_attributes(sent).SerializeAsString();
    for (const auto& settled : lost.settled) {
      HARK_CO_TRY(const auto entry, co_await store_.entry(settled));
      if (entry.answered_by_entry_id() == news.entry_id) in.owed.emplace_back(settled, entry.sequence());
    }
    const auto owed = co_await store_.owe_again(clock_.now(), in);
    if (owed.ok() || !in_the_way_of_merges(owed.error())) co_return owed;
    HARK_CO_TRY_VOID(co_await finish_sagas(way.conversation_id));
  }
  co_return merged_too_often();
}

Task<Status> Conversations::receive_receipt(v1::Receipt receipt) {
  Store::DeliveryNews news;
  news.entry_id = receipt.entry_id();
  news.lease_id = receipt.lease_id();
  news.state = receipt.state();
  news.detail = receipt.detail();
  news.retry_at = from_ms(receipt.retry_at_ms());
  if (!v1::DeliveryState_IsValid(receipt.state()) || receipt.state() == v1::DELIVERY_STATE_UNSPECIFIED) {
    co_return invalid("receipt.state: is not set");
  }
  if (receipt.state() == v1::DELIVERY_STATE_WITHDRAWN)
    co_return invalid("receipt.state: WITHDRAWN is not a channel's to say");
  co_return co_await record_delivery(std::move(news));
}

bool Conversations::fetched_by_customers(std::string_view account_id) const {
  const auto account = settings_.accounts.find(account_id);
  return account != settings_.accounts.end() && account->second.channel == v1::CHANNEL_CHAT;
}

Task<std::string> Conversations::outbound_entry_of(const v1::BounceReport& report) {
  for (const auto& reference : report.references()) {
    if (auto own = tokens_.read_message_id(reference); own.ok()) co_return own->entry_id;
  }
  for (const auto& token : report.tokens()) {
    const auto thread_id = tokens_.verify(token);
    if (!thread_id.ok()) continue;
    const auto thread = co_await store_.thread(*thread_id);
    if (thread.ok() && !thread->last_reply.empty()) co_return thread->last_reply;
  }
  co_return std::string{};
}

Task<Status> Conversations::receive_bounce(v1::BounceReport report) {
  if (report.native_id().empty()) co_return invalid("bounce.native_id: is empty");
  if (!v1::DeliveryState_IsValid(report.state()) || report.state() == v1::DELIVERY_STATE_UNSPECIFIED) {
    co_return invalid("bounce.state: is not set");
  }
  HARK_CO_TRY_VOID(check_blobs(report.blobs()));
  bounces_.add();
  const auto entry_id = co_await outbound_entry_of(report);
  if (!entry_id.empty()) {
    const auto sent = co_await store_.entry(entry_id);
    if (!sent.ok() && sent.error().code != Code::kNotFound) co_return sent.error();
    Store::DeliveryNews news;
    news.entry_id = entry_id;
    news.state = report.state();
    // What became of a copy is worth knowing; the message as a whole fares as its customer's does.
    if (sent.ok() && is_copy(*sent, report.recipient(), settings_.default_region))
      news.state = v1::DELIVERY_STATE_QUEUED;
    news.detail =
        report.recipient().empty() ? report.detail() : report.detail() + " (" + report.recipient() + ")";
    news.report_native_id = "report:" + report.native_id();
    auto blobs = report.blobs();
    news.blobs = take_blobs(blobs);
    const auto recorded = co_await record_delivery(std::move(news));
    if (recorded.ok() || recorded.error().reason != Reason::kEntryNotFound) co_return recorded;
  }
  // About no message that we know: kept and shown, like everything that nobody can place.
  v1::Quarantine input;
  input.set_native_id(report.native_id());
  input.set_channel(v1::CHANNEL_EMAIL);
  input.set_account_id(report.account_id());
  input.set_reason("a report about a message that is not ours or no longer known: " + report.detail());
  *input.mutable_raw() = report.raw();
  *input.mutable_blobs() = report.blobs();
  co_return co_await quarantine(std::move(input));
}

}  // namespace hark::conversation
