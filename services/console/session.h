#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/follower.h"
#include "base/core/result.h"
#include "console/core/frame_rate.h"
#include "console/core/replay_window.h"
#include "console/core/session_rules.h"
#include "console/core/session_token.h"
#include "console/ports.h"
#include "hark/v1/console.pb.h"

namespace hark::console {

/// What a page that is sent away should do.
enum class Farewell {
  kComeBack,
  kSignInAgain,
  /// The agent signed out here, or took the session along to another connection.
  kDone,
};

/// Between two attempts to reach those who know what an agent's work is.
constexpr Duration kDeskRetryFirst{200};
constexpr Duration kDeskRetryMost{10'000};

/// Why a page is sent away whose session is older than its agent's generation.
inline constexpr std::string_view kSignedOutEverywhere =
    "signed out on all machines, or the password has changed";

/// The way down to one page. Called on the console's executor.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// Queues a frame; a page that does not read is closed by the transport.
  virtual void send(const v1::ConsoleResponse& response) = 0;
  /// Ends the connection; the page is told why.
  virtual void close(Farewell farewell, std::string_view reason) = 0;
};

/// An agent's page: who it is and what it is told about. It outlives its connection for a while, so that a
/// page which comes back goes on where it was. Coroutines that still hold it after its end see `ended` and
/// stop.
struct Session {
  Session(const asio::any_io_executor& executor, std::shared_ptr<ResponseSink> to, std::string from)
      : sink{std::move(to)},
        remote_address{std::move(from)},
        routing{executor, BackOff{kDeskRetryFirst, kDeskRetryMost}},
        sign_in_timer{executor},
        away_timer{executor} {}

  /// Numbers the frame, keeps it, and tells the page if it is there.
  void send(v1::ConsoleResponse response);
  /// What `told` has kept, to the page that is there now.
  void send_again(const std::vector<std::string>& frames);
  /// Ends the connection, if there is one.
  void close(Farewell farewell, std::string_view reason);
  [[nodiscard]] bool supervises() const {
    return agent.role() == v1::ROLE_SUPERVISOR || agent.role() == v1::ROLE_ADMINISTRATOR;
  }

  /// All sessions of before this generation have ended. The page that asked for it is answered first.
  [[nodiscard]] bool ended_by(std::int64_t generation) const {
    return generation > claim.generation && !signing_out;
  }

  /// Null while the page is away.
  std::shared_ptr<ResponseSink> sink;
  std::string remote_address;
  bool ended = false;
  /// Lost its connection, and is waited for.
  bool away = false;

  SignInState sign_in = SignInState::kSignedOut;
  std::string agent_id;
  /// Their record, as the directory has it.
  v1::Agent agent;
  SessionClaim claim;
  bool signing_out = false;
  std::size_t in_flight = 0;

  std::string epoch;
  /// ConsoleResponse bytes: a frame of many parts, kept as it was made, would leave the heap full of holes.
  ReplayWindow<std::string> told;

  /// Conversations that the page has open.
  std::set<std::string> open;
  /// Conversations whose ticket the agent holds, as last read.
  std::map<std::string, v1::Conversation> assigned;
  bool assigned_known = false;
  /// Status entries of holds that ran out, of which the pages of this agent know.
  std::set<std::string> holds_told;

  /// The agent as routing sees them, with all offers that stand.
  v1::AgentSessionResponse desk;
  /// The page has not been told yet what its agent may choose from.
  bool choices_stale = false;
  /// To whoever is told of the agent again after routing was away.
  v1::Presence comes_back_as = v1::PRESENCE_UNSPECIFIED;
  /// Follows routing while the agent is at their desk.
  Follower<AgentStream> routing;
  /// How long a page may take to sign in.
  asio::steady_timer sign_in_timer;
  /// How long a page that is away is waited for.
  asio::steady_timer away_timer;
  /// All of `assigned` must be read again, or these conversations alone; somebody is at it.
  bool work_stale = false;
  std::set<std::string> to_read;
  /// Being read: what happens to them meanwhile is not in it.
  std::set<std::string> reading;
  bool reading_all = false;
  bool work_reading = false;
  /// Wants Overview frames.
  bool oversees = false;
};
using SessionPtr = std::shared_ptr<Session>;

/// One socket of a page, and the session that speaks over it.
struct Connection {
  std::shared_ptr<ResponseSink> sink;
  std::string remote_address;
  SessionPtr session;
  FrameRate frames{kFramesAtOnce, kFramesPerSecond};
  FrameRate refusals{kRefusalsAtOnce, kRefusalsPerSecond};
};
using ConnectionPtr = std::shared_ptr<Connection>;

/// An answer that says why not.
v1::ConsoleResponse failed(std::int64_t request_id, const Error& error);

}  // namespace hark::console
