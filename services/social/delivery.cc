#include "social/delivery.h"

#include "base/core/invalid.h"
#include "social/core/file_link.h"
#include "social/intake.h"

namespace hark::social {
namespace {

std::string hours_of(Duration window) {
  return std::to_string(std::chrono::ceil<std::chrono::hours>(window).count());
}

/// A network that is asked too often has done nothing yet, whatever else it says.
Verdict judge_answer(const Account& account, const Answer& answer) {
  switch (answer.kind) {
    case Answer::Kind::kAnswered: {
      auto verdict = find_network(account.network)->judge(answer.status, answer.body);
      const bool sent = verdict.kind == Verdict::Kind::kSent;
      if (answer.status == 429 && !sent && verdict.kind != Verdict::Kind::kPauseAccount)
        verdict.kind = Verdict::Kind::kTryLater;
      if (verdict.wait == Duration{0}) verdict.wait = answer.retry_after;
      return verdict;
    }
    case Answer::Kind::kNotSent:
      return {Verdict::Kind::kTryLater, {}, account.network + " cannot be reached: " + answer.detail};
    case Answer::Kind::kUnknown:
      return {Verdict::Kind::kUnknown, {}, account.network + " did not answer: " + answer.detail};
  }
  return {};
}

Saying saying_of(const v1::OutboundMessage& message, bool in_public) {
  Saying saying{message.content().text(), {}, {}, in_public};
  for (const auto& file : message.content().attachments())
    saying.files.push_back({file.file_name(), file.content_type(), file.blob().size_bytes()});
  if (message.has_template_()) {
    auto& filled = saying.filled.emplace();
    filled.name = message.template_().name();
    filled.language = message.template_().language();
    for (const auto& field : message.template_().fields())
      filled.fields.push_back({field.name(), field.value()});
  }
  return saying;
}

/// What a verdict means where nothing has been begun.
Outcome outcome_of(Verdict verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kSent:
      return {v1::DELIVERY_STATE_SENT, {}, std::move(verdict.native_id)};
    case Verdict::Kind::kTryLater:
      return {v1::DELIVERY_STATE_QUEUED, std::move(verdict.detail), {}, verdict.wait};
    case Verdict::Kind::kPauseAccount:
      return {v1::DELIVERY_STATE_QUEUED, std::move(verdict.detail), {}, kPause};
    case Verdict::Kind::kUnknown:
      return {v1::DELIVERY_STATE_UNKNOWN, std::move(verdict.detail)};
    case Verdict::Kind::kRefused:
      break;
  }
  return {v1::DELIVERY_STATE_FAILED, std::move(verdict.detail)};
}

Outcome refused(std::string why) { return {v1::DELIVERY_STATE_FAILED, std::move(why)}; }

WindowVerdict window_of(const Network& network, const Account& account, const Piece& piece,
                        std::optional<TimePoint> heard_at, TimePoint now) {
  if (piece.comment.empty()) return judge_window(network, account, heard_at, now);
  return piece.privately ? judge_private_answer(heard_at, now) : WindowVerdict{};
}

/// Whose window a piece is in.
const std::string& heard_of(const Piece& piece) {
  return piece.comment.empty() ? piece.address : piece.comment;
}

/// Networks that answer an answer beneath the comment which began the thread may say so, or not.
std::vector<std::string> echoes_of(const Piece& piece, const std::string& thread) {
  std::vector<std::string> echoes;
  if (piece.comment.empty() || piece.privately) return echoes;
  echoes.push_back(echo_of(piece.comment, piece.text));
  if (thread != piece.comment) echoes.push_back(echo_of(thread, piece.text));
  return echoes;
}

Outcome go_on(TimePoint at) { return {v1::DELIVERY_STATE_QUEUED, {}, {}, Duration{0}, at}; }

}  // namespace

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
    way.thread = std::move(written);
    way.privately = !message.is_public();
  }
  return way;
}

Delivery::Delivery(const Outlets& outlets, const Account& account, const v1::Lease& lease)
    : out_{outlets},
      account_{account},
      network_{*find_network(account.network)},
      message_{lease.message()},
      lease_ends_{lease.expires_at_ms() > 0 ? from_ms(lease.expires_at_ms()) : TimePoint::max()} {}

