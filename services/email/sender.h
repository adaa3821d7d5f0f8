#pragma once

#include "base/async/task_group.h"
#include "base/channel/channel_client.h"
#include "base/core/time.h"
#include "email/ports.h"
#include "email/settings.h"
#include "hark/v1/channel_service.pb.h"

namespace hark::email {

/// Sends what conversation leases out, and reports what became of it.
class Sender {
 public:
  Sender(TaskGroup& tasks, const Settings& settings, Transport& transport, const Clock& clock)
      : tasks_{tasks}, settings_{settings}, transport_{transport}, clock_{clock} {}

  void connect(ChannelClient& channel) { channel_ = &channel; }

  /// Starts to send; returns at once.
  void take(v1::Lease lease);

 private:
  Task<> send(v1::Lease lease);
  Task<Result<OutgoingTransfer>> compose(const v1::OutboundMessage& message);

  TaskGroup& tasks_;
  const Settings& settings_;
  Transport& transport_;
  const Clock& clock_;
  ChannelClient* channel_ = nullptr;
};

}  // namespace hark::email
