#pragma once

#include <functional>
#include <string>

#include "base/async/task.h"
#include "base/core/result.h"
#include "hark/v1/channel_service.pb.h"

namespace hark::chat {

/// What chat asks of `conversation`: ChannelService and BlobService, whose comments tell their Reasons.
class ConversationPort {
 public:
  virtual ~ConversationPort() = default;
  virtual Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message) = 0;
  virtual Task<Status> report(v1::Receipt receipt) = 0;
  /// The visitor types. May be lost.
  virtual void type(v1::Typing typing) = 0;
  virtual Task<Result<v1::BlobRef>> put_blob(std::string content) = 0;
  /// Gives one piece of a content each time it is called, nothing at the end.
  using Pieces = std::function<Task<Result<std::string>>()>;
  virtual Pieces read_blob(v1::BlobRef blob, std::string conversation_id) = 0;
};

}  // namespace hark::chat