Result<std::vector<Piece>> Delivery::pieces() const {
  const auto way = way_of(message_);
  auto pieces = pieces_of(network_, saying_of(message_, way.in_public()), message_.entry_id(), way.address);
  for (auto& piece : pieces) {
    piece.comment = way.comment;
    piece.privately = way.privately;
  }
  if (!way.comment.empty() && message_.content().attachments_size() > 0)
    return invalid("a comment is answered with words alone");
  if (way.privately && pieces.size() > 1) {
    return invalid(account_.network + " takes one private answer to a comment, of at most " +
                   std::to_string(network_.text_max) + " characters; shorten it");
  }
  return pieces;
}

Task<std::optional<Outcome>> Delivery::run() {
  const auto cut = pieces();
  if (!cut.ok()) co_return refused(cut.error().message);
  const auto& pieces = *cut;
  const auto way = way_of(message_);
  const auto address = way.comment.empty() ? way.address : way.comment;
  std::string native_id;
  for (;;) {
    const auto at = co_await out_.store.look(account_.id, message_.entry_id(), address, network_.repeatable);
    if (!at.ok()) co_return std::nullopt;
    if (!at->go) co_return in_doubt();
    const auto done = static_cast<std::size_t>(at->pieces_done);
    if (done >= pieces.size()) co_return Outcome{v1::DELIVERY_STATE_SENT, {}, native_id};
    auto outcome = co_await deliver(pieces[done], at->heard_at);
    if (!outcome) co_return std::nullopt;
    if (outcome->state != v1::DELIVERY_STATE_SENT) {
      if (done > 0 && !outcome->go_on_at) {
        outcome->detail += " (" + std::to_string(done) + " of " + std::to_string(pieces.size()) +
                           " parts of the answer went out)";
      }
      co_return outcome;
    }
    native_id = std::move(outcome->native_id);
  }
}

Task<std::optional<Outcome>> Delivery::deliver(Piece piece, std::optional<TimePoint> heard_at) {
  std::optional<Gate::Pass> pass;
  if (piece.file) pass.emplace(co_await out_.files.enter());
  auto ready = co_await make_ready(piece, heard_at);
  if (!ready) co_return std::nullopt;
  if (auto* instead = std::get_if<Outcome>(&*ready)) co_return std::move(*instead);
  Store::Begin beginning{piece.entry_id, heard_of(piece), network_.repeatable,
                         static_cast<std::size_t>(piece.number) + 1};
  if (piece.privately) beginning.private_to = piece.comment;
  beginning.last = piece.last;
  beginning.echoes = echoes_of(piece, way_of(message_).thread);
  const auto begun = co_await out_.store.begin(account_.id, std::move(beginning));
  if (!begun.ok()) co_return std::nullopt;
  if (begun->another_went)
    co_return refused(account_.network + " takes one private answer to a comment, and there was one");
  if (!begun->go) co_return in_doubt();
  if (begun->pieces_done != piece.number) co_return std::nullopt;  // somebody else is at it
  auto verdict = co_await send(std::move(std::get<Call>(*ready)));
  if (verdict.kind == Verdict::Kind::kUnknown && network_.repeatable) verdict.kind = Verdict::Kind::kTryLater;
  co_return co_await settle(piece, std::move(verdict));
}

Task<std::optional<Delivery::Ready>> Delivery::make_ready(Piece& piece, std::optional<TimePoint> heard_at) {
  const auto now = out_.clock.now();
  const auto window = window_of(network_, account_, piece, heard_at, now);
  if (!window.open && !piece.filled) {
    co_return refused(account_.network + " lets nobody answer " +
                      (piece.privately ? "a comment privately " : "") + "later than " +
                      hours_of(window.closed_at - *heard_at) + " hours after " +
                      (piece.privately ? "it was written" : "the customer's last message"));
  }
  piece.as_human_agent = window.as_human_agent;
  if (!lease_lasts(piece.file ? kFilePieceTime : kPieceTime)) co_return go_on(now);
  if (piece.file) {
    if (const auto loaded = co_await load(piece); !loaded.ok()) {
      if (loaded.error().code == Code::kUnavailable || loaded.error().code == Code::kDeadlineExceeded)
        co_return std::nullopt;
      co_return refused("the file '" + piece.file->name + "' cannot be read: " + loaded.error().message);
    }
    if (auto instead = co_await hand_over(piece)) co_return std::move(*instead);
  }
  auto call = network_.render(account_, piece);
  if (!call.ok()) co_return refused(call.error().message);
  const bool handed_over = piece.file && network_.hand_over;
  if (auto instead = co_await turn(handed_over ? kLongTurnPatience : kTurnPatience))
    co_return std::move(*instead);
  if (!lease_lasts(kPieceTime)) co_return go_on(out_.clock.now());
  co_return *std::move(call);
}

