#include "console/desk.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/agent/desk.h"
#include "base/async/all.h"
#include "base/core/ids.h"

namespace hark::console {
namespace {

/// Far above any agent's capacity.
constexpr int kAssignedMax = 500;

bool moves_tickets(v1::EventType type) {
  switch (type) {
    case v1::EVENT_TYPE_ASSIGNED:
    case v1::EVENT_TYPE_TRANSFERRED:
    case v1::EVENT_TYPE_RESOLVED:
    case v1::EVENT_TYPE_REOPENED:
    case v1::EVENT_TYPE_HELD:
    case v1::EVENT_TYPE_RELEASED:
      return true;
    default:
      return false;
  }
}

/// A ticket may go on in another conversation.
bool moves_conversations(v1::EventType type) {
  return type == v1::EVENT_TYPE_MOVED || type == v1::EVENT_TYPE_MERGED;
}

bool holds(const Session& session, const v1::Conversation& conversation) {
  const auto& ticket = conversation.ticket();
  return ticket.state() == v1::TICKET_STATE_ASSIGNED && ticket.agent_id() == session.agent_id;
}

v1::AgentSessionRequest::Hello hello_of(const Session& session) {
  v1::AgentSessionRequest::Hello hello;
  hello.set_agent_id(session.agent_id);
  return hello;
}

}  // namespace

Desk::Desk(TaskGroup& tasks, RoutingPort& routing, ConversationPort& conversation, Feeds& feeds,
           const Clock& clock)
    : tasks_{tasks}, routing_{routing}, conversation_{conversation}, feeds_{feeds}, clock_{clock} {
  feeds_.on_turn = [this](Session& session) { send_work(session); };
}

void Desk::sit_down(const SessionPtr& session) {
  session->sign_in_timer.cancel();
  sessions_.emplace(session->agent_id, session);
  follow_routing(session);
  read_again(session);
}

void Desk::leave(const SessionPtr& session) {
  const auto [first, last] = sessions_.equal_range(session->agent_id);
  const auto found = std::find_if(first, last, [&](const auto& item) { return item.second == session; });
  if (found != last) sessions_.erase(found);
  session->sign_in_timer.cancel();
  session->routing.stop();
  // Whoever comes back is to routing what they have become meanwhile.
  session->desk.Clear();
}

void Desk::follow_routing(const SessionPtr& session) {
  auto& sitting = *session;  // whose hooks these are
  const std::weak_ptr weak{session};
  session->routing.start({.open =
                              [this, &sitting] {
                                sitting.comes_back_as = sitting.desk.agent().presence();
                                return routing_.agent_session(hello_of(sitting));
                              },
                          .take =
                              [this, weak](v1::AgentSessionResponse state) {
                                if (const auto who = weak.lock()) on_state(who, std::move(state));
                              },
                          .begun = {},
                          .ended =
                              [weak](const Status& status) {
                                if (status.ok() || status.error().reason != Reason::kAgentNotFound)
                                  return true;
                                if (const auto who = weak.lock()) {
                                  who->close(Farewell::kSignInAgain, "this agent no longer exists");
                                }
                                return false;
                              }});
}

void Desk::on_state(const SessionPtr& session, v1::AgentSessionResponse state) {
  if (session->ended_by(state.agent().session_generation())) {
    session->close(Farewell::kSignInAgain, kSignedOutEverywhere);
    return;
  }
  session->choices_stale |= state.has_choices();
  const auto was = std::exchange(session->comes_back_as, v1::PRESENCE_UNSPECIFIED);
  take_frame(session->desk, std::move(state));
  if (was == v1::PRESENCE_AVAILABLE || was == v1::PRESENCE_AWAY) stay(*session, was);
  // Before the first list is there, the page would take its absence for an empty desk.
  if (session->assigned_known) send_work(*session);
}

/// While routing could not be reached it took the agent for gone, who sits before their page. Whatever else
/// they have become meanwhile was somebody's wish, and newer.
void Desk::stay(const Session& session, v1::Presence presence) {
  const auto& agent = session.desk.agent();
  if (agent.presence() != v1::PRESENCE_OFFLINE) return;
  v1::SetPresenceRequest request;
  request.set_agent_id(session.agent_id);
  request.set_presence(presence);
  *request.mutable_channels() = agent.channels();
  tasks_.spawn("stay", set_presence(std::move(request)));
}

Task<> Desk::set_presence(v1::SetPresenceRequest request) {
  (void)co_await routing_.set_presence(std::move(request));  // the page shows what it became
}

void Desk::on_event(const v1::Event& event) {
  const bool all = moves_conversations(event.type());
  if (!all && !moves_tickets(event.type())) return;
  for (const auto& [agent_id, session] : sessions_) {
    if (agent_id != event.agent_id() && agent_id != event.ticket().agent_id() &&
        !session->assigned.contains(event.conversation_id()) &&
        !session->reading.contains(event.conversation_id()) && !session->reading_all) {
      continue;
    }
    if (all) {
      read_again(session);
    } else {
      session->to_read.insert(event.conversation_id());
      start_reading(session);
    }
  }
}

void Desk::read_all_again() {
  for (const auto& [agent_id, session] : sessions_) read_again(session);
}

void Desk::read_again(const SessionPtr& session) {
  session->work_stale = true;
  start_reading(session);
}

void Desk::start_reading(const SessionPtr& session) {
  if (!std::exchange(session->work_reading, true)) tasks_.spawn("read work", read_work(session));
}

Task<> Desk::read_work(SessionPtr session) {
  BackOff back_off{kDeskRetryFirst, kDeskRetryMost};
  while (!session->ended && (session->work_stale || !session->to_read.empty())) {
    Status read;
    if (session->work_stale) {
      read = co_await read_all(session);
    } else {
      read = co_await read_some(session);
    }
    if (session->ended) break;
    if (!read.ok()) {
      session->work_stale = true;
      asio::steady_timer pause{tasks_.executor(), back_off.next(secure_random())};
      co_await pause.async_wait(as_result);
      continue;
    }
    std::set<std::string> ids;
    for (const auto& [id, held] : session->assigned) ids.insert(id);
    const bool first = !std::exchange(session->assigned_known, true);
    feeds_.hold(session, ids);
    send_work(*session);
    if (on_read) on_read(session, first);
  }
  session->work_reading = false;
}

Task<Status> Desk::read_all(SessionPtr session) {
  session->work_stale = false;
  session->to_read.clear();
  v1::ListConversationsRequest request;
  request.set_agent_id(session->agent_id);
  request.set_limit(kAssignedMax);
  session->reading_all = true;
  auto answer = co_await conversation_.list_conversations(std::move(request));
  session->reading_all = false;
  if (!answer.ok()) co_return std::move(answer).error();
  session->assigned.clear();
  for (auto& conversation : *answer->mutable_conversations()) {
    if (!holds(*session, conversation)) continue;
    auto& held = session->assigned[conversation.id()];
    held = std::move(conversation);
  }
  co_return Status{};
}

Task<Status> Desk::read_some(SessionPtr session) {
  const auto ids = std::exchange(session->to_read, {});
  std::vector<Task<Result<v1::GetConversationResponse>>> asked;
  for (const auto& id : ids) {
    v1::GetConversationRequest request;
    request.set_id(id);
    asked.push_back(conversation_.get_conversation(std::move(request)));
  }
  session->reading = ids;
  auto answers = co_await all(std::move(asked));
  session->reading.clear();
  auto answer = answers.begin();
  for (const auto& id : ids) {
    auto got = std::move(*answer++);
    if (!got.ok() && got.error().code != Code::kNotFound) co_return std::move(got).error();
    if (got.ok() && got->conversation().id() == id && holds(*session, got->conversation())) {
      session->assigned[id] = std::move(*got->mutable_conversation());
    } else {
      session->assigned.erase(id);
    }
  }
  co_return Status{};
}

void Desk::send_work(Session& session) const {
  feeds_.refresh_held(session);
  v1::ConsoleResponse response;
  auto& work = *response.mutable_work();
  *work.mutable_agent() = session.desk.agent();
  if (work.agent().id().empty()) work.mutable_agent()->set_id(session.agent_id);
  *work.mutable_offers() = session.desk.offers();
  if (std::exchange(session.choices_stale, false)) *work.mutable_choices() = session.desk.choices();
  for (const auto& [id, conversation] : session.assigned) *work.add_assigned() = conversation;
  for (const auto& conversation : work.assigned()) {
    if (conversation.open_obligations().empty()) work.add_waiting_on_customer(conversation.id());
  }
  work.set_now_ms(to_ms(clock_.now()));
  session.send(std::move(response));
}

}  // namespace hark::console
