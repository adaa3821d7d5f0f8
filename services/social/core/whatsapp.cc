// WhatsApp Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/core/invalid.h"
#include "base/core/url.h"
#include "social/core/json.h"
#include "social/core/meta.h"
#include "social/core/multipart.h"

namespace hark::social {

extern const Network kWhatsApp;

namespace {

namespace json = boost::json;

constexpr std::string_view kNetwork = "whatsapp";
constexpr std::string_view kTel = "tel:+";

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// "US.1349..." or "US.ENT.1349...": an id of a user who may hide their number.
bool is_user_id(std::string_view text) {
  return text.size() > 3 && text[2] == '.' && text[0] >= 'A' && text[0] <= 'Z' && text[1] >= 'A' &&
         text[1] <= 'Z' && std::ranges::all_of(text.substr(3), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.';
         });
}

/// The same line in the other way in which its country's numbers were or are written: Brazil's with and
/// without the ninth digit, Argentina's and Mexico's with and without the mark of mobile phones. Empty for
/// all others.
std::string other_spelling(std::string_view number) {
  struct Rule {
    std::string_view country;
    std::size_t mark_at;
    std::string_view mark;
    std::size_t digits;  // with the mark
  };
  constexpr std::array kRules{Rule{"55", 4, "9", 13}, Rule{"54", 2, "9", 13}, Rule{"52", 2, "1", 13}};
  for (const auto& [country, mark_at, mark, digits] : kRules) {
    if (!number.starts_with(country)) continue;
    const bool marked = number.size() == digits && number.substr(mark_at, 1) == mark;
    if (!marked && number.size() != digits - 1) continue;
    const auto head = std::string{number.substr(0, mark_at)};
    const auto tail = std::string{number.substr(mark_at + (marked ? 1 : 0))};
    // Of eight digits, Brazil's mobile numbers began with 6 to 9: the others are a landline's, and what a
    // newer mobile number would be without its mark is somebody else's.
    if (country == "55" && tail[0] < '6') continue;
    return marked ? head + tail : head + std::string{mark} + tail;
  }
  return {};
}

std::string media_of(std::string_view type, const json::value& message, Said& said) {
  const auto file_name = text_at(message, {type, "filename"});
  said.files.push_back({std::string{type},
                        {},
                        text_at(message, {type, "id"}),
                        file_name,
                        text_at(message, {type, "mime_type"})});
  const auto caption = text_at(message, {type, "caption"});
  if (!caption.empty()) return caption;
  return "[" + (file_name.empty() ? std::string{type} : file_name) + "]";
}

std::string contacts_of(const json::value& message) {
  std::string out;
  for (const auto& contact : list_at(message, {"contacts"})) {
    out += (out.empty() ? "" : "\n") + text_at(contact, {"name", "formatted_name"});
    for (const auto& phone : list_at(contact, {"phones"})) out += " (" + text_at(phone, {"phone"}) + ")";
  }
  return out;
}

std::string location_of(const json::value& message) {
  auto out = text_at(message, {"location", "name"});
  const auto address = text_at(message, {"location", "address"});
  if (!address.empty()) out += (out.empty() ? "" : ", ") + address;
  return out + (out.empty() ? "" : " ") + place_of(*value_at(message, {"location"}));
}

std::string interactive_of(const json::value& message, Said& said) {
  const auto kind = text_at(message, {"interactive", "type"});
  if (kind != "nfm_reply") return text_at(message, {"interactive", kind, "title"});
  said.remarks.push_back("a form was sent: " + text_at(message, {"interactive", kind, "response_json"}));
  return text_at(message, {"interactive", kind, "body"});
}

/// What the customer said, in words; empty: no words for that.
std::string words_of(const json::value& message, const std::string& type, Said& said) {
  if (type == "text") return text_at(message, {"text", "body"});
  if (type == "button") return text_at(message, {"button", "text"});
  if (type == "interactive") return interactive_of(message, said);
  if (type == "location" && object_at(message, {"location"})) return location_of(message);
  if (type == "contacts") return contacts_of(message);
  if (type == "order") {
    said.remarks.emplace_back("an order of " +
                              std::to_string(list_at(message, {"order", "product_items"}).size()) +
                              " items; it is kept raw");
    return "[order] " + text_at(message, {"order", "text"});
  }
  for (const std::string_view media : {"image", "audio", "video", "document", "sticker"}) {
    if (type == media && object_at(message, {media})) return media_of(media, message, said);
  }
  said.wants_answer = type != "reaction" && type != "system" && type != "revoke";
  if (type == "reaction") {
    const auto emoji = text_at(message, {"reaction", "emoji"});
    return emoji.empty() ? "[took a reaction back]" : "[reacted: " + emoji + "]";
  }
  if (type == "system") return "[" + text_at(message, {"system", "body"}) + "]";
  if (type == "revoke") return "[took a message back]";
  return {};
}

void read_context(const json::value& message, const std::string& type, Said& said) {
  for (const auto& error : list_at(message, {"errors"}))
    said.remarks.push_back("WhatsApp: " + text_at(error, {"title"}));
  if (true_at(message, {"context", "forwarded"})) said.remarks.emplace_back("forwarded");
  if (!said.text.empty()) return;
  said.text = type == "edit" ? "[changed an earlier message]" : "[unsupported message]";
  said.remarks.emplace_back("a kind of message that cannot be shown; it is kept raw");
}

std::variant<Said, Progress, Unplaced> read_message(const std::string& portfolio, const json::value& message,
                                                    const json::array& contacts) {
  if (!text_at(message, {"group_id"}).empty()) return Unplaced{"a message in a group"};
  auto phone = text_at(message, {"from"});
  auto user = text_at(message, {"from_user_id"});
  if (is_user_id(phone)) user = std::exchange(phone, {});
  if (!is_digits(phone)) phone.clear();
  if (!is_user_id(user)) user.clear();
  if (phone.empty() && user.empty()) return Unplaced{"a message without a sender"};
  const auto hidden = "whatsapp:" + portfolio + ":" + user;
  Said said;
  said.native_id = text_at(message, {"id"});
  if (said.native_id.empty()) return Unplaced{"a message without an id"};
  said.address = phone.empty() ? hidden : std::string{kTel} + phone;
  if (!phone.empty() && !user.empty()) said.claims.push_back({hidden, true, "the same user of WhatsApp"});
  if (const auto other = other_spelling(phone); !other.empty())
    said.claims.push_back({std::string{kTel} + other, true, "the same number, written differently"});
  for (const auto& contact : contacts) {
    const bool theirs = contacts.size() == 1 || (!phone.empty() && text_at(contact, {"wa_id"}) == phone) ||
                        (!user.empty() && text_at(contact, {"user_id"}) == user);
    if (theirs) said.name = text_at(contact, {"profile", "name"});
  }
  said.sent_at_ms = number_at(message, {"timestamp"}) * 1000;
  const auto type = text_at(message, {"type"});
  said.text = words_of(message, type, said);
  read_context(message, type, said);
  return said;
}

std::variant<Said, Progress, Unplaced> read_status(const json::value& status) {
  Progress progress;
  const auto state = text_at(status, {"status"});
  progress.native_id = text_at(status, {"id"});
  progress.mark = text_at(status, {"biz_opaque_callback_data"});
  if (state == "delivered") {
    progress.state = Progress::State::kDelivered;
  } else if (state == "read" || state == "played") {
    progress.state = Progress::State::kRead;
  } else if (state == "failed") {
    progress.state = Progress::State::kFailed;
    for (const auto& error : list_at(status, {"errors"}))
      progress.detail = "WhatsApp " + text_at(error, {"code"}) + ": " + text_at(error, {"title"});
  }
  return progress;  // whatever else it is, WhatsApp has it
}

/// https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types
constexpr std::int64_t kImageMax = 5 << 20;
constexpr std::int64_t kSoundMax = 16 << 20;
constexpr std::int64_t kDocumentMax = 100 << 20;
constexpr std::array kFiles{
    FileRule{"image/jpeg", kImageMax, "image"},
    FileRule{"image/png", kImageMax, "image"},
    FileRule{"audio/aac", kSoundMax, "audio"},
    FileRule{"audio/amr", kSoundMax, "audio"},
    FileRule{"audio/mpeg", kSoundMax, "audio"},
    FileRule{"audio/mp4", kSoundMax, "audio"},
    FileRule{"audio/ogg", kSoundMax, "audio"},
    FileRule{"video/mp4", kSoundMax, "video"},
    FileRule{"video/3gpp", kSoundMax, "video"},
    FileRule{"text/plain", kDocumentMax, "document"},
    FileRule{"application/pdf", kDocumentMax, "document"},
    FileRule{"application/msword", kDocumentMax, "document"},
    FileRule{"application/vnd.ms-excel", kDocumentMax, "document"},
    FileRule{"application/vnd.ms-powerpoint", kDocumentMax, "document"},
    FileRule{"application/vnd.openxmlformats-officedocument.wordprocessingml.document", kDocumentMax,
             "document"},
    FileRule{"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", kDocumentMax, "document"},
    FileRule{"application/vnd.openxmlformats-officedocument.presentationml.presentation", kDocumentMax,
             "document"}};

std::string media_id(const json::value& answer) { return text_at(answer, {"id"}); }

/// https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#upload-media
Handover hand_over(const Account& account, const Piece& piece, std::span<const Response> so_far) {
  if (!so_far.empty()) {
    auto verdict = meta_judge(so_far.back().status, so_far.back().body, &media_id);
    if (verdict.kind == Verdict::Kind::kSent) return std::move(verdict.native_id);
    return verdict;
  }
  if (const auto rule = sendable(kWhatsApp, *piece.file); !rule.ok())
    return Verdict{Verdict::Kind::kRefused, {}, rule.error().message};
  Call call;
  call.url = account.base_url + std::string{kGraphVersion} + "/" + account.own_id + "/media";
  call.authorization = "Bearer " + account.token;
  const std::array parts{FormPart{"messaging_product", "whatsapp"},
                         FormPart{"type", piece.file->content_type}, file_part("file", *piece.file)};
  set_form(call, parts);
  return call;
}

Status set_file(json::object& body, const OutFile& file) {
  HARK_TRY(const auto* rule, sendable(kWhatsApp, file));
  body["type"] = rule->kind;
  json::object media{{"id", file.handle}};
  if (rule->kind == "document") media["filename"] = file.name;
  body[rule->kind] = std::move(media);
  return {};
}

/// https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates
void set_template(json::object& body, const Template& filled) {
  json::array parameters;
  for (const auto& [name, value] : filled.fields) {
    json::object parameter{{"type", "text"}, {"text", value}};
    if (!is_digits(name)) parameter["parameter_name"] = name;
    parameters.push_back(std::move(parameter));
  }
  json::object message{{"name", filled.name}, {"language", {{"code", filled.language}}}};
  if (!parameters.empty())
    message["components"] = json::array{{{"type", "body"}, {"parameters", std::move(parameters)}}};
  body["type"] = "template";
  body["template"] = std::move(message);
}

Result<Call> render(const Account& account, const Piece& piece) {
  json::object body{{"messaging_product", "whatsapp"},
                    {"recipient_type", "individual"},
                    {"biz_opaque_callback_data", piece.mark()}};
  if (piece.filled) {
    set_template(body, *piece.filled);
  } else if (piece.file) {
    HARK_TRY_VOID(set_file(body, *piece.file));
  } else {
    body["type"] = "text";
    body["text"] = {{"body", piece.text}};
  }
  if (piece.address.starts_with(kTel)) {
    body["to"] = piece.address.substr(kTel.size());
  } else if (piece.address.starts_with("whatsapp:")) {
    body["recipient"] = piece.address.substr(piece.address.rfind(':') + 1);
  } else {
    return Error{Code::kInvalidArgument, Reason::kAddressInvalid, piece.address + " is nobody on WhatsApp"};
  }
  Call call;
  call.url = account.base_url + std::string{kGraphVersion} + "/" + account.own_id + "/messages";
  call.authorization = "Bearer " + account.token;
  call.body = json::serialize(body);
  return call;
}

std::string message_id(const json::value& answer) {
  const auto& messages = list_at(answer, {"messages"});
  return messages.empty() ? std::string{} : text_at(messages[0], {"id"});
}

Verdict judge(int status, std::string_view body) { return meta_judge(status, body, &message_id); }

}  // namespace

