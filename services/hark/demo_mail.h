#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"

namespace hark {

/// One customer of the demo and what they write, in order.
struct DemoCustomer {
  std::string_view name;
  std::string_view address;
  std::string_view subject;
  std::vector<std::string_view> messages;
  std::string_view thanks;
};

const std::vector<DemoCustomer>& demo_customers();

/// A mail as a mail program writes it. `in_reply_to` may be empty.
std::string demo_mail(const DemoCustomer& customer, std::string_view to, std::string_view text,
                      std::string_view message_id, std::string_view in_reply_to, std::string_view subject);

/// Hands one mail to an LMTP server (RFC 2033) and returns its answer after the data, for example "250 2.0.0
/// kept".
Result<std::string> send_by_lmtp(const std::string& host, int port, std::string_view from,
                                 std::string_view to, std::string_view mail);

}  // namespace hark
