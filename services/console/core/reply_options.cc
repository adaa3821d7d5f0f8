#include "console/core/reply_options.h"

#include <algorithm>

namespace hark::console {
namespace {

ChannelKind channel_of(std::string_view scheme) {
  if (scheme == "mailto") return ChannelKind::kEmail;
  if (scheme == "chat") return ChannelKind::kChat;
  if (scheme == "tel") return ChannelKind::kPhone;
  return ChannelKind::kSocial;
}

/// The account that the address is scoped to by its grammar ("chat:<account>:<visitor>"); empty if it is not.
std::string_view account_within(std::string_view scheme, std::string_view rest) {
  if (scheme != "chat") return {};
  return rest.substr(0, rest.find(':'));
}

void add_ways(std::vector<ReplyWay>& out, const KnownAddress& known,
              const std::vector<AccountOffered>& accounts) {
  const std::string_view address{known.address};
  const auto colon = address.find(':');
  if (colon == std::string_view::npos) return;
  const auto scheme = address.substr(0, colon);
  const auto own = account_within(scheme, address.substr(colon + 1));
  for (const auto& account : accounts) {
    if (account.channel != channel_of(scheme)) continue;
    if (!own.empty() && own != account.id) continue;
    out.push_back({account.channel, account.id, known.address, known.verified});
  }
}

}  // namespace

std::vector<ReplyWay> reply_ways(const std::vector<KnownAddress>& addresses,
                                 const std::vector<AccountOffered>& accounts) {
  std::vector<ReplyWay> out;
  for (const bool verified : {true, false}) {
    for (const auto& known : addresses) {
      if (known.verified == verified) add_ways(out, known, accounts);
    }
  }
  return out;
}

const ReplyWay* verified_way_off(ChannelKind channel, const std::vector<ReplyWay>& ways) {
  const auto found =
      std::ranges::find_if(ways, [&](const ReplyWay& way) { return way.verified && way.channel != channel; });
  return found == ways.end() ? nullptr : &*found;
}

}  // namespace hark::console
