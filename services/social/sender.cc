#include "social/sender.h"

#include <algorithm>

#include "base/log/log.h"
#include "social/core/retry.h"
#include "social/core/split_text.h"
#include "social/intake.h"

namespace hark::social {
namespace {

const Logger& logger() {
  static const Logger log{"social"};
  return log;
}

bool blank(std::string_view text) { return text.find_first_not_of(" \t\r\n") == std::string_view::npos; }

/// What goes out, piece by piece; blank ones say nothing, and networks refuse them.
std::vector<std::string> pieces_of(const Network& network, std::string_view text, bool in_public) {
  auto pieces = in_public ? split_text(text, network.comment_max, TextUnit::kUtf16)
                          : split_text(text, network.text_max, network.text_unit);
  std::erase_if(pieces, &blank);
  return pieces;
}

std::string hours_of(Duration window) {
  return std::to_string(std::chrono::ceil<std::chrono::hours>(window).count());
}

Verdict judge_answer(const Account& account, const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::kAnswered:
      return find_network(account.network)->judge(answer.status, answer.body);
    case Answer::Kind::kNotSent:
      return {Verdict::Kind::kTryLater, {}, account.network + " cannot be reached: " + answer.detail};
    case Answer::Kind::kUnknown:
      return {Verdict::Kind::kUnknown, {}, account.network + " did not answer: " + answer.detail};
  }
  return {};
}

/// Where an answer goes. The address is in the network's own writing, if the answer goes back where the
/// message came from.
struct Way {
  std::string address;
  std::string comment = {};  // of Piece
  bool privately = false;

  [[nodiscard]] bool in_public() const { return !comment.empty() && !privately; }
};

Way way_of(const v1::OutboundMessage& message) {
  Way way{message.to().address()};
  const auto ours = thread_of(message.account_id(), "");
  const auto& thread = message.in_reply_to();
  if (!thread.starts_with(ours)) return way;
  auto written = thread.substr(ours.size());
  if (same_customer(written, way.address)) {
    way.address = std::move(written);
  } else if (names_comment(written) && message.references_size() > 0) {
    way.comment = message.references(0);
    way.privately = !message.is_public();
  }
  return way;
}

WindowVerdict window_of(const Account& account, const Piece& piece, std::optional<TimePoint> heard_at,
                        TimePoint now) {
  if (piece.comment.empty()) return judge_window(*find_network(account.network), account, heard_at, now);
  return piece.privately ? judge_private_answer(heard_at, now) : WindowVerdict{};
}

Task<> wake_at(Notifier& notifier, Duration after) {
  co_await sleep_for(after);
  notifier.notify_all();
}

}  // namespace

Sender::Sender(TaskGroup& tasks, ConversationPort& conversation, Store& store, Transport& transport,
               const Clock& clock, const Settings& settings, Metrics& metrics)
    : tasks_{tasks},
      conversation_{conversation},
      store_{store},
      transport_{transport},
      clock_{clock},
      settings_{settings},
      idle_{tasks.executor()},
      sent_{metrics.counter("hark_social_sent_total", "Answers that networks took")},
      unknown_{metrics.counter("hark_social_unknown_total",
                               "Answers of which nobody knows whether they went out")},
      refused_{metrics.counter("hark_social_refused_total", "Answers that could not be sent")},
      pauses_{
          metrics.counter("hark_social_pauses_total", "Times that an account was paused by its network")} {}

void Sender::take(v1::Lease lease) {
  const auto& message = lease.message();
  if (draining_ || !under_way_.insert(message.entry_id()).second)
    return;  // the lease runs out and comes again
  const auto customer = message.account_id() + " " + message.to().address();
  const auto [queue, idle] = waiting_.try_emplace(customer);
  queue->second.push_back(std::move(lease));
  if (idle) tasks_.spawn("send to a customer", send_all_to(customer));
}

Task<> Sender::send_all_to(std::string customer) {
  for (;;) {
    auto& queue = waiting_[customer];
    if (queue.empty()) break;
    auto lease = std::move(queue.front());
    queue.pop_front();
    const auto entry = lease.message().entry_id();
    co_await send(std::move(lease));
    under_way_.erase(entry);
  }
  waiting_.erase(customer);
  if (waiting_.empty()) idle_.notify_all();
}

