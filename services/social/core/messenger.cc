// Messenger Platform and Instagram Messaging: one envelope, two names.
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/core/invalid.h"
#include "social/core/comments.h"
#include "social/core/json.h"
#include "social/core/meta.h"
#include "social/core/multipart.h"

namespace hark::social {

extern const Network kMessenger;
extern const Network kInstagram;

namespace {

namespace json = boost::json;

void read_attachments(const json::value& message, Said& said) {
  for (const auto& attachment : list_at(message, {"attachments"})) {
    auto kind = text_at(attachment, {"type"});
    if (kind.empty()) kind = "file";
    std::string words = "[" + kind + "]";
    if (const auto* coordinates = value_at(attachment, {"payload", "coordinates"}))
      words += " " + place_of(*coordinates, "lat", "long");
    const auto title = text_at(attachment, {"payload", "title"});
    if (!title.empty()) words = "[" + kind + ": " + title + "]";
    said.text += (said.text.empty() ? "" : "\n") + words;
    // What was shared from elsewhere is a page, not a file.
    const auto url = text_at(attachment, {"payload", "url"});
    if (url.empty()) continue;
    if (kind == "fallback" || kind == "template") {
      said.text += " " + url;
    } else {
      said.files.push_back({kind, url, {}, title});
    }
  }
}

std::variant<Said, Progress, Unplaced> read_message(Said said, const json::value& event) {
  const auto& message = *value_at(event, {"message"});
  said.native_id = text_at(message, {"mid"});
  if (said.native_id.empty()) return Unplaced{"a message without an id"};
  if (true_at(message, {"is_deleted"})) {
    said.native_id += ":deleted";
    said.wants_answer = false;
    said.text = "[took a message back]";
    return said;
  }
  said.text = text_at(message, {"text"});
  read_attachments(message, said);
  const auto story = text_at(message, {"reply_to", "story", "url"});
  if (!story.empty()) said.remarks.emplace_back("answers a story of ours");
  if (!text_at(message, {"quick_reply", "payload"}).empty())
    said.remarks.emplace_back("pressed a quick reply");
  if (said.text.empty() || true_at(message, {"is_unsupported"})) {
    if (said.text.empty()) said.text = "[unsupported message]";
    said.remarks.emplace_back("a kind of message that cannot be shown; it is kept raw");
  }
  return said;
}

/// Our own message, come back. Without our mark somebody wrote it in another tool.
std::variant<Said, Progress, Unplaced> read_echo(const json::value& message) {
  const auto ours = text_at(message, {"metadata"});
  if (!ours.starts_with("ent_")) return Unplaced{"a message of ours that was written in another tool"};
  Progress progress;
  progress.mark = ours;
  return progress;
}

std::variant<Said, Progress, Unplaced> read_other(Said said, const json::value& event) {
  const auto at = "at:" + text_at(event, {"sender", "id"}) + ":" + text_at(event, {"timestamp"});
  if (const auto* postback = value_at(event, {"postback"})) {
    said.text = text_at(*postback, {"title"});
    said.native_id = text_at(*postback, {"mid"});
    if (said.native_id.empty()) said.native_id = "postback:" + at;
    if (said.text.empty()) said.text = "[pressed a button]";
    said.remarks.push_back("pressed a button: " + text_at(*postback, {"payload"}));
    return said;
  }
  if (const auto* edit = value_at(event, {"message_edit"})) {
    said.text = text_at(*edit, {"text"});
    said.native_id = text_at(*edit, {"mid"}) + ":edited:" + text_at(*edit, {"num_edit"});
    said.remarks.emplace_back("the customer changed an earlier message to this");
    if (said.text.empty()) said.text = "[changed a message]";
    return said;
  }
  said.wants_answer = false;
  if (const auto* reaction = value_at(event, {"reaction"})) {
    const auto emoji = text_at(*reaction, {"emoji"});
    const bool taken = text_at(*reaction, {"action"}) == "unreact";
    said.text = taken ? "[took a reaction back]" : "[reacted: " + (emoji.empty() ? "?" : emoji) + "]";
    said.native_id = "reaction:" + text_at(*reaction, {"mid"}) + ":" + at;
    return said;
  }
  for (const std::string_view kind : {"referral", "optin"}) {
    if (!value_at(event, {kind})) continue;
    said.text = kind == "optin" ? "[agreed to get messages]" : "[came by a link or an advertisement]";
    said.native_id = std::string{kind} + ":" + at;
    return said;
  }
  return Unplaced{"an event of a kind that is not known"};
}

std::variant<Said, Progress, Unplaced> read_progress(const std::string& address, const json::value& event) {
  Progress progress;
  progress.address = address;
  const auto* delivery = value_at(event, {"delivery"});
  const auto& what = delivery ? *delivery : *value_at(event, {"read"});
  progress.state = delivery ? Progress::State::kDelivered : Progress::State::kRead;
  progress.before_ms = number_at(what, {"watermark"});
  progress.native_id = text_at(what, {"mid"});
  return progress;
}

constexpr std::array kMessengerFiles{FileRule{"image/", 25 << 20, "image"},
                                     FileRule{"audio/", 25 << 20, "audio"},
                                     FileRule{"video/", 25 << 20, "video"}, FileRule{"", 25 << 20, "file"}};
/// https://developers.facebook.com/docs/messenger-platform/instagram/features/attachment-upload
constexpr std::array kInstagramFiles{
    FileRule{"image/png", 8 << 20, "image"},        FileRule{"image/jpeg", 8 << 20, "image"},
    FileRule{"image/gif", 8 << 20, "image"},        FileRule{"audio/aac", 25 << 20, "audio"},
    FileRule{"audio/mp4", 25 << 20, "audio"},       FileRule{"audio/x-m4a", 25 << 20, "audio"},
    FileRule{"audio/wav", 25 << 20, "audio"},       FileRule{"video/mp4", 25 << 20, "video"},
    FileRule{"video/ogg", 25 << 20, "video"},       FileRule{"video/x-msvideo", 25 << 20, "video"},
    FileRule{"video/quicktime", 25 << 20, "video"}, FileRule{"video/webm", 25 << 20, "video"},
    FileRule{"application/pdf", 25 << 20, "file"}};

std::string attachment_id(const json::value& answer) { return text_at(answer, {"attachment_id"}); }

/// https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api
Handover hand_over(const Network& network, const Account& account, const Piece& piece,
                   std::span<const Response> so_far) {
  if (!so_far.empty()) {
    auto verdict = meta_judge(so_far.back().status, so_far.back().body, &attachment_id);
    if (verdict.kind == Verdict::Kind::kSent) return std::move(verdict.native_id);
    return verdict;
  }
  const auto rule = sendable(network, *piece.file);
  if (!rule.ok()) return Verdict{Verdict::Kind::kRefused, {}, rule.error().message};
  const bool instagram = network.name == "instagram";
  Call call;
  // The file lies with the page, also where that speaks for an Instagram account: its token says which.
  call.url = account.base_url + std::string{kGraphVersion} + "/" + (instagram ? "me" : account.own_id) +
             "/message_attachments";
  call.authorization = "Bearer " + account.token;
  std::vector<FormPart> parts{
      {"message", json::serialize(json::object{
                      {"attachment", {{"type", (*rule)->kind}, {"payload", {{"is_reusable", true}}}}}})}};
  if (instagram) parts.push_back({"platform", "instagram"});
  parts.push_back(file_part("filedata", *piece.file));
  set_form(call, parts);
  return call;
}

Handover hand_over_messenger(const Account& account, const Piece& piece, std::span<const Response> so_far) {
  return hand_over(kMessenger, account, piece, so_far);
}
Handover hand_over_instagram(const Account& account, const Piece& piece, std::span<const Response> so_far) {
  return hand_over(kInstagram, account, piece, so_far);
}

Result<Call> render(const Network& network, const Account& account, const Piece& piece) {
  const auto prefix = std::string{network.name} + ":" + account.own_id + ":";
  if (!piece.address.starts_with(prefix)) {
    return Error{Code::kInvalidArgument, Reason::kAddressInvalid,
                 piece.address + " is nobody who wrote to this account"};
  }
  if (!piece.comment.empty() && !piece.privately) return render_comment(account, piece);
  json::object recipient{{"id", piece.address.substr(prefix.size())}};
  if (!piece.comment.empty()) recipient = private_recipient(piece.comment);
  json::object message{{"metadata", piece.mark()}};
  if (piece.file) {
    HARK_TRY(const auto* rule, sendable(network, *piece.file));
    message["attachment"] = {{"type", rule->kind}, {"payload", {{"attachment_id", piece.file->handle}}}};
  } else {
    message["text"] = piece.text;
  }
  json::object body{{"recipient", std::move(recipient)}, {"message", std::move(message)}};
  body["messaging_type"] = piece.as_human_agent ? "MESSAGE_TAG" : "RESPONSE";
  if (piece.as_human_agent) body["tag"] = "HUMAN_AGENT";
  Call call;
  call.url = account.base_url + std::string{kGraphVersion} + "/" + account.own_id + "/messages";
  call.authorization = "Bearer " + account.token;
  call.body = json::serialize(body);
  return call;
}

Result<Call> render_messenger(const Account& account, const Piece& piece) {
  return render(kMessenger, account, piece);
}
Result<Call> render_instagram(const Account& account, const Piece& piece) {
  return render(kInstagram, account, piece);
}

/// Of a message, or of a comment.
std::string message_id(const json::value& answer) {
  auto id = text_at(answer, {"message_id"});
  return id.empty() ? text_at(answer, {"id"}) : id;
}

Verdict judge(int status, std::string_view body) { return meta_judge(status, body, &message_id); }

}  // namespace

Item read_messaging(std::string_view network, const std::string& own_id, const json::value& event) {
  Item item{std::string{network}, own_id, Unplaced{"an event without a sender"}};
  const auto sender = text_at(event, {"sender", "id"});
  if (sender.empty()) return item;
  const auto* message = value_at(event, {"message"});
  // The page that an event is for is the one that it was sent to; an echo comes from it.
  if (message && true_at(*message, {"is_echo"})) {
    item.own_id = sender;
    item.what = read_echo(*message);
    return item;
  }
  const auto recipient = text_at(event, {"recipient", "id"});
  if (!recipient.empty()) item.own_id = recipient;
  Said said;
  said.address = std::string{network} + ":" + item.own_id + ":" + sender;
  said.sent_at_ms = number_at(event, {"timestamp"});
  if (value_at(event, {"delivery"}) || value_at(event, {"read"})) {
    item.what = read_progress(said.address, event);
  } else {
    item.what = message ? read_message(std::move(said), event) : read_other(std::move(said), event);
  }
  return item;
}

const Network kMessenger{.name = "messenger",
                         .window = std::chrono::hours{24},
                         .base_url = "https://graph.facebook.com",
                         .needs_own_id = true,
                         .needs_secret = true,
                         .needs_verify = true,
                         .text_max = 2000,
                         .text_unit = TextUnit::kUtf16,
                         .comment_max = 8000,
                         .title = "Messenger",
                         .per_second = 40,
                         .files = kMessengerFiles,
                         .proves = &meta_proves,
                         .read = &read_meta,
                         .render = &render_messenger,
                         .judge = &judge,
                         .hand_over = &hand_over_messenger};

const Network kInstagram{.name = "instagram",
                         .window = std::chrono::hours{24},
                         .base_url = "https://graph.facebook.com",
                         .needs_own_id = true,
                         .needs_secret = true,
                         .needs_verify = true,
                         .text_max = 1000,
                         .text_unit = TextUnit::kBytes,
                         .comment_max = 2200,
                         .title = "Instagram",
                         .per_second = 10,
                         .files = kInstagramFiles,
                         .proves = &meta_proves,
                         .read = &read_meta,
                         .render = &render_instagram,
                         .judge = &judge,
                         .hand_over = &hand_over_instagram};

}  // namespace hark::social
