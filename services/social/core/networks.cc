#include <algorithm>
#include <array>

#include "base/core/invalid.h"
#include "social/core/json.h"
#include "social/core/network.h"

namespace hark::social {
namespace {

constexpr Duration kHumanAgentWindow = std::chrono::hours{24 * 7};

}  // namespace

extern const Network kTelegram;
extern const Network kMessenger;
extern const Network kInstagram;
extern const Network kWhatsApp;
extern const Network kViber;
extern const Network kVk;

std::span<const Network* const> networks() {
  static constexpr std::array kAll{&kTelegram, &kMessenger, &kInstagram, &kWhatsApp, &kViber, &kVk};
  return kAll;
}

const Network* find_network(std::string_view name) {
  const auto found = std::ranges::find(networks(), name, &Network::name);
  return found == networks().end() ? nullptr : *found;
}

const FileRule* rule_for(const Network& network, std::string_view content_type, std::int64_t size) {
  const auto found = std::ranges::find_if(network.files, [&](const FileRule& rule) {
    const auto& wanted = rule.content_type;
    const bool of_type = wanted.empty() || content_type == wanted ||
                         (wanted.ends_with('/') && content_type.starts_with(wanted));
    return of_type && size <= rule.size_max;
  });
  return found == network.files.end() ? nullptr : &*found;
}

Result<const FileRule*> sendable(const Network& network, const OutFile& file) {
  if (const auto* rule = rule_for(network, file.content_type, file.size)) return rule;
  return Error{Code::kFailedPrecondition, Reason::kFileUnsendable,
               std::string{network.title} + " does not take '" + file.name + "' (" + file.content_type +
                   ", " + std::to_string(file.size) + " bytes)"};
}

WindowVerdict judge_window(const Network& network, const Account& account, std::optional<TimePoint> heard_at,
                           TimePoint now) {
  if (!network.window || !heard_at) return {};
  if (now - *heard_at < *network.window) return {};
  const auto closes = *window_end(network, account, *heard_at);
  return {now < closes, now < closes, closes};
}

WindowVerdict judge_private_answer(std::optional<TimePoint> written_at, TimePoint now) {
  if (!written_at || now - *written_at < kPrivateAnswerWindow) return {};
  return {false, false, *written_at + kPrivateAnswerWindow};
}

std::optional<TimePoint> window_end(const Network& network, const Account& account, TimePoint heard_at) {
  if (!network.window) return std::nullopt;
  return heard_at + (account.human_agent ? kHumanAgentWindow : *network.window);
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