Task<> Sender::drain(Duration patience) {
  draining_ = true;
  for (auto& [customer, queue] : waiting_) queue.clear();
  if (waiting_.empty()) co_return;
  tasks_.spawn("drain", wake_at(idle_, patience));
  co_await idle_.wait();
}

Task<> Sender::send(v1::Lease lease) {
  const auto& message = lease.message();
  auto outcome = co_await deliver(message);
  if (!outcome) co_return;  // the store is away: the lease runs out and comes again
  v1::Receipt receipt;
  receipt.set_lease_id(lease.lease_id());
  receipt.set_entry_id(message.entry_id());
  receipt.set_native_id(outcome->native_id);
  if (outcome->state == v1::DELIVERY_STATE_QUEUED) {
    const auto again = next_attempt(lease.attempts() + 1, from_ms(message.created_at_ms()), clock_.now(),
                                    outcome->wait, settings_.give_up_after);
    if (again) {
      receipt.set_retry_at_ms(to_ms(*again));
    } else {
      outcome->state = v1::DELIVERY_STATE_FAILED;
    }
  }
  receipt.set_state(outcome->state);
  receipt.set_detail(outcome->detail);
  if (outcome->state == v1::DELIVERY_STATE_SENT) sent_.add();
  if (outcome->state == v1::DELIVERY_STATE_UNKNOWN) unknown_.add();
  if (outcome->state == v1::DELIVERY_STATE_FAILED) refused_.add();
  logger().info("answer out", {{"conversation", message.conversation_id()},
                               {"entry", message.entry_id()},
                               {"account", message.account_id()},
                               {"state", v1::DeliveryState_Name(outcome->state)},
                               {"detail", outcome->detail}});
  co_await report(std::move(receipt));
}

/// A lost receipt costs nothing but time: the lease comes again, and the store knows what was sent.
Task<> Sender::report(v1::Receipt receipt) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto reported = co_await conversation_.report(receipt);
    if (reported.ok() || reported.error().code == Code::kInvalidArgument ||
        reported.error().code == Code::kNotFound)
      co_return;
    co_await sleep_for(std::chrono::milliseconds{200 << attempt});
  }
}

Task<std::optional<Sender::Outcome>> Sender::deliver(const v1::OutboundMessage& message) {
  const auto* account = settings_.account(message.account_id());
  if (!account)
    co_return Outcome{.detail = "account '" + message.account_id() + "' is not on a social network any more"};
  if (message.content().attachments_size() > 0) {
    co_return Outcome{.detail = "files cannot be sent on " + account->network +
                                "; answer without them, or by another channel"};
  }
  const auto paused = paused_until_.find(account->id);
  if (paused != paused_until_.end() && clock_.now() < paused->second) {
    co_return Outcome{.state = v1::DELIVERY_STATE_QUEUED,
                      .detail = account->network + " lets nothing through for this account; see the log",
                      .wait = paused->second - clock_.now()};
  }
  co_return co_await deliver_pieces(*account, message);
}

Task<std::optional<Sender::Outcome>> Sender::deliver_pieces(const Account& account,
                                                            const v1::OutboundMessage& message) {
  const auto& network = *find_network(account.network);
  const auto way = way_of(message);
  const auto pieces = pieces_of(network, message.content().text(), way.in_public());
  if (way.privately && pieces.size() > 1) {
    co_return Outcome{.detail = account.network + " takes one private answer to a comment, of at most " +
                                std::to_string(network.text_max) + " characters; shorten it"};
  }
  std::string native_id;
  for (;;) {
    const auto begun =
        co_await store_.begin(account.id, message.entry_id(), way.comment.empty() ? way.address : way.comment,
                              network.repeatable, pieces.size(), way.privately ? way.comment : "");
    if (!begun.ok()) co_return std::nullopt;
    if (begun->another_went) {
      co_return Outcome{.detail =
                            account.network + " takes one private answer to a comment, and there was one"};
    }
    if (!begun->go) {
      co_return Outcome{.state = v1::DELIVERY_STATE_UNKNOWN,
                        .detail = "it was on its way when Hark ended, and " + account.network +
                                  " cannot be asked whether it arrived"};
    }
    const auto done = static_cast<std::size_t>(begun->pieces_done);
    if (done >= pieces.size()) co_return Outcome{v1::DELIVERY_STATE_SENT, {}, native_id};
    Piece piece{way.address,        pieces[done], message.entry_id(),
                begun->pieces_done, false,        done + 1 == pieces.size(),
                way.comment,        way.privately};
    auto outcome = co_await deliver_piece(account, std::move(piece), begun->heard_at);
    if (outcome.state != v1::DELIVERY_STATE_SENT) {
      if (done > 0) {
        outcome.detail += " (" + std::to_string(done) + " of " + std::to_string(pieces.size()) +
                          " parts of the answer went out)";
      }
      co_return outcome;
    }
    native_id = std::move(outcome.native_id);
  }
}

