// What each frame of a page does. The agent is always the one who signed in, never one that the page names.
#include <utility>

#include "console/frame_fit.h"
#include "console/service.h"

namespace hark::console {
namespace {

constexpr int kListPage = 100;
constexpr std::size_t kLoginBytesMax = 128;
constexpr std::size_t kPasswordBytesMax = 1024;

Error unauthenticated(std::string message) {
  return {Code::kUnauthenticated, Reason::kUnauthenticated, std::move(message)};
}

/// Logins are lower case; people's keyboards are not.
std::string login_of(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string login{text};
  for (char& c : login) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return login;
}

v1::ConsoleResponse done() {
  v1::ConsoleResponse response;
  response.mutable_done();
  return response;
}

v1::ConsoleResponse done_with(v1::Entry entry) {
  auto response = done();
  *response.mutable_done()->mutable_entry() = std::move(entry);
  return response;
}

v1::ConsoleResponse done_with(v1::Ticket ticket) {
  auto response = done();
  response.mutable_done()->set_assignment_token(ticket.assignment_token());
  *response.mutable_done()->mutable_ticket() = std::move(ticket);
  return response;
}

}  // namespace

Task<Result<v1::Agent>> ConsoleService::check_password(SessionPtr session,
                                                       v1::ConsoleRequest::SignIn request) {
  const auto login = login_of(request.login());
  if (login.empty() || login.size() > kLoginBytesMax || request.password().size() > kPasswordBytesMax) {
    co_return unauthenticated("wrong login or password");
  }
  HARK_CO_TRY_VOID(throttle_.may_try(login, session->remote_address, clock_.now()));
  v1::SignInRequest call;
  call.set_agent_id(login);
  call.set_password(request.password());
  auto signed_in = co_await ports_.routing.sign_in(std::move(call));
  if (signed_in.ok()) {
    throttle_.succeeded(login, session->remote_address);
    co_return std::move(*signed_in->mutable_agent());
  }
  // Only a wrong password counts against the one who guesses, and it is not told apart from an unknown login.
  const auto reason = signed_in.error().reason;
  if (reason != Reason::kUnauthenticated && reason != Reason::kAgentNotFound) co_return signed_in.error();
  throttle_.failed(login, session->remote_address, clock_.now());
  co_return unauthenticated("wrong login or password");
}

Task<Result<v1::Agent>> ConsoleService::check_token(std::string token) {
  HARK_CO_TRY(const auto agent_id, tokens_.verify(token, clock_.now()));
  auto listed = co_await ports_.routing.list_agents({});
  if (!listed.ok()) co_return listed.error();
  for (auto& agent : *listed->mutable_agents()) {
    if (agent.id() == agent_id) co_return std::move(agent);
  }
  co_return unauthenticated("this agent no longer exists; sign in");
}

Task<Result<v1::ConsoleResponse>> ConsoleService::sign_in(SessionPtr session,
                                                          v1::ConsoleRequest::SignIn request) {
  auto agent = request.session_token().empty() ? co_await check_password(session, request)
                                               : co_await check_token(request.session_token());
  if (options_.observer.sign_in) {
    const auto login = agent.ok() ? agent->id() : login_of(request.login().substr(0, kLoginBytesMax));
    options_.observer.sign_in(login, session->remote_address, agent.ok() ? Status{} : Status{agent.error()});
  }
  if (!agent.ok()) {
    session->sign_in = SignInState::kSignedOut;
    co_return agent.error();
  }
  const auto now = clock_.now();
  session->sign_in = SignInState::kSignedIn;
  session->agent_id = agent->id();
  v1::ConsoleResponse response;
  auto& signed_in = *response.mutable_signed_in();
  signed_in.set_session_token(tokens_.sign(agent->id(), now + options_.session_life));
  signed_in.set_now_ms(to_ms(now));
  *signed_in.mutable_agent() = *std::move(agent);
  co_return response;
}

Task<Result<v1::ConsoleResponse>> ConsoleService::set_presence(SessionPtr session,
                                                               v1::ConsoleRequest::SetPresence request) {
  v1::SetPresenceRequest call;
  call.set_agent_id(session->agent_id);
  call.set_presence(request.presence());
  HARK_CO_TRY(const auto set, co_await ports_.routing.set_presence(std::move(call)));
  co_return done();
}

Task<Result<v1::ConsoleResponse>> ConsoleService::accept_offer(SessionPtr session,
                                                               v1::ConsoleRequest::AcceptOffer request) {
  v1::AcceptOfferRequest call;
  call.set_agent_id(session->agent_id);
  call.set_offer_id(request.offer_id());
  HARK_CO_TRY(auto accepted, co_await ports_.routing.accept_offer(std::move(call)));
  auto response = done_with(std::move(*accepted.mutable_offer()->mutable_ticket()));
  response.mutable_done()->set_assignment_token(accepted.assignment_token());
  co_return response;
}

Task<Result<v1::ConsoleResponse>> ConsoleService::decline_offer(SessionPtr session,
                                                                v1::ConsoleRequest::DeclineOffer request) {
  v1::DeclineOfferRequest call;
  call.set_agent_id(session->agent_id);
  call.set_offer_id(request.offer_id());
  call.set_reason(request.reason());
  HARK_CO_TRY(const auto declined, co_await ports_.routing.decline_offer(std::move(call)));
  co_return done();
}

Task<Result<v1::ConsoleResponse>> ConsoleService::load_timeline(v1::ConsoleRequest::LoadTimeline request) {
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
  update.mutable_entries()->Swap(listed.mutable_entries());
  fit_into_frame(*update.mutable_entries());
  co_return response;
}

Task<Result<v1::ConsoleResponse>> ConsoleService::list_conversations(
    v1::ConsoleRequest::ListConversations request) {
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

Task<Result<v1::ConsoleResponse>> ConsoleService::list_quarantine() {
  v1::ListQuarantineRequest call;
  call.set_limit(kListPage);
  HARK_CO_TRY(auto listed, co_await ports_.conversation.list_quarantine(std::move(call)));
  v1::ConsoleResponse response;
  response.mutable_quarantine()->mutable_items()->Swap(listed.mutable_items());
  co_return response;
}

Task<Result<v1::ConsoleResponse>> ConsoleService::command(SessionPtr session,
                                                          v1::ConsoleRequest::Command command) {
  auto& port = ports_.conversation;
  switch (command.command_case()) {
    case v1::ConsoleRequest::Command::kReply: {
      auto& call = *command.mutable_reply();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      auto replied = co_await port.reply(std::move(call));
      if (replied.ok()) co_return done_with(std::move(*replied->mutable_entry()));
      // The page is behind, and must see what it missed before it can reply.
      if (replied.error().reason == Reason::kNewerEntries) {
        for (const auto& id : session->open) feeds_.read_again(id);
      }
      co_return replied.error();
    }
    case v1::ConsoleRequest::Command::kStart: {
      auto& call = *command.mutable_start();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto started, co_await port.start(std::move(call)));
      co_return done_with(std::move(*started.mutable_entry()));
    }
    case v1::ConsoleRequest::Command::kAddNote: {
      auto& call = *command.mutable_add_note();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto noted, co_await port.add_note(std::move(call)));
      co_return done_with(std::move(*noted.mutable_entry()));
    }
    case v1::ConsoleRequest::Command::kResolve: {
      auto& call = *command.mutable_resolve();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto resolved, co_await port.resolve(std::move(call)));
      co_return done_with(std::move(*resolved.mutable_ticket()));
    }
    case v1::ConsoleRequest::Command::kReopen: {
      auto& call = *command.mutable_reopen();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto reopened, co_await port.reopen(std::move(call)));
      co_return done_with(std::move(*reopened.mutable_ticket()));
    }
    case v1::ConsoleRequest::Command::kWaiveObligation: {
      auto& call = *command.mutable_waive_obligation();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      HARK_CO_TRY(auto waived, co_await port.waive_obligation(std::move(call)));
      co_return done_with(std::move(*waived.mutable_entry()));
    }
    case v1::ConsoleRequest::Command::kTransfer: {
      auto& call = *command.mutable_transfer();
      HARK_CO_TRY_VOID(check_idempotency_key(call.idempotency_key()));
      call.set_agent_id(session->agent_id);
      call.clear_fencing_token();  // routing's own way, past the holder's token
      HARK_CO_TRY(auto transferred, co_await port.transfer(std::move(call)));
      co_return done_with(std::move(*transferred.mutable_ticket()));
    }
    case v1::ConsoleRequest::Command::COMMAND_NOT_SET:
      break;
  }
  co_return Error{Code::kInvalidArgument, Reason::kInvalidField,
                  "the command is empty: set one of its fields"};
}

}  // namespace hark::console
