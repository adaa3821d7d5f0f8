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
#include "social/delivery.h"
#include "social/settings.h"

namespace hark::social {

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
  using Queue = std::deque<v1::Lease>;

  Task<> send_all_to(std::string customer);
  Task<> send(v1::Lease lease);
  Task<std::optional<Outcome>> deliver(const v1::Lease& lease);
  Task<> report(v1::Receipt receipt);

  TaskGroup& tasks_;
  ConversationPort& conversation_;
  const Clock& clock_;
  const Settings& settings_;
  std::map<std::string, Queue> waiting_;  // by account and customer; a key is there while its task runs
  std::set<std::string> under_way_;       // entries, of which a second lease is dropped
  Turns turns_;
  Gate files_;
  const Outlets outlets_;
  Notifier idle_;
  bool draining_ = false;
  Counter sent_;
  Counter unknown_;
  Counter refused_;
};

}  // namespace hark::social
