#include "console/service.h"

#include <utility>
#include <vector>

#include "base/core/ids.h"

namespace hark::console {
namespace {

constexpr Duration kRetryFirst{100};
constexpr Duration kRetryMost{5'000};

FrameKind kind_of(const v1::ConsoleRequest& request) {
  switch (request.frame_case()) {
    case v1::ConsoleRequest::FRAME_NOT_SET:
      return FrameKind::kNone;
    case v1::ConsoleRequest::kSignIn:
      return FrameKind::kSignIn;
    case v1::ConsoleRequest::kOpen:
      return FrameKind::kOpen;
    case v1::ConsoleRequest::kOversee:
    case v1::ConsoleRequest::kListWaiting:
    case v1::ConsoleRequest::kExplain:
    case v1::ConsoleRequest::kEndAgentWrapUp:
    case v1::ConsoleRequest::kGetSeries:
    case v1::ConsoleRequest::kTakeOver:
    case v1::ConsoleRequest::kReassign:
    case v1::ConsoleRequest::kSetAgentPresence:
      return FrameKind::kSupervisors;
    default:
      return FrameKind::kAgents;
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
      directory_{tasks_.executor(), ports_.routing},
      feeds_{tasks_, ports_.conversation, ports_.events, options_.setup},
      desk_{tasks_, ports_.routing, ports_.conversation, feeds_, clock_},
      attentions_{tasks_, ports_.attention, clock_},
      floor_{tasks_, ports_.routing, ports_.events, directory_, clock_},
      calls_{tasks_.executor(), ports_.events, BackOff{kRetryFirst, kRetryMost}},
      unfetched_{tasks_.executor(), ports_.events, BackOff{kRetryFirst, kRetryMost}},
      disconnected_{tasks_.executor()} {
  desk_.on_read = [this](const SessionPtr& session, bool first) { on_read(session, first); };
}

void ConsoleService::start() {
  follow_calls();
  directory_.follow([this](const std::vector<std::string>& ids) { on_agents_changed(ids); });
  attentions_.follow();
}

Task<> ConsoleService::stop() {
  stopping_ = true;
  for (const auto& connection : connections_) {
    connection->sink->close(Farewell::kComeBack, "the server restarts");
  }
  while (!connections_.empty()) co_await disconnected_.wait();
  for (const auto& session : std::set<SessionPtr>{sessions_}) end(session);
  feeds_.stop_following();
  calls_.stop();
  unfetched_.stop();
  directory_.stop_following();
  attentions_.stop_following();
  floor_.stop_watching();
  tasks_.cancel();
  co_await tasks_.wait();
}

ConnectionPtr ConsoleService::connect(std::shared_ptr<ResponseSink> sink, std::string remote_address) {
  const auto connection = std::make_shared<Connection>();
  connection->sink = std::move(sink);
  connection->remote_address = std::move(remote_address);
  const auto session =
      std::make_shared<Session>(tasks_.executor(), connection->sink, connection->remote_address);
  connection->session = session;
  connections_.insert(connection);
  sessions_.insert(session);
  sessions_changed();
  if (stopping_) session->close(Farewell::kComeBack, "the server restarts");
  session->sign_in_timer.expires_after(kSignInTime);
  session->sign_in_timer.async_wait([weak = std::weak_ptr{session}](const boost::system::error_code& error) {
    const auto late = weak.lock();
    if (!error && late && !late->ended && late->sign_in == SignInState::kSignedOut) {
      late->close(Farewell::kSignInAgain, "nobody signed in");
    }
  });
  return connection;
}

void ConsoleService::disconnect(const ConnectionPtr& connection) {
  if (connections_.erase(connection) == 0) return;
  const auto session = connection->session;
  // Otherwise the session goes on over another connection.
  if (!session->ended && session->sink == connection->sink) go_away(session);
  sessions_changed();
  disconnected_.notify_all();
}

void ConsoleService::go_away(const SessionPtr& session) {
  session->sink.reset();
  if (session->sign_in != SignInState::kSignedIn || stopping_ || away_ >= kAwaySessionsMax) {
    end(session);
    return;
  }
  session->away = true;
  ++away_;
  desk_.leave(session);
  attentions_.leave(session);
  floor_.leave(session);
  session->away_timer.expires_after(kAwayTime);
  session->away_timer.async_wait(
      [this, weak = std::weak_ptr{session}](const boost::system::error_code& error) {
        const auto missing = weak.lock();
        if (!error && missing && missing->away) end(missing);
      });
}

void ConsoleService::end(const SessionPtr& session) {
  if (std::exchange(session->ended, true)) return;
  if (std::exchange(session->away, false)) --away_;
  session->away_timer.cancel();
  attentions_.leave(session);
  feeds_.drop(*session);
  desk_.leave(session);
  floor_.leave(session);
  by_epoch_.erase(session->epoch);
  sessions_.erase(session);
}

void ConsoleService::sessions_changed() {
  if (options_.observer.sessions) options_.observer.sessions(connections_.size());
  if (!sessions_.empty() && !stopping_) follow_events();
}

void ConsoleService::follow_events() {
  feeds_.follow({.on_event =
                     [this](const v1::Event& event) {
                       desk_.on_event(event);
                       floor_.on_event(event);
                     },
                 .on_afresh = [this] { desk_.read_all_again(); },
                 .anybody = [this] { return !sessions_.empty(); }});
}

void ConsoleService::follow_calls() {
  calls_.start(clock_.now(), {v1::EVENT_TYPE_NOTED, v1::EVENT_TYPE_SLA},
               [this](const v1::Event& event) { call_attention(event); });
  // Nobody but a console puts these notices: what was told while there was none is heard now.
  unfetched_.start(
      clock_.now() - kUnfetchedLookBack, {v1::EVENT_TYPE_UNFETCHED},
      [this](const v1::Event& event) { tasks_.spawn("tell of an unfetched reply", on_unfetched(event)); });
}

void ConsoleService::call_attention(const v1::Event& event) {
  if (event.type() == v1::EVENT_TYPE_NOTED && !event.detail().empty()) {
    tasks_.spawn("tell of a note", on_note(event));
  }
  if (event.type() == v1::EVENT_TYPE_SLA) tasks_.spawn("tell of a target", on_sla(event));
}

void ConsoleService::on_agents_changed(const std::vector<std::string>& ids) {
  const auto news = directory_.news_of(ids);
  const std::set<std::string_view> changed{ids.begin(), ids.end()};
  std::vector<SessionPtr> signed_out;
  for (const auto& session : sessions_) {
    if (session->sign_in != SignInState::kSignedIn) continue;
    const auto* agent = changed.contains(session->agent_id) ? directory_.find(session->agent_id) : nullptr;
    if (agent) session->agent = *agent;
    if (agent && session->ended_by(agent->session_generation())) {
      signed_out.push_back(session);
    } else if (news.directory().colleagues_size() > 0) {
      session->send(news);
    }
  }
  for (const auto& session : signed_out) {
    session->close(Farewell::kSignInAgain, kSignedOutEverywhere);
    end(session);
  }
  floor_.on_agents_changed();
}

bool ConsoleService::refuse(Connection& connection, std::int64_t request_id, const Error& error) {
  if (!connection.refusals.take(clock_.now())) {
    connection.sink->close(Farewell::kSignInAgain, "too many frames that cannot be served");
    return false;
  }
  connection.session->send(failed(request_id, error));
  return false;
}

bool ConsoleService::within_rate(Connection& connection, std::int64_t request_id) {
  if (connection.frames.take(clock_.now())) return true;
  return refuse(
      connection, request_id,
      {Code::kResourceExhausted, Reason::kOverloaded,
       "too many frames on this connection; send at most " + std::to_string(kFramesPerSecond) + " a second"});
}

void ConsoleService::receive_broken(const ConnectionPtr& connection, std::int64_t request_id,
                                    const Error& error) {
  refuse(*connection, request_id, error);
}

void ConsoleService::receive(const ConnectionPtr& connection, v1::ConsoleRequest request) {
  const auto session = connection->session;
  const auto id = request.request_id();
  if (session->ended || !within_rate(*connection, id)) return;
  if (request.has_heard()) {
    session->told.forget(request.heard().offset());
    return;
  }
  const auto allowed = may_send(
      kind_of(request), {session->sign_in, session->supervises(), session->open.size(), session->in_flight});
  if (!allowed.ok()) {
    session->send(failed(id, allowed.error()));
    return;
  }
  if (request.has_sign_in()) {
    session->sign_in = SignInState::kSigningIn;
    tasks_.spawn("sign in", sign_in(connection, id, request.sign_in()));
    return;
  }
  ++session->in_flight;
  if (request.has_open()) {
    tasks_.spawn("open", open(session, request.open().conversation_id(), id));
  } else {
    tasks_.spawn("console request", answer(session, std::move(request)));
  }
}

Task<> ConsoleService::answer(SessionPtr session, Request request) {
  const auto id = request.request_id();
  const bool leaves = request.has_sign_out();
  auto response = co_await handle(session, std::move(request));
  --session->in_flight;
  if (!response.ok()) {
    session->send(failed(id, response.error()));
    co_return;
  }
  response->set_request_id(id);
  session->send(*std::move(response));
  if (!leaves) co_return;
  session->close(Farewell::kDone, "signed out");
  end(session);
}

ConsoleService::Answer ConsoleService::handle(SessionPtr session, Request request) {
  switch (request.frame_case()) {
    case Request::kSignOut:
      return sign_out(session, request.sign_out());
    case Request::kSetPresence:
      return set_presence(session, request.set_presence());
    case Request::kAcceptOffer:
      return accept_offer(session, request.accept_offer());
    case Request::kDeclineOffer:
      return decline_offer(session, request.decline_offer());
    case Request::kBeginWrapUp:
      return begin_wrap_up(session);
    case Request::kEndWrapUp:
      return end_wrap_up(session);
    case Request::kClose:
      close(session, request.close().conversation_id());
      return done();
    case Request::kLoadTimeline:
      return load_timeline(session, request.load_timeline());
    case Request::kSaveDraft:
      return save_draft(session, std::move(*request.mutable_save_draft()));
    case Request::kType:
      attentions_.type(session, request.type());
      return done();
    case Request::kSeeNotices:
      return see_notices(session, request.see_notices());
    case Request::kListTickets:
      return list_tickets(request.list_tickets());
    case Request::kCommand:
      return command(session, std::move(*request.mutable_command()));
    case Request::kControlCall:
      return control_call(session, std::move(*request.mutable_control_call()));
    case Request::kListConversations:
      return list_conversations(request.list_conversations());
    case Request::kSearch:
      return search(session, request.search());
    case Request::kListQuarantine:
      return list_quarantine();
    default:
      return handle_supervisors(session, std::move(request));
  }
}

ConsoleService::Answer ConsoleService::handle_supervisors(SessionPtr session, Request request) {
  switch (request.frame_case()) {
    case Request::kListWaiting:
      return list_waiting(request.list_waiting());
    case Request::kExplain:
      return explain(request.explain());
    case Request::kGetSeries:
      return floor_.series(request.get_series().hours());
    case Request::kTakeOver:
      return take_over(session, request.take_over());
    case Request::kReassign:
      return reassign(session, request.reassign());
    case Request::kSetAgentPresence:
      return set_agent_presence(session, request.set_agent_presence());
    case Request::kEndAgentWrapUp:
      return end_agent_wrap_up(session, request.end_agent_wrap_up());
    default:
      floor_.oversee(session, request.oversee().on());
      return done();
  }
}

}  // namespace hark::console
