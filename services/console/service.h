#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/time.h"
#include "console/core/session_token.h"
#include "console/core/sign_in_throttle.h"
#include "console/desk.h"
#include "console/feeds.h"
#include "console/ports.h"
#include "console/session.h"

namespace hark::console {

/// A connection that has not signed in by then is closed.
constexpr Duration kSignInTime{30'000};

/// Who wants to know, for the log and for metrics. Each may be empty.
struct ConsoleObserver {
  std::function<void(std::size_t now)> sessions;
  std::function<void(std::string_view login, std::string_view remote_address, const Status& outcome)> sign_in;
};

struct ConsoleOptions {
  /// Signs session tokens; at least 16 bytes, kept over restarts.
  std::string secret;
  /// How long a session token signs in again.
  Duration session_life = std::chrono::hours{12};
  ConsoleObserver observer;
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

  /// Begins to follow the event log.
  void start();
  /// Sends every page away (it will come back elsewhere) and ends everything that start() and sessions began.
  /// Returns when the last session is disconnected.
  Task<> stop();

  /// A page has connected.
  SessionPtr connect(std::shared_ptr<ResponseSink> sink, std::string remote_address);
  /// A frame of it; the answer comes through the sink.
  void receive(const SessionPtr& session, v1::ConsoleRequest request);
  void disconnect(const SessionPtr& session);

  /// Whose session token this is; UNAUTHENTICATED otherwise. For requests that do not come over a session.
  [[nodiscard]] Result<std::string> agent_of(std::string_view session_token) const;

  [[nodiscard]] BlobPort& blobs() { return ports_.blobs; }
  [[nodiscard]] const ConsoleOptions& options() const { return options_; }
  [[nodiscard]] std::size_t sessions() const { return sessions_.size(); }

 private:
  Task<> answer(SessionPtr session, v1::ConsoleRequest request);
  Task<Result<v1::ConsoleResponse>> handle(SessionPtr session, v1::ConsoleRequest request);

  Task<Result<v1::ConsoleResponse>> sign_in(SessionPtr session, v1::ConsoleRequest::SignIn request);
  Task<Result<v1::Agent>> check_password(SessionPtr session, v1::ConsoleRequest::SignIn request);
  void sessions_changed();
  Task<Result<v1::Agent>> check_token(std::string token);
  Task<Result<v1::ConsoleResponse>> set_presence(SessionPtr session, v1::ConsoleRequest::SetPresence request);
  Task<Result<v1::ConsoleResponse>> accept_offer(SessionPtr session, v1::ConsoleRequest::AcceptOffer request);
  Task<Result<v1::ConsoleResponse>> decline_offer(SessionPtr session,
                                                  v1::ConsoleRequest::DeclineOffer request);
  Task<Result<v1::ConsoleResponse>> load_timeline(v1::ConsoleRequest::LoadTimeline request);
  Task<Result<v1::ConsoleResponse>> list_conversations(v1::ConsoleRequest::ListConversations request);
  Task<Result<v1::ConsoleResponse>> list_quarantine();
  Task<Result<v1::ConsoleResponse>> command(SessionPtr session, v1::ConsoleRequest::Command command);

  Ports ports_;
  const Clock& clock_;
  ConsoleOptions options_;
  SessionTokens tokens_;
  SignInThrottle throttle_;
  TaskGroup tasks_;
  Feeds feeds_;
  Desk desk_;
  std::set<SessionPtr> sessions_;
  Notifier session_ended_;
  bool stopping_ = false;
};

}  // namespace hark::console
