// What wants to be seen by an agent: durable first, then told to their pages. Every console that serves an
// agent learns of a note from the event log and puts the same notice, which is there once.
#include <algorithm>
#include <set>
#include <utility>

#include "base/core/utf8.h"
#include "console/core/reply_options.h"
#include "console/service.h"

namespace hark::console {
namespace {

constexpr std::size_t kNoticeTextBytesMax = 200;

v1::ConsoleResponse::Notice notice_of(const v1::Entry& note) {
  v1::ConsoleResponse::Notice notice;
  notice.set_id(note.id());
  notice.set_kind(note.whisper_to().empty() ? v1::ConsoleResponse::Notice::KIND_MENTION
                                            : v1::ConsoleResponse::Notice::KIND_WHISPER);
  notice.set_at_ms(note.accepted_at_ms());
  notice.set_by_agent_id(note.agent_id());
  notice.set_conversation_id(note.conversation_id());
  notice.set_entry_id(note.id());
  notice.set_text(std::string{first_bytes(note.content().text(), kNoticeTextBytesMax)});
  return notice;
}

/// Whose ticket it is, and what about.
std::string title_of(const v1::Conversation& conversation) {
  const auto& ticket = conversation.ticket();
  const auto& about = ticket.subject().empty() ? ticket.preview() : ticket.subject();
  const auto& who = conversation.customer_name();
  const auto title = who.empty() || about.empty() ? who + about : who + ": " + about;
  return std::string{first_bytes(title, kNoticeTextBytesMax)};
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0) out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

Task<> ConsoleService::tell_unseen(SessionPtr session) {
  auto unseen = co_await ports_.store.notices(session->agent_id);
  v1::ConsoleResponse response;
  response.mutable_notices();
  // Without the store, nothing is told; the page learns of them when it signs in the next time.
  if (!unseen.ok()) co_return;
  for (auto& notice : *unseen) *response.mutable_notices()->add_notices() = std::move(notice);
  session->send(std::move(response));
}

Task<Status> ConsoleService::notify(std::string agent_id, v1::ConsoleResponse::Notice notice, Tell tell) {
  HARK_CO_TRY(const auto is, co_await ports_.store.add_notice(agent_id, notice));
  if (is == NoticeIs::kSeen || (is == NoticeIs::kUnseen && tell == Tell::kIfNew)) co_return Status{};
  v1::ConsoleResponse response;
  *response.mutable_notices()->add_notices() = std::move(notice);
  for (const auto& session : sessions_) {
    if (session->agent_id == agent_id) session->send(response);
  }
  co_return Status{};
}

Task<Status> ConsoleService::notify_of_note(v1::Entry entry, std::vector<std::string> agent_ids) {
  for (auto& agent_id : agent_ids) {
    if (agent_id == entry.agent_id()) continue;
    HARK_CO_TRY_VOID(co_await notify(std::move(agent_id), notice_of(entry)));
  }
  co_return Status{};
}

/// Told to the holder and to supervisors while they are signed in; the status entry stays for everybody.
Task<> ConsoleService::on_sla(v1::Event event) {
  std::set<std::string> called;
  for (const auto& session : sessions_) {
    const bool holder = !event.agent_id().empty() && session->agent_id == event.agent_id();
    if (holder || session->supervises()) called.insert(session->agent_id);
  }
  if (called.empty()) co_return;
  v1::GetConversationRequest get;
  get.set_id(event.conversation_id());
  const auto got = co_await ports_.conversation.get_conversation(std::move(get));
  std::string title = got.ok() ? title_of(got->conversation()) : "";
  v1::ConsoleResponse::Notice notice;
  notice.set_id(event.entry_id());
  notice.set_kind(v1::ConsoleResponse::Notice::KIND_SLA);
  notice.set_text(std::move(title));
  notice.set_at_ms(event.at_ms());
  notice.set_conversation_id(event.conversation_id());
  notice.set_entry_id(event.entry_id());
  for (const std::string& agent_id : called) {
    if (!(co_await notify(agent_id, notice)).ok()) co_return;
  }
}

/// Of tickets whose hold ran out: their records say so, however long ago it was and whoever was there to
/// hear. Who signs in is told what they have not seen; later it is news to every page.
void ConsoleService::on_read(const SessionPtr& session, bool first) {
  for (const auto& [id, conversation] : session->assigned) {
    const auto& ticket = conversation.ticket();
    if (ticket.hold_due_entry_id().empty() || !session->holds_told.insert(ticket.hold_due_entry_id()).second)
      continue;
    v1::ConsoleResponse::Notice notice;
    notice.set_id(ticket.hold_due_entry_id());
    notice.set_kind(v1::ConsoleResponse::Notice::KIND_HOLD_DUE);
    notice.set_at_ms(ticket.hold_due_at_ms());
    notice.set_conversation_id(id);
    notice.set_entry_id(ticket.hold_due_entry_id());
    notice.set_text(title_of(conversation));
    tasks_.spawn("tell of a hold",
                 tell_of_hold(session->agent_id, std::move(notice), first ? Tell::kIfNew : Tell::kUntilSeen));
  }
}

/// Without the store it is told when the agent signs in the next time.
Task<> ConsoleService::tell_of_hold(std::string agent_id, v1::ConsoleResponse::Notice notice, Tell tell) {
  (void)co_await notify(std::move(agent_id), std::move(notice), tell);
}

Task<> ConsoleService::on_note(v1::Event event) {
  auto called = words_of(event.detail());
  std::erase_if(called, [&](const std::string& agent_id) {
    return std::ranges::none_of(sessions_,
                                [&](const auto& session) { return session->agent_id == agent_id; });
  });
  if (called.empty()) co_return;
  v1::ListTimelineRequest place;
  place.set_conversation_id(event.conversation_id());
  place.set_after_sequence(event.sequence() - 1);
  place.set_limit(1);
  const auto page = co_await ports_.conversation.list_timeline(std::move(place));
  // Should this fail: whoever wrote the note has put the notice as well, and it is told at the next sign-in.
  if (!page.ok() || page->entries_size() != 1 || page->entries(0).id() != event.entry_id()) co_return;
  (void)co_await notify_of_note(page->entries(0), std::move(called));
}

/// Whether the reply was fetched since, or did not arrive: what a console hears when it starts may be over.
Task<bool> ConsoleService::is_settled(std::string conversation_id, std::string entry_id) {
  v1::ListTimelineRequest newest;
  newest.set_conversation_id(std::move(conversation_id));
  newest.set_newest(true);
  const auto page = co_await ports_.conversation.list_timeline(std::move(newest));
  co_return page.ok() && std::ranges::any_of(page->entries(), [&](const auto& entry) {
    return entry.id() == entry_id && entry.delivery() != v1::DELIVERY_STATE_SENT;
  });
}

/// An offer, and only where there is one to make: the customer is known elsewhere by a verified address.
Task<> ConsoleService::on_unfetched(v1::Event event) {
  if (co_await is_settled(event.conversation_id(), event.entry_id())) co_return;
  v1::GetConversationRequest get;
  get.set_id(event.conversation_id());
  const auto got = co_await ports_.conversation.get_conversation(std::move(get));
  if (!got.ok()) co_return;  // the entry itself says it to whoever opens the conversation
  const auto& conversation = got->conversation();
  const auto ways = ways_to(conversation, options_.setup);
  const auto* way = verified_way_off(ChannelKind::kChat, ways);
  if (!way) co_return;
  const bool held = conversation.ticket().state() == v1::TICKET_STATE_ASSIGNED;
  v1::ConsoleResponse::Notice notice;
  notice.set_id("unfetched-" + event.entry_id());
  notice.set_kind(v1::ConsoleResponse::Notice::KIND_UNFETCHED);
  notice.set_at_ms(event.at_ms());
  notice.set_conversation_id(conversation.id());
  notice.set_entry_id(event.entry_id());
  notice.set_text(way->address);
  const auto& agent_id = held ? conversation.ticket().agent_id() : event.agent_id();
  (void)co_await notify(agent_id, std::move(notice), Tell::kUntilSeen);
}

}  // namespace hark::console
