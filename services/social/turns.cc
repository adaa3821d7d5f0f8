#include "social/turns.h"

#include "base/async/notifier.h"
#include "base/log/log.h"

namespace hark::social {

Turns::Turns(const Clock& clock, Metrics& metrics)
    : clock_{clock},
      pauses_{metrics.counter("hark_social_pauses_total", "Times that an account was paused by its network")},
      waits_{metrics.counter("hark_social_turns_put_off_total",
                             "Requests that went back to the outbox because their account is at its pace")} {}

Pace& Turns::pace(const Account& account) {
  const auto known = paces_.find(account.id);
  if (known != paces_.end()) return known->second;
  const int per_second =
      account.per_second > 0 ? account.per_second : find_network(account.network)->per_second;
  return paces_.emplace(account.id, Pace{per_second}).first->second;
}

Task<std::optional<TimePoint>> Turns::wait(const Account& account, Duration patience) {
  const auto now = clock_.now();
  const auto at = pace(account).take(now, patience);
  if (!at) {
    waits_.add();
    co_return pace(account).free_at(now);
  }
  if (*at > now) co_await sleep_for(std::chrono::ceil<std::chrono::milliseconds>(*at - now));
  co_return std::nullopt;
}

std::optional<TimePoint> Turns::paused_until(const Account& account) const {
  const auto paused = paused_until_.find(account.id);
  if (paused == paused_until_.end() || clock_.now() >= paused->second) return std::nullopt;
  return paused->second;
}

void Turns::obey(const Account& account, const Verdict& verdict) {
  if (verdict.kind == Verdict::Kind::kPauseAccount) pause(account, verdict.detail);
  if (verdict.kind == Verdict::Kind::kTryLater && verdict.wait > Duration{0})
    pace(account).hold(clock_.now() + std::min<Duration>(verdict.wait, std::chrono::hours{1}));
}

void Turns::pause(const Account& account, std::string_view why) {
  paused_until_[account.id] = clock_.now() + kPause;
  pauses_.add();
  Logger{"social"}.error(
      "a network lets nothing through for an account; check its access token and permissions",
      {{"account", account.id}, {"network", account.network}, {"why", why}});
}

}  // namespace hark::social