/// The bytes, or where the network finds them. Files come first, so that the piece's number is the file's.
Task<Status> Delivery::load(Piece& piece) {
  const auto& file = message_.content().attachments(piece.number);
  if (network_.fetches_files) {
    const auto& blob = file.blob();
    piece.file->link = link_to(
        account_,
        {message_.conversation_id(), blob.id(), blob.size_bytes(), blob.inlined(), file.content_type()},
        file.file_name(), out_.clock.now());
    co_return Status{};
  }
  HARK_CO_TRY(piece.file->content,
              co_await out_.conversation.get_blob(file.blob(), message_.conversation_id()));
  piece.file->size = static_cast<std::int64_t>(piece.file->content.size());
  co_return Status{};
}

/// The customer sees nothing of it, so that whatever goes wrong it can be begun again.
Task<std::optional<Outcome>> Delivery::hand_over(Piece& piece) {
  if (!network_.hand_over) co_return std::nullopt;
  std::vector<Response> so_far;
  for (;;) {
    auto step = network_.hand_over(account_, piece, so_far);
    if (auto* handle = std::get_if<std::string>(&step)) {
      piece.file->handle = std::move(*handle);
      piece.file->content.clear();
      co_return std::nullopt;
    }
    if (auto* verdict = std::get_if<Verdict>(&step)) {
      if (verdict->kind == Verdict::Kind::kUnknown) verdict->kind = Verdict::Kind::kTryLater;
      co_await out_.turns.obey(account_, *verdict);
      co_return outcome_of(std::move(*verdict));
    }
    if (auto instead = co_await turn(kTurnPatience)) co_return instead;
    auto answer = co_await out_.transport.post(std::move(std::get<Call>(step)));
    if (answer.kind != Answer::Kind::kAnswered || answer.status == 429) {
      auto verdict = judge_answer(account_, answer);
      verdict.kind = Verdict::Kind::kTryLater;
      co_await out_.turns.obey(account_, verdict);
      co_return outcome_of(std::move(verdict));
    }
    so_far.push_back({answer.status, std::move(answer.body)});
  }
}

Task<std::optional<Outcome>> Delivery::turn(Duration patience) {
  if (const auto at = co_await out_.turns.wait(account_, patience)) co_return go_on(*at);
  co_return std::nullopt;
}

bool Delivery::lease_lasts(Duration longer) const { return out_.clock.now() + longer <= lease_ends_; }

Task<Verdict> Delivery::send(Call call) {
  auto verdict = judge_answer(account_, co_await out_.transport.post(std::move(call)));
  co_await out_.turns.obey(account_, verdict);
  co_return verdict;
}

/// Writes down what became of the piece; one of which nobody knows stays begun, so that it is never begun
/// again.
Task<Outcome> Delivery::settle(const Piece& piece, Verdict verdict) {
  if (verdict.kind == Verdict::Kind::kUnknown) co_return outcome_of(std::move(verdict));
  const bool sent = verdict.kind == Verdict::Kind::kSent;
  // What a customer has read of their messages says nothing of comments.
  const auto& to = piece.comment.empty() || piece.privately ? piece.address : piece.comment;
  const auto settled = co_await out_.store.settle(
      account_.id, {piece.entry_id, to, sent, piece.last, verdict.native_id}, out_.clock.now());
  const bool over = verdict.kind == Verdict::Kind::kRefused || (sent && piece.last);
  if (!settled.ok() && !over) {
    // It cannot be told from one that was on its way when Hark ended.
    co_return Outcome{v1::DELIVERY_STATE_UNKNOWN,
                      "its progress could not be kept: " + settled.error().message};
  }
  co_return outcome_of(std::move(verdict));
}

Outcome Delivery::in_doubt() const {
  return {v1::DELIVERY_STATE_UNKNOWN, "it was on its way when Hark ended, and " + account_.network +
                                          " cannot be asked whether it arrived"};
}

}  // namespace hark::social
