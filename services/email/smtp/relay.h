#pragma once

#include <atomic>
#include <boost/asio/thread_pool.hpp>

#include "email/ports.h"

namespace hark::email {

/// Submission to a relay by libcurl (RFC 6409; STARTTLS or implicit TLS, AUTH). Each transfer blocks a thread
/// of a small pool; as many go out at once as the pool has threads.
class SmtpRelay final : public Transport {
 public:
  struct Options {
    std::string url;  // smtp://host:587 or smtps://host:465
    std::string user;
    std::string password;
    bool require_tls = true;
    int connections = 4;
  };

  explicit SmtpRelay(Options options);
  ~SmtpRelay() override;

  Task<TransferOutcome> send(OutgoingTransfer transfer) override;
  void stop() override { stopping_ = true; }

 private:
  Options options_;
  std::atomic<bool> stopping_ = false;
  asio::thread_pool pool_;  // joined before the rest goes
};

}  // namespace hark::email
