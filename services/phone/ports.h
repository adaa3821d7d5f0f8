#pragma once

#include <string>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/http/http_client.h"
#include "hark/v1/call.pb.h"
#include "hark/v1/channel_service.pb.h"
#include "hark/v1/conversation_service.pb.h"
#include "hark/v1/routing_service.pb.h"
#include "phone/settings.h"

namespace hark::phone {

/// What phone asks of `conversation`: ChannelService and ConversationService, whose comments tell their
/// Reasons.
class ConversationPort {
 public:
  virtual ~ConversationPort() = default;
  virtual Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message) = 0;
  virtual Task<Status> report(v1::Receipt receipt) = 0;
  virtual Task<Status> report_call(v1::CallReport report) = 0;
  /// The conversation's open ticket, or its last one.
  virtual Task<Result<v1::Ticket>> ticket(std::string conversation_id) = 0;
  virtual Task<Status> transfer(v1::TransferRequest request) = 0;
  virtual Task<Result<v1::BlobRef>> put_blob(std::string content) = 0;
};

/// Largest recording that is copied: five hours of a telephone's sound as MP3, half an hour of it as WAV.
constexpr std::size_t kRecordingBytesMax = 32U << 20;

/// The way to recordings that exchanges keep.
class RecordingPort {
 public:
  virtual ~RecordingPort() = default;
  virtual Task<http::Answer> fetch(Account account, std::string url) = 0;
};

/// What phone asks of `routing`.
class AgentPort {
 public:
  virtual ~AgentPort() = default;
  struct Reach {
    std::string phone = {};  // empty: they have none, or there is no such agent
    v1::Presence presence = v1::PRESENCE_OFFLINE;
  };
  virtual Task<Result<Reach>> reach_of(std::string agent_id) = 0;

  struct Place {
    int position = 0;       // 1: the next one; 0: it does not wait
    int wait_seconds = -1;  // -1: too little is known to tell
  };
  virtual Task<Result<Place>> place_of(std::string ticket_id) = 0;

  /// The ticket is this agent's at once, for they have its call.
  virtual Task<Status> give(v1::TakeOverRequest request) = 0;
};

/// What became of a command.
struct Carried {
  enum class Kind {
    kDone,
    kRefused,  // for good
    kSent,     // the answer comes by itself
    kAway,     // the exchange cannot be reached now
  };
  Kind kind = Kind::kDone;
  std::string detail = {};
};

/// The way to the exchange of one account.
class Exchange {
 public:
  virtual ~Exchange() = default;
  virtual Task<Carried> carry_out(v1::PhoneCommand command) = 0;
};

}  // namespace hark::phone
