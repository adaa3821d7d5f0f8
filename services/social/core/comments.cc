#include "social/core/comments.h"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/core/digest.h"
#include "base/core/url.h"
#include "social/core/json.h"
#include "social/core/meta.h"

namespace hark::social {
namespace {

namespace json = boost::json;

constexpr std::string_view kComment = "comment:";
constexpr std::string_view kPost = "post:";

/// What happened to a comment, in one word for all the names that it has.
enum class Change { kWritten, kEdited, kRemoved, kHidden, kShown, kOther };

Change change_of(std::string_view verb) {
  if (verb == "add") return Change::kWritten;
  if (verb == "edited" || verb == "edit") return Change::kEdited;
  if (verb == "remove" || verb == "delete") return Change::kRemoved;
  if (verb == "hide") return Change::kHidden;
  return verb == "unhide" ? Change::kShown : Change::kOther;
}

/// Meta gives seconds in some places and milliseconds in others.
std::int64_t to_milliseconds(std::int64_t time) { return time < 100'000'000'000 ? time * 1000 : time; }

void add_file(const json::value& value, std::string_view kind, Said& said) {
  const auto url = text_at(value, {kind});
  if (url.empty()) return;
  said.files.push_back({std::string{kind}, url, {}});
  if (said.text.empty()) said.text = "[" + std::string{kind} + "]";
}

/// The words of a comment, or what there is instead of words.
void read_words(const json::value& value, Said& said) {
  said.text = text_at(value, {"message"});
  add_file(value, "photo", said);
  add_file(value, "video", said);
  const auto link = text_at(value, {"link"});
  if (said.text.empty() && !link.empty() && said.files.empty()) said.text = link;
  if (!said.text.empty()) return;
  said.text = "[unsupported message]";
  said.remarks.emplace_back("a comment without words, perhaps a sticker; it is kept raw");
}

/// Turns what was written into what became of it; the entry before stays as it was.
void apply(Change change, std::string_view at, Said& said) {
  if (change == Change::kWritten) return;
  said.comment->is_new = false;
  if (change == Change::kEdited) {
    said.native_id += ":edited:" + sha256_hex(std::string{at} + " " + said.text).substr(0, 16);
    said.remarks.emplace_back("the customer changed an earlier comment to this");
    return;
  }
  said.wants_answer = false;
  said.files.clear();
  said.remarks.clear();
  const auto [name, words] = change == Change::kRemoved  ? std::pair{"removed", "[the comment was removed]"}
                             : change == Change::kHidden ? std::pair{"hidden", "[the comment was hidden]"}
                                                         : std::pair{"shown", "[the comment is shown again]"};
  said.native_id += ":" + std::string{name} + ":" + std::string{at};
  said.text = words;
}

std::variant<Said, Progress, Unplaced> read_ours(const std::string& id, std::string_view beneath,
                                                 std::string_view words) {
  Progress progress;
  progress.native_id = id;
  progress.echo = echo_of(beneath, words);
  progress.if_not_ours = "a comment of ours that was written in another tool";
  return progress;
}

bool is_post(std::string_view item) {
  constexpr std::array kPosts{"post", "status", "photo", "video", "share", "album", "note"};
  return std::ranges::find(kPosts, item) != kPosts.end();
}

/// A change of Facebook's field `feed`.
void read_feed(const std::string& page, const json::value& value, std::int64_t time,
               std::vector<Item>& items) {
  Item item{"messenger", page, Unplaced{"a change of 'feed'"}};
  const auto kind = text_at(value, {"item"});
  const auto change = change_of(text_at(value, {"verb"}));
  if (kind == "reaction" || kind == "like") return;
  const bool comment = kind == "comment";
  const auto post = text_at(value, {"post_id"});
  const auto id = comment ? text_at(value, {"comment_id"}) : post;
  auto from = text_at(value, {"from", "id"});
  if (from.empty()) from = text_at(value, {"sender_id"});
  const auto parent = text_at(value, {"parent_id"});
  if (from == page) {
    if (comment && change == Change::kWritten && !id.empty())
      items.push_back(
          {item.network, page, read_ours(id, parent.empty() ? post : parent, text_at(value, {"message"}))});
    return;
  }
  if ((!comment && !is_post(kind)) || change == Change::kOther || from.empty() || id.empty()) {
    item.what = Unplaced{"a change of 'feed': " + kind + " " + text_at(value, {"verb"})};
    items.push_back(std::move(item));
    return;
  }
  Said said;
  said.address = "messenger:" + page + ":" + from;
  said.name = text_at(value, {"from", "name"});
  if (said.name.empty()) said.name = text_at(value, {"sender_name"});
  said.native_id = std::string{comment ? kComment : kPost} + id;
  said.sent_at_ms = to_milliseconds(number_at(value, {"created_time"}));
  // An answer to a comment goes on with its thread; beneath a post each comment begins one.
  const auto root = comment && !parent.empty() && parent != post ? std::string{kComment} + parent
                                                                 : std::string{said.native_id};
  said.comment = Comment{said.native_id, root};
  read_words(value, said);
  const auto place = text_at(value, {"post", "permalink_url"});
  if (comment && !place.empty()) said.remarks.push_back("a comment beneath " + place);
  apply(change, std::to_string(time), said);
  item.what = std::move(said);
  items.push_back(std::move(item));
}

/// A change of Instagram's fields `comments` and `live_comments`.
void read_instagram(const std::string& own_id, const json::value& value, std::int64_t time, bool live,
                    std::vector<Item>& items) {
  const auto id = text_at(value, {"id"});
  const auto from = text_at(value, {"from", "id"});
  if (id.empty() || from.empty()) {
    items.push_back({"instagram", own_id, Unplaced{"a comment without its id or its writer"}});
    return;
  }
  if (from == own_id) {
    items.push_back(
        {"instagram", own_id, read_ours(id, text_at(value, {"parent_id"}), text_at(value, {"text"}))});
    return;
  }
  Said said;
  said.address = "instagram:" + own_id + ":" + from;
  said.name = text_at(value, {"from", "username"});
  said.native_id = std::string{kComment} + id;
  said.sent_at_ms = to_milliseconds(time);
  const auto parent = text_at(value, {"parent_id"});
  said.comment = Comment{said.native_id, parent.empty() ? said.native_id : std::string{kComment} + parent};
  said.text = text_at(value, {"text"});
  if (said.text.empty()) said.text = "[unsupported message]";
  const auto surface = text_at(value, {"media", "media_product_type"});
  if (live) said.remarks.emplace_back("a comment during a live broadcast");
  if (!live && !surface.empty()) said.remarks.push_back("a comment beneath a post (" + surface + ")");
  items.push_back({"instagram", own_id, std::move(said)});
}

}  // namespace

bool names_comment(std::string_view text) { return text.starts_with(kComment) || text.starts_with(kPost); }

std::string echo_of(std::string_view beneath, std::string_view words) {
  if (names_comment(beneath)) beneath.remove_prefix(beneath.find(':') + 1);
  std::string told{beneath};
  bool between = true;
  for (const char c : words) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (!space && between) told += '\n';
    if (!space) told += c;
    between = space;
  }
  return sha256_hex(told).substr(0, 32);
}

bool is_comment_field(std::string_view network, std::string_view field) {
  return network == "messenger" ? field == "feed" : field == "comments" || field == "live_comments";
}

void read_comment_change(std::string_view network, const json::value& entry, const json::value& change,
                         std::vector<Item>& items) {
  const auto own_id = text_at(entry, {"id"});
  const auto time = number_at(entry, {"time"});
  const auto* value = value_at(change, {"value"});
  if (!value) {
    items.push_back({std::string{network}, own_id, Unplaced{"a change without its value"}});
  } else if (network == "messenger") {
    read_feed(own_id, *value, time, items);
  } else {
    read_instagram(own_id, *value, time, text_at(change, {"field"}) == "live_comments", items);
  }
}

Call render_comment(const Account& account, const Piece& piece) {
  const auto id = url_encoded(std::string_view{piece.comment}.substr(piece.comment.find(':') + 1));
  Call call;
  call.url = account.base_url + std::string{kGraphVersion} + "/" + id +
             (account.network == "instagram" ? "/replies" : "/comments");
  call.authorization = "Bearer " + account.token;
  call.body = json::serialize(json::object{{"message", piece.text}});
  return call;
}

json::object private_recipient(std::string_view comment) {
  if (comment.starts_with(kPost)) return {{"post_id", comment.substr(kPost.size())}};
  return {{"comment_id", comment.substr(kComment.size())}};
}

}  // namespace hark::social
