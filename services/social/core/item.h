#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace hark::social {

/// Another address of the same person, as the network gives it.
struct Claim {
  std::string address;
  bool verified = false;
  std::string why;
};

/// A file that came with a message: where it is, or by what the network gives it out.
struct File {
  std::string kind;  // "photo", "voice", for people
  std::string url;   // empty: ask the network by `id`
  std::string id;
  std::string name = {};          // as the sender named it
  std::string content_type = {};  // as the network says
};

/// What everybody can read: something that a customer wrote beneath a post of ours, or on our page.
struct Comment {
  std::string id;      // "comment:<id>" or "post:<id>": what an answer names
  std::string thread;  // of the same form: what it goes on with, or itself
  bool is_new = true;  // false: something happened to it later
};

/// A customer wrote, or did something that an agent should see.
struct Said {
  bool wants_answer = true;  // false: a reaction, a message taken back, the bot blocked
  std::string native_id;     // within the account
  std::string address;
  std::string name;
  std::string text;
  std::vector<std::string> remarks;
  std::vector<File> files;
  std::int64_t sent_at_ms = 0;
  std::vector<Claim> claims;
  std::optional<Comment> comment;  // nothing: it is between them and us
  std::string group;  // what was sent as one has the same, within the account; empty: it stands alone
};

/// How a message of ours fares. Which one: by our own mark, by the network's, or all to an address before a
/// time.
struct Progress {
  enum class State { kSent, kDelivered, kRead, kFailed };
  State state = State::kSent;
  std::string mark;  // Piece::mark()
  std::string native_id;
  std::string address;
  std::int64_t before_ms = 0;
  std::string detail;
  std::string if_not_ours;  // why it is set aside if it is none of ours; empty: it is not kept then
  std::string echo = {};    // of a comment of ours: echo_of()
};

/// What the adapter has no words for: kept raw, and shown to people.
struct Unplaced {
  std::string reason;
};

/// One thing of a webhook's request.
struct Item {
  std::string network;  // with own_id: whose it is; own_id empty: the webhook's own account
  std::string own_id;
  std::variant<Said, Progress, Unplaced> what;
};

/// A request taken apart.
struct Reading {
  std::vector<Item> items;
  std::string answer;  // body of the 200 that the network wants to see
};

}  // namespace hark::social
