// VK Callback API: https://dev.vk.com/api/callback/getting-started
#include <algorithm>
#include <array>

#include "base/core/digest.h"
#include "base/core/invalid.h"
#include "base/core/url.h"
#include "social/core/json.h"
#include "social/core/multipart.h"
#include "social/core/network.h"

namespace hark::social {

extern const Network kVk;

namespace {

namespace json = boost::json;

std::string prefix_of(const Account& account) { return "vk:" + account.own_id + ":"; }

/// VK proves itself by a field inside the JSON, so that this one has to be read before it is believed.
bool proves(const Account& account, const Lookup&, std::string_view raw) {
  return !account.secret.empty() &&
         equal_in_constant_time(text_at(parse_json(raw), {"secret"}), account.secret);
}

/// Of pictures there are several sizes: the one with most dots.
std::string file_url(const json::value& attachment, std::string_view kind) {
  std::int64_t most = -1;
  std::string url;
  for (const std::string_view list : {"sizes", "images"}) {
    for (const auto& size : list_at(attachment, {kind, list})) {
      const auto dots = number_at(size, {"width"}) * number_at(size, {"height"});
      if (dots > most) url = text_at(size, {"url"});
      most = std::max(most, dots);
    }
  }
  for (const std::string_view link : {"link_ogg", "link_mp3", "url"}) {
    if (url.empty() && kind != "link") url = text_at(attachment, {kind, link});
  }
  return url;
}

std::variant<Said, Progress, Unplaced> read_message(const Account& account, const json::value& message) {
  const auto from = text_at(message, {"from_id"});
  const auto id = text_at(message, {"id"});
  if (from.empty() || id.empty()) return Unplaced{"a message without a sender"};
  const auto peer = text_at(message, {"peer_id"});
  if (!peer.empty() && peer != from) return Unplaced{"a message in a group"};
  Said said;
  said.address = prefix_of(account) + from;
  said.native_id = from + ":" + id;
  said.sent_at_ms = number_at(message, {"date"}) * 1000;
  said.text = text_at(message, {"text"});
  for (const auto& attachment : list_at(message, {"attachments"})) {
    const auto kind = text_at(attachment, {"type"});
    said.text += (said.text.empty() ? "[" : "\n[") + kind + "]";
    if (auto url = file_url(attachment, kind); !url.empty()) {
      said.files.push_back({kind, std::move(url), {}, text_at(attachment, {kind, "title"})});
    } else {
      said.remarks.push_back("a " + kind + " came with it, which cannot be fetched; it is kept raw");
    }
  }
  if (const auto* place = value_at(message, {"geo", "coordinates"}))
    said.text += (said.text.empty() ? "" : "\n") + place_of(*place);
  if (said.text.empty()) said.text = "[unsupported message]";
  return said;
}

Reading read(const Account& account, const json::object& request) {
  const json::value event(request);
  const auto type = text_at(event, {"type"});
  if (type == "confirmation") return {{}, account.verify};
  Reading out;
  out.answer = "ok";
  const auto* message = value_at(event, {"object", "message"});
  if (type == "message_new" && message) {
    out.items.push_back({{}, {}, read_message(account, *message)});
  } else {
    out.items.push_back({{}, {}, Unplaced{"an event '" + type + "'"}});
  }
  return out;
}

/// VK sends a message with the same number once: the one network with an idempotency key.
std::string random_id(const Piece& piece) {
  const auto digest = sha256_hex(piece.entry_id + "/" + std::to_string(piece.number));
  return std::to_string(std::stoul(digest.substr(0, 7), nullptr, 16) + 1);
}

constexpr std::array kFiles{FileRule{"image/jpeg", 50 << 20, "photo"},
                            FileRule{"image/png", 50 << 20, "photo"},
                            FileRule{"image/gif", 50 << 20, "photo"}, FileRule{"", 50 << 20, "doc"}};

Call method(const Account& account, std::string_view name, const std::string& arguments) {
  Call call;
  call.url = account.base_url + "/method/" + std::string{name};
  call.content_type = "application/x-www-form-urlencoded";
  call.authorization = "Bearer " + account.token;
  call.body = "v=5.199&" + arguments;
  return call;
}

/// What was kept: "photo-11_42_key" or "doc-11_42".
std::string handle_of(const json::value& answer, bool photo) {
  const auto& photos = list_at(answer, {"response"});
  const auto* kept = photo ? (photos.empty() ? nullptr : &photos[0]) : value_at(answer, {"response", "doc"});
  if (!kept || text_at(*kept, {"id"}).empty()) return {};
  const auto key = text_at(*kept, {"access_key"});
  return (photo ? "photo" : "doc") + text_at(*kept, {"owner_id"}) + "_" + text_at(*kept, {"id"}) +
         (key.empty() ? "" : "_" + key);
}

Verdict judge(int status, std::string_view body);

/// Where to put it, the file itself, and under what it is kept: https://dev.vk.com/api/upload
Handover hand_over(const Account& account, const Piece& piece, std::span<const Response> so_far) {
  const auto rule = sendable(kVk, *piece.file);
  if (!rule.ok()) return Verdict{Verdict::Kind::kRefused, {}, rule.error().message};
  const bool photo = (*rule)->kind == "photo";
  const auto answer = so_far.empty() ? json::value{} : parse_json(so_far.back().body);
  if (!so_far.empty() && (so_far.back().status != 200 || object_at(answer, {"error"}))) {
    return judge(so_far.back().status, so_far.back().body);
  }
  const Verdict odd{Verdict::Kind::kTryLater, {}, "VK's answer to a file cannot be read"};
  const auto prefix = prefix_of(account);
  if (so_far.empty()) {
    const auto peer =
        "peer_id=" + url_encoded(piece.address.substr(std::min(prefix.size(), piece.address.size())));
    return photo ? method(account, "photos.getMessagesUploadServer", peer)
                 : method(account, "docs.getMessagesUploadServer", "type=doc&" + peer);
  }
  if (so_far.size() == 1) {
    Call call;
    call.url = text_at(answer, {"response", "upload_url"});
    if (!call.url.starts_with("https://") && !is_at(call.url, account.base_url)) return odd;
    const std::array parts{file_part(photo ? "photo" : "file", *piece.file)};
    set_form(call, parts);
    return call;
  }
  if (so_far.size() == 2 && photo) {
    return method(account, "photos.saveMessagesPhoto",
                  "photo=" + url_encoded(text_at(answer, {"photo"})) +
                      "&server=" + url_encoded(text_at(answer, {"server"})) +
                      "&hash=" + url_encoded(text_at(answer, {"hash"})));
  }
  if (so_far.size() == 2) {
    return method(
        account, "docs.save",
        "file=" + url_encoded(text_at(answer, {"file"})) + "&title=" + url_encoded(piece.file->name));
  }
  auto handle = handle_of(answer, photo);
  if (handle.empty()) return odd;
  return handle;
}

Result<Call> render(const Account& account, const Piece& piece) {
  const auto prefix = prefix_of(account);
  if (!piece.address.starts_with(prefix)) {
    return Error{Code::kInvalidArgument, Reason::kAddressInvalid,
                 piece.address + " is nobody who wrote to this group"};
  }
  return method(account, "messages.send",
                "peer_id=" + url_encoded(piece.address.substr(prefix.size())) +
                    "&random_id=" + random_id(piece) +
                    (piece.file ? "&attachment=" + url_encoded(piece.file->handle)
                                : "&message=" + url_encoded(piece.text)));
}

Verdict judge(int status, std::string_view body) {
  using Kind = Verdict::Kind;
  const auto answer = parse_json(body);
  auto id = text_at(answer, {"response"});
  if (!id.empty()) return {Kind::kSent, std::move(id)};
  if (!object_at(answer, {"error"}))
    return {Kind::kUnknown, {}, "VK's answer cannot be read (" + std::to_string(status) + ")"};
  const auto code = number_at(answer, {"error", "error_code"});
  auto detail = "VK " + std::to_string(code) + ": " + text_at(answer, {"error", "error_msg"});
  constexpr std::array<std::int64_t, 4> kPause{5, 15, 27, 28};
  constexpr std::array<std::int64_t, 4> kLater{1, 6, 9, 10};
  if (std::ranges::find(kPause, code) != kPause.end()) return {Kind::kPauseAccount, {}, std::move(detail)};
  return {std::ranges::find(kLater, code) != kLater.end() ? Kind::kTryLater : Kind::kRefused,
          {},
          std::move(detail)};
}

}  // namespace

const Network kVk{.name = "vk",
                  .window = std::nullopt,
                  .base_url = "https://api.vk.com",
                  .needs_own_id = true,
                  .needs_secret = true,
                  .needs_verify = true,
                  .repeatable = true,
                  .text_max = 4096,
                  .text_unit = TextUnit::kUtf16,
                  .title = "VK",
                  .per_second = 15,
                  .files = kFiles,
                  .proves = &proves,
                  .read = &read,
                  .render = &render,
                  .judge = &judge,
                  .hand_over = &hand_over};

}  // namespace hark::social
