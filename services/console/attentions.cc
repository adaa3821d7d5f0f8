#include "console/attentions.h"

#include <utility>

namespace hark::console {
namespace {

constexpr Duration kRetryFirst{500};
constexpr Duration kRetryMost{10'000};

v1::Attention attention_of(const AttentionBoard::Said& said) {
  v1::Attention out;
  out.set_conversation_id(said.conversation_id);
  out.set_agent_id(said.who);
  out.set_typing(said.typing);
  out.set_gone(said.gone);
  return out;
}

}  // namespace

Attentions::Attentions(TaskGroup& tasks, AttentionPort& port, const Clock& clock)
    : tasks_{tasks},
      port_{port},
      clock_{clock},
      shared_{tasks.executor(), BackOff{kRetryFirst, kRetryMost}},
      something_{tasks.executor()} {}

void Attentions::follow() {
  tasks_.spawn("keep attention alive", keep_alive());
  shared_.start({.open = [this] { return port_.share(); },
                 .take =
                     [this](const v1::Attention& said) {
                       apply({said.conversation_id(), said.agent_id(), said.typing(), said.gone()}, false);
                     },
                 .begun = {},
                 .ended = {}});
}

Task<> Attentions::keep_alive() {
  for (;;) {
    if (board_.empty()) {
      co_await something_.wait();
      continue;
    }
    co_await sleep_for(kAttentionRepeats);
    for (const auto& said : board_.expire(clock_.now())) tell_pages(attention_of(said));
    auto* const stream = shared_.stream();
    if (!stream) continue;
    for (const auto& said : board_.held()) stream->tell(attention_of(said));
  }
}

void Attentions::open(const SessionPtr& session, const std::string& conversation_id) {
  pages_[conversation_id].insert(session);
  apply({conversation_id, session->agent_id, false, false}, true);
}

void Attentions::close(const SessionPtr& session, const std::string& conversation_id) {
  const auto found = pages_.find(conversation_id);
  if (found == pages_.end() || found->second.erase(session) == 0) return;
  for (const auto& page : found->second) {
    if (page->agent_id == session->agent_id) return;  // another page of theirs has it open still
  }
  if (found->second.empty()) pages_.erase(found);
  apply({conversation_id, session->agent_id, false, true}, true);
}

void Attentions::leave(const SessionPtr& session) {
  for (const auto& id : std::set<std::string>{session->open}) close(session, id);
}

void Attentions::type(const SessionPtr& session, const v1::ConsoleRequest::Type& type) {
  if (!session->open.contains(type.conversation_id())) return;
  apply({type.conversation_id(), session->agent_id, type.typing(), false}, true);
  auto* const stream = shared_.stream();
  if (!stream || type.account_id().empty()) return;
  // Also when that is no news here: the customer's chat forgets as well.
  auto attention = attention_of({type.conversation_id(), session->agent_id, type.typing(), false});
  attention.set_account_id(type.account_id());
  stream->tell(std::move(attention));
}

void Attentions::apply(const AttentionBoard::Said& said, bool ours) {
  if (!board_.say(said, ours, clock_.now())) return;
  something_.notify_all();
  const auto attention = attention_of(said);
  tell_pages(attention);
  if (auto* const stream = shared_.stream(); ours && stream) stream->tell(attention);
}

void Attentions::tell_pages(const v1::Attention& attention) const {
  const auto found = pages_.find(attention.conversation_id());
  if (found == pages_.end()) return;
  v1::ConsoleResponse response;
  *response.mutable_attention() = attention;
  for (const auto& page : found->second) {
    if (page->agent_id != attention.agent_id()) page->send(response);
  }
}

std::vector<v1::Attention> Attentions::others(const std::string& conversation_id,
                                              const std::string& agent_id) const {
  std::vector<v1::Attention> out;
  for (const auto& said : board_.on(conversation_id, agent_id)) out.push_back(attention_of(said));
  return out;
}

}  // namespace hark::console
