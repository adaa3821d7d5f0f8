#pragma once

#include <boost/asio/steady_timer.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "base/core/result.h"
#include "console/core/session_rules.h"
#include "console/ports.h"
#include "hark/v1/console.pb.h"

namespace hark::console {

/// What a page that is sent away should do.
enum class Farewell { kComeBack, kSignInAgain };

/// The way down to one page. Called on the console's executor.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// Queues a frame; a page that does not read is closed by the transport.
  virtual void send(const v1::ConsoleResponse& response) = 0;
  /// Ends the connection; the page is told why.
  virtual void close(Farewell farewell, std::string_view reason) = 0;
};

/// One page's connection and what it is told about. Lives from connect() to disconnect(); coroutines that
/// still hold it afterwards see `ended` and stop.
struct Session {
  Session(const asio::any_io_executor& executor, std::shared_ptr<ResponseSink> to, std::string from)
      : sink{std::move(to)}, remote_address{std::move(from)}, retry{executor} {}

  std::shared_ptr<ResponseSink> sink;
  std::string remote_address;
  bool ended = false;

  SignInState sign_in = SignInState::kSignedOut;
  std::string agent_id;
  std::size_t in_flight = 0;

  /// Conversations that the page has open.
  std::set<std::string> open;
  /// Conversations whose ticket the agent holds, as last read.
  std::map<std::string, v1::Conversation> assigned;
  bool assigned_known = false;

  /// Routing's last word on the agent.
  v1::AgentSessionResponse desk;
  std::shared_ptr<AgentStream> agent_stream;
  /// Until sign-in: how long the page may take. Then: between two attempts to reach routing.
  asio::steady_timer retry;
  /// `assigned` must be read again; somebody is at it.
  bool work_stale = false;
  bool work_reading = false;
};
using SessionPtr = std::shared_ptr<Session>;

/// An answer that says why not.
v1::ConsoleResponse failed(std::int64_t request_id, const Error& error);

}  // namespace hark::console
