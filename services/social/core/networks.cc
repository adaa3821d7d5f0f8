#include <algorithm>
#include <array>

#include "base/core/invalid.h"
#include "social/core/json.h"
#include "social/core/network.h"

namespace hark::social {

extern const Network kTelegram;
extern const Network kMessenger;
extern const Network kInstagram;
extern const Network kWhatsApp;
extern const Network kViber;
extern const Network kVk;

std::string Piece::mark() const { return last ? entry_id : entry_id + "/" + std::to_string(number); }

std::span<const Network* const> networks() {
  static constexpr std::array kAll{&kTelegram, &kMessenger, &kInstagram, &kWhatsApp, &kViber, &kVk};
  return kAll;
}

const Network* find_network(std::string_view name) {
  const auto found = std::ranges::find(networks(), name, &Network::name);
  return found == networks().end() ? nullptr : *found;
}

namespace {
constexpr Duration kWeek = std::chrono::hours{24 * 7};
}  // namespace

WindowVerdict judge_private_answer(std::optional<TimePoint> written_at, TimePoint now) {
  if (!written_at || now - *written_at < kWeek) return {};
  return {false, false, *written_at + kWeek};
}

WindowVerdict judge_window(const Network& network, const Account& account, std::optional<TimePoint> heard_at,
                           TimePoint now) {
  if (!network.window || !heard_at) return {};
  if (now - *heard_at < *network.window) return {};
  const bool longer = account.human_agent && now - *heard_at < kWeek;
  return {longer, longer, *heard_at + (account.human_agent ? kWeek : *network.window)};
}

Result<Reading> read_request(const Account& account, std::string_view raw) {
  const auto* network = find_network(account.network);
  HARK_CHECK(network);
  const auto value = parse_json(raw);
  const auto* object = value.if_object();
  if (!object) return invalid("the request is not a JSON object");
  return network->read(account, *object);
}

}  // namespace hark::social
