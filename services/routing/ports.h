#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "base/async/task.h"
#include "base/core/result.h"
#include "hark/v1/conversation_service.pb.h"
#include "hark/v1/event_service.pb.h"
#include "hark/v1/triage_service.pb.h"

namespace hark::routing {

/// The log of what happened, from a place on.
class EventFeed {
 public:
  virtual ~EventFeed() = default;
  /// Nothing once it has ended; status() then tells why.
  virtual Task<std::optional<v1::SubscribeResponse>> read() = 0;
  [[nodiscard]] virtual Status status() const = 0;
};

/// Somebody else's judgement of messages.
class Triager {
 public:
  virtual ~Triager() = default;
  /// Ends within the time that is configured, one way or the other.
  virtual Task<Result<v1::TicketVerdict>> judge(v1::TriageRequest request) = 0;
};

/// What routing needs of the conversation service.
class Conversations {
 public:
  virtual ~Conversations() = default;

  virtual Task<Result<v1::AssignResponse>> assign(v1::AssignRequest request) = 0;
  virtual Task<Result<v1::TransferResponse>> transfer(v1::TransferRequest request) = 0;
  virtual Task<Result<v1::HoldTicketResponse>> hold(v1::HoldTicketRequest request) = 0;
  virtual Task<Result<v1::ReleaseTicketResponse>> release(v1::ReleaseTicketRequest request) = 0;
  virtual Task<Result<v1::AnnotateTicketResponse>> annotate(v1::AnnotateTicketRequest request) = 0;
  virtual Task<Result<v1::SetVerdictsResponse>> set_verdicts(v1::SetVerdictsRequest request) = 0;
  /// What is on the timeline of the conversation since the time; oldest first, at most some thousand entries.
  virtual Task<Result<std::vector<v1::Entry>>> entries_since(std::string conversation_id,
                                                             std::int64_t since_ms) = 0;
  virtual Task<Status> raise_fence(std::int64_t fencing_token) = 0;
  virtual Task<Status> set_shards(v1::SetShardsRequest request) = 0;

  struct Snapshot {
    v1::Cursor cursor;
    std::vector<v1::Ticket> tickets;
  };
  virtual Task<Result<Snapshot>> snapshot() = 0;
  virtual std::unique_ptr<EventFeed> subscribe(v1::Cursor after) = 0;
};

}  // namespace hark::routing
