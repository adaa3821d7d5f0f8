#include "social/core/meta.h"

#include <algorithm>
#include <array>

#include "base/core/digest.h"
#include "social/core/comments.h"
#include "social/core/json.h"

namespace hark::social {
namespace {

namespace json = boost::json;

void read_page_entry(std::string_view network, const json::value& entry, std::vector<Item>& items) {
  const auto own_id = text_at(entry, {"id"});
  for (const auto& event : list_at(entry, {"messaging"}))
    items.push_back(read_messaging(network, own_id, event));
  for (const auto& event : list_at(entry, {"standby"})) {
    (void)event;
    items.push_back(
        {std::string{network}, own_id, Unplaced{"a message that another app of the page answers"}});
  }
  for (const auto& change : list_at(entry, {"changes"})) {
    const auto field = text_at(change, {"field"});
    const auto* value = value_at(change, {"value"});
    if (field == "messages" && value) {
      items.push_back(read_messaging(network, own_id, *value));
    } else if (is_comment_field(network, field)) {
      read_comment_change(network, entry, change, items);
    } else {
      items.push_back({std::string{network}, own_id, Unplaced{"a change of '" + field + "'"}});
    }
  }
}

using Kind = Verdict::Kind;

/// The codes of the Graph API and of the WhatsApp Cloud API that say more than "no".
Kind kind_of(std::int64_t code) {
  constexpr std::array<std::int64_t, 13> kLater{1,      2,      4,      613,    80007,  130429, 131000,
                                                131016, 131048, 131053, 131056, 133016, 32};
  constexpr std::array<std::int64_t, 5> kPause{0, 190, 368, 131031, 131005};
  if (std::ranges::find(kLater, code) != kLater.end()) return Kind::kTryLater;
  if (std::ranges::find(kPause, code) != kPause.end()) return Kind::kPauseAccount;
  if (code >= 200 && code <= 299) return Kind::kPauseAccount;
  return Kind::kRefused;
}

}  // namespace

bool meta_proves(const Account& account, const Lookup& header, std::string_view raw) {
  return !account.secret.empty() && equal_in_constant_time(header("x-hub-signature-256"),
                                                           "sha256=" + hex(hmac_sha256(account.secret, raw)));
}

Reading read_meta(const Account&, const json::object& request) {
  const json::value value(request);
  Reading out;
  const auto object = text_at(value, {"object"});
  const std::string_view network = object == "page"        ? "messenger"
                                   : object == "instagram" ? "instagram"
                                                           : "whatsapp";
  if (network == "whatsapp" && object != "whatsapp_business_account") {
    out.items.push_back({{}, {}, Unplaced{"a webhook about '" + object + "'"}});
    return out;
  }
  for (const auto& entry : list_at(value, {"entry"})) {
    if (network != "whatsapp") {
      read_page_entry(network, entry, out.items);
      continue;
    }
    for (const auto& change : list_at(entry, {"changes"}))
      read_whatsapp_change(text_at(entry, {"id"}), change, out.items);
  }
  return out;
}

Verdict meta_judge(int status, std::string_view body, std::string (*native_id)(const json::value&)) {
  const auto answer = parse_json(body);
  if (status == 200) {
    auto id = native_id(answer);
    if (!id.empty()) return {Kind::kSent, std::move(id)};
  }
  if (!object_at(answer, {"error"}))
    return {Kind::kUnknown, {}, "Meta's answer cannot be read (" + std::to_string(status) + ")"};
  const auto code = number_at(answer, {"error", "code"});
  auto detail = "Meta " + std::to_string(code) + ": " + text_at(answer, {"error", "message"});
  const auto more = text_at(answer, {"error", "error_data", "details"});
  if (!more.empty()) detail += " (" + more + ")";
  return {kind_of(code), {}, std::move(detail)};
}

}  // namespace hark::social
