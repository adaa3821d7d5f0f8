#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/time.h"
#include "social/core/account.h"

namespace hark::social {

/// One request to a network: JSON or a form by POST.
struct Call {
  std::string url;
  std::string authorization;  // value of that header; empty: none
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::string> headers = {};  // further ones, whole lines
};

/// What a network takes of a file: the first that fits its type and size. `kind`: what the network calls it.
struct FileRule {
  std::string_view content_type;  // whole, or its beginning ("image/"); empty: any
  std::int64_t size_max;
  std::string_view kind;
};

/// A file of an answer, on its way out.
struct OutFile {
  std::string name;
  std::string content_type;
  std::int64_t size = 0;
  std::string content = {};
  std::string link = {};    // where the network can fetch it, if it wants that
  std::string handle = {};  // what the network keeps it under, once it was handed over
};

/// A message whose words the network has approved; its fields in their order.
struct Template {
  struct Field {
    std::string name, value;
  };
  std::string name;
  std::string language;
  std::vector<Field> fields = {};
};

/// One piece of an answer, on its way out: words, a file or a template.
struct Piece {
  std::string address;  // the customer's
  std::string text;
  std::string entry_id;
  int number = 0;               // of the answer's pieces, from 0
  bool as_human_agent = false;  // beyond the usual window
  bool last = true;             // of the answer's pieces
  std::optional<OutFile> file = {};
  std::optional<Template> filled = {};
  std::string comment = {};  // what it answers, by Comment::id; empty: it is a message
  bool privately = false;    // to the comment's writer alone

  /// What a network gives back with its news of the piece: the entry's id, with "/<number>" unless it is the
  /// last.
  [[nodiscard]] std::string mark() const;
};

/// What an answer to a Call means.
struct Verdict {
  enum class Kind {
    kSent,
    kTryLater,      // refused for now: nothing was sent
    kRefused,       // for good
    kPauseAccount,  // nothing can be sent until a person looks at the account: token, permission, lock
    kUnknown,       // it may have gone out
  };
  Kind kind = Kind::kUnknown;
  std::string native_id = {};
  std::string detail = {};
  Duration wait = Duration{0};  // of kTryLater, where the network says
};

/// What a network said to a Call.
struct Response {
  int status = 0;
  std::string body;
};

/// How far the handing over of a file has come, to a network that wants it before the message that shows it:
/// what to ask next, what the network keeps it under now, or why it does not take it. The customer sees
/// nothing of it, so that it may be begun again.
using Handover = std::variant<Call, std::string, Verdict>;

}  // namespace hark::social
