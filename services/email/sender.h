#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "base/async/task_group.h"
#include "base/core/time.h"
#include "base/metrics/metrics.h"
#include "email/ports.h"
#include "email/settings.h"
#include "hark/v1/channel_service.pb.h"

namespace hark::email {

/// Mails that go out at once, or wait for one of the relay's connections; what is leased beyond is left, and
/// comes again.
constexpr std::size_t kMailsUnderWayMax = 128;

/// Sends what conversation leases out, and reports what became of it. A lease that comes again while its mail
/// is under way, or until conversation has heard what became of it, sends nothing: only a crash may cost a
/// second mail.
class Sender {
 public:
  Sender(TaskGroup& tasks, const Settings& settings, ConversationPort& conversation, Transport& transport,
         const Clock& clock, Metrics& metrics);

  /// Starts to send; returns at once.
  void take(v1::Lease lease);
  /// Begins nothing more; returns when conversation has heard of all that was under way, or after that time.
  Task<> drain(std::chrono::milliseconds time);

 private:
  Task<> send(v1::Lease lease);
  Task<std::optional<v1::Receipt>> try_once(const v1::Lease& lease);
  Task<Result<OutgoingTransfer>> compose(const v1::OutboundMessage& message);
  Task<> report(v1::Receipt receipt);
  void count(const v1::Receipt& receipt) const;

  TaskGroup& tasks_;
  const Settings& settings_;
  ConversationPort& conversation_;
  Transport& transport_;
  const Clock& clock_;
  /// Entry -> the lease that holds now.
  std::map<std::string, std::string, std::less<>> under_way_;
  bool draining_ = false;
  Counter sent_, retried_, failed_;
};

}  // namespace hark::email
