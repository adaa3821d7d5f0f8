#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/result.h"
#include "base/rpc/peer.h"
#include "hark/v1/channel_service.pb.h"

namespace hark {

/// Conversation may be starting as well.
constexpr std::chrono::milliseconds kChannelConnectTimeout = std::chrono::seconds{30};

/// A channel's stream to conversation (ChannelService.Connect): frames up with their acks, leases down. A
/// broken stream is opened again with back-off; frames without an ack then fail with OUTCOME_UNKNOWN, and
/// whoever sent the message sends it again.
class ChannelClient {
 public:
  using OnLease = std::function<void(v1::Lease)>;
  /// An agent types an answer to a customer of this channel.
  using OnTyping = std::function<void(v1::Typing)>;

  /// `to_conversation`: the way to the conversation service. `account_ids`: whose messages this process
  /// sends.
  ChannelClient(TaskGroup& tasks, rpc::Peer to_conversation, v1::Channel channel,
                std::vector<std::string> account_ids, OnLease on_lease);
  ~ChannelClient();

  /// Starts to connect; returns when the first hello has been answered, or with why not.
  Task<Status> start(std::chrono::milliseconds timeout = kChannelConnectTimeout);

  Task<Result<v1::AcceptResponse>> accept(v1::InboundMessage message);
  Task<Status> report(v1::Receipt receipt);
  Task<Status> bounce(v1::BounceReport report);
  Task<Status> quarantine(v1::Quarantine input);
  /// How a call stands; for the phone alone.
  Task<Status> report_call(v1::CallReport report);

  /// Of accounts by their ids.
  template <class Account>
  static std::vector<std::string> account_ids(const std::map<std::string, Account, std::less<>>& accounts) {
    std::vector<std::string> ids;
    for (const auto& [id, account] : accounts) ids.push_back(id);
    return ids;
  }

  /// What accounts can send, where that is not everything; set before start().
  void limit(std::vector<v1::SendingRules> rules);

  /// For channels that show it; set before start().
  void on_typing(OnTyping on_typing);
  /// The customer types. Lost without notice if the stream is broken.
  void type(v1::Typing typing);

  /// Keeps a content too large to ride along. Returns its reference.
  Task<Result<v1::BlobRef>> put_blob(std::string content);
  /// Gives one piece of a content each time it is called, nothing at the end. Letting go of it ends the
  /// transfer.
  using Pieces = std::function<Task<Result<std::string>>()>;
  /// A content too large to hold. Errors come with a piece: BLOB_NOT_FOUND.
  Pieces read_blob(v1::BlobRef blob, std::string conversation_id);
  /// Errors: BLOB_NOT_FOUND.
  Task<Result<std::string>> get_blob(v1::BlobRef blob, std::string conversation_id);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace hark
