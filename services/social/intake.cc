#include "social/intake.h"

#include <algorithm>

#include "base/core/digest.h"
#include "base/core/ids.h"
#include "base/core/utf8.h"
#include "base/log/log.h"

namespace hark::social {
namespace {

constexpr std::size_t kNameBytesMax = 200;
constexpr std::size_t kNativeIdBytesMax = 800;

const Logger& logger() {
  static const Logger log{"social"};
  return log;
}

/// Ids of networks are scoped to what they were sent to.
std::string native_id_of(const Account& account, const std::string& id) {
  return account.network + ":" + account.id + ":" + (id.size() > kNativeIdBytesMax ? sha256_hex(id) : id);
}

std::string group_of(const Account& account, const std::string& group) {
  return account.id + ":" + (group.size() > 64 ? sha256_hex(group) : group);
}

v1::InboundMessage inbound_message(const Account& account, const Said& said) {
  v1::InboundMessage message;
  message.set_channel(v1::CHANNEL_SOCIAL);
  message.set_account_id(account.id);
  message.set_native_id(native_id_of(account, said.native_id));
  message.set_kind(said.wants_answer ? v1::InboundMessage::KIND_MESSAGE
                                     : v1::InboundMessage::KIND_AUTO_REPLY);
  message.mutable_sender()->set_address(said.address);
  message.mutable_sender()->set_name(std::string{first_bytes(said.name, kNameBytesMax)});
  message.set_sender_verified(true);
  message.set_sent_at_ms(said.sent_at_ms);
  auto& content = *message.mutable_content();
  content.set_text(std::string{first_bytes(said.text, kEntryTextBytesMax)});
  content.set_visible_text(content.text());
  for (const auto& remark : said.remarks)
    content.add_remarks(std::string{first_bytes(remark, kEntryTextBytesMax / 8)});
  if (content.text().size() < said.text.size())
    content.add_remarks("the text is longer than shown; all of it is in the raw request");
  for (const auto& claim : said.claims) {
    auto& out = *message.add_claims();
    out.set_address(claim.address);
    out.set_verified(claim.verified);
    out.set_why(claim.why);
  }
  // The customer and the account name the thread: the first message has it, each later one refers to it. In
  // public the comment that began it does.
  const auto thread = thread_of(account.id, said.comment ? said.comment->thread : said.address);
  message.mutable_thread()->set_own_reference(thread);
  message.mutable_thread()->add_references(thread);
  message.mutable_reply_route()->mutable_to()->set_address(said.address);
  if (said.comment) {
    message.set_is_public(true);
    message.mutable_reply_route()->add_references(said.comment->id);
  }
  if (!said.group.empty()) message.set_group(group_of(account, said.group));
  return message;
}

v1::DeliveryState state_of(Progress::State state) {
  switch (state) {
    case Progress::State::kSent:
      return v1::DELIVERY_STATE_SENT;
    case Progress::State::kDelivered:
      return v1::DELIVERY_STATE_DELIVERED;
    case Progress::State::kRead:
      return v1::DELIVERY_STATE_READ;
    case Progress::State::kFailed:
      return v1::DELIVERY_STATE_BOUNCED;  // the network had taken it
  }
  return v1::DELIVERY_STATE_SENT;
}

}  // namespace

std::string thread_of(std::string_view account, std::string_view address) {
  return std::string{account} + ":" + std::string{address};
}

/// One webhook's request, while it is taken.
struct Intake::Request {
  const Account& via;
  std::string raw;
  std::size_t items = 0;
  v1::BlobRef blob;  // once it is one
};

Intake::Intake(ConversationPort& conversation, FileSource& files, Store& store, const Clock& clock,
               const Settings& settings, Metrics& metrics)
    : conversation_{conversation},
      files_{files, conversation},
      store_{store},
      clock_{clock},
      settings_{settings} {
  const auto counter = [&](const std::string& account, std::string_view outcome) {
    return metrics.counter("hark_social_webhooks_total", "Requests of networks, by what became of them",
                           {{"account", account}, {"outcome", outcome}});
  };
  for (const auto& [id, account] : settings_.accounts)
    counters_.emplace(id, Counters{counter(id, "taken"), counter(id, "refused"), counter(id, "not_kept")});
}

Task<Result<std::string>> Intake::take(const Account& via, Lookup header, std::string raw) {
  const auto& counters = counters_.find(via.id)->second;
  if (!find_network(via.network)->proves(via, header, raw)) {
    counters.refused.add();
    logger().warning("a webhook without a right proof was refused",
                     {{"account", via.id}, {"bytes", raw.size()}});
    co_return Error{Code::kUnauthenticated, Reason::kUnauthenticated,
                    "the signature does not fit; is the secret of this account the network's?"};
  }
  auto answer = co_await take_proved(via, std::move(raw));
  answer.ok() ? counters.taken.add() : counters.not_kept.add();
  if (!answer.ok())
    logger().warning("a webhook was not kept", {{"account", via.id}, {"why", answer.error().message}});
  co_return answer;
}

Task<Result<std::string>> Intake::take_proved(const Account& via, std::string raw) {
  auto reading = read_request(via, raw);
  Request request{via, std::move(raw), reading.ok() ? reading->items.size() : 1, {}};
  if (!reading.ok()) {
    HARK_CO_TRY_VOID(co_await set_aside(request, 0, reading.error().message));
    co_return std::string{};
  }
  // One after the other: what a network puts in an order stays in it.
  for (std::size_t i = 0; i < reading->items.size(); ++i)
    HARK_CO_TRY_VOID(co_await take_item(request, reading->items[i], i));
  co_return std::move(reading->answer);
}

Task<Status> Intake::take_item(Request& request, const Item& item, std::size_t index) {
  if (const auto* unplaced = std::get_if<Unplaced>(&item.what))
    co_return co_await set_aside(request, index, unplaced->reason);
  const auto* account = settings_.owner(request.via, item.network, item.own_id);
  if (!account) {
    co_return co_await set_aside(
        request, index, item.network + " " + item.own_id + " is no account of ours with the same secret");
  }
  if (const auto* progress = std::get_if<Progress>(&item.what))
    co_return co_await note(request, *account, *progress, index);
  co_return co_await accept(request, *account, std::get<Said>(item.what), index);
}

Task<Status> Intake::accept(Request& request, const Account& account, const Said& said, std::size_t index) {
  auto message = inbound_message(account, said);
  if (said.wants_answer) HARK_CO_TRY_VOID(co_await note_heard(account, said, message));
  HARK_CO_TRY(const bool fetched, co_await attach_files(account, said, message));
  const auto native_id = message.native_id();
  HARK_CO_TRY(*message.mutable_raw(), co_await keep(request, *message.mutable_blobs()));
  const auto accepted = co_await conversation_.accept(std::move(message));
  if (!accepted.ok()) {
    // Refused for what it says: no retry will help, so it is kept for a person.
    if (accepted.error().code == Code::kInvalidArgument)
      co_return co_await set_aside(request, index, accepted.error().message);
    co_return accepted.error();
  }
  // If this is not kept, a repeat only fetches them again.
  if (fetched) (void)co_await store_.took_files(account.id, native_id);
  logger().info(accepted->duplicate() ? "message known already" : "message accepted",
                {{"conversation", accepted->conversation_id()},
                 {"entry", accepted->entry_id()},
                 {"account", account.id},
                 {"network", account.network}});
  co_return Status{};
}

/// True if there were any and they are new.
Task<Result<bool>> Intake::attach_files(const Account& account, const Said& said,
                                        v1::InboundMessage& message) {
  if (said.files.empty()) co_return false;
  HARK_CO_TRY(const bool known, co_await store_.has_files(account.id, message.native_id()));
  if (known) co_return false;
  HARK_CO_TRY_VOID(co_await files_.attach(account, said.files, *message.mutable_content()));
  co_return true;
}

/// By the network's time, for a window is counted from it, also when the request comes late. A comment opens
/// none for messages: it has its own, of a private answer.
Task<Status> Intake::note_heard(const Account& account, const Said& said, v1::InboundMessage& message) {
  if (!find_network(account.network)->window || (said.comment && !said.comment->is_new)) co_return Status{};
  const auto now = clock_.now();
  const auto at = said.sent_at_ms > 0 ? std::min(now, from_ms(said.sent_at_ms)) : now;
  const auto closes = said.comment ? std::optional{at + kPrivateAnswerWindow}
                                   : window_end(*find_network(account.network), account, at);
  if (closes) message.set_answerable_until_ms(to_ms(*closes));
  co_return co_await store_.heard(account.id, said.comment ? said.comment->id : said.address, at);
}

Task<Status> Intake::note(Request& request, const Account& account, const Progress& progress,
                          std::size_t index) {
  HARK_CO_TRY(auto reached, co_await store_.reached(account.id, progress));
  const auto marked = progress.mark.substr(0, progress.mark.find('/'));
  if (reached.empty() && parse_id(IdKind::kEntry, marked).ok())
    reached.push_back({marked, marked == progress.mark});
  if (reached.empty() && !progress.if_not_ours.empty())
    co_return co_await set_aside(request, index, progress.if_not_ours);
  for (const auto& answer : reached) {
    // An answer in pieces has arrived when its last piece has; it failed if any of them did.
    if (!answer.last_piece && progress.state != Progress::State::kFailed) continue;
    v1::Receipt receipt;
    receipt.set_entry_id(answer.entry_id);
    receipt.set_state(state_of(progress.state));
    receipt.set_detail(std::string{first_bytes(progress.detail, 1000)});
    const auto noted = co_await conversation_.report(std::move(receipt));
    if (!noted.ok() && !is_final(noted.error())) co_return noted;
  }
  if (progress.state == Progress::State::kRead && !progress.address.empty() && !reached.empty())
    co_return co_await store_.forget_read(account.id, progress.address, std::move(reached));
  co_return Status{};
}

Task<Status> Intake::set_aside(Request& request, std::size_t index, std::string reason) {
  v1::Quarantine input;
  input.set_native_id(
      native_id_of(request.via, "raw:" + sha256_hex(request.raw) + ":" + std::to_string(index)));
  input.set_channel(v1::CHANNEL_SOCIAL);
  input.set_account_id(request.via.id);
  input.set_reason(std::string{first_bytes(reason, 1000)});
  HARK_CO_TRY(*input.mutable_raw(), co_await keep(request, *input.mutable_blobs()));
  HARK_CO_TRY_VOID(co_await conversation_.quarantine(std::move(input)));
  logger().info("a webhook was set aside", {{"account", request.via.id}, {"why", first_bytes(reason, 200)}});
  co_return Status{};
}

Task<Result<v1::BlobRef>> Intake::keep(Request& request,
                                       google::protobuf::RepeatedPtrField<v1::InlineBlob>& blobs) {
  if (request.items == 1 && request.raw.size() <= kInlineBytesMax) {
    v1::BlobRef ref;
    ref.set_id(sha256_hex(request.raw));
    ref.set_size_bytes(static_cast<std::int64_t>(request.raw.size()));
    ref.set_inlined(true);
    auto& blob = *blobs.Add();
    blob.set_id(ref.id());
    blob.set_content(request.raw);
    co_return ref;
  }
  if (request.blob.id().empty()) {
    HARK_CO_TRY(request.blob, co_await conversation_.put_blob(request.raw));
  }
  co_return request.blob;
}

}  // namespace hark::social
