#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/core/invalid.h"
#include "routing/convert.h"
#include "routing/service.h"

namespace hark::routing {
namespace {

/// A change is made of the record that was read; of one that others change meanwhile it is tried so often.
constexpr int kChangesMax = 5;

Error exists(const std::string& id) {
  return {Code::kAlreadyExists, Reason::kAgentExists,
          "agent '" + id +
              "' exists already; `hark ctl agents set` changes what is named of them, `hark ctl "
              "agents add --replace` puts a new record in place of theirs"};
}

}  // namespace

Task<Result<v1::UpsertAgentResponse>> Routing::upsert_agent(v1::UpsertAgentRequest request) {
  const auto& password = request.password();
  if (!password.empty() && (password.size() < kPasswordBytesMin || password.size() > kPasswordBytesMax)) {
    co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "password: must have 8 to 1024 bytes"};
  }
  HARK_CO_TRY_VOID(leading_term());
  std::string hash;
  if (!password.empty()) {
    HARK_CO_TRY(hash, co_await world_.passwords.hash(password));
  }
  HARK_CO_TRY(const auto agent, co_await save_agent(std::move(request), std::move(hash)));
  HARK_CO_TRY(const auto term, leading_term());  // it may be another by now; that one has read the record
  term->take_agent(agent);
  HARK_CO_TRY_VOID(co_await term->settle());
  v1::UpsertAgentResponse response;
  *response.mutable_agent() = term->agent(agent.id()).value_or(agent);
  co_return response;
}

/// As the store has it then.
Task<Result<v1::Agent>> Routing::save_agent(v1::UpsertAgentRequest request, std::string hash) {
  const bool changes = request.mode() == v1::UpsertAgentRequest::MODE_CHANGE;
  const bool creates = request.mode() == v1::UpsertAgentRequest::MODE_CREATE;
  for (int i = 0; i < kChangesMax; ++i) {
    v1::Agent wished = request.agent();
    Store::Expected expected;
    if (creates) expected = "";
    if (changes) {
      HARK_CO_TRY(auto known, co_await world_.store.credentials(wished.id()));
      if (!known) co_return no_agent(wished.id());
      expected = std::move(known->record);
      HARK_CO_TRY(wished, changed_agent(std::move(known->agent), std::move(wished), request.changes()));
    }
    HARK_CO_TRY(auto agent, checked_agent(std::move(wished)));
    HARK_CO_TRY_VOID(co_await claim_agent(agent));
    HARK_CO_TRY(const auto generation, co_await world_.store.save_agent(agent, hash, std::move(expected)));
    agent.set_session_generation(generation);
    if (generation >= 0) co_return agent;
    if (creates) co_return exists(agent.id());
  }
  co_return Error{Code::kAborted, Reason::kOverloaded,
                  "agent '" + request.agent().id() + "' is being changed by others all the time; try again"};
}

Task<Result<v1::ListAgentsResponse>> Routing::list_agents(v1::ListAgentsRequest) {
  HARK_CO_TRY(const auto term, leading_term());
  v1::ListAgentsResponse response;
  for (v1::Agent& agent : term->agents()) *response.add_agents() = std::move(agent);
  co_return response;
}

Task<Result<v1::SignInResponse>> Routing::sign_in(v1::SignInRequest request) {
  const Error wrong{Code::kUnauthenticated, Reason::kUnauthenticated, "the name or the password is wrong"};
  if (request.password().size() > kPasswordBytesMax || request.agent_id().size() > kAgentIdBytesMax)
    co_return wrong;
  HARK_CO_TRY(const auto known, co_await world_.store.credentials(request.agent_id()));
  const std::string hash = known ? known->password_hash : "";
  HARK_CO_TRY(const bool matches, co_await world_.passwords.matches(hash, request.password()));
  if (!matches) co_return wrong;
  v1::SignInResponse response;
  *response.mutable_agent() = known->agent;
  if (leads()) *response.mutable_agent() = term_->agent(request.agent_id()).value_or(known->agent);
  co_return response;
}

}  // namespace hark::routing