bool same_customer(std::string_view address, std::string_view other) {
  if (address == other) return true;
  return address.starts_with(kTel) && other.starts_with(kTel) &&
         other_spelling(address.substr(kTel.size())) == other.substr(kTel.size());
}

namespace {

Fetch ask_for_file(const Account& account, const File& file) {
  return {account.base_url + std::string{kGraphVersion} + "/" + url_encoded(file.id),
          "Bearer " + account.token};
}

/// The address holds for five minutes, and wants the token as well.
std::optional<Fetch> file_place(const Account& account, std::string_view answer) {
  auto url = text_at(parse_json(answer), {"url"});
  if (url.empty()) return std::nullopt;
  return Fetch{std::move(url), "Bearer " + account.token};
}

}  // namespace

void read_whatsapp_change(const std::string& portfolio, const json::value& change, std::vector<Item>& items) {
  const std::string network{kNetwork};
  const auto own_id = text_at(change, {"value", "metadata", "phone_number_id"});
  const auto field = text_at(change, {"field"});
  if (field != "messages" || own_id.empty()) {
    items.push_back({network, own_id, Unplaced{"a change of '" + field + "'"}});
    return;
  }
  const auto& contacts = list_at(change, {"value", "contacts"});
  for (const auto& message : list_at(change, {"value", "messages"}))
    items.push_back({network, own_id, read_message(portfolio, message, contacts)});
  for (const auto& status : list_at(change, {"value", "statuses"}))
    items.push_back({network, own_id, read_status(status)});
  for (const auto& error : list_at(change, {"value", "errors"}))
    items.push_back({network, own_id, Unplaced{"WhatsApp reports: " + text_at(error, {"title"})}});
}

const Network kWhatsApp{.name = "whatsapp",
                        .window = std::chrono::hours{24},
                        .base_url = "https://graph.facebook.com",
                        .needs_own_id = true,
                        .needs_secret = true,
                        .needs_verify = true,
                        .text_max = 4096,
                        .text_unit = TextUnit::kUtf16,
                        .title = "WhatsApp",
                        .per_second = 70,
                        .files = kFiles,
                        .has_templates = true,
                        .proves = &meta_proves,
                        .read = &read_meta,
                        .render = &render,
                        .judge = &judge,
                        .hand_over = &hand_over,
                        .ask_for_file = &ask_for_file,
                        .file_place = &file_place};

}  // namespace hark::social
