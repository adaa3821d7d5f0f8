#include "console/testing/fakes.h"

#include <algorithm>
#include <utility>

namespace hark::console::testing {

Task<Result<v1::SignInResponse>> FakeRouting::sign_in(v1::SignInRequest request) {
  const auto found = agents.find(request.agent_id());
  if (found == agents.end()) co_return Error{Code::kNotFound, Reason::kAgentNotFound, "no such agent"};
  if (request.password() != kPassword)
    co_return Error{Code::kUnauthenticated, Reason::kUnauthenticated, "wrong password"};
  v1::SignInResponse response;
  *response.mutable_agent() = found->second;
  co_return response;
}

Task<Result<v1::ListAgentsResponse>> FakeRouting::list_agents(v1::ListAgentsRequest) {
  v1::ListAgentsResponse response;
  for (const auto& [id, agent] : agents) *response.add_agents() = agent;
  co_return response;
}

Task<Result<v1::AcceptOfferResponse>> FakeRouting::accept_offer(v1::AcceptOfferRequest request) {
  log.push_back("accept " + request.offer_id() + " by " + request.agent_id());
  const auto found = offers.find(request.offer_id());
  if (found == offers.end())
    co_return Error{Code::kFailedPrecondition, Reason::kOfferExpired, "the offer has run out"};
  v1::AcceptOfferResponse response;
  *response.mutable_offer() = found->second;
  response.set_assignment_token(7);
  co_return response;
}

Task<Result<v1::DeclineOfferResponse>> FakeRouting::decline_offer(v1::DeclineOfferRequest request) {
  log.push_back("decline " + request.offer_id() + " by " + request.agent_id() + ": " + request.reason());
  co_return v1::DeclineOfferResponse{};
}

Task<Result<v1::SetPresenceResponse>> FakeRouting::set_presence(v1::SetPresenceRequest request) {
  auto channels = std::string{};
  for (const int channel : request.channels())
    channels += " " + v1::Channel_Name(static_cast<v1::Channel>(channel));
  log.push_back("presence " + v1::Presence_Name(request.presence()) + " of " + request.agent_id() + channels);
  co_return v1::SetPresenceResponse{};
}

Task<Result<v1::BeginWrapUpResponse>> FakeRouting::begin_wrap_up(v1::BeginWrapUpRequest request) {
  log.push_back("wrap-up of " + request.agent_id() + " begins");
  co_return v1::BeginWrapUpResponse{};
}

Task<Result<v1::PutOnHoldResponse>> FakeRouting::put_on_hold(v1::PutOnHoldRequest request) {
  log.push_back(request.ticket_id() + " on hold (" + request.state() + ") by " + request.agent_id() +
                (request.by_supervisor() ? ", supervising" : ""));
  v1::PutOnHoldResponse response;
  response.mutable_ticket()->set_id(request.ticket_id());
  response.mutable_ticket()->mutable_hold()->set_state(request.state());
  co_return response;
}

Task<Result<v1::EndWrapUpResponse>> FakeRouting::end_wrap_up(v1::EndWrapUpRequest request) {
  log.push_back("wrap-up of " + request.agent_id() + " done" +
                (request.by_agent_id().empty() ? "" : " by " + request.by_agent_id()));
  co_return v1::EndWrapUpResponse{};
}

Task<Result<v1::EndSessionsResponse>> FakeRouting::end_sessions(v1::EndSessionsRequest request) {
  auto agent = agents[request.agent_id()];
  agent.set_session_generation(agent.session_generation() + 1);
  change_agent(agent);
  v1::AgentSessionResponse state;
  *state.mutable_agent() = agent;
  for (const auto& stream : streams) {
    if (stream->hello.agent_id() == agent.id()) stream->push(state);
  }
  // As in life, pages may be told before whoever asked has the answer.
  for (int turn = 0; turn < 10; ++turn) co_await asio::post(executor_, asio::use_awaitable);
  v1::EndSessionsResponse response;
  *response.mutable_agent() = agent;
  co_return response;
}

Task<Result<v1::TakeOverResponse>> FakeRouting::take_over(v1::TakeOverRequest request) {
  log.push_back(request.ticket_id() + " taken over by " + request.agent_id() + ": " + request.reason());
  v1::TakeOverResponse response;
  response.mutable_ticket()->set_id(request.ticket_id());
  response.mutable_ticket()->set_agent_id(request.agent_id());
  co_return response;
}

Task<Result<v1::ListQueueResponse>> FakeRouting::list_queue(v1::ListQueueRequest request) {
  v1::ListQueueResponse response;
  auto& ticket = *response.add_tickets();
  ticket.set_ticket_id("tkt_1");
  ticket.mutable_ticket()->set_account_id(request.account_id());
  response.set_total(7);
  co_return response;
}

Task<Result<v1::ExplainResponse>> FakeRouting::explain(v1::ExplainRequest request) {
  v1::ExplainResponse response;
  response.set_ticket_id(request.ticket_id());
  response.set_summary("waits");
  co_return response;
}

Task<Result<v1::SummarizeQueueResponse>> FakeRouting::summarize_queue(v1::SummarizeQueueRequest) {
  co_return queue_summary;
}

std::shared_ptr<AgentsStream> FakeRouting::watch_agents() {
  auto stream = std::make_shared<FakeAgentsStream>(executor_);
  v1::WatchAgentsResponse all;
  all.set_full(true);
  for (const auto& [id, agent] : agents) *all.add_agents() = agent;
  stream->push(std::move(all));
  watches.push_back(stream);
  return stream;
}

void FakeRouting::change_agent(const v1::Agent& agent) {
  agents[agent.id()] = agent;
  v1::WatchAgentsResponse news;
  *news.add_agents() = agent;
  for (const auto& watch : watches) watch->push(news);
}

std::shared_ptr<AgentStream> FakeRouting::agent_session(v1::AgentSessionRequest::Hello hello) {
  auto stream = std::make_shared<FakeAgentStream>(executor_);
  stream->hello = hello;
  v1::AgentSessionResponse state;
  if (state_of) {
    state = state_of(hello.agent_id());
  } else {
    *state.mutable_agent() = agents[hello.agent_id()];
  }
  stream->push(std::move(state));
  streams.push_back(stream);
  return stream;
}

}  // namespace hark::console::testing
