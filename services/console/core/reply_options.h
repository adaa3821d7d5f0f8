#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace hark::console {

/// Numbers as in hark.v1.Channel.
enum class ChannelKind { kUnspecified = 0, kEmail = 1, kChat = 2, kSocial = 3, kPhone = 4 };

struct AccountOffered {
  std::string id;
  ChannelKind channel = ChannelKind::kUnspecified;
};
struct KnownAddress {
  std::string address;
  bool verified = false;
};

/// A way to reach a customer.
struct ReplyWay {
  ChannelKind channel = ChannelKind::kUnspecified;
  std::string account_id;
  std::string address;
  bool verified = false;

  friend bool operator==(const ReplyWay&, const ReplyWay&) = default;
};

/// Every account of ours with every address of the customer that it can reach: verified addresses first. An
/// address that belongs to one account (a chat's visitor, a page's user) is reached from that account alone.
std::vector<ReplyWay> reply_ways(const std::vector<KnownAddress>& addresses,
                                 const std::vector<AccountOffered>& accounts);

/// The first verified way that is on another channel.
const ReplyWay* verified_way_off(ChannelKind channel, const std::vector<ReplyWay>& ways);

}  // namespace hark::console
