#pragma once

#include <chrono>
#include <string>

#include "base/async/task.h"
#include "base/core/result.h"
#include "base/core/time.h"
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
struct Answer {
  enum class Kind {
    kAnswered,
    kNotSent,  // no byte of it has left
    kUnknown,  // it left, and no answer came
  };
  Kind kind = Kind::kNotSent;
  int status = 0;
  std::string body = {};
  std::string detail = {};  // why not, in words without the URL, which may hold a token
  std::string content_type = {};
  Duration retry_after = Duration{0};  // of a refusal, where the network says (RFC 9110, section 10.2.3)
};

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