Task<Sender::Outcome> Sender::deliver_piece(const Account& account, Piece piece,
                                            std::optional<TimePoint> heard_at) {
  const auto& network = *find_network(account.network);
  const auto window = window_of(account, piece, heard_at, clock_.now());
  if (!window.open) {
    auto words = account.network + " lets nobody answer " + (piece.privately ? "a comment privately " : "") +
                 "later than " + hours_of(window.closed_at - *heard_at) + " hours after " +
                 (piece.privately ? "it was written" : "the customer's last message");
    co_return co_await settle(account, piece, {Verdict::Kind::kRefused, {}, std::move(words)});
  }
  piece.as_human_agent = window.as_human_agent;
  auto call = network.render(account, piece);
  if (!call.ok())
    co_return co_await settle(account, piece, {Verdict::Kind::kRefused, {}, call.error().message});
  auto verdict = judge_answer(account, co_await transport_.post(*std::move(call)));
  if (verdict.kind == Verdict::Kind::kUnknown && network.repeatable) verdict.kind = Verdict::Kind::kTryLater;
  if (verdict.kind == Verdict::Kind::kPauseAccount) pause(account, verdict.detail);
  co_return co_await settle(account, piece, std::move(verdict));
}

/// Writes down what became of the piece; one of which nobody knows stays begun, so that it is never begun
/// again.
Task<Sender::Outcome> Sender::settle(const Account& account, const Piece& piece, Verdict verdict) {
  using Kind = Verdict::Kind;
  if (verdict.kind == Kind::kUnknown)
    co_return Outcome{v1::DELIVERY_STATE_UNKNOWN, std::move(verdict.detail)};
  const bool sent = verdict.kind == Kind::kSent;
  // What a customer has read of their messages says nothing of comments.
  const auto& to = piece.comment.empty() || piece.privately ? piece.address : piece.comment;
  const auto settled = co_await store_.settle(
      account.id, {piece.entry_id, to, sent, piece.last, verdict.native_id}, clock_.now());
  if (!settled.ok() && !(sent && piece.last)) {
    // It cannot be told from one that was on its way when Hark ended.
    co_return Outcome{v1::DELIVERY_STATE_UNKNOWN,
                      "its progress could not be kept: " + settled.error().message};
  }
  switch (verdict.kind) {
    case Kind::kSent:
      co_return Outcome{v1::DELIVERY_STATE_SENT, {}, std::move(verdict.native_id)};
    case Kind::kTryLater:
      co_return Outcome{v1::DELIVERY_STATE_QUEUED, std::move(verdict.detail), {}, verdict.wait};
    case Kind::kPauseAccount:
      co_return Outcome{v1::DELIVERY_STATE_QUEUED, std::move(verdict.detail), {}, kPause};
    default:
      co_return Outcome{v1::DELIVERY_STATE_FAILED, std::move(verdict.detail)};
  }
}

void Sender::pause(const Account& account, std::string_view why) {
  paused_until_[account.id] = clock_.now() + kPause;
  pauses_.add();
  logger().error("a network lets nothing through for an account; check its access token and permissions",
                 {{"account", account.id}, {"network", account.network}, {"why", why}});
}

}  // namespace hark::social
