#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/time.h"
#include "console/attentions.h"
#include "console/core/session_token.h"
#include "console/core/sign_in_throttle.h"
#include "console/desk.h"
#include "console/directory.h"
#include "console/feeds.h"
#include "console/floor.h"
#include "console/log_follower.h"
#include "console/ports.h"
#include "console/session.h"

namespace hark::console {

/// A connection that has not signed in by then is closed.
constexpr Duration kSignInTime{30'000};
/// A page that lost its connection can go on for so long.
constexpr Duration kAwayTime{60'000};
/// What accounts can send is asked anew after this long, when somebody signs in.
constexpr Duration kSendingRulesFor{10'000};
/// Replies that lay too long while no console ran are told of if that was no longer ago.
constexpr Duration kUnfetchedLookBack = std::chrono::hours{1};
/// Pages that are waited for at once; of more, those that leave last are not.
constexpr std::size_t kAwaySessionsMax = 1'000;

/// Who wants to know, for the log and for metrics. Each may be empty.
struct ConsoleObserver {
  std::function<void(std::size_t now)> sessions;
  std::function<void(std::string_view login, std::string_view remote_address, const Status& outcome)> sign_in;
  /// A supervisor did something to somebody. Why is on the record, not for the log.
  std::function<void(std::string_view supervisor, std::string_view what, std::string_view whom)> supervised;
};

struct ConsoleOptions {
  /// Signs session tokens; at least 16 bytes, kept over restarts.
  std::string secret;
  /// How long a session token signs in again.
  Duration session_life = std::chrono::hours{12};
  ConsoleObserver observer;
  v1::ConsoleResponse::Setup setup;
};

/// Agents' sessions: takes frames of pages, answers them, and tells pages what changes. Knows nothing of
/// sockets or JSON.
///
/// Keeps nothing that a restart may not lose. Lives on one single-threaded executor, where everything is
/// called.
class ConsoleService {
 public:
  /// `ports` and `clock` outlive the service. `on_failure` hears of coroutines that threw, which are defects.
  ConsoleService(asio::any_io_executor executor, Ports ports, const Clock& clock, ConsoleOptions options,
                 TaskGroup::OnFailure on_failure = {});

  /// Begins to follow the event log, the agents and their attention.
  void start();
  /// Sends every page away (it will come back elsewhere) and ends everything that start() and sessions began.
  /// Returns when the last page is disconnected.
  Task<> stop();

  /// A page has connected.
  ConnectionPtr connect(std::shared_ptr<ResponseSink> sink, std::string remote_address);
  /// A frame of it; the answer comes through the sink.
  void receive(const ConnectionPtr& connection, v1::ConsoleRequest request);
  /// Something came that is no frame.
  void receive_broken(const ConnectionPtr& connection, std::int64_t request_id, const Error& error);
  void disconnect(const ConnectionPtr& connection);

  /// Whose session token this is; UNAUTHENTICATED otherwise. For requests that do not come over a session.
  Task<Result<std::string>> agent_of(std::string session_token);
  /// The same without a look at the store: sessions that were signed out by themselves still pass.
  [[nodiscard]] Result<SessionClaim> claim_of(std::string_view session_token) const;

  [[nodiscard]] BlobPort& blobs() { return ports_.blobs; }
  [[nodiscard]] const ConsoleOptions& options() const { return options_; }
  /// Pages that are there now.
  [[nodiscard]] std::size_t sessions() const { return connections_.size(); }

 private:
  using Request = v1::ConsoleRequest;
  using Answer = Task<Result<v1::ConsoleResponse>>;

  // service.cc: sessions from their beginning to their end
  bool within_rate(Connection& connection, std::int64_t request_id);
  bool refuse(Connection& connection, std::int64_t request_id, const Error& error);
  Task<> answer(SessionPtr session, Request request);
  Answer handle(SessionPtr session, Request request);
  Answer handle_supervisors(SessionPtr session, Request request);
  void end(const SessionPtr& session);
  void go_away(const SessionPtr& session);
  void sessions_changed();
  /// Everything that happens, for those who are here.
  void follow_events();
  /// What is told to people who may not be here; not one is missed, should the stream be lost.
  void follow_calls();
  void call_attention(const v1::Event& event);
  void on_agents_changed(const std::vector<std::string>& ids);

  // sign_in.cc
  struct Identity {
    v1::Agent agent;
    SessionClaim claim;
  };
  Task<> sign_in(ConnectionPtr connection, std::int64_t request_id, Request::SignIn request);
  Task<Result<Identity>> check_password(std::string remote_address, Request::SignIn request);
  Task<Result<Identity>> check_token(std::string token);
  bool resume(const ConnectionPtr& connection, const Request::Resume& at, const Identity& who,
              const v1::ConsoleResponse& signed_in);
  void begin(const SessionPtr& session, Identity who);
  Task<> refresh_sending_rules();
  Answer sign_out(SessionPtr session, Request::SignOut request);

  // agent_frames.cc: what every agent may ask for
  Answer set_presence(SessionPtr session, Request::SetPresence request);
  Answer accept_offer(SessionPtr session, Request::AcceptOffer request);
  Answer decline_offer(SessionPtr session, Request::DeclineOffer request);
  Answer begin_wrap_up(SessionPtr session);
  Answer end_wrap_up(SessionPtr session);
  Task<Result<v1::Conversation>> conversation_named(std::string id);
  Task<Result<std::vector<v1::Draft>>> drafts_of(std::string agent_id, v1::Conversation conversation);
  Task<> open(SessionPtr session, std::string named, std::int64_t request_id);
  void close(const SessionPtr& session, const std::string& conversation_id);
  Answer load_timeline(SessionPtr session, Request::LoadTimeline request);
  Answer save_draft(SessionPtr session, Request::SaveDraft request);
  Answer see_notices(SessionPtr session, Request::SeeNotices request);
  Answer list_tickets(Request::ListTickets request);
  Answer list_conversations(Request::ListConversations request);
  Answer list_quarantine();
  Answer search(SessionPtr session, Request::Search request);
  Answer control_call(SessionPtr session, v1::ControlCallRequest request);

  // notices.cc: what wants to be seen by an agent
  Task<> tell_unseen(SessionPtr session);
  /// Keeps it, once, and tells the agent's pages here if it is new; or until it was seen, where every console
  /// puts it and each has pages of its own to tell.
  enum class Tell { kIfNew, kUntilSeen };
  Task<Status> notify(std::string agent_id, v1::ConsoleResponse::Notice notice, Tell tell = Tell::kIfNew);
  Task<Status> notify_of_note(v1::Entry entry, std::vector<std::string> agent_ids);
  Task<> on_note(v1::Event event);
  Task<> on_sla(v1::Event event);
  void on_read(const SessionPtr& session, bool first);
  Task<> tell_of_hold(std::string agent_id, v1::ConsoleResponse::Notice notice, Tell tell);
  Task<bool> is_settled(std::string conversation_id, std::string entry_id);
  Task<> on_unfetched(v1::Event event);

  // commands.cc
  Answer command(SessionPtr session, Request::Command command);
  Answer change_hold(SessionPtr session, Request::Command command);
  Answer set_preferred_agents(SessionPtr session, v1::SetPreferredAgentsRequest call);
  Answer reply(SessionPtr session, v1::ReplyRequest call);
  Answer add_note(SessionPtr session, v1::AddNoteRequest call);
  Task<> drop_draft(SessionPtr session, std::string conversation_id, std::string entry_id);
  Task<Status> check_attachments(v1::ReplyRequest call);

  // supervisor_frames.cc
  Answer list_waiting(Request::ListWaiting request);
  Answer explain(Request::Explain request);
  Answer take_over(SessionPtr session, Request::TakeOver request);
  Answer reassign(SessionPtr session, Request::Reassign request);
  Answer set_agent_presence(SessionPtr session, Request::SetAgentPresence request);
  Answer end_agent_wrap_up(SessionPtr session, Request::EndAgentWrapUp request);
  /// Of what a supervisor changed about another agent, once for each time.
  Task<Status> notify_of_presence(std::string agent_id, std::string by, std::string reason);
  void supervised(const Session& session, std::string_view what, std::string_view whom) const;

  /// Every other page of the same agent.
  template <class Tell>
  void for_other_pages(const Session& session, const Tell& tell) const {
    for (const auto& other : sessions_) {
      if (other.get() != &session && other->agent_id == session.agent_id) tell(*other);
    }
  }

  Ports ports_;
  const Clock& clock_;
  ConsoleOptions options_;
  v1::ListSendingRulesResponse sending_rules_;
  TimePoint sending_rules_until_ = {};  // then they are asked for anew
  SessionTokens tokens_;
  SignInThrottle throttle_;
  TaskGroup tasks_;
  Directory directory_;
  Feeds feeds_;
  Desk desk_;
  Attentions attentions_;
  Floor floor_;
  LogFollower calls_, unfetched_;
  std::set<ConnectionPtr> connections_;
  std::set<SessionPtr> sessions_;
  /// Sessions that are signed in.
  std::map<std::string, SessionPtr, std::less<>> by_epoch_;
  std::size_t away_ = 0;
  Notifier disconnected_;
  bool stopping_ = false;
};

}  // namespace hark::console
