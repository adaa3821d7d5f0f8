#include "phone/twilio/twilio_exchange.h"

#include <algorithm>

#include "base/async/notifier.h"
#include "base/core/url.h"
#include "base/log/log.h"
#include "phone/core/asked.h"

namespace hark::phone {
namespace {

using twilio::About;
using twilio::Form;
using web::HttpRequest;
using web::HttpResponse;

constexpr std::chrono::minutes kLookEvery{5};

const Logger& logger() {
  static const Logger log{"phone"};
  return log;
}

HttpResponse come_again(std::string_view words) {
  auto response = web::plain_response(503, words);
  response.headers.push_back({"Retry-After", "5"});
  return response;
}

HttpResponse twiml(std::string body) {
  HttpResponse response;
  response.content_type = "text/xml; charset=utf-8";
  response.body = std::move(body);
  return response;
}

About about_of(const HttpRequest& request, const Form& form) {
  About about{request.query_value("hark").value_or(""), request.query_value("call").value_or(""),
              request.query_value("leg").value_or("")};
  if (about.call.empty()) about.call = twilio::field(form, "CallSid");
  return about;
}

bool good_id(std::string_view id) {
  return id.size() <= kCallIdBytesMax && id.find_first_not_of(
                                             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                             "0123456789-_.") == std::string_view::npos;
}

}  // namespace

TwilioExchange::TwilioExchange(const Account& account, Desk& desk, http::HttpClient& http, const Clock& clock,
                               Metrics& metrics)
    : account_{account},
      desk_{desk},
      http_{http},
      clock_{clock},
      taken_{metrics.counter("hark_phone_webhooks_total", "Requests of carriers, by what became of them",
                             {{"account", account.id}, {"outcome", "taken"}})},
      refused_{metrics.counter("hark_phone_webhooks_total", "Requests of carriers, by what became of them",
                               {{"account", account.id}, {"outcome", "refused"}})} {}

std::string TwilioExchange::webhook(std::string_view what, std::string_view call,
                                    std::string_view leg) const {
  auto url = account_.public_url + "/webhooks/" + account_.id + "?hark=" + std::string{what} +
             "&call=" + url_encoded(call);
  if (!leg.empty()) url += "&leg=" + url_encoded(leg);
  return url;
}

bool TwilioExchange::proved(const HttpRequest& request, const Form& form) const {
  auto url = account_.public_url + request.path;
  if (!request.query.empty()) url += "?" + request.query;
  const auto signature = request.header("X-Twilio-Signature");
  if (request.query.find("bodySHA256=") != std::string::npos)
    return twilio::proves_body(account_.password, url, request.body, signature);
  return twilio::proves(account_.password, url, form, signature);
}

Task<HttpResponse> TwilioExchange::take(HttpRequest request) {
  const auto form = twilio::read_form(request.body).value_or(Form{});
  if (!proved(request, form)) {
    refused_.add();
    logger().warning("a webhook without a right signature was refused", {{"account", account_.id}});
    co_return web::plain_response(401, "the signature does not fit; are auth token and public_url Twilio's?");
  }
  const auto about = about_of(request, form);
  if (about.call.empty() || !good_id(about.call) || !good_id(about.leg))
    co_return twiml(twilio::say_nothing());  // nothing about a call: signed, so no stranger's
  for (auto& event : twilio::read(about, form, clock_.now())) {
    const bool arrived = std::holds_alternative<Arrived>(event.what);
    if (std::holds_alternative<Ended>(event.what) && event.leg_id.empty()) places_.erase(about.call);
    const auto taken = co_await desk_.take(account_.id, about.call, std::move(event), arrived);
    // News of a call that is not known any more change nothing; the answer still has to be a document.
    if (!taken.ok() && taken.error().code != Code::kNotFound) {
      logger().warning("a webhook was not kept", {{"account", account_.id}, {"why", taken.error().message}});
      co_return come_again("not kept yet; send it again");
    }
  }
  taken_.add();
  co_return twiml(co_await answer_to(about, form));
}

Task<std::string> TwilioExchange::answer_to(const About& about, const Form& form) {
  if (about.what == "wait") {
    const auto place = places_.extract(about.call);
    co_return twilio::wait(place.empty() ? 0 : place.mapped());
  }
  if (about.what == "agent" || about.what == "room") co_return co_await own_room(about);
  if (about.what == "answered") co_return twilio::ask_for_key(webhook("agent", about.call, about.leg));
  if (about.what == "dialed") co_return twilio::hang_up();
  const auto* call = desk_.find(account_.id, about.call);
  const bool there = call && !is_over(*call);
  if (about.what == "left") co_return there&& passed_on(*call) ? let_wait(about.call) : twilio::say_nothing();
  const auto status = twilio::field(form, "CallStatus");
  if (about.what.empty() && there && (status == "ringing" || status == "in-progress"))
    co_return let_wait(about.call);
  co_return twilio::say_nothing();
}

std::string TwilioExchange::let_wait(const std::string& call) const {
  return twilio::let_wait(call, webhook("wait", call), webhook("left", call));
}

/// The agent has answered, or the room in which they were closed: into their own, as long as they have part
/// in the call.
Task<std::string> TwilioExchange::own_room(About about) {
  const auto* call = desk_.find(account_.id, about.call);
  const auto* leg = call ? find_leg(*call, about.leg) : nullptr;
  if (!leg || is_over(*call)) co_return twilio::hang_up();
  if (call->outbound) co_return co_await dial(std::move(about));
  if (leg != talking_leg(*call) && !is_asked_now(*call, *leg)) co_return twilio::hang_up();
  co_return room_of(*leg, *call, leg->id);
}

/// What the leg of an agent who calls back is to do once they listen.
Task<std::string> TwilioExchange::dial(About about) {
  const auto may = co_await desk_.may_dial(account_.id, about.call);
  if (!may.ok()) co_return twilio::ask_again(webhook(about.what, about.call, about.leg));
  const auto* call = desk_.find(account_.id, about.call);
  if (!*may || !call) co_return twilio::hang_up();
  co_return twilio::dial(call->to, account_.number, 45, webhook("customer", call->id),
                         webhook("dialed", call->id));
}

std::string TwilioExchange::room_of(const Leg& owner, const Call& call, std::string_view who) const {
  const auto after = who == call.id ? webhook("left", call.id) : webhook("room", call.id, who);
  return twilio::room(owner.id, who == owner.id, after);
}

std::string TwilioExchange::sid_of(std::string_view call_id, std::string_view leg_id) const {
  const auto* call = desk_.find(account_.id, call_id);
  const auto* leg = call ? find_leg(*call, leg_id) : nullptr;
  if (!leg) return {};
  const bool customers = leg->id == call->id;
  return customers && !call->outbound ? call->id : leg->native_id;
}

Task<Carried> TwilioExchange::lead_into_room(std::string call_id, std::string owner, std::string who) {
  const auto* call = desk_.find(account_.id, call_id);
  const auto* leg = call ? find_leg(*call, owner) : nullptr;
  auto sid = sid_of(call_id, who);
  if (!leg || sid.empty()) co_return Carried{Carried::Kind::kRefused, "Twilio has no such call"};
  auto twiml = room_of(*leg, *call, who);
  co_return co_await change(std::move(sid), {{"Twiml", std::move(twiml)}});
}

/// Who owns the room is in it since they answered, unless they asked somebody and are in that one's.
Task<Carried> TwilioExchange::connect(v1::PhoneCommand command) {
  const auto& other = command.connect().other_leg_id();
  const auto* call = desk_.find(account_.id, command.call_id());
  if (!call || call->outbound) co_return Carried{};  // the agent's leg dials the customer itself
  const auto* owner = find_leg(*call, command.leg_id());
  const bool away = std::ranges::any_of(call->legs, [&](const Leg& leg) {
    return owner && asker_of(*call, leg) == owner && call->done.contains("consult:" + leg.id);
  });
  if (away) {
    auto back = co_await lead_into_room(command.call_id(), command.leg_id(), command.leg_id());
    if (back.kind != Carried::Kind::kDone) co_return back;
  }
  co_return co_await lead_into_room(command.call_id(), command.leg_id(), other);
}

Task<Carried> TwilioExchange::hold(v1::PhoneCommand command) {
  const auto* call = desk_.find(account_.id, command.call_id());
  if (!call || call->outbound) {
    co_return Carried{Carried::Kind::kRefused,
                      "Twilio cannot hold who was called back; the agent's phone can"};
  }
  if (command.hold().held()) co_return co_await change(call->id, {{"Twiml", twilio::music()}});
  const auto* talk = talking_leg(*call);
  if (!talk) co_return Carried{};
  co_return co_await lead_into_room(command.call_id(), talk->id, call->id);
}

Task<Carried> TwilioExchange::carry_out(v1::PhoneCommand command) {
  using Kind = Carried::Kind;
  switch (command.what_case()) {
    case v1::PhoneCommand::kRingAgent:
      co_return co_await ring(std::move(command));
    case v1::PhoneCommand::kConnect:
      co_return co_await connect(std::move(command));
    case v1::PhoneCommand::kHold:
      co_return co_await hold(std::move(command));
    case v1::PhoneCommand::kHangUp: {
      auto sid = sid_of(command.call_id(), command.leg_id());
      if (sid.empty()) co_return Carried{Kind::kRefused, "Twilio has no such call"};
      co_return co_await change(std::move(sid), {{"Status", "completed"}});
    }
    case v1::PhoneCommand::kTakeVoicemail:
      co_return co_await change(command.call_id(),
                                {{"Twiml", twilio::take_voicemail(webhook("message", command.call_id()),
                                                                  webhook("message", command.call_id()))}});
    case v1::PhoneCommand::kQueue:
      // At first the answer to Twilio's own question lets them wait.
      if (command.id() == "queue") co_return Carried{};
      co_return co_await change(command.call_id(), {{"Twiml", let_wait(command.call_id())}});
    case v1::PhoneCommand::kAnnounce:
      places_.insert_or_assign(command.call_id(), command.announce().position());
      co_return Carried{};
    default:
      co_return Carried{};  // dialling is what our answer to the agent's leg says
  }
}

Task<Carried> TwilioExchange::ring(v1::PhoneCommand command) {
  const auto& ring = command.ring_agent();
  const bool asks_for_key = ring.endpoint().starts_with('+') && !ring.agent_id().empty();
  Form form{{"To", ring.endpoint()},
            {"From", account_.number},
            {"Url", webhook(asks_for_key ? "answered" : "agent", command.call_id(), command.leg_id())},
            {"Timeout", std::to_string(ring.ring_seconds())},
            {"StatusCallback", webhook("leg", command.call_id(), command.leg_id())}};
  for (const auto* event : {"initiated", "ringing", "answered", "completed"})
    form.emplace_back("StatusCallbackEvent", event);
  const auto sent = co_await post("/Calls.json", std::move(form));
  if (sent.kind == http::Answer::Kind::kNotSent) co_return Carried{Carried::Kind::kAway, sent.detail};
  if (sent.kind == http::Answer::Kind::kUnknown)
    co_return Carried{Carried::Kind::kRefused, "Twilio did not answer, so nobody knows whether it rings"};
  auto answer = twilio::judge(sent.status, sent.body);
  if (answer.again) co_return Carried{Carried::Kind::kAway, answer.detail};
  if (!answer.done) co_return Carried{Carried::Kind::kRefused, answer.detail};
  static_cast<void>(co_await desk_.take(account_.id, command.call_id(),
                                        {command.leg_id(), clock_.now(), Named{answer.sid}}, false));
  co_return Carried{Carried::Kind::kDone};
}

/// Changes a call that is there; the same twice changes nothing more.
Task<Carried> TwilioExchange::change(std::string sid, Form form) {
  const auto sent = co_await post("/Calls/" + url_encoded(sid) + ".json", std::move(form));
  if (sent.kind != http::Answer::Kind::kAnswered) co_return Carried{Carried::Kind::kAway, sent.detail};
  const auto answer = twilio::judge(sent.status, sent.body);
  if (answer.again) co_return Carried{Carried::Kind::kAway, answer.detail};
  co_return Carried{answer.done ? Carried::Kind::kDone : Carried::Kind::kRefused, answer.detail};
}

Task<> TwilioExchange::watch() {
  for (;;) {
    for (auto& call : desk_.calls_of(account_.id))
      if (!is_over(call)) co_await look_at(std::move(call));
    co_await sleep_for(kLookEvery);
  }
}

/// Agents' lines first: where the customer's has ended, theirs are to be hung up.
Task<> TwilioExchange::look_at(Call call) {
  for (auto leg = call.legs.rbegin(); leg != call.legs.rend(); ++leg) {
    const bool customers = leg->id == call.id;
    const auto sid = sid_of(call.id, leg->id);
    if (leg->ended || sid.empty()) continue;
    const auto sent = co_await get("/Calls/" + url_encoded(sid) + ".json");
    if (sent.kind != http::Answer::Kind::kAnswered) co_return;
    const auto answer = twilio::judge(sent.status, sent.body);
    std::optional<Event> ended =
        answer.gone ? Event{{}, clock_.now(), Ended{LegEnd::kLost, "Twilio does not know it any more"}}
                    : twilio::ended_by(answer.status, clock_.now());
    if (!ended) continue;
    if (!customers) ended->leg_id = leg->id;
    if (customers && tape_is_missing(call, clock_.now(), desk_.settings().rules))
      co_await look_for_tape(call.id);
    static_cast<void>(co_await desk_.take(account_.id, call.id, *std::move(ended), false));
  }
  // Who is called back is dialled by their agent's line, and not a moment longer.
  const auto* now = desk_.find(account_.id, call.id);
  if (!now || !now->outbound || is_over(*now) || !now->legs.back().ended ||
      !now->legs.front().native_id.empty())
    co_return;
  static_cast<void>(co_await desk_.take(
      account_.id, call.id, {{}, clock_.now(), Ended{LegEnd::kLost, "its agent's line is gone"}}, false));
}

Task<> TwilioExchange::look_for_tape(std::string call) {
  const auto sent = co_await get("/Calls/" + url_encoded(call) + "/Recordings.json");
  if (sent.kind != http::Answer::Kind::kAnswered || sent.status != 200) co_return;
  for (auto& tape : twilio::read_recordings(sent.body)) {
    tape.url = resource("/Recordings/" + url_encoded(tape.id));
    tape.voicemail = true;
    static_cast<void>(
        co_await desk_.take(account_.id, call, {{}, clock_.now(), Recorded{std::move(tape)}}, false));
  }
}

std::string TwilioExchange::resource(std::string_view path) const {
  return account_.base_url + "/2010-04-01/Accounts/" + url_encoded(account_.user) + std::string{path};
}

Task<http::Answer> TwilioExchange::get(std::string path) {
  co_return co_await http_.send(
      {.url = resource(path), .user = account_.user, .password = account_.password});
}

Task<http::Answer> TwilioExchange::post(std::string path, Form form) {
  http::Request call;
  call.method = "POST";
  call.url = resource(path);
  call.user = account_.user;
  call.password = account_.password;
  call.body = twilio::write_form(form);
  co_return co_await http_.send(std::move(call));
}

namespace {

Task<HttpResponse> serve(TwilioSlot slot, HttpRequest request) {
  const auto exchange = slot();
  if (!exchange) co_return come_again("not ready");
  co_return co_await exchange->take(std::move(request));
}

}  // namespace

void add_route(web::HttpServer& server, const std::string& account, TwilioSlot slot) {
  web::HttpRoute route;
  route.method = "POST";
  route.path = "/webhooks/" + account;
  route.handler = [slot](HttpRequest request) { return serve(slot, std::move(request)); };
  route.body_size_max = kWebhookBytesMax;
  route.requests_max = kWebhooksMax;
  route.refuse = [slot](const HttpRequest&) -> std::optional<HttpResponse> {
    if (slot()) return std::nullopt;
    return come_again("not ready");
  };
  server.route(std::move(route));
}

}  // namespace hark::phone
