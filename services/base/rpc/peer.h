#pragma once

#include <memory>
#include <utility>

namespace grpc {
class Channel;
}

namespace hark::rpc {

class InProcess;

/// The way to a service: a channel, and, if the service is in this process, what it serves without one.
struct Peer {
  Peer(std::shared_ptr<grpc::Channel> way, const InProcess* handlers = nullptr)
      : channel{std::move(way)}, in_process{handlers} {}

  std::shared_ptr<grpc::Channel> channel;
  const InProcess* in_process;
};

}  // namespace hark::rpc
