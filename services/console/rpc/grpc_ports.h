#pragma once

#include <memory>

#include "base/rpc/peer.h"
#include "console/ports.h"

namespace hark::console {

/// The console's ports over gRPC. Made on the main thread once the services are there; used on `executor`
/// alone.
class GrpcPorts {
 public:
  /// `phone` may be without a channel, where nobody phones.
  GrpcPorts(asio::any_io_executor executor, const rpc::Peer& conversation, const rpc::Peer& routing,
            const rpc::Peer& phone);
  ~GrpcPorts();
  GrpcPorts(const GrpcPorts&) = delete;
  GrpcPorts& operator=(const GrpcPorts&) = delete;

  /// `store` is not of gRPC, and outlives them.
  [[nodiscard]] Ports ports(AgentStore& store);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hark::console
