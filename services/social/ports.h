#pragma once

#include <chrono>
#include <string>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/core/time.h"
#include "base/http/http_client.h"
#include "hark/v1/channel_service.pb.h"
#include "social/core/network.h"

namespace hark::social {

/// What social asks of `conversation`: ChannelService and BlobService, whose comments tell their Reasons.
class ConversationPort {
 public:
  virtual ~ConversationPort() = default;
  virtual Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message) = 0;
  virtual Task<Status> report(v1::Receipt receipt) = 0;
  virtual Task<Status> quarantine(v1::Quarantine input) = 0;
  virtual Task<Result<v1::BlobRef>> put_blob(std::string content) = 0;
  virtual Task<Result<std::string>> get_blob(v1::BlobRef blob, std::string conversation_id) = 0;
};

/// What became of one request to a network.
using Answer = http::Answer;

/// The way to the networks.
class Transport {
 public:
  virtual ~Transport() = default;
  /// Sends once; never again by itself.
  virtual Task<Answer> post(Call call) = 0;
};

/// The way to the files that networks keep for us.
class FileSource {
 public:
  struct Limits {
    std::size_t bytes_max = 0;
    std::chrono::steady_clock::time_point until;
    /// The place is one that an operator configured. All others must be on the public internet, at the first
    /// and at each further hop.
    bool trusted = false;
  };
  virtual ~FileSource() = default;
  /// kAnswered with the whole body, or kNotSent with what stood against it.
  virtual Task<Answer> get(Fetch fetch, Limits limits) = 0;
};

}  // namespace hark::social
