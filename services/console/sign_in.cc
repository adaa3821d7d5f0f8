// How an agent's session begins, goes on over another connection, and ends.
#include <array>
#include <cstring>
#include <utility>

#include "base/core/ids.h"
#include "console/service.h"

namespace hark::console {
namespace {

constexpr std::size_t kLoginBytesMax = 128;
constexpr std::size_t kPasswordBytesMax = 1024;

Error unauthenticated(std::string message) {
  return {Code::kUnauthenticated, Reason::kUnauthenticated, std::move(message)};
}

/// Logins are lower case; people's keyboards are not.
std::string login_of(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  std::string login{text};
  for (char& c : login) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return login;
}

/// 80 bits that nobody can guess.
std::string random_name() {
  std::array<unsigned char, 10> bytes{};
  const std::array<std::uint64_t, 2> random{secure_random(), secure_random()};
  std::memcpy(bytes.data(), random.data(), bytes.size());
  return base32(bytes);
}

}  // namespace

Task<Result<ConsoleService::Identity>> ConsoleService::check_password(std::string remote_address,
                                                                      Request::SignIn request) {
  const auto login = login_of(request.login());
  if (login.empty() || login.size() > kLoginBytesMax || request.password().size() > kPasswordBytesMax) {
    co_return unauthenticated("wrong login or password");
  }
  HARK_CO_TRY_VOID(throttle_.may_try(login, remote_address, clock_.now()));
  v1::SignInRequest call;
  call.set_agent_id(login);
  call.set_password(request.password());
  auto signed_in = co_await ports_.routing.sign_in(std::move(call));
  if (signed_in.ok()) {
    throttle_.succeeded(login, remote_address);
    Identity who{std::move(*signed_in->mutable_agent()), {}};
    who.claim.agent_id = who.agent.id();
    who.claim.generation = who.agent.session_generation();
    who.claim.session_id = random_name();
    co_return who;
  }
  // Only a wrong password counts against the one who guesses, and it is not told apart from an unknown login.
  const auto reason = signed_in.error().reason;
  if (reason != Reason::kUnauthenticated && reason != Reason::kAgentNotFound) co_return signed_in.error();
  throttle_.failed(login, remote_address, clock_.now());
  co_return unauthenticated("wrong login or password");
}

Task<Result<ConsoleService::Identity>> ConsoleService::check_token(std::string token) {
  HARK_CO_TRY(auto claim, tokens_.verify(token, clock_.now()));
  HARK_CO_TRY(const bool over, co_await ports_.store.session_ended(claim.agent_id, claim.session_id));
  if (over) co_return unauthenticated("this session was signed out; sign in");
  // Pages come back by the thousand. Should the directory lag behind, the desk hears of it from routing
  // itself.
  const auto* known = directory_.find(claim.agent_id);
  if (known && known->session_generation() <= claim.generation) co_return Identity{*known, std::move(claim)};
  auto listed = co_await ports_.routing.list_agents({});
  if (!listed.ok()) co_return listed.error();
  for (auto& agent : *listed->mutable_agents()) {
    if (agent.id() != claim.agent_id) continue;
    if (agent.session_generation() > claim.generation)
      co_return unauthenticated("signed out on all machines, or the password has changed; sign in");
    co_return Identity{std::move(agent), std::move(claim)};
  }
  co_return unauthenticated("this agent no longer exists; sign in");
}

Result<SessionClaim> ConsoleService::claim_of(std::string_view session_token) const {
  HARK_TRY(auto claim, tokens_.verify(session_token, clock_.now()));
  const auto* agent = directory_.find(claim.agent_id);
  if (directory_.known() && (!agent || agent->session_generation() > claim.generation))
    return unauthenticated("this session is over; sign in");
  return claim;
}

Task<Result<std::string>> ConsoleService::agent_of(std::string session_token) {
  HARK_CO_TRY(const auto claim, claim_of(session_token));
  HARK_CO_TRY(const bool over, co_await ports_.store.session_ended(claim.agent_id, claim.session_id));
  if (over) co_return unauthenticated("this session was signed out; sign in");
  co_return claim.agent_id;
}

Task<> ConsoleService::sign_in(ConnectionPtr connection, std::int64_t request_id, Request::SignIn request) {
  const auto session = connection->session;
  // In two steps: a conditional expression of awaited temporaries is more than compilers get right.
  Result<Identity> who = unauthenticated("sign in with a password or a session token");
  if (request.session_token().empty()) {
    who = co_await check_password(connection->remote_address, request);
  } else {
    who = co_await check_token(request.session_token());
  }
  if (options_.observer.sign_in) {
    const auto login = who.ok() ? who->agent.id() : login_of(request.login().substr(0, kLoginBytesMax));
    options_.observer.sign_in(login, connection->remote_address, who.ok() ? Status{} : Status{who.error()});
  }
  if (who.ok()) co_await refresh_sending_rules();
  if (session->ended) co_return;
  if (!who.ok()) {
    session->sign_in = SignInState::kSignedOut;
    session->send(failed(request_id, who.error()));
    co_return;
  }
  who->claim.expires = clock_.now() + options_.session_life;
  v1::ConsoleResponse response;
  response.set_request_id(request_id);
  auto& signed_in = *response.mutable_signed_in();
  *signed_in.mutable_agent() = who->agent;
  signed_in.set_session_token(tokens_.sign(who->claim));
  signed_in.set_now_ms(to_ms(clock_.now()));
  *signed_in.mutable_setup() = options_.setup;
  *signed_in.mutable_setup()->mutable_sending_rules() = sending_rules_.rules();
  if (request.has_resume() && resume(connection, request.resume(), *who, response)) co_return;
  session->epoch = random_name();
  signed_in.set_epoch(session->epoch);
  session->send(std::move(response));
  begin(session, *std::move(who));
}

/// Without them agents are still refused what cannot be sent, only later.
Task<> ConsoleService::refresh_sending_rules() {
  if (clock_.now() < sending_rules_until_) co_return;
  sending_rules_until_ = clock_.now() + kSendingRulesFor;
  auto rules = co_await ports_.conversation.list_sending_rules({});
  if (rules.ok()) sending_rules_ = *std::move(rules);
}

void ConsoleService::begin(const SessionPtr& session, Identity who) {
  session->sign_in = SignInState::kSignedIn;
  session->agent_id = who.agent.id();
  session->agent = std::move(who.agent);
  session->claim = std::move(who.claim);
  by_epoch_[session->epoch] = session;
  if (directory_.known()) session->send(directory_.everybody());
  tasks_.spawn("tell notices", tell_unseen(session));
  desk_.sit_down(session);
  if (session->supervises()) floor_.watch();
}

bool ConsoleService::resume(const ConnectionPtr& connection, const Request::Resume& at, const Identity& who,
                            const v1::ConsoleResponse& signed_in) {
  const auto found = by_epoch_.find(at.epoch());
  if (found == by_epoch_.end()) return false;
  const auto session = found->second;
  if (session->agent_id != who.agent.id() || session->claim.session_id != who.claim.session_id) return false;
  const auto missed = session->told.after(at.offset());
  if (!missed) {
    // The page will load afresh, and has no further use for this one.
    session->close(Farewell::kDone, "the page has begun anew");
    end(session);
    return false;
  }
  if (session->sink) {
    session->close(Farewell::kDone, "the session goes on over another connection");
    desk_.leave(session);
  }
  if (std::exchange(session->away, false)) --away_;
  session->away_timer.cancel();
  end(connection->session);
  connection->session = session;
  session->sink = connection->sink;
  session->remote_address = connection->remote_address;
  session->agent = who.agent;
  session->claim = who.claim;
  auto response = signed_in;
  response.mutable_signed_in()->set_epoch(session->epoch);
  response.mutable_signed_in()->set_resumed(true);
  session->sink->send(response);
  session->send_again(*missed);
  for (const auto& id : session->open) attentions_.open(session, id);
  if (session->oversees) floor_.oversee(session, true);
  desk_.sit_down(session);
  return true;
}

ConsoleService::Answer ConsoleService::sign_out(SessionPtr session, Request::SignOut request) {
  const auto& claim = session->claim;
  HARK_CO_TRY_VOID(
      co_await ports_.store.end_session(claim.agent_id, claim.session_id, claim.expires, clock_.now()));
  if (request.everywhere()) {
    v1::EndSessionsRequest call;
    call.set_agent_id(session->agent_id);
    session->signing_out = true;
    auto ended = co_await ports_.routing.end_sessions(std::move(call));
    session->signing_out = ended.ok();
    if (!ended.ok()) co_return ended.error();
    directory_.put(std::move(*ended->mutable_agent()));
  }
  // Other tabs of the same browser hold the same session.
  for_other_pages(*session, [&](Session& other) {
    if (request.everywhere() || other.claim.session_id == claim.session_id)
      other.close(Farewell::kSignInAgain, "signed out");
  });
  v1::ConsoleResponse response;
  response.mutable_done();
  co_return response;
}

}  // namespace hark::console
