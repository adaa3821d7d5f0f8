#pragma once

#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/notifier.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "chat/core/tokens.h"
#include "hark/v1/chat.pb.h"
#include "hark/v1/message.pb.h"

namespace hark::chat {

/// Why a page is sent away, and what it should do.
enum class Farewell {
  kComeBack,    // go on by epoch and offset, after a jittered wait
  kNewToken,    // its token is of no use: forget it, then come back
  kNotWelcome,  // the site, the account or the visitor may not: do not come back
  kTooSlow,     // it does not say what it has: come back, go on by epoch and offset
  kIdle,        // nothing happened for long: come back when the visitor does
};

/// The way down to one page. Called on chat's executor.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// Queues a frame; a page that does not read is closed by the transport.
  virtual void send(const v1::ChatResponse& response) = 0;
  /// Ends the connection; the page is told why.
  virtual void close(Farewell farewell, std::string_view reason) = 0;
};

/// Where a page comes from.
struct Origin {
  std::string remote_address;
  /// As the browser says; empty: no page of a browser.
  std::string page;
  /// The page is this server's own.
  bool own = false;
};

/// One page's connection. Lives from connect() to disconnect(); coroutines that still hold it afterwards see
/// `ended` and stop.
struct Visit {
  Visit(const asio::any_io_executor& executor, std::shared_ptr<ResponseSink> to, Origin from)
      : sink{std::move(to)}, origin{std::move(from)}, quiet{executor}, changed{executor} {}

  std::shared_ptr<ResponseSink> sink;
  Origin origin;
  bool ended = false;
  TimePoint last_active;
  /// When it may have been silent for too long.
  asio::steady_timer quiet;

  /// Set by hello.
  bool welcomed = false;
  Visitor visitor;
  std::string epoch;
  std::string name;
  bool identified = false;
  std::vector<v1::AddressClaim> claims;
  bool claims_told = false;
  /// What the visitor says of themselves, and the digest of what conversation knows of that.
  v1::Introduction introduction;
  std::string introduced;
  /// Conversation has something of this visitor.
  bool written = false;

  /// Offsets: everything up to `sent` went out, everything up to `delivered` is safe in the page.
  std::int64_t sent = 0;
  std::int64_t delivered = 0;
  /// Counts up whenever the log may have grown, so that nothing is missed between a look and a wait.
  std::uint64_t news = 0;
  /// Which hello the feed belongs to; a second hello on the same connection ends the first feed.
  std::uint64_t greeting = 0;
  /// The hello whose feed runs now; a page that has everything needs none.
  std::uint64_t fed = 0;
  Notifier changed;
};
using VisitPtr = std::shared_ptr<Visit>;

}  // namespace hark::chat
