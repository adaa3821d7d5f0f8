#include "social/turns.h"

#include <algorithm>

#include "base/async/notifier.h"
#include "base/log/log.h"

namespace hark::social {

namespace {

constexpr Duration kSilenceMost = std::chrono::hours{1};
constexpr Duration kStoreAwayRetry = std::chrono::seconds{1};

}  // namespace

Turns::Turns(Store& store, const Clock& clock, Metrics& metrics)
    : store_{store},
      clock_{clock},
      pauses_{metrics.counter("hark_social_pauses_total", "Times that an account was paused by its network")},
      waits_{metrics.counter("hark_social_turns_put_off_total",
                             "Requests that went back to the outbox because their account is at its pace")} {}

Task<std::optional<TimePoint>> Turns::wait(const Account& account, Duration patience) {
  const auto now = clock_.now();
  const int per_second =
      account.per_second > 0 ? account.per_second : find_network(account.network)->per_second;
  const auto turn = co_await store_.turn(account.id, per_second, now, patience);
  if (!turn.ok()) co_return now + kStoreAwayRetry;
  if (!turn->taken) {
    waits_.add();
    co_return turn->at;
  }
  if (turn->at > now) co_await sleep_for(turn->at - now);
  co_return std::nullopt;
}

std::optional<TimePoint> Turns::paused_until(const Account& account) const {
  const auto paused = paused_until_.find(account.id);
  if (paused == paused_until_.end() || clock_.now() >= paused->second) return std::nullopt;
  return paused->second;
}

Task<> Turns::obey(const Account& account, Verdict verdict) {
  if (verdict.kind == Verdict::Kind::kPauseAccount) pause(account, verdict.detail);
  if (verdict.kind != Verdict::Kind::kTryLater || verdict.wait <= Duration{0}) co_return;
  const auto now = clock_.now();
  // If it is not kept, the network says it again.
  (void)co_await store_.silence(account.id, now, now + std::min(verdict.wait, kSilenceMost));
}

void Turns::pause(const Account& account, std::string_view why) {
  paused_until_[account.id] = clock_.now() + kPause;
  pauses_.add();
  Logger{"social"}.error(
      "a network lets nothing through for an account; check its access token and permissions",
      {{"account", account.id}, {"network", account.network}, {"why", why}});
}

}  // namespace hark::social
