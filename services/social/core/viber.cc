// Viber REST Bot API: https://developers.viber.com/docs/api/rest-bot-api
#include <array>
#include <boost/json/serialize.hpp>

#include "base/core/digest.h"
#include "base/core/invalid.h"
#include "social/core/json.h"
#include "social/core/network.h"

namespace hark::social {

extern const Network kViber;

namespace {

namespace json = boost::json;

std::string prefix_of(const Account& account) { return "viber:" + account.id + ":"; }

/// The token that we send with signs what comes in.
bool proves(const Account& account, const Lookup& header, std::string_view raw) {
  return equal_in_constant_time(header("x-viber-content-signature"), hex(hmac_sha256(account.token, raw)));
}

std::variant<Said, Progress, Unplaced> read_message(const Account& account, const json::value& event) {
  const auto sender = text_at(event, {"sender", "id"});
  Said said;
  said.native_id = text_at(event, {"message_token"});
  if (sender.empty() || said.native_id.empty()) return Unplaced{"a message without a sender"};
  said.address = prefix_of(account) + sender;
  said.name = text_at(event, {"sender", "name"});
  said.sent_at_ms = number_at(event, {"timestamp"});
  const auto type = text_at(event, {"message", "type"});
  said.text = text_at(event, {"message", "text"});
  if (type == "url") {
    said.text = text_at(event, {"message", "media"});
  } else if (type == "location") {
    if (const auto* location = value_at(event, {"message", "location"}))
      said.text = place_of(*location, "lat", "lon");
  } else if (type == "contact") {
    said.text = text_at(event, {"message", "contact", "name"}) + " (" +
                text_at(event, {"message", "contact", "phone_number"}) + ")";
  } else if (type != "text") {
    if (said.text.empty()) said.text = "[" + (type.empty() ? "unsupported message" : type) + "]";
    const auto url = text_at(event, {"message", "media"});
    if (url.empty()) {
      said.remarks.push_back("a " + type + " came with it, which cannot be shown; it is kept raw");
    } else {
      said.files.push_back({type, url, {}, text_at(event, {"message", "file_name"})});
    }
  }
  if (said.text.empty()) said.text = "[unsupported message]";
  return said;
}

std::variant<Said, Progress, Unplaced> read_subscription(const Account& account, const json::value& event,
                                                         const std::string& kind) {
  auto user = text_at(event, {"user_id"});
  if (user.empty()) user = text_at(event, {"user", "id"});
  if (user.empty()) return Unplaced{"a subscription of nobody"};
  Said said;
  said.wants_answer = false;
  said.address = prefix_of(account) + user;
  said.name = text_at(event, {"user", "name"});
  said.native_id = kind + ":" + text_at(event, {"message_token"});
  said.sent_at_ms = number_at(event, {"timestamp"});
  said.text = kind == "unsubscribed" ? "[unsubscribed: nothing can be sent any more]" : "[" + kind + "]";
  return said;
}

Reading read(const Account& account, const json::object& request) {
  const json::value event(request);
  const auto kind = text_at(event, {"event"});
  Reading out;
  if (kind == "webhook") return out;  // asks whether we are there
  auto& item = out.items.emplace_back();
  Progress progress{.native_id = text_at(event, {"message_token"}), .detail = text_at(event, {"desc"})};
  if (kind == "message") {
    item.what = read_message(account, event);
  } else if (kind == "delivered" || kind == "seen" || kind == "failed") {
    progress.state = kind == "delivered" ? Progress::State::kDelivered
                     : kind == "seen"    ? Progress::State::kRead
                                         : Progress::State::kFailed;
    item.what = std::move(progress);
  } else if (kind == "subscribed" || kind == "unsubscribed" || kind == "conversation_started") {
    item.what = read_subscription(account, event, kind);
  } else {
    item.what = Unplaced{"an event '" + kind + "'"};
  }
  return out;
}

/// https://developers.viber.com/docs/api/rest-bot-api/#message-types
constexpr std::array kFiles{FileRule{"image/jpeg", 1 << 20, "picture"},
                            FileRule{"image/png", 1 << 20, "picture"},
                            FileRule{"video/mp4", 26 << 20, "video"}, FileRule{"", 50 << 20, "file"}};

Status set_file(json::object& body, const OutFile& file) {
  HARK_TRY(const auto* rule, sendable(kViber, file));
  body["type"] = rule->kind;
  body["media"] = file.link;
  if (rule->kind == "picture") {
    body["text"] = "";
  } else {
    body["size"] = file.size;
  }
  if (rule->kind == "file") body["file_name"] = file.name;
  return {};
}

Result<Call> render(const Account& account, const Piece& piece) {
  const auto prefix = prefix_of(account);
  if (!piece.address.starts_with(prefix)) {
    return Error{Code::kInvalidArgument, Reason::kAddressInvalid,
                 piece.address + " is nobody who wrote to this bot"};
  }
  Call call;
  call.url = account.base_url + "/pa/send_message";
  call.headers.push_back("X-Viber-Auth-Token: " + account.token);
  json::object body{{"receiver", piece.address.substr(prefix.size())}, {"tracking_data", piece.mark()}};
  if (piece.file) {
    HARK_TRY_VOID(set_file(body, *piece.file));
  } else {
    body["type"] = "text";
    body["text"] = piece.text;
  }
  call.body = json::serialize(body);
  return call;
}

Verdict judge(int http_status, std::string_view body) {
  using Kind = Verdict::Kind;
  const auto answer = parse_json(body);
  const auto* status = value_at(answer, {"status"});
  if (http_status != 200 || !status)
    return {Kind::kUnknown, {}, "Viber's answer cannot be read (" + std::to_string(http_status) + ")"};
  const auto detail = "Viber: " + text_at(answer, {"status_message"});
  switch (number_at(answer, {"status"})) {
    case 0:
      return {Kind::kSent, text_at(answer, {"message_token"})};
    case 2:  // invalidAuthToken
    case 4:
    case 8:  // publicAccountBlocked, notFound, suspended
    case 9:
    case 10:  // webhook not set
      return {Kind::kPauseAccount, {}, detail};
    case 12:  // tooManyRequests
      return {Kind::kTryLater, {}, detail};
    case 1:
    case 11:
      return {Kind::kRefused, {}, detail};
    default:
      return {Kind::kRefused, {}, detail};
  }
}

}  // namespace

const Network kViber{.name = "viber",
                     .window = std::nullopt,
                     .base_url = "https://chatapi.viber.com",
                     .text_max = 7000,
                     .text_unit = TextUnit::kUtf16,
                     .title = "Viber",
                     .per_second = 20,
                     .files = kFiles,
                     .fetches_files = true,
                     .proves = &proves,
                     .read = &read,
                     .render = &render,
                     .judge = &judge};

}  // namespace hark::social
