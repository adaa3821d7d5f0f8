#include "console/testing/fakes.h"

#include <algorithm>
#include <utility>

namespace hark::console::testing {

std::shared_ptr<EventStream> FakeEvents::subscribe(v1::SubscribeRequest request) {
  auto stream = std::make_shared<FakeEventStream>(executor_);
  if (request.mark_caught_up()) {
    v1::SubscribeResponse caught_up;
    caught_up.set_caught_up(true);
    stream->push(std::move(caught_up));
  }
  stream->request = std::move(request);
  streams.push_back(stream);
  return stream;
}

void FakeEvents::push(v1::Event event) {
  v1::SubscribeResponse batch;
  *batch.add_events() = std::move(event);
  for (const auto& stream : streams) {
    const auto& types = stream->request.types();
    if (types.empty() || std::ranges::find(types, batch.events(0).type()) != types.end()) stream->push(batch);
  }
}

namespace {

class FakeBlobStream final : public BlobStream {
 public:
  FakeBlobStream(std::vector<std::string> pieces, std::optional<Error> error)
      : pieces_{std::move(pieces)}, error_{std::move(error)} {}
  Task<Result<std::string>> read() override {
    if (at_ < pieces_.size()) co_return pieces_[at_++];
    if (error_) co_return *error_;
    co_return std::string{};
  }

 private:
  std::vector<std::string> pieces_;
  std::optional<Error> error_;
  std::size_t at_ = 0;
};

class FakeBlobUpload final : public BlobUpload {
 public:
  explicit FakeBlobUpload(FakeBlobs& blobs) : blobs_{blobs} {}
  void write(std::string piece) override { pieces_.push_back(std::move(piece)); }
  Task<Result<v1::BlobRef>> finish() override {
    v1::BlobRef blob;
    std::int64_t size = 0;
    for (const auto& piece : pieces_) size += static_cast<std::int64_t>(piece.size());
    blob.set_id(std::string(64, static_cast<char>('a' + blobs_.pieces.size() % 6)));
    blob.set_size_bytes(size);
    blobs_.pieces[blob.id()] = pieces_;
    co_return blob;
  }

 private:
  FakeBlobs& blobs_;
  std::vector<std::string> pieces_;
};

}  // namespace

std::shared_ptr<BlobUpload> FakeBlobs::put_blob() { return std::make_shared<FakeBlobUpload>(*this); }

Task<Result<AgentStore::KeptDraft>> FakeAgentStore::keep_draft(std::string agent_id, v1::Draft draft,
                                                               TimePoint now) {
  auto& stands = agents[agent_id].drafts[{draft.conversation_id(), draft.entry_id()}];
  if (stands.revision() != draft.revision()) co_return KeptDraft{stands, true};
  draft.set_revision(stands.revision() + 1);
  draft.set_saved_at_ms(to_ms(now));
  stands = draft;
  co_return KeptDraft{std::move(draft), false};
}

Task<Result<v1::Draft>> FakeAgentStore::drop_draft(std::string agent_id, std::string conversation_id,
                                                   std::string entry_id) {
  auto& drafts = agents[agent_id].drafts;
  const auto found = drafts.find({conversation_id, entry_id});
  v1::Draft gone;
  if (found == drafts.end()) co_return gone;
  gone.set_conversation_id(conversation_id);
  gone.set_entry_id(entry_id);
  gone.set_revision(found->second.revision() + 1);
  found->second = gone;
  co_return gone;
}

Task<Result<std::vector<v1::Draft>>> FakeAgentStore::drafts(std::string agent_id,
                                                            std::string conversation_id) {
  std::vector<v1::Draft> out;
  for (const auto& [key, draft] : agents[agent_id].drafts) {
    if (key.first == conversation_id && !draft.text().empty()) out.push_back(draft);
  }
  co_return out;
}

Task<Result<NoticeIs>> FakeAgentStore::add_notice(std::string agent_id, v1::ConsoleResponse::Notice notice) {
  const auto id = notice.id();
  auto& kept = agents[agent_id];
  if (kept.notices.emplace(id, std::move(notice)).second) co_return NoticeIs::kNew;
  co_return kept.seen.contains(id) ? NoticeIs::kSeen : NoticeIs::kUnseen;
}

Task<Result<std::vector<v1::ConsoleResponse::Notice>>> FakeAgentStore::notices(std::string agent_id) {
  std::vector<v1::ConsoleResponse::Notice> out;
  const auto& kept = agents[agent_id];
  for (const auto& [id, notice] : kept.notices) {
    if (!kept.seen.contains(id)) out.push_back(notice);
  }
  co_return out;
}

Task<Status> FakeAgentStore::see_notices(std::string agent_id, std::vector<std::string> ids) {
  agents[agent_id].seen.insert(ids.begin(), ids.end());
  co_return Status{};
}

Task<Status> FakeAgentStore::end_session(std::string agent_id, std::string session_id, TimePoint, TimePoint) {
  agents[agent_id].ended.insert(session_id);
  co_return Status{};
}

Task<Result<bool>> FakeAgentStore::session_ended(std::string agent_id, std::string session_id) {
  co_return agents[agent_id].ended.contains(session_id);
}

std::shared_ptr<BlobStream> FakeBlobs::get_blob(v1::GetBlobRequest request) {
  asked.push_back(request);
  const auto found = pieces.find(request.blob().id());
  if (found != pieces.end()) return std::make_shared<FakeBlobStream>(found->second, fails_after);
  return std::make_shared<FakeBlobStream>(std::vector<std::string>{},
                                          Error{Code::kNotFound, Reason::kBlobNotFound, "no such blob"});
}

Task<Result<v1::ControlCallResponse>> FakePhone::control_call(v1::ControlCallRequest request) {
  if (const auto error = std::exchange(refusal, std::nullopt)) co_return *error;
  v1::ControlCallResponse out;
  out.mutable_call()->set_entry_id(request.entry_id());
  out.mutable_call()->set_conversation_id("con_of_" + request.entry_id());
  out.mutable_call()->set_customer("+37120000000");
  wishes.push_back(std::move(request));
  co_return out;
}

void FakeWorld::add_agent(const std::string& id, v1::Role role) {
  auto& agent = routing.agents[id];
  agent.set_role(role);
  agent.set_id(id);
  agent.set_name(std::string{static_cast<char>(id[0] - 'a' + 'A')} + id.substr(1));
  agent.set_presence(v1::PRESENCE_AWAY);
}

FakeConversations::Stored& FakeWorld::add_conversation(const std::string& id, const std::string& agent_id) {
  conversations.add_inbound(id, "hello");
  auto& item = conversations.stored[id];
  item.conversation.set_id(id);
  auto& ticket = *item.conversation.mutable_ticket();
  ticket.set_id("tic_1");
  ticket.set_conversation_id(id);
  ticket.set_state(agent_id.empty() ? v1::TICKET_STATE_QUEUED : v1::TICKET_STATE_ASSIGNED);
  ticket.set_agent_id(agent_id);
  return item;
}

v1::Event FakeWorld::event(v1::EventType type, const std::string& conversation_id, std::int64_t sequence) {
  v1::Event event;
  event.set_type(type);
  event.set_conversation_id(conversation_id);
  event.set_sequence(sequence);
  if (sequence > 0) event.set_entry_id("ent_" + std::to_string(sequence));
  return event;
}

std::string conversation_id(char last) { return "con_" + std::string(25, '0') + last; }

}  // namespace hark::console::testing
