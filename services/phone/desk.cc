#include "phone/desk.h"

#include <algorithm>
#include <boost/asio/steady_timer.hpp>

#include "base/core/invalid.h"
#include "base/log/log.h"
#include "phone/core/text.h"
#include "phone/live_call.h"
#include "phone/zones.h"

namespace hark::phone {
namespace {

const Logger& logger() {
  static const Logger log{"phone"};
  return log;
}

constexpr const char* kRecordingsHelp = "Tries to copy a recording, by what became of them";

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Desk::Desk(World world)
    : world_{world},
      loaded_{world.tasks.executor()},
      zones_{zones_by_country()},
      calls_now_{world.metrics.gauge("hark_phone_calls", "Calls that are not over")},
      arrived_{world.metrics.counter("hark_phone_calls_total", "Calls of customers")},
      talked_{world.metrics.counter("hark_phone_talks_total", "Calls in which customer and agent talked")},
      abandoned_{world.metrics.counter("hark_phone_abandoned_total",
                                       "Calls of customers who left before anybody answered")},
      callbacks_{world.metrics.counter("hark_phone_callbacks_total", "Tries to call a customer back")},
      copied_{world.metrics.counter("hark_phone_recordings_total", kRecordingsHelp, {{"outcome", "copied"}})},
      not_copied_{
          world.metrics.counter("hark_phone_recordings_total", kRecordingsHelp, {{"outcome", "given_up"}})},
      copy_tries_failed_{
          world.metrics.counter("hark_phone_recordings_total", kRecordingsHelp, {{"outcome", "again"}})} {}

Desk::~Desk() = default;

void Desk::add(std::string account, Exchange& exchange) {
  exchanges_.insert_or_assign(std::move(account), &exchange);
}

Task<Status> Desk::start() {
  for (const auto& [account, settings] : world_.settings.accounts) {
    HARK_CO_TRY(const auto ids, co_await world_.store.live(account));
    for (const auto& id : ids) {
      const auto live = co_await get(account, id, false);
      if (!live.ok() && live.error().code == Code::kDataLoss) {
        logger().error(live.error().message, {{"account", account}});
        continue;
      }
      HARK_CO_TRY_VOID(live);
      (*live)->holder_to_look_for = true;
      (*live)->may_be_withdrawn = (*live)->kept.call.outbound;
    }
    if (!ids.empty()) logger().info("calls taken up", {{"account", account}, {"calls", ids.size()}});
  }
  co_return Status{};
}

Desk::LivePtr Desk::put(KeptCall kept) {
  const Key key{kept.call.account, kept.call.id};
  const auto [at, fresh] = live_.try_emplace(key);
  if (!fresh) return at->second;
  at->second = std::make_shared<Live>(world_.tasks.executor(), std::move(kept));
  calls_now_.set(static_cast<double>(live_.size()));
  world_.tasks.spawn("a call", tend(at->second));
  return at->second;
}

/// One load at a time of each call: what is said of it meanwhile waits, and finds it.
Task<Result<Desk::LivePtr>> Desk::get(std::string account, std::string call, bool make) {
  const Key key{account, call};
  while (loading_.contains(key)) co_await loaded_.wait();
  if (const auto found = live_.find(key); found != live_.end()) co_return found->second;
  if (live_.size() >= kCallsMax) {
    co_return Error{Code::kResourceExhausted, Reason::kOverloaded,
                    "there are " + std::to_string(kCallsMax) + " calls already; try again later"};
  }
  loading_.insert(key);
  const auto stored = co_await world_.store.load(account, call);
  loading_.erase(key);
  loaded_.notify_all();
  HARK_CO_TRY_VOID(stored);
  KeptCall kept;
  if (*stored) {
    v1::CallRecord record;
    if (!record.ParseFromString((*stored)->bytes)) {
      co_return Error{Code::kDataLoss, Reason::kInternal, "what is kept of call " + call + " cannot be read"};
    }
    kept = from_record(record);
    kept.version = (*stored)->version;
  } else if (make) {
    kept.call.account = account;
    kept.call.id = call;
    arrived_.add();
  } else {
    co_return Error{Code::kNotFound, Reason::kEntryNotFound, "there is no call " + call};
  }
  const auto live = put(std::move(kept));
  if (*stored) live->saved_version = std::max(live->saved_version, (*stored)->version);
  co_return live;
}

Task<Status> Desk::take(v1::PhoneEvent event) {
  if (!world_.settings.account(event.account_id())) {
    co_return Error{Code::kNotFound, Reason::kAccountUnknown,
                    "account_id: '" + event.account_id() + "' is no phone account of ours"};
  }
  for (const auto* id : {&event.call_id(), &event.leg_id()})
    if (id->size() > kCallIdBytesMax || !printable(*id))
      co_return invalid("call_id, leg_id: at most 128 printable bytes without spaces");
  if (event.call_id().empty()) co_return invalid("call_id: is empty");
  if (event.what_case() == v1::PhoneEvent::WHAT_NOT_SET) co_return invalid("event: says nothing");
  HARK_CO_TRY(const auto live, co_await get(event.account_id(), event.call_id(), event.has_arrived()));
  co_return co_await tell(live, event_of(event, world_.clock.now()));
}

Task<Status> Desk::take(std::string account, std::string call, Event event, bool make) {
  HARK_CO_TRY(const auto live, co_await get(std::move(account), std::move(call), make));
  co_return co_await tell(live, std::move(event));
}

Task<Status> Desk::take(std::string account, v1::PhoneEventsRequest::CommandResult result) {
  result.set_detail(clean_text(result.detail(), 500));
  HARK_CO_TRY(const auto live, co_await get(account, result.call_id(), false));
  if (result.command_id().empty() || result.command_id().size() > 2 * kCallIdBytesMax)
    co_return invalid("command_id: is none of ours");
  co_return co_await tell(
      live, {"", world_.clock.now(), CommandDone{result.command_id(), result.failed(), result.detail()}});
}

/// Applies, makes durable, and sees to what follows.
Task<Status> Desk::tell(LivePtr live, Event event) {
  if (apply(live->kept.call, event)) {
    ++live->kept.version;
    live->kept.closed = false;
  }
  const auto saved = co_await save(live);
  wake(*live);  // whether or not it is kept yet: whoever looks after it keeps it first
  co_return saved;
}

Task<Status> Desk::save(LivePtr live) {
  if (live->saved_version >= live->kept.version) co_return Status{};
  const auto version = live->kept.version;
  const auto& call = live->kept.call;
  HARK_CO_TRY_VOID(co_await world_.store.save(
      call.account, call.id, {version, to_record(live->kept).SerializeAsString()}, live->kept.closed));
  live->saved_version = std::max(live->saved_version, version);
  co_return Status{};
}

void Desk::wake(Live& live) {
  live.dirty = true;
  live.timer.cancel();
}

void Desk::connected(std::string_view account) {
  for (auto& [key, live] : live_) {
    if (key.first != account) continue;
    live->sent.clear();
    wake(*live);
  }
}

Task<Status> Desk::reconcile(std::string account, std::set<std::string> calls) {
  std::vector<LivePtr> gone;
  for (auto& [key, live] : live_) {
    const auto& call = live->kept.call;
    // Whom we call ourselves the exchange knows of only once it has carried that out.
    const bool told = !call.outbound || call.done.contains("ring:" + agent_leg_id(call, 1));
    if (key.first == account && told && !calls.contains(key.second)) gone.push_back(live);
  }
  const auto lost = [now = world_.clock.now()](std::string leg) {
    return Event{std::move(leg), now, Ended{LegEnd::kLost, "gone when the line to the exchange came back"}};
  };
  for (const auto& live : gone) {
    const auto& call = live->kept.call;
    if (is_over(call)) continue;
    if (call.outbound) HARK_CO_TRY_VOID(co_await tell(live, lost(agent_leg_id(call, 1))));
    HARK_CO_TRY_VOID(co_await tell(live, lost({})));
  }
  co_return Status{};
}

void Desk::look_for_holders(std::string_view conversation_id) {
  for (auto& [key, live] : live_) {
    const auto& call = live->kept.call;
    if (call.outbound || (!conversation_id.empty() && call.conversation_id != conversation_id)) continue;
    live->holder_to_look_for = true;
    wake(*live);
  }
}

void Desk::look_whether_wanted(std::string_view entry_id) {
  for (auto& [key, live] : live_) {
    if (!live->kept.call.outbound || (!entry_id.empty() && live->kept.call.entry_id != entry_id)) continue;
    live->may_be_withdrawn = true;
    wake(*live);
  }
}

std::vector<Call> Desk::calls_of(std::string_view account) const {
  std::vector<Call> out;
  for (const auto& [key, live] : live_)
    if (key.first == account) out.push_back(live->kept.call);
  return out;
}

const Call* Desk::find(std::string_view account, std::string_view call) const {
  const auto found = live_.find({std::string{account}, std::string{call}});
  return found == live_.end() ? nullptr : &found->second->kept.call;
}

std::vector<v1::Call> Desk::calls() const {
  std::vector<v1::Call> out;
  for (const auto& [key, live] : live_)
    if (!is_over(live->kept.call)) out.push_back(to_call(live->kept));
  std::ranges::sort(out, {}, [](const v1::Call& call) { return call.progress().started_at_ms(); });
  if (out.size() > 1000) out.resize(1000);
  return out;
}

}  // namespace hark::phone
