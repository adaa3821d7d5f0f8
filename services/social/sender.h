#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/time.h"
#include "base/metrics/metrics.h"
#include "social/ports.h"
#include "social/redis/store.h"
#include "social/settings.h"

namespace hark::social {

/// An account that the network lets nothing through for is left alone for this long, then asked once again.
constexpr Duration kPause = std::chrono::minutes{5};

/// Sends what conversation leases out, and reports what became of it. To one customer one message after the
/// other. A piece of which nobody knows whether it went out is never sent again: the message becomes UNKNOWN,
/// and a person decides. Lives on its service's thread.
class Sender {
 public:
  Sender(TaskGroup& tasks, ConversationPort& conversation, Store& store, Transport& transport,
         const Clock& clock, const Settings& settings, Metrics& metrics);

  /// Starts to send; returns at once.
  void take(v1::Lease lease);

  /// Takes nothing more, and waits for what is on its way, for as long as `patience`.
  Task<> drain(Duration patience);

 private:
  struct Outcome {
    v1::DeliveryState state = v1::DELIVERY_STATE_FAILED;
    std::string detail = {};
    std::string native_id = {};
    Duration wait = Duration{0};  // of QUEUED, at least
  };
  using Queue = std::deque<v1::Lease>;

  Task<> send_all_to(std::string customer);
  Task<> send(v1::Lease lease);
  Task<std::optional<Outcome>> deliver(const v1::OutboundMessage& message);
  Task<std::optional<Outcome>> deliver_pieces(const Account& account, const v1::OutboundMessage& message);
  Task<Outcome> deliver_piece(const Account& account, Piece piece, std::optional<TimePoint> heard_at);
  Task<Outcome> settle(const Account& account, const Piece& piece, Verdict verdict);
  Task<> report(v1::Receipt receipt);
  void pause(const Account& account, std::string_view why);

  TaskGroup& tasks_;
  ConversationPort& conversation_;
  Store& store_;
  Transport& transport_;
  const Clock& clock_;
  const Settings& settings_;
  std::map<std::string, Queue> waiting_;  // by account and customer; a key is there while its task runs
  std::set<std::string> under_way_;       // entries, of which a second lease is dropped
  std::map<std::string, TimePoint, std::less<>> paused_until_;
  Notifier idle_;
  bool draining_ = false;
  Counter sent_;
  Counter unknown_;
  Counter refused_;
  Counter pauses_;
};

}  // namespace hark::social
