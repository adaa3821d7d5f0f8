// What every agent's page may ask for. The agent is always the one who signed in, never one that the page
// names.
#include <utility>

#include "base/core/ids.h"
#include "base/core/invalid.h"
#include "console/answers.h"
#include "console/frame_fit.h"
#include "console/service.h"

namespace hark::console {
namespace {

constexpr int kNoticesSeenAtOnceMax = 200;
constexpr std::size_t kEntryIdBytesMax = 64;
constexpr std::int64_t kConsultRepeatMs = 30'000;

Status check_draft(const v1::Draft& draft) {
  HARK_TRY_VOID(parse_id(IdKind::kConversation, draft.conversation_id()));
  if (draft.entry_id().size() > kEntryIdBytesMax) return invalid("draft.entry_id: is no id");
  if (draft.revision() < 0) return invalid("draft.revision: is the server's to give; 0 for the first");
  if (draft.ByteSizeLong() > kReplyTextBytesMax) {
    return Error{Code::kInvalidArgument, Reason::kTooLarge, "draft: has at most 256 KiB"};
  }
  return {};
}

}  // namespace

ConsoleService::Answer ConsoleService::set_presence(SessionPtr session, Request::SetPresence request) {
  v1::SetPresenceRequest call;
  call.set_agent_id(session->agent_id);
  call.set_presence(request.presence());
  *call.mutable_channels() = request.channels();
  HARK_CO_TRY(const auto set, co_await ports_.routing.set_presence(std::move(call)));
  co_return done();
}

ConsoleService::Answer ConsoleService::accept_offer(SessionPtr session, Request::AcceptOffer request) {
  v1::AcceptOfferRequest call;
  call.set_agent_id(session->agent_id);
  call.set_offer_id(request.offer_id());
  HARK_CO_TRY(auto accepted, co_await ports_.routing.accept_offer(std::move(call)));
  auto response = done_with(std::move(*accepted.mutable_offer()->mutable_ticket()));
  response.mutable_done()->set_assignment_token(accepted.assignment_token());
  co_return response;
}

ConsoleService::Answer ConsoleService::decline_offer(SessionPtr session, Request::DeclineOffer request) {
  v1::DeclineOfferRequest call;
  call.set_agent_id(session->agent_id);
  call.set_offer_id(request.offer_id());
  call.set_reason(request.reason());
  HARK_CO_TRY(const auto declined, co_await ports_.routing.decline_offer(std::move(call)));
  co_return done();
}

ConsoleService::Answer ConsoleService::begin_wrap_up(SessionPtr session) {
  v1::BeginWrapUpRequest call;
  call.set_agent_id(session->agent_id);
  HARK_CO_TRY(const auto begun, co_await ports_.routing.begin_wrap_up(std::move(call)));
  co_return done();
}

ConsoleService::Answer ConsoleService::end_wrap_up(SessionPtr session) {
  v1::EndWrapUpRequest call;
  call.set_agent_id(session->agent_id);
  HARK_CO_TRY(const auto ended, co_await ports_.routing.end_wrap_up(std::move(call)));
  co_return done();
}

Task<Result<v1::Conversation>> ConsoleService::conversation_named(std::string id) {
  if (!id.starts_with(prefix_of(IdKind::kTicket))) {
    HARK_CO_TRY(id, parse_id(IdKind::kConversation, id));
  }
  v1::GetConversationRequest call;
  call.set_id(std::move(id));
  HARK_CO_TRY(auto got, co_await ports_.conversation.get_conversation(std::move(call)));
  co_return std::move(*got.mutable_conversation());
}

Task<Result<std::vector<v1::Draft>>> ConsoleService::drafts_of(std::string agent_id,
                                                               v1::Conversation conversation) {
  auto& store = ports_.store;
  // What was being written to a customer who was merged into this one since comes along.
  for (const auto& merged_id : conversation.merged_customer_ids()) {
    HARK_CO_TRY(auto drafts, co_await store.drafts(agent_id, merged_id));
    for (auto& draft : drafts) {
      const auto entry_id = draft.entry_id();
      draft.set_conversation_id(conversation.id());
      draft.clear_revision();
      HARK_CO_TRY(const auto kept, co_await store.keep_draft(agent_id, std::move(draft), clock_.now()));
      if (kept.conflict) continue;  // another one stands here; this one stays where it is
      HARK_CO_TRY_VOID(co_await store.drop_draft(agent_id, merged_id, entry_id));
    }
  }
  co_return co_await store.drafts(agent_id, conversation.id());
}

Task<> ConsoleService::open(SessionPtr session, std::string named, std::int64_t request_id) {
  const auto conversation = co_await conversation_named(std::move(named));
  Result<std::vector<v1::Draft>> drafts = std::vector<v1::Draft>{};
  if (conversation.ok()) drafts = co_await drafts_of(session->agent_id, *conversation);
  --session->in_flight;
  if (session->ended) co_return;
  if (!conversation.ok() || !drafts.ok()) {
    session->send(failed(request_id, conversation.ok() ? drafts.error() : conversation.error()));
    co_return;
  }
  const auto& id = conversation->id();
  // The feed answers by itself, in order with what it tells.
  feeds_.open(id, {session, request_id, *std::move(drafts), attentions_.others(id, session->agent_id)});
  if (!session->away) attentions_.open(session, id);
}

void ConsoleService::close(const SessionPtr& session, const std::string& conversation_id) {
  attentions_.close(session, conversation_id);
  feeds_.close(*session, conversation_id);
}

ConsoleService::Answer ConsoleService::load_timeline(SessionPtr session, Request::LoadTimeline request) {
  v1::ListTimelineRequest call;
  call.set_conversation_id(request.conversation_id());
  call.set_newest(true);
  call.set_before_sequence(request.before_sequence());
  call.set_limit(static_cast<std::int32_t>(kTimelinePage));
  HARK_CO_TRY(auto listed, co_await ports_.conversation.list_timeline(std::move(call)));
  v1::ConsoleResponse response;
  auto& update = *response.mutable_conversation();
  // Only the id: the conversation's state is the feed's to tell.
  update.mutable_conversation()->set_id(request.conversation_id());
  for (auto& entry : *listed.mutable_entries()) {
    if (may_see(*session, entry)) *update.add_entries() = std::move(entry);
  }
  fit_into_frame(*update.mutable_entries());
  co_return response;
}

ConsoleService::Answer ConsoleService::save_draft(SessionPtr session, Request::SaveDraft request) {
  HARK_CO_TRY_VOID(check_draft(request.draft()));
  HARK_CO_TRY(auto kept, co_await ports_.store.keep_draft(session->agent_id,
                                                          std::move(*request.mutable_draft()), clock_.now()));
  v1::ConsoleResponse response;
  *response.mutable_draft_kept()->mutable_draft() = std::move(kept.draft);
  if (!kept.conflict) for_other_pages(*session, [&](Session& other) { other.send(response); });
  response.mutable_draft_kept()->set_conflict(kept.conflict);
  co_return response;
}

ConsoleService::Answer ConsoleService::see_notices(SessionPtr session, Request::SeeNotices request) {
  if (request.notice_ids_size() == 0 || request.notice_ids_size() > kNoticesSeenAtOnceMax)
    co_return invalid("notice_ids: name 1 to 200");
  std::vector<std::string> ids{request.notice_ids().begin(), request.notice_ids().end()};
  HARK_CO_TRY_VOID(co_await ports_.store.see_notices(session->agent_id, std::move(ids)));
  v1::ConsoleResponse seen;
  *seen.mutable_notices()->mutable_seen_ids() = request.notice_ids();
  for_other_pages(*session, [&](Session& other) { other.send(seen); });
  co_return done();
}

ConsoleService::Answer ConsoleService::list_tickets(Request::ListTickets request) {
  v1::ListTicketsRequest call;
  call.set_conversation_id(request.conversation_id());
  HARK_CO_TRY(auto listed, co_await ports_.conversation.list_tickets(std::move(call)));
  v1::ConsoleResponse response;
  response.mutable_tickets()->mutable_tickets()->Swap(listed.mutable_tickets());
  co_return response;
}

ConsoleService::Answer ConsoleService::list_conversations(Request::ListConversations request) {
  v1::ListConversationsRequest call;
  call.set_all(request.all());
  call.set_page_token(request.page_token());
  call.set_limit(kListPage);
  HARK_CO_TRY(auto listed, co_await ports_.conversation.list_conversations(std::move(call)));
  v1::ConsoleResponse response;
  response.mutable_conversations()->mutable_conversations()->Swap(listed.mutable_conversations());
  response.mutable_conversations()->set_next_page_token(listed.next_page_token());
  co_return response;
}

ConsoleService::Answer ConsoleService::list_quarantine() {
  v1::ListQuarantineRequest call;
  call.set_limit(kListPage);
  HARK_CO_TRY(auto listed, co_await ports_.conversation.list_quarantine(std::move(call)));
  v1::ConsoleResponse response;
  response.mutable_quarantine()->mutable_items()->Swap(listed.mutable_items());
  co_return response;
}

ConsoleService::Answer ConsoleService::search(SessionPtr session, Request::Search request) {
  v1::SearchRequest call;
  call.set_query(request.query());
  call.set_page_token(request.page_token());
  if (!session->supervises()) call.set_as_agent_id(session->agent_id);
  HARK_CO_TRY(auto found, co_await ports_.conversation.search(std::move(call)));
  v1::ConsoleResponse response;
  auto& out = *response.mutable_found();
  for (auto& hit : *found.mutable_hits()) {
    auto& shown = *out.add_hits();
    *shown.mutable_conversation() = std::move(*hit.mutable_conversation());
    shown.set_where(hit.where());
    shown.set_entry_id(hit.entry_id());
    shown.set_excerpt(hit.excerpt());
  }
  out.set_next_page_token(found.next_page_token());
  out.set_searched_back_to_ms(found.searched_back_to_ms());
  co_return response;
}

/// Whom a colleague on the phone asks knows why their phone rings.
ConsoleService::Answer ConsoleService::control_call(SessionPtr session, v1::ControlCallRequest request) {
  request.set_by_agent_id(session->agent_id);
  const bool consults = request.action() == v1::ControlCallRequest::ACTION_CONSULT;
  const auto asked = request.agent_id();
  HARK_CO_TRY(const auto controlled, co_await ports_.phone.control_call(std::move(request)));
  if (consults && !asked.empty()) {
    const auto& call = controlled.call();
    v1::ConsoleResponse::Notice notice;
    // Repeated for want of an answer it is the same one.
    notice.set_id("consult-" + call.entry_id() + "-" +
                  std::to_string(to_ms(clock_.now()) / kConsultRepeatMs));
    notice.set_kind(v1::ConsoleResponse::Notice::KIND_CONSULT);
    notice.set_at_ms(to_ms(clock_.now()));
    notice.set_by_agent_id(session->agent_id);
    notice.set_conversation_id(call.conversation_id());
    notice.set_entry_id(call.entry_id());
    notice.set_text(call.customer());
    HARK_CO_TRY_VOID(co_await notify(asked, std::move(notice)));
  }
  co_return done();
}

}  // namespace hark::console
