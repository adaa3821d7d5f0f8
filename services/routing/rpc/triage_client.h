#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "hark/v1/triage_service.grpc.pb.h"
#include "routing/ports.h"

namespace hark::routing {

/// A TriageService over gRPC, in plaintext: it belongs on the same machine, or behind a proxy there.
class TriageClient final : public Triager {
 public:
  TriageClient(const std::string& address, std::chrono::milliseconds timeout);

  Task<Result<v1::TicketVerdict>> judge(v1::TriageRequest request) override;

 private:
  std::string address_;
  std::chrono::milliseconds timeout_;
  std::unique_ptr<v1::TriageService::Stub> stub_;
};

}  // namespace hark::routing
