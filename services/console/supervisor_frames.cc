// What only supervisors may do. Every change goes on the record of the conversation or before the agent
// concerned, with who did it and why, and into the log.
#include <utility>

#include "base/core/ids.h"
#include "base/core/utf8.h"
#include "console/answers.h"
#include "console/service.h"

namespace hark::console {

void ConsoleService::supervised(const Session& session, std::string_view what, std::string_view whom) const {
  if (options_.observer.supervised) options_.observer.supervised(session.agent_id, what, whom);
}

ConsoleService::Answer ConsoleService::list_waiting(Request::ListWaiting request) {
  v1::ListQueueRequest call;
  call.set_limit(kListPage);
  call.set_account_id(request.account_id());
  call.set_skill(request.skill());
  HARK_CO_TRY(auto listed, co_await ports_.routing.list_queue(std::move(call)));
  v1::ConsoleResponse response;
  response.mutable_waiting()->mutable_tickets()->Swap(listed.mutable_tickets());
  response.mutable_waiting()->set_total(listed.total());
  co_return response;
}

ConsoleService::Answer ConsoleService::explain(Request::Explain request) {
  v1::ExplainRequest call;
  call.set_ticket_id(request.ticket_id());
  v1::ConsoleResponse response;
  HARK_CO_TRY(*response.mutable_explanation(), co_await ports_.routing.explain(std::move(call)));
  co_return response;
}

ConsoleService::Answer ConsoleService::take_over(SessionPtr session, Request::TakeOver request) {
  HARK_CO_TRY_VOID(check_idempotency_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(check_reason(request.reason()));
  v1::TakeOverRequest call;
  call.set_idempotency_key(request.idempotency_key());
  call.set_ticket_id(request.ticket_id());
  call.set_agent_id(session->agent_id);
  call.set_reason(request.reason());
  HARK_CO_TRY(auto taken, co_await ports_.routing.take_over(std::move(call)));
  supervised(*session, "took over", request.ticket_id());
  co_return done_with(std::move(*taken.mutable_ticket()));
}

ConsoleService::Answer ConsoleService::reassign(SessionPtr session, Request::Reassign request) {
  HARK_CO_TRY_VOID(check_idempotency_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(check_reason(request.reason()));
  if (!request.wanted_agent_id().empty() && !directory_.find(request.wanted_agent_id())) {
    co_return Error{Code::kNotFound, Reason::kAgentNotFound,
                    "wanted_agent_id: there is no agent '" + request.wanted_agent_id() + "'"};
  }
  v1::PassOnRequest passed;
  v1::TransferRequest& call = *passed.mutable_transfer();
  call.set_idempotency_key(request.idempotency_key());
  call.set_ticket_id(request.ticket_id());
  call.set_agent_id(session->agent_id);
  call.set_assignment_token(request.assignment_token());
  call.set_wanted_agent_id(request.wanted_agent_id());
  *call.mutable_wanted_skills() = request.wanted_skills();
  call.set_wanted_queue_id(request.wanted_queue_id());
  call.set_reason(request.reason());
  call.set_by_supervisor(true);
  HARK_CO_TRY(auto moved, co_await ports_.routing.pass_on(std::move(passed)));
  supervised(*session, "reassigned", request.ticket_id());
  co_return done_with(std::move(*moved.mutable_ticket()));
}

ConsoleService::Answer ConsoleService::set_agent_presence(SessionPtr session,
                                                          Request::SetAgentPresence request) {
  HARK_CO_TRY_VOID(check_reason(request.reason()));
  v1::SetPresenceRequest call;
  call.set_agent_id(request.agent_id());
  call.set_presence(request.presence());
  call.set_by_agent_id(session->agent_id);
  // What they take is theirs to say.
  if (const auto* agent = directory_.find(request.agent_id())) *call.mutable_channels() = agent->channels();
  HARK_CO_TRY(const auto set, co_await ports_.routing.set_presence(std::move(call)));
  supervised(*session, v1::Presence_Name(request.presence()), request.agent_id());
  HARK_CO_TRY_VOID(co_await notify_of_presence(request.agent_id(), session->agent_id, request.reason()));
  co_return done();
}

ConsoleService::Answer ConsoleService::end_agent_wrap_up(SessionPtr session,
                                                         Request::EndAgentWrapUp request) {
  HARK_CO_TRY_VOID(check_reason(request.reason()));
  v1::EndWrapUpRequest call;
  call.set_agent_id(request.agent_id());
  call.set_by_agent_id(session->agent_id);
  HARK_CO_TRY(const auto ended, co_await ports_.routing.end_wrap_up(std::move(call)));
  supervised(*session, "ended the wrap-up", request.agent_id());
  HARK_CO_TRY_VOID(co_await notify_of_presence(request.agent_id(), session->agent_id, request.reason()));
  co_return done();
}

Task<Status> ConsoleService::notify_of_presence(std::string agent_id, std::string by, std::string reason) {
  const auto now = clock_.now();
  v1::ConsoleResponse::Notice notice;
  // Every such change is a notice of its own, also the second of the same millisecond.
  notice.set_id("presence-" + std::to_string(to_ms(now)) + "-" + std::to_string(secure_random()));
  notice.set_kind(v1::ConsoleResponse::Notice::KIND_PRESENCE);
  notice.set_at_ms(to_ms(now));
  notice.set_by_agent_id(by);
  notice.set_text(std::string{first_bytes(reason, kReasonBytesMax)});
  co_return co_await notify(std::move(agent_id), std::move(notice));
}

}  // namespace hark::console
