#include "phone/ari/ari_exchange.h"

#include <algorithm>

#include "base/core/digest.h"
#include "base/core/url.h"
#include "base/log/log.h"

namespace hark::phone {
namespace {

using Kind = Carried::Kind;

constexpr Duration kRetryFirst{500};
constexpr Duration kRetryMost{15'000};
/// Whoever took our application over is asked for it again only after a while: two that take it from each
/// other serve nobody.
constexpr Duration kReplacedPause{60'000};

const Logger& logger() {
  static const Logger log{"phone"};
  return log;
}

std::string bridge_of(std::string_view call) { return "hark-" + std::string{call}; }

std::string at_channel(std::string_view channel) { return "/channels/" + url_encoded(channel); }

}  // namespace

AriExchange::AriExchange(TaskGroup& tasks, const Account& account, Desk& desk, http::HttpClient& http,
                         const Clock& clock, Metrics& metrics)
    : tasks_{tasks},
      account_{account},
      desk_{desk},
      http_{http},
      clock_{clock},
      arrived_{tasks.executor()},
      connected_{metrics.gauge("hark_phone_ari_connected", "1 while Asterisk's events come",
                               {{"account", account.id}})},
      events_{metrics.counter("hark_phone_ari_events_total", "Events of Asterisk, by what became of them",
                              {{"account", account.id}, {"outcome", "read"}})},
      broken_{metrics.counter("hark_phone_ari_events_total", "Events of Asterisk, by what became of them",
                              {{"account", account.id}, {"outcome", "broken"}})} {}

EventSocket::Target AriExchange::target() const {
  auto authority = account_.base_url.substr(account_.base_url.find("://") + 3);
  authority = authority.substr(0, authority.find('/'));
  const auto colon = authority.rfind(':');
  return {authority.substr(0, colon),
          authority.substr(colon + 1),
          "/ari/events?app=" + url_encoded(account_.app) + "&subscribeAll=false",
          "Basic " + base64(account_.user + ":" + account_.password),
          "ari",
          account_.base_url.starts_with("https://"),
          account_.ca_file};
}

Task<> AriExchange::run() {
  auto pause = kRetryFirst;
  for (;;) {
    const auto ended = co_await follow();
    connected_.set(0);
    waiting_.clear();
    if (ended.ok() && *ended == Ended::kReplaced) {
      logger().error("another program took the Stasis application over; give each of them a name of its own",
                     {{"account", account_.id}, {"application", account_.app}});
      co_await sleep_for(kReplacedPause);
      continue;
    }
    if (ended.ok()) pause = kRetryFirst;
    if (!ended.ok())
      logger().warning("Asterisk cannot be followed",
                       {{"account", account_.id}, {"why", ended.error().message}});
    co_await sleep_for(pause);
    pause = std::min(pause * 2, kRetryMost);
  }
}

/// One connection, to its end. Read fast and taken in order beside it: Asterisk drops who is slow.
Task<Result<AriExchange::Ended>> AriExchange::follow() {
  HARK_CO_TRY(const auto socket, co_await EventSocket::open(target()));
  connected_.set(1);
  logger().info("follows Asterisk", {{"account", account_.id}, {"application", account_.app}});
  TaskGroup taking{tasks_.executor()};
  taking.spawn("take events", take_events(socket));
  bool replaced = false;
  std::exception_ptr cancelled;
  try {
    while (!replaced) {
      auto message = co_await socket->read();
      if (!message.ok()) break;
      replaced = message->find("\"ApplicationReplaced\"") != std::string::npos &&
                 ari::read(*message, clock_.now()).kind == ari::Reading::Kind::kReplaced;
      if (waiting_.size() >= kEventsWaitingMax) socket->cut();
      waiting_.push_back(*std::move(message));
      arrived_.notify_all();
    }
  } catch (...) {
    cancelled = std::current_exception();
  }
  co_await asio::this_coro::throw_if_cancelled(false);
  taking.cancel();
  co_await taking.wait();
  socket->cut();
  co_await asio::this_coro::throw_if_cancelled(true);
  if (cancelled) std::rethrow_exception(cancelled);
  co_return replaced ? Ended::kReplaced : Ended::kBroken;
}

/// What is there now first, then what happens. What cannot be kept cuts the line: the next look finds it.
Task<> AriExchange::take_events(std::shared_ptr<EventSocket> socket) {
  const auto looked = co_await reconcile();
  if (!looked.ok()) {
    logger().warning("Asterisk's channels cannot be listed",
                     {{"account", account_.id}, {"why", looked.error().message}});
    co_return socket->cut();
  }
  desk_.connected(account_.id);
  for (;;) {
    while (!waiting_.empty()) {
      const auto message = std::move(waiting_.front());
      waiting_.pop_front();
      auto reading = ari::read(message, clock_.now());
      (reading.kind == ari::Reading::Kind::kBroken ? broken_ : events_).add();
      for (auto& news : reading.news) {
        const auto taken = co_await take(std::move(news));
        if (taken.ok() || taken.error().code == Code::kNotFound ||
            taken.error().code == Code::kInvalidArgument)
          continue;
        logger().warning("an event of Asterisk was not kept",
                         {{"account", account_.id}, {"why", taken.error().message}});
        co_return socket->cut();
      }
    }
    co_await arrived_.wait();
  }
}

Task<Status> AriExchange::take(ari::News news) {
  const bool arrived = std::holds_alternative<Arrived>(news.event.what);
  if (auto* recorded = std::get_if<Recorded>(&news.event.what)) {
    recorded->recording.url =
        account_.base_url + "/ari/recordings/stored/" + url_encoded(recorded->recording.id) + "/file";
  }
  const bool over = std::holds_alternative<phone::Ended>(news.event.what) && news.place.leg.empty();
  auto call = news.place.call;
  HARK_CO_TRY_VOID(co_await desk_.take(account_.id, call, std::move(news.event), arrived));
  if (over) {
    for (const auto* which : {"", "-consult"})
      static_cast<void>(co_await send("DELETE", "/bridges/" + url_encoded(bridge_of(call) + which), true));
  }
  co_return Status{};
}

/// Events while nobody listened are lost: channels that are gone are over, those that are here have arrived.
Task<Status> AriExchange::reconcile() {
  HARK_CO_TRY(const auto list, co_await look("/channels"));
  const auto channels = ari::read_channels(list.value_or(""));
  if (!channels) co_return Error{Code::kUnavailable, Reason::kUnspecified, "that was no list of channels"};
  for (auto& call : desk_.calls_of(account_.id))
    HARK_CO_TRY_VOID(co_await reconcile_call(std::move(call), *channels));
  for (const auto& channel : *channels) {
    const auto place = ari::place_of(channel.id);
    if (channel.app != account_.app || !place.leg.empty() || place.call.starts_with("back-")) continue;
    HARK_CO_TRY_VOID(co_await desk_.take(account_.id, place.call, {{}, clock_.now(), channel.arrival}, true));
  }
  co_return Status{};
}

Task<Status> AriExchange::reconcile_call(Call call, const std::vector<ari::Channel>& channels) {
  for (const auto& leg : call.legs) {
    const bool customers = leg.id == call.id;
    const bool asked_for =
        customers ? !call.outbound || call.done.contains("dial") : call.done.contains("ring:" + leg.id);
    if (leg.ended || !asked_for) continue;
    if (customers && tape_is_missing(call, clock_.now(), desk_.settings().rules))
      HARK_CO_TRY_VOID(co_await look_for_tape(call.id));
    const auto found = std::ranges::find(channels, leg.id, &ari::Channel::id);
    Event event{customers ? std::string{} : leg.id, clock_.now(),
                phone::Ended{LegEnd::kLost, "gone when the line came back"}};
    if (found != channels.end()) {
      if (!found->up || leg.answered || (customers && !call.outbound)) continue;
      event.what = Answered{};
    }
    HARK_CO_TRY_VOID(co_await desk_.take(account_.id, call.id, std::move(event), false));
  }
  co_return Status{};
}

/// That it is finished is told once.
Task<Status> AriExchange::look_for_tape(std::string call) {
  Recording tape;
  tape.id = ari::recording_name(call);
  tape.voicemail = true;
  HARK_CO_TRY(const auto runs, co_await look("/recordings/live/" + url_encoded(tape.id)));
  if (runs) co_return Status{};
  HARK_CO_TRY(const auto stored, co_await look("/recordings/stored/" + url_encoded(tape.id)));
  if (!stored) co_return Status{};
  co_return co_await take({{std::move(call), {}}, {{}, clock_.now(), Recorded{std::move(tape)}}});
}

Task<Carried> AriExchange::carry_out(v1::PhoneCommand command) {
  switch (command.what_case()) {
    case v1::PhoneCommand::kQueue:
      co_return co_await queue(command.call_id());
    case v1::PhoneCommand::kRingAgent: {
      const auto& who = command.ring_agent();
      if (who.agent_id().empty())
        co_return co_await dial(command.leg_id(), who.endpoint(), who.caller_id(), who.ring_seconds());
      co_return co_await ring(command.leg_id(), who.endpoint(), who.caller_id(), who.ring_seconds());
    }
    case v1::PhoneCommand::kDialCustomer: {
      const auto& who = command.dial_customer();
      co_return co_await dial(command.call_id(), who.to(), who.from(), who.ring_seconds());
    }
    case v1::PhoneCommand::kConnect: {
      const auto& other = command.connect().other_leg_id();
      if (other == command.call_id()) co_return co_await connect(other, command.leg_id());
      co_return co_await bridge(bridge_of(command.call_id()) + "-consult", other, command.leg_id());
    }
    case v1::PhoneCommand::kAnnounce:
      co_return co_await announce(command.call_id(), command.announce().position());
    case v1::PhoneCommand::kHold:
      co_return co_await hold(command.call_id(), command.hold().held());
    case v1::PhoneCommand::kHangUp:
      co_return co_await hang_up(command.leg_id().empty() ? command.call_id() : command.leg_id());
    case v1::PhoneCommand::kTakeVoicemail:
      co_return co_await take_voicemail(command.call_id());
    case v1::PhoneCommand::WHAT_NOT_SET:
      break;
  }
  co_return Carried{Kind::kRefused, "this command is not known"};
}

Task<Carried> AriExchange::queue(std::string channel) {
  auto carried = co_await send("POST", at_channel(channel) + "/answer");
  if (carried.kind == Kind::kDone) carried = co_await send("POST", at_channel(channel) + "/moh");
  if (carried.kind == Kind::kRefused) {
    // Usually the customer has hung up meanwhile; if not, the next look at the channels tells.
    static_cast<void>(co_await desk_.take(
        account_.id, channel, {{}, clock_.now(), phone::Ended{LegEnd::kLost, carried.detail}}, false));
  }
  co_return carried;
}

/// Under our own id, so that asked for twice it rings once.
Task<Carried> AriExchange::ring(std::string channel, std::string endpoint, std::string caller_id,
                                int seconds) {
  auto path = "/channels?endpoint=" + url_encoded(endpoint) + "&app=" + url_encoded(account_.app) +
              "&appArgs=leg&channelId=" + url_encoded(channel) + "&timeout=" + std::to_string(seconds);
  if (!caller_id.empty()) path += "&callerId=" + url_encoded(caller_id);
  co_return co_await send("POST", std::move(path));
}

Task<Carried> AriExchange::dial(std::string channel, std::string number, std::string caller_id, int seconds) {
  if (account_.trunk.empty()) co_return Carried{Kind::kRefused, "no trunk is configured that leads outside"};
  auto endpoint = account_.trunk;
  endpoint.replace(endpoint.find("{number}"), 8, number);
  co_return co_await ring(std::move(channel), std::move(endpoint), std::move(caller_id), seconds);
}

Task<Carried> AriExchange::connect(std::string customer, std::string agent) {
  const auto carried = co_await send("DELETE", at_channel(customer) + "/moh", true);
  if (carried.kind != Kind::kDone) co_return carried;
  co_return co_await bridge(bridge_of(customer), customer, agent);
}

/// Whoever is in another bridge leaves it.
Task<Carried> AriExchange::bridge(std::string name, std::string one, std::string other) {
  const auto path = "/bridges/" + url_encoded(name);
  const auto carried = co_await send("POST", path + "?type=mixing");
  if (carried.kind != Kind::kDone) co_return carried;
  co_return co_await send("POST", path + "/addChannel?channel=" + url_encoded(one + "," + other));
}

/// The words are Asterisk's own, in the channel's language; the music goes on by itself.
Task<Carried> AriExchange::announce(std::string customer, int position) {
  const auto media =
      position == 1 ? std::string{"sound:queue-youarenext"}
                    : "sound:queue-thereare,number:" + std::to_string(position) + ",sound:queue-callswaiting";
  co_return co_await send("POST", at_channel(customer) + "/play?media=" + url_encoded(media));
}

Task<Carried> AriExchange::hold(std::string customer, bool held) {
  const auto bridge = "/bridges/" + url_encoded(bridge_of(customer));
  const auto channel = "?channel=" + url_encoded(customer);
  if (held) {
    auto carried = co_await send("POST", bridge + "/removeChannel" + channel);
    if (carried.kind == Kind::kDone) carried = co_await send("POST", at_channel(customer) + "/moh");
    co_return carried;
  }
  auto carried = co_await send("DELETE", at_channel(customer) + "/moh", true);
  if (carried.kind == Kind::kDone) carried = co_await send("POST", bridge + "/addChannel" + channel);
  co_return carried;
}

Task<Carried> AriExchange::hang_up(std::string channel) {
  co_return co_await send("DELETE", at_channel(channel) + "?reason=normal");
}

Task<Carried> AriExchange::take_voicemail(std::string channel) {
  auto carried = co_await send("DELETE", at_channel(channel) + "/moh", true);
  if (carried.kind == Kind::kDone)
    carried = co_await send("POST", at_channel(channel) + "/play?media=sound:vm-intro");
  if (carried.kind != Kind::kDone) co_return carried;
  co_return co_await send(
      "POST", at_channel(channel) + "/record?name=" + url_encoded(ari::recording_name(channel)) +
                  "&format=wav&maxDurationSeconds=180&maxSilenceSeconds=8&beep=true&ifExists=overwrite");
}

Task<http::Answer> AriExchange::ask(std::string method, std::string path) {
  http::Request request{.method = std::move(method), .url = account_.base_url + "/ari" + path};
  request.user = account_.user;
  request.password = account_.password;
  co_return co_await http_.send(std::move(request), {.ca_file = account_.ca_file});
}

/// Nothing: there is no such thing.
Task<Result<std::optional<std::string>>> AriExchange::look(std::string path) {
  auto answer = co_await ask("GET", std::move(path));
  const bool answered = answer.kind == http::Answer::Kind::kAnswered;
  if (answered && answer.status == 404) co_return std::optional<std::string>{};
  if (answered && answer.status == 200) co_return std::optional{std::move(answer.body)};
  co_return Error{Code::kUnavailable, Reason::kUnspecified,
                  answer.detail.empty() ? "HTTP " + std::to_string(answer.status) : answer.detail};
}

Task<Carried> AriExchange::send(std::string method, std::string path, bool gone_is_done) {
  const auto answer = co_await ask(std::move(method), path);
  // All of these may be asked for twice: channels and bridges have ids of our own.
  if (answer.kind != http::Answer::Kind::kAnswered) co_return Carried{Kind::kAway, answer.detail};
  if (answer.status >= 200 && answer.status < 300) co_return Carried{Kind::kDone};
  if (answer.status == 409 && path.starts_with("/channels?"))
    co_return Carried{Kind::kDone};  // it rings already
  if (answer.status == 404 && gone_is_done) co_return Carried{Kind::kDone};
  auto why = "Asterisk " + std::to_string(answer.status) + ": " + ari::refusal_of(answer.body);
  if (answer.status == 503 || answer.status == 401 || answer.status == 403)
    co_return Carried{Kind::kAway, std::move(why)};
  co_return Carried{Kind::kRefused, std::move(why)};
}

}  // namespace hark::phone
