#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "hark/v1/call.pb.h"
#include "hark/v1/phone_service.pb.h"
#include "phone/core/call.h"

namespace hark::phone {

/// A call with what is remembered of telling others about it.
struct KeptCall {
  Call call;
  std::map<std::string, v1::RecordingCopy> copies;  // by the recording's id
  std::string reported;                             // what the last report said
  int attempt = 0;                                  // of a callback
  std::string lease_id;
  bool receipt_sent = false;
  bool closed = false;
  std::int64_t version = 0;  // grows with each change
};

v1::CallRecord to_record(const KeptCall& kept);
KeptCall from_record(const v1::CallRecord& record);

/// `now`: for events that do not say when.
Event event_of(const v1::PhoneEvent& event, TimePoint now);

/// How it stands, for readers.
v1::CallProgress progress_to_tell(const KeptCall& kept);
v1::Call to_call(const KeptCall& kept);

/// The command as an exchange gets it.
v1::PhoneCommand to_proto(const Command& command, const Call& call, const Rules& rules);

}  // namespace hark::phone
