// How a visit begins: who comes, from where, and what they have already.
#include <array>
#include <span>

#include "base/core/ids.h"
#include "chat/core/identity.h"
#include "chat/core/message_rules.h"
#include "chat/core/origins.h"
#include "chat/inbound.h"
#include "chat/service.h"

namespace hark::chat {
namespace {

/// 128 bits that nobody guesses.
std::string random_id() {
  std::array<std::uint64_t, 2> bits{secure_random(), secure_random()};
  return base32({reinterpret_cast<const unsigned char*>(bits.data()), sizeof bits});
}

void claim(std::vector<v1::AddressClaim>& claims, std::string address, bool verified, std::string_view why) {
  v1::AddressClaim claim;
  claim.set_address(std::move(address));
  claim.set_verified(verified);
  claim.set_why(std::string{why});
  claims.push_back(std::move(claim));
}

void claim_contacts(std::vector<v1::AddressClaim>& claims, std::string_view email, std::string_view phone,
                    bool verified, std::string_view why) {
  if (!email.empty()) claim(claims, "mailto:" + std::string{email}, verified, why);
  if (!phone.empty()) claim(claims, "tel:" + std::string{phone}, verified, why);
}

constexpr int kTellAttempts = 5;
constexpr Duration kTellAgain{200};

}  // namespace

bool ChatService::welcomes(const Origin& origin, std::string_view account_id) const {
  if (origin.own || origin.page.empty()) return true;
  for (const auto& [id, account] : settings_.accounts) {
    if ((account_id.empty() || account_id == id) && origin_listed(account.origins, origin.page)) return true;
  }
  return false;
}

void ChatService::introduce(const VisitPtr& visit, const v1::Introduction& said) {
  auto& known = visit->introduction;
  known.set_name(one_line(said.name(), kNameBytesMax));
  known.set_email(one_line(said.email(), kNameBytesMax));
  known.set_phone(one_line(said.phone(), kNameBytesMax));
  std::erase_if(visit->claims, [](const v1::AddressClaim& claim) { return !claim.verified(); });
  claim_contacts(visit->claims, known.email(), known.phone(), false, "typed by the visitor");
  if (!visit->identified) visit->name = known.name();
  visit->claims_told = false;
}

/// To a conversation that there is already. Before there is one, it goes with the first message.
Task<> ChatService::tell_introduction(VisitPtr visit) {
  const auto digest = digest_of(visit->introduction);
  if (!visit->written || digest.empty() || digest == visit->introduced) co_return;
  if (may_send(visit->visitor, visit->origin.remote_address) > Duration{0}) co_return;  // with the next hello
  auto message = introduction_message(visit->visitor, visit->introduction, digest);
  message.set_sent_at_ms(to_ms(clock_.now()));
  vouch(*visit, message);
  for (int attempt = 0; attempt < kTellAttempts && !visit->ended; ++attempt) {
    const auto accepted = co_await conversation_.accept(message);
    if (accepted.ok()) {
      visit->claims_told = visit->claims_told || digest == digest_of(visit->introduction);
      co_return co_await introduced(visit, digest);
    }
    if (is_final(accepted.error())) co_return;
    co_await sleep_for(kTellAgain * (1 << attempt));
  }
}

Task<> ChatService::introduced(VisitPtr visit, std::string digest) {
  if (digest.empty() || visit->introduced == digest) co_return;
  visit->introduced = digest;
  (void)co_await store_.introduced(visit->visitor, std::move(digest));  // said twice, it is one
}

/// Whom the site has signed, if anyone. An error: the visitor may not go on.
Result<Store::User> ChatService::believe(const VisitPtr& visit, const v1::ChatRequest::Hello& hello) {
  const auto& account = settings_.accounts.at(hello.account_id());
  const auto& said = hello.identity();
  visit->identified = false;
  visit->claims.clear();
  visit->name.clear();
  visit->introduction.Clear();
  if (!hello.has_identity()) {
    if (account.identity_required) {
      return Error{Code::kUnauthenticated, Reason::kUnauthenticated,
                   "this chat is for signed-in users only; sign in on the site"};
    }
    return Store::User{};
  }
  const Identity identity{hello.account_id(), said.external_id(), said.email(),
                          said.phone(),       said.name(),        from_ms(said.expires_at_ms())};
  const auto trust = check_identity(identity, said.signature(), account.identity_secret, clock_.now());
  if (!trust.ok()) {
    if (account.identity_required) return trust.error();
    refuse(visit, trust.error());
    return Store::User{};
  }
  // Whose signature has expired goes on as who they are, if the session is theirs already.
  const Store::User user{user_address(hello.account_id(), said.external_id()), *trust == Trust::kSigned};
  visit->identified = true;
  visit->name = one_line(said.name(), kNameBytesMax);
  claim(visit->claims, user.address, true, "signed by the site");
  claim_contacts(visit->claims, said.email(), said.phone(), true, "signed by the site");
  return user;
}

Task<Result<Store::Session>> ChatService::open_session(VisitPtr visit, Visitor visitor, Store::User user) {
  if (!visitor.id.empty()) {
    HARK_CO_TRY(auto session, co_await store_.open(visitor, random_id(), user));
    if (!session.another_users) {
      visit->visitor = std::move(visitor);
      co_return session;
    }
    // Someone else uses this browser now, or signed out: what was said before is not theirs to see.
  }
  if (!user.may_take_over) {
    co_return Error{Code::kUnauthenticated, Reason::kUnauthenticated,
                    "identity: the site's signature has expired; reload the page to get a new one"};
  }
  const auto wait = per_address_.take(visit->origin.remote_address, clock_.now());
  if (wait > Duration{0}) {
    limited_.add();
    co_return Error{Code::kResourceExhausted, Reason::kOverloaded,
                    "too many new chats from this address; try again in a moment"};
  }
  visitor.id = random_id();
  HARK_CO_TRY(auto session, co_await store_.open(visitor, random_id(), user));
  visit->visitor = std::move(visitor);
  co_return session;
}

Task<> ChatService::greet(VisitPtr visit, v1::ChatRequest::Hello hello) {
  const auto account = settings_.accounts.find(hello.account_id());
  if (account == settings_.accounts.end()) {
    refuse(visit, {Code::kNotFound, Reason::kAccountUnknown,
                   "account_id: '" + one_line(hello.account_id(), 40) + "' is none of our chats"});
    visit->sink->close(Farewell::kNotWelcome, "no such chat");
    co_return;
  }
  if (!welcomes(visit->origin, hello.account_id())) {
    refuse(visit, {Code::kPermissionDenied, Reason::kPermissionDenied,
                   "pages of " + one_line(visit->origin.page, 200) + " may not open this chat"});
    visit->sink->close(Farewell::kNotWelcome, "origin");
    co_return;
  }
  Visitor visitor{hello.account_id(), {}};
  if (!hello.visitor_token().empty()) {
    auto known = tokens_.verify(hello.visitor_token());
    if (!known.ok() || known->account_id != hello.account_id()) {
      refuse(visit, {Code::kUnauthenticated, Reason::kUnauthenticated,
                     "visitor_token: is none of this chat; forget it and start a new one"});
      visit->sink->close(Farewell::kNewToken, "visitor token");
      co_return;
    }
    visitor = *std::move(known);
  }
  disconnect_feed(visit);
  const auto user = believe(visit, hello);
  if (!user.ok()) {
    refuse(visit, user.error());
    visit->sink->close(Farewell::kNotWelcome, "identity");
    co_return;
  }
  if (hello.has_introduction()) introduce(visit, hello.introduction());
  visit->claims_told = false;
  const auto session = co_await open_session(visit, std::move(visitor), *user);
  if (!session.ok()) {
    refuse(visit, session.error());
    const bool hopeless = session.error().code == Code::kUnauthenticated;
    visit->sink->close(hopeless ? Farewell::kNotWelcome : Farewell::kComeBack, "no session");
    co_return;
  }
  if (visit->ended) co_return;
  const auto pages = by_visitor_.find(visit->visitor.address());
  if (pages != by_visitor_.end() && pages->second.size() >= settings_.sockets_per_visitor) {
    limited_.add();
    refuse(visit, {Code::kResourceExhausted, Reason::kOverloaded,
                   "this chat is open in too many tabs; close some of them"});
    visit->sink->close(Farewell::kComeBack, "too many tabs");
    co_return;
  }
  const auto goes_on = resume({hello.epoch(), hello.offset()}, session->log);
  visit->epoch = session->log.epoch;
  visit->introduced = session->introduced;
  visit->written = session->log.last > 0;
  visit->sent = visit->delivered = goes_on.after;
  visit->welcomed = true;
  by_visitor_[visit->visitor.address()].insert(visit);

  v1::ChatResponse response;
  auto& welcome = *response.mutable_welcome();
  welcome.set_visitor_token(tokens_.sign(visit->visitor));
  welcome.set_epoch(visit->epoch);
  welcome.set_resumed(goes_on.resumed);
  welcome.set_offset(goes_on.after);
  welcome.set_last_offset(session->log.last);
  welcome.set_read(session->read);
  welcome.set_account_name(account->second.name);
  welcome.set_identified(visit->identified);
  welcome.set_now_ms(to_ms(clock_.now()));
  welcome.set_file_size_max(settings_.file_size_max);
  visit->sink->send(response);
  // A page that goes on after an offset has everything up to there, whether or not it came to say so.
  tasks_.spawn("chat untold", tell_untold(visit->visitor, goes_on.resumed ? goes_on.after : 0));
  tasks_.spawn("chat introduction", tell_introduction(visit));
  wake(visit);
}

}  // namespace hark::chat
