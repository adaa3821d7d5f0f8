#include "social/redis/store.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "social/redis/keys.h"
#include "social/redis/scripts.h"

namespace hark::social {
namespace {

/// A little longer than the longest window, and than any network sends a webhook again.
constexpr std::chrono::seconds kHeardFor = std::chrono::hours{24 * 8};
constexpr std::chrono::seconds kSentFor = std::chrono::hours{24 * 35};

const redis::Script& heard_script() {
  static const redis::Script script{"social heard", std::string{scripts::heard_lua}};
  return script;
}
const redis::Script& begin_script() {
  static const redis::Script script{"social begin", std::string{scripts::begin_lua}};
  return script;
}
const redis::Script& settle_script() {
  static const redis::Script script{"social settle", std::string{scripts::settle_lua}};
  return script;
}
const redis::Script& reached_script() {
  static const redis::Script script{"social reached", std::string{scripts::reached_lua}};
  return script;
}
const redis::Script& turn_script() {
  static const redis::Script script{"social turn", std::string{scripts::turn_lua}};
  return script;
}
const redis::Script& silence_script() {
  static const redis::Script script{"social silence", std::string{scripts::silence_lua}};
  return script;
}

/// Finer than our times, or an account of 70 a second would be asked 71 times.
std::string microseconds(Duration time) { return std::to_string(std::chrono::microseconds{time}.count()); }
std::string microseconds(TimePoint at) { return microseconds(at.time_since_epoch()); }

}  // namespace

Task<Result<redis::Reply>> Store::run(const redis::Script& script, std::string_view account,
                                      std::vector<std::string> args) {
  const auto key = keys::account(account);
  const std::array<std::string_view, 1> keys{key};
  const std::vector<std::string_view> views{args.begin(), args.end()};
  co_return co_await redis_.eval(script, keys, views);
}

Task<Status> Store::heard(std::string account, std::string address, TimePoint at) {
  HARK_CO_TRY_VOID(
      co_await run(heard_script(), account,
                   {std::move(address), std::to_string(to_ms(at)), std::to_string(kHeardFor.count())}));
  co_return Status{};
}

Task<Status> Store::took_files(std::string account, std::string native_id) {
  const auto key = keys::files(account, native_id);
  const auto seconds = std::to_string(kHeardFor.count());
  const std::array<std::string_view, 5> args{"SET", key, "1", "EX", seconds};
  HARK_CO_TRY_VOID(co_await redis_.command(key, args));
  co_return Status{};
}

Task<Result<bool>> Store::has_files(std::string account, std::string native_id) {
  const auto key = keys::files(account, native_id);
  const std::array<std::string_view, 2> args{"EXISTS", key};
  HARK_CO_TRY(const auto reply, co_await redis_.command(key, args));
  co_return reply.number() == 1;
}

Task<Result<Store::Begun>> Store::begin(std::string account, Begin piece) {
  std::vector<std::string> args{std::move(piece.entry_id),        std::move(piece.address),
                                std::to_string(kSentFor.count()), piece.repeatable ? "1" : "0",
                                std::to_string(piece.pieces),     std::move(piece.private_to),
                                piece.last ? "1" : "0",           std::to_string(kHeardFor.count())};
  std::ranges::move(piece.echoes, std::back_inserter(args));
  HARK_CO_TRY(const auto reply, co_await run(begin_script(), account, std::move(args)));
  Begun begun;
  begun.pieces_done = static_cast<int>(reply[0].number());
  begun.go = reply[1].view() == "1";
  begun.another_went = reply[1].view() == "2";
  if (!reply[2].view().empty()) begun.heard_at = from_ms(reply[2].number());
  co_return begun;
}

Task<Result<Store::Begun>> Store::look(std::string account, std::string entry_id, std::string address,
                                       bool repeatable) {
  const auto key = keys::account(account);
  const auto attempt = key + ":try:" + entry_id;
  const auto last_heard = key + ":heard:" + address;
  const std::array<std::string_view, 4> ask_attempt{"HMGET", attempt, "done", "begun"};
  const std::array<std::string_view, 2> ask_heard{"GET", last_heard};
  HARK_CO_TRY(const auto tried, co_await redis_.command(key, ask_attempt));
  HARK_CO_TRY(const auto heard, co_await redis_.command(key, ask_heard));
  Begun begun;
  begun.pieces_done = static_cast<int>(tried[0].number());
  begun.go = repeatable || tried[1].view() != "1";
  if (!heard.is_nil()) begun.heard_at = from_ms(heard.number());
  co_return begun;
}

Task<Status> Store::settle(std::string account, Settled piece, TimePoint now) {
  std::vector<std::string> args{piece.entry_id,
                                piece.sent ? "1" : "0",
                                piece.native_id,
                                piece.last ? "1" : "0",
                                piece.address,
                                std::to_string(to_ms(now)),
                                std::to_string(kSentFor.count())};
  HARK_CO_TRY_VOID(co_await run(settle_script(), account, std::move(args)));
  co_return Status{};
}

Task<Result<Store::Turn>> Store::turn(std::string account, int per_second, TimePoint now, Duration patience) {
  constexpr int kSecond = 1'000'000;
  std::vector<std::string> args{microseconds(now), std::to_string((kSecond + per_second - 1) / per_second),
                                microseconds(patience)};
  HARK_CO_TRY(const auto reply, co_await run(turn_script(), account, std::move(args)));
  co_return Turn{reply[0].view() == "1",
                 TimePoint{std::chrono::ceil<Duration>(std::chrono::microseconds{reply[1].number()})}};
}

Task<Status> Store::silence(std::string account, TimePoint now, TimePoint until) {
  HARK_CO_TRY_VOID(co_await run(silence_script(), account, {microseconds(now), microseconds(until)}));
  co_return Status{};
}

Task<Result<std::vector<Store::Reached>>> Store::reached(std::string account, Progress progress) {
  std::vector<std::string> args{progress.native_id, progress.address, std::to_string(progress.before_ms),
                                progress.echo, std::to_string(kSentFor.count())};
  HARK_CO_TRY(const auto reply, co_await run(reached_script(), account, std::move(args)));
  std::vector<Reached> out;
  for (std::size_t i = 0; i < reply.size(); ++i) {
    const auto text = reply[i].text();
    const auto space = text.find(' ');
    out.push_back({text.substr(0, space), text.ends_with(" 1")});
  }
  co_return out;
}

Task<Status> Store::forget_read(std::string account, std::string address, std::vector<Reached> answers) {
  const auto key = keys::account(account) + ":to:" + address;
  std::vector<std::string_view> args{"ZREM", key};
  for (const auto& answer : answers) args.push_back(answer.entry_id);
  HARK_CO_TRY_VOID(co_await redis_.command(key, args));
  co_return Status{};
}

}  // namespace hark::social
