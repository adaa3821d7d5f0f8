#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "base/core/time.h"
#include "social/core/account.h"
#include "social/core/item.h"
#include "social/core/outgoing.h"
#include "social/core/split_text.h"

namespace hark::social {

/// First value of a request's header or query parameter by its name; empty if there is none.
using Lookup = std::function<std::string(std::string_view)>;

/// One thing to read from a network.
struct Fetch {
  std::string url;
  std::string authorization = {};  // value of that header; empty: none
};

/// One network: pure functions from its bytes and to them. Adding one is a file and a line in networks.cc.
struct Network {
  std::string_view name;
  /// How long a customer's message may be answered; nothing: always.
  std::optional<Duration> window;
  std::string_view base_url;
  bool needs_own_id = false;
  bool needs_secret = false;
  bool needs_verify = false;
  /// A message that comes twice with the same key is sent once.
  bool repeatable = false;
  std::size_t text_max = 0;
  TextUnit text_unit = TextUnit::kBytes;
  /// Of a public answer to a comment; 0: the network has none.
  std::size_t comment_max = 0;
  /// As people write it.
  std::string_view title;
  /// Requests that it is known to take in a second, for an account that does not say so itself.
  int per_second = 10;
  /// What it takes of files; none: it takes none.
  std::span<const FileRule> files = {};
  /// It fetches files from us, which it only can if it reaches us.
  bool fetches_files = false;
  bool has_templates = false;

  /// Who sent the raw bytes? Takes as long for a wrong proof as for a right one.
  bool (*proves)(const Account&, const Lookup& header, std::string_view raw);
  /// Takes a request apart. What is not understood becomes Unplaced, never an error.
  Reading (*read)(const Account&, const boost::json::object&);
  /// Errors: ADDRESS_INVALID, if the address is none of this network's.
  Result<Call> (*render)(const Account&, const Piece&);
  Verdict (*judge)(int status, std::string_view body);
  /// Of a network that wants a file before the message that shows it; `so_far` is what it said to the calls
  /// before. Null for the others.
  Handover (*hand_over)(const Account&, const Piece&, std::span<const Response> so_far) = nullptr;

  /// Of a network that gives files out by their ids; null for those that say where a file is. What to ask,
  /// and where the answer says that the file is: nowhere, if it cannot be read.
  Fetch (*ask_for_file)(const Account&, const File&) = nullptr;
  std::optional<Fetch> (*file_place)(const Account&, std::string_view answer) = nullptr;
};

/// Every network there is, by name.
std::span<const Network* const> networks();
const Network* find_network(std::string_view name);

/// The rule that lets the file through; null if there is none.
const FileRule* rule_for(const Network& network, std::string_view content_type, std::int64_t size);

/// The same, for who would send it. Errors: FILE_UNSENDABLE.
Result<const FileRule*> sendable(const Network& network, const OutFile& file);

/// The same address, or the same number in the two ways that its country writes it.
bool same_customer(std::string_view address, std::string_view other);

/// Is it a Comment::id, and not an address?
bool names_comment(std::string_view text);

/// By what a public answer of ours is known again when its network tells of it, and nobody knows its id: what
/// it stands beneath ("comment:<id>", or the id alone), and its words, however they are spaced.
std::string echo_of(std::string_view beneath, std::string_view words);

/// Whether an answer may still go out, and how.
struct WindowVerdict {
  bool open = true;
  bool as_human_agent = false;
  TimePoint closed_at = {};
};
/// `heard_at`: when the customer last wrote; nothing: it is not known here, and the network decides.
WindowVerdict judge_window(const Network& network, const Account& account, std::optional<TimePoint> heard_at,
                           TimePoint now);

constexpr Duration kPrivateAnswerWindow = std::chrono::hours{24 * 7};
/// The same of a private answer to a comment that was written then.
WindowVerdict judge_private_answer(std::optional<TimePoint> written_at, TimePoint now);
/// Until when a message that came then may be answered; nothing: always.
std::optional<TimePoint> window_end(const Network& network, const Account& account, TimePoint heard_at);

/// Reads a request's raw bytes. Errors: INVALID_FIELD for what is no JSON object, or nested deeper than 32.
Result<Reading> read_request(const Account& account, std::string_view raw);

}  // namespace hark::social
