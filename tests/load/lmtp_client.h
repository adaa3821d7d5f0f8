#pragma once

#include <string>
#include <string_view>

#include "latencies.h"

namespace hark::load {

/// One LMTP connection of a mail server, as Postfix keeps it: MAIL, RCPT and DATA go out together, the mail
/// when it is asked for, and the next mail after the answer to this one. Throws std::runtime_error on any
/// answer that is not yes.
class LmtpClient {
 public:
  LmtpClient(const std::string& host, int port);
  ~LmtpClient();
  LmtpClient(const LmtpClient&) = delete;
  LmtpClient& operator=(const LmtpClient&) = delete;

  /// `data` ends with the dot. Returns how long the acknowledgement took after it had been sent.
  std::chrono::steady_clock::duration deliver(std::string_view sender, std::string_view data);

 private:
  void send(std::string_view bytes);
  void expect(std::string_view code);
  std::string_view line();

  int socket_ = -1;
  std::string buffer_;
  std::size_t read_ = 0;
};

}  // namespace hark::load
