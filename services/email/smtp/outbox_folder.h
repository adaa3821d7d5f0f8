#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>

#include "email/ports.h"

namespace hark::email {

/// Where mail goes when no relay is configured: one .eml file each, whole and durable. The name is the
/// message's, so a second attempt writes the same file again and not a second one.
class OutboxFolder final : public Transport {
 public:
  explicit OutboxFolder(std::filesystem::path folder);
  ~OutboxFolder() override;

  Task<TransferOutcome> send(OutgoingTransfer transfer) override;

 private:
  std::filesystem::path folder_;
  asio::thread_pool pool_{1};
};

}  // namespace hark::email
