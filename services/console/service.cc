#include "console/service.h"

#include <utility>

#include "base/core/ids.h"

namespace hark::console {
namespace {

FrameKind kind_of(const v1::ConsoleRequest& request) {
  switch (request.frame_case()) {
    case v1::ConsoleRequest::kSignIn:
      return FrameKind::kSignIn;
    case v1::ConsoleRequest::kSetPresence:
      return FrameKind::kSetPresence;
    case v1::ConsoleRequest::kAcceptOffer:
      return FrameKind::kAcceptOffer;
    case v1::ConsoleRequest::kDeclineOffer:
      return FrameKind::kDeclineOffer;
    case v1::ConsoleRequest::kOpen:
      return FrameKind::kOpen;
    case v1::ConsoleRequest::kClose:
      return FrameKind::kClose;
    case v1::ConsoleRequest::kLoadTimeline:
      return FrameKind::kLoadTimeline;
    case v1::ConsoleRequest::kCommand:
      return FrameKind::kCommand;
    case v1::ConsoleRequest::kListConversations:
      return FrameKind::kListConversations;
    case v1::ConsoleRequest::kListQuarantine:
      return FrameKind::kListQuarantine;
    default:
      return FrameKind::kNone;
  }
}

Task<Result<v1::ConsoleResponse>> done() {
  v1::ConsoleResponse response;
  response.mutable_done();
  co_return response;
}

}  // namespace

ConsoleService::ConsoleService(asio::any_io_executor executor, Ports ports, const Clock& clock,
                               ConsoleOptions options, TaskGroup::OnFailure on_failure)
    : ports_{ports},
      clock_{clock},
      options_{std::move(options)},
      tokens_{options_.secret},
      tasks_{std::move(executor), std::move(on_failure)},
      feeds_{tasks_, ports_.conversation, ports_.events},
      desk_{tasks_, ports_.routing, ports_.conversation, feeds_, clock_},
      session_ended_{tasks_.executor()} {}

void ConsoleService::start() {
  tasks_.spawn("follow events", feeds_.follow([this](const v1::Event& event) { desk_.on_event(event); },
                                              [this] { desk_.read_all_again(); }));
}

Task<> ConsoleService::stop() {
  stopping_ = true;
  for (const auto& session : sessions_) session->sink->close(Farewell::kComeBack, "the server restarts");
  while (!sessions_.empty()) co_await session_ended_.wait();
  tasks_.cancel();
  co_await tasks_.wait();
}

SessionPtr ConsoleService::connect(std::shared_ptr<ResponseSink> sink, std::string remote_address) {
  const auto session =
      std::make_shared<Session>(tasks_.executor(), std::move(sink), std::move(remote_address));
  sessions_.insert(session);
  sessions_changed();
  if (stopping_) session->sink->close(Farewell::kComeBack, "the server restarts");
  session->retry.expires_after(kSignInTime);
  session->retry.async_wait([weak = std::weak_ptr{session}](const boost::system::error_code& error) {
    const auto late = weak.lock();
    if (!error && late && !late->ended && late->sign_in == SignInState::kSignedOut) {
      late->sink->close(Farewell::kSignInAgain, "nobody signed in");
    }
  });
  return session;
}

void ConsoleService::disconnect(const SessionPtr& session) {
  if (std::exchange(session->ended, true)) return;
  feeds_.drop(*session);
  desk_.leave(session);
  sessions_.erase(session);
  sessions_changed();
  session_ended_.notify_all();
}

void ConsoleService::sessions_changed() {
  if (options_.observer.sessions) options_.observer.sessions(sessions_.size());
}

Result<std::string> ConsoleService::agent_of(std::string_view session_token) const {
  return tokens_.verify(session_token, clock_.now());
}

void ConsoleService::receive(const SessionPtr& session, v1::ConsoleRequest request) {
  const auto id = request.request_id();
  const auto allowed =
      may_send(kind_of(request), {session->sign_in, session->open.size(), session->in_flight});
  if (!allowed.ok()) {
    session->sink->send(failed(id, allowed.error()));
    return;
  }
  // The feed answers by itself, in order with what it tells.
  if (request.has_open()) {
    auto conversation_id = parse_id(IdKind::kConversation, request.open().conversation_id());
    if (!conversation_id.ok()) {
      session->sink->send(failed(id, conversation_id.error()));
      return;
    }
    feeds_.open(session, *conversation_id, id);
    return;
  }
  if (request.has_sign_in()) session->sign_in = SignInState::kSigningIn;
  ++session->in_flight;
  tasks_.spawn("console request", answer(session, std::move(request)));
}

Task<> ConsoleService::answer(SessionPtr session, v1::ConsoleRequest request) {
  const auto id = request.request_id();
  auto response = co_await handle(session, std::move(request));
  --session->in_flight;
  if (session->ended) co_return;
  if (response.ok()) {
    response->set_request_id(id);
    session->sink->send(*response);
    if (response->has_signed_in()) desk_.sit_down(session);
  } else {
    session->sink->send(failed(id, response.error()));
  }
}

Task<Result<v1::ConsoleResponse>> ConsoleService::handle(SessionPtr session, v1::ConsoleRequest request) {
  switch (request.frame_case()) {
    case v1::ConsoleRequest::kSignIn:
      return sign_in(session, request.sign_in());
    case v1::ConsoleRequest::kSetPresence:
      return set_presence(session, request.set_presence());
    case v1::ConsoleRequest::kAcceptOffer:
      return accept_offer(session, request.accept_offer());
    case v1::ConsoleRequest::kDeclineOffer:
      return decline_offer(session, request.decline_offer());
    case v1::ConsoleRequest::kLoadTimeline:
      return load_timeline(request.load_timeline());
    case v1::ConsoleRequest::kCommand:
      return command(session, request.command());
    case v1::ConsoleRequest::kListConversations:
      return list_conversations(request.list_conversations());
    case v1::ConsoleRequest::kClose:
      feeds_.close(*session, request.close().conversation_id());
      return done();
    default:
      return list_quarantine();
  }
}

}  // namespace hark::console
