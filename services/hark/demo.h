#pragma once

#include <string>

#include "base/core/result.h"

namespace hark {

struct DemoOptions {
  std::string host = "127.0.0.1";
  int port_base = 7470;
  std::string mail_to = "support@hark.localhost";
  std::string chat_account = "site";
  std::string phone_account = "line";
  std::string bot_account = "bot";
  int bot_api_port = 7479;  // where that account's base_url leads
  int mails = 12;
  int pause_ms = 2'500;      // between two mails
  int listen_seconds = 300;  // for answers, after the last mail
};

/// `hark demo`: plays customers through the real front doors of a running Hark, by mail, by web chat, on
/// Telegram and by phone. Some write twice, some in other languages; when an agent answers, the customer
/// thanks in the same thread. Prints what they do. Ends after the last mail has been sent and the answers of
/// a while have been thanked for.
Status run_demo(const DemoOptions& options);

}  // namespace hark
