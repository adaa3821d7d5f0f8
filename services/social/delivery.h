#pragma once

#include <optional>
#include <string>
#include <variant>

#include "base/core/time.h"
#include "hark/v1/channel_service.pb.h"
#include "social/core/pieces.h"
#include "social/gate.h"
#include "social/ports.h"
#include "social/redis/store.h"
#include "social/turns.h"

namespace hark::social {

/// A piece is begun only while its lease lasts so much longer, or somebody else would be given the answer
/// meanwhile: a file is handed over before it is sent.
constexpr Duration kPieceTime = std::chrono::seconds{27};
constexpr Duration kFilePieceTime = std::chrono::seconds{52};
/// Of all answers, in memory.
constexpr int kFilesOutMax = 4;

/// What came of one lease.
struct Outcome {
  v1::DeliveryState state = v1::DELIVERY_STATE_FAILED;
  std::string detail = {};
  std::string native_id = {};
  Duration wait = Duration{0};             // of QUEUED, at least
  std::optional<TimePoint> go_on_at = {};  // of QUEUED, where nothing went wrong
};

/// What deliveries share.
struct Outlets {
  ConversationPort& conversation;
  Store& store;
  Transport& transport;
  Turns& turns;
  Gate& files;
  const Clock& clock;
};

/// Takes one answer to its network, piece by piece, from where the last lease of it ended. A piece of which
/// nobody knows whether it went out is never sent again.
class Delivery {
 public:
  /// All outlive it.
  Delivery(const Outlets& outlets, const Account& account, const v1::Lease& lease);

  /// Nothing: the store or conversation is away, and the lease is to come again.
  Task<std::optional<Outcome>> run();

 private:
  using Ready = std::variant<Call, Outcome>;

  /// Errors, for people: what cannot go out at all.
  [[nodiscard]] Result<std::vector<Piece>> pieces() const;
  Task<std::optional<Outcome>> deliver(Piece piece, std::optional<TimePoint> heard_at);
  /// All that can be done before the customer could see anything of it. Nothing: as of run().
  Task<std::optional<Ready>> make_ready(Piece& piece, std::optional<TimePoint> heard_at);
  Task<Status> load(Piece& piece);
  Task<std::optional<Outcome>> hand_over(Piece& piece);
  Task<std::optional<Outcome>> turn(Duration patience);
  [[nodiscard]] bool lease_lasts(Duration longer) const;
  Task<Verdict> send(Call call);
  Task<Outcome> settle(const Piece& piece, Verdict verdict);
  [[nodiscard]] Outcome in_doubt() const;

  const Outlets& out_;
  const Account& account_;
  const Network& network_;
  const v1::OutboundMessage& message_;
  TimePoint lease_ends_;
};

/// Where an answer goes. The address is in the network's own writing, if the answer goes back where the
/// message came from.
struct Way {
  std::string address;
  std::string comment = {};  // of Piece
  std::string thread = {};   // the comment that began it, if it is one of comments
  bool privately = false;

  [[nodiscard]] bool in_public() const { return !comment.empty() && !privately; }
};
Way way_of(const v1::OutboundMessage& message);

}  // namespace hark::social
