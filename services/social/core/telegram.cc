// Telegram Bot API: https://core.telegram.org/bots/api
#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/core/digest.h"
#include "base/core/invalid.h"
#include "base/core/url.h"
#include "social/core/json.h"
#include "social/core/multipart.h"
#include "social/core/network.h"
#include "social/core/picture_size.h"

namespace hark::social {

extern const Network kTelegram;

namespace {

namespace json = boost::json;

constexpr std::string_view kScheme = "telegram:";

bool proves(const Account& account, const Lookup& header, std::string_view) {
  return !account.secret.empty() &&
         equal_in_constant_time(header("x-telegram-bot-api-secret-token"), account.secret);
}

std::string name_of(const json::value& person) {
  auto name = text_at(person, {"first_name"});
  const auto last = text_at(person, {"last_name"});
  if (!last.empty()) name += (name.empty() ? "" : " ") + last;
  return name.empty() ? text_at(person, {"username"}) : name;
}

/// A shared contact counts as the sender's own number only if Telegram says that it is theirs.
void read_contact(const json::value& message, Said& said) {
  const auto phone = text_at(message, {"contact", "phone_number"});
  const auto name = name_of(*value_at(message, {"contact"}));
  said.text = name.empty() ? phone : name + " (" + phone + ")";
  const auto owner = text_at(message, {"contact", "user_id"});
  if (owner.empty() || owner != text_at(message, {"from", "id"}) || phone.empty()) return;
  said.claims.push_back(
      {"tel:" + (phone.starts_with('+') ? phone : "+" + phone), true, "shared as their own with Telegram"});
}

/// A photo comes in several sizes, the largest last. An animation comes as a document too.
bool read_file(const json::value& message, Said& said) {
  for (const std::string_view kind :
       {"photo", "animation", "document", "voice", "audio", "video", "video_note", "sticker"}) {
    const auto* file = value_at(message, {kind});
    if (!file) continue;
    if (const auto& sizes = list_at(message, {kind}); !sizes.empty()) file = &sizes.back();
    const auto file_name = text_at(*file, {"file_name"});
    said.files.push_back(
        {std::string{kind}, {}, text_at(*file, {"file_id"}), file_name, text_at(*file, {"mime_type"})});
    if (said.text.empty()) said.text = text_at(message, {kind, "emoji"});
    if (said.text.empty())
      said.text = file_name.empty() ? "[" + std::string{kind} + "]" : "[" + file_name + "]";
    return true;
  }
  return false;
}

bool read_words(const json::value& message, Said& said) {
  said.text = text_at(message, {"text"});
  if (said.text.empty()) said.text = text_at(message, {"caption"});
  if (value_at(message, {"contact"})) {
    read_contact(message, said);
  } else if (const auto* venue = value_at(message, {"venue"})) {
    const auto* location = value_at(*venue, {"location"});
    said.text = text_at(*venue, {"title"}) + ", " + text_at(*venue, {"address"});
    if (location) said.text += " " + place_of(*location);
  } else if (const auto* location = value_at(message, {"location"})) {
    said.text = place_of(*location);
  } else if (value_at(message, {"web_app_data"})) {
    said.text = text_at(message, {"web_app_data", "button_text"});
    said.remarks.push_back("a form was sent: " + text_at(message, {"web_app_data", "data"}));
  } else {
    read_file(message, said);
  }
  return !said.text.empty();
}

std::variant<Said, Progress, Unplaced> read_message(const json::value& message, bool edited) {
  const auto from = text_at(message, {"from", "id"});
  const auto chat = text_at(message, {"chat", "id"});
  if (from.empty() || chat.empty() || text_at(message, {"message_id"}).empty())
    return Unplaced{"a message without a sender"};
  if (text_at(message, {"chat", "type"}) != "private") return Unplaced{"a message in a group or a channel"};
  Said said;
  said.address = std::string{kScheme} + from;
  said.name = name_of(*value_at(message, {"from"}));
  said.native_id = chat + ":" + text_at(message, {"message_id"});
  said.sent_at_ms = number_at(message, {"date"}) * 1000;
  if (!read_words(message, said)) {
    said.text = "[unsupported message]";
    said.remarks.emplace_back("Telegram sent a kind of message that cannot be shown; it is kept raw");
  }
  if (!edited) said.group = text_at(message, {"media_group_id"});
  if (edited) {
    said.native_id += ":edited:" + text_at(message, {"edit_date"});
    said.sent_at_ms = number_at(message, {"edit_date"}) * 1000;
    said.remarks.emplace_back("the customer changed an earlier message to this");
  }
  return said;
}

/// A button that was pressed is an answer in its words.
std::variant<Said, Progress, Unplaced> read_button(const json::value& query) {
  Said said;
  const auto from = text_at(query, {"from", "id"});
  if (from.empty()) return Unplaced{"a pressed button without a sender"};
  said.address = std::string{kScheme} + from;
  said.name = name_of(*value_at(query, {"from"}));
  said.native_id = "button:" + text_at(query, {"id"});
  said.text = text_at(query, {"data"});
  if (said.text.empty()) said.text = "[pressed a button]";
  said.remarks.emplace_back("pressed a button");
  return said;
}

std::variant<Said, Progress, Unplaced> read_membership(const json::value& change,
                                                       const std::string& update_id) {
  const auto status = text_at(change, {"new_chat_member", "status"});
  const auto from = text_at(change, {"from", "id"});
  if (from.empty() || text_at(change, {"chat", "type"}) != "private")
    return Unplaced{"a change of membership in a group or a channel"};
  Said said;
  said.wants_answer = false;
  said.address = std::string{kScheme} + from;
  said.name = name_of(*value_at(change, {"from"}));
  said.native_id = "membership:" + update_id;
  said.sent_at_ms = number_at(change, {"date"}) * 1000;
  said.text =
      status == "kicked" ? "[blocked the bot: nothing can be sent any more]" : "[opened the bot again]";
  return said;
}

Reading read(const Account&, const json::object& update) {
  const json::value value(update);
  Reading out;
  auto& item = out.items.emplace_back();
  if (const auto* message = value_at(value, {"message"})) {
    item.what = read_message(*message, false);
  } else if (const auto* edited = value_at(value, {"edited_message"})) {
    item.what = read_message(*edited, true);
  } else if (const auto* query = value_at(value, {"callback_query"})) {
    item.what = read_button(*query);
  } else if (const auto* change = value_at(value, {"my_chat_member"})) {
    item.what = read_membership(*change, text_at(value, {"update_id"}));
  } else {
    item.what = Unplaced{"an update that is no message"};
  }
  return out;
}

constexpr std::array kFiles{FileRule{"image/jpeg", 10 << 20, "photo"},
                            FileRule{"image/png", 10 << 20, "photo"}, FileRule{"", 50 << 20, "document"}};

/// https://core.telegram.org/bots/api#sendphoto: what it does not take as a photo goes as a document.
bool fits_as_photo(std::string_view content) {
  const auto size = picture_size(content);
  if (!size) return false;
  const auto [shorter, longer] = std::minmax({std::uint64_t{size->width}, std::uint64_t{size->height}});
  return shorter + longer <= 10'000 && longer <= shorter * 20;
}

/// https://core.telegram.org/bots/api#sending-files
Call render_file(const Account& account, const Piece& piece, std::string_view kind) {
  Call call;
  const bool photo = kind == "photo" && fits_as_photo(piece.file->content);
  if (!photo) kind = "document";
  call.url = account.base_url + "/bot" + account.token + (photo ? "/sendPhoto" : "/sendDocument");
  const std::array parts{FormPart{"chat_id", piece.address.substr(kScheme.size())},
                         file_part(std::string{kind}, *piece.file)};
  set_form(call, parts);
  return call;
}

Result<Call> render(const Account& account, const Piece& piece) {
  if (!piece.address.starts_with(kScheme)) {
    return Error{Code::kInvalidArgument, Reason::kAddressInvalid, piece.address + " is nobody on Telegram"};
  }
  if (piece.file) {
    HARK_TRY(const auto* rule, sendable(kTelegram, *piece.file));
    return render_file(account, piece, rule->kind);
  }
  Call call;
  call.url = account.base_url + "/bot" + account.token + "/sendMessage";
  call.body =
      json::serialize(json::object{{"chat_id", piece.address.substr(kScheme.size())}, {"text", piece.text}});
  return call;
}

Fetch ask_for_file(const Account& account, const File& file) {
  return {account.base_url + "/bot" + account.token + "/getFile?file_id=" + url_encoded(file.id)};
}

std::optional<Fetch> file_place(const Account& account, std::string_view answer) {
  const auto path = text_at(parse_json(answer), {"result", "file_path"});
  if (path.empty()) return std::nullopt;
  return Fetch{account.base_url + "/file/bot" + account.token + "/" + path};
}

Verdict judge(int status, std::string_view body) {
  using Kind = Verdict::Kind;
  const auto answer = parse_json(body);
  if (status == 200 && true_at(answer, {"ok"}))
    return {Kind::kSent,
            text_at(answer, {"result", "chat", "id"}) + ":" + text_at(answer, {"result", "message_id"})};
  const auto words = text_at(answer, {"description"});
  if (words.empty())
    return {Kind::kUnknown, {}, "Telegram's answer cannot be read (" + std::to_string(status) + ")"};
  const auto detail = "Telegram: " + words;
  switch (number_at(answer, {"error_code"})) {
    case 429:
      return {
          Kind::kTryLater,
          {},
          detail,
          std::chrono::seconds{std::max<std::int64_t>(1, number_at(answer, {"parameters", "retry_after"}))}};
    case 401:
    case 404:  // no such bot: the token is in the path
      return {Kind::kPauseAccount, {}, detail};
    default:
      // 5xx: Telegram may have taken it before it failed, and offers no key to ask by.
      return {number_at(answer, {"error_code"}) >= 500 ? Kind::kUnknown : Kind::kRefused, {}, detail};
  }
}

}  // namespace

const Network kTelegram{.name = "telegram",
                        .window = std::nullopt,
                        .base_url = "https://api.telegram.org",
                        .needs_secret = true,
                        .text_max = 4096,
                        .text_unit = TextUnit::kUtf16,
                        .title = "Telegram",
                        .per_second = 25,
                        .files = kFiles,
                        .proves = &proves,
                        .read = &read,
                        .render = &render,
                        .judge = &judge,
                        .ask_for_file = &ask_for_file,
                        .file_place = &file_place};

}  // namespace hark::social
