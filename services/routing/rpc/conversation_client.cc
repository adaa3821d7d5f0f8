#include "routing/rpc/conversation_client.h"

#include <grpcpp/channel.h>

#include <algorithm>
#include <utility>

#include "base/rpc/client_call.h"

namespace hark::routing {
namespace {

constexpr int kEntriesPerPage = 500;
constexpr int kEntryPagesMax = 8;

class GrpcFeed final : public EventFeed {
 public:
  explicit GrpcFeed(std::shared_ptr<rpc::ClientReadStream<v1::SubscribeResponse>> stream)
      : stream_{std::move(stream)} {}
  Task<std::optional<v1::SubscribeResponse>> read() override { return stream_->read(); }
  [[nodiscard]] Status status() const override { return stream_->status(); }

 private:
  std::shared_ptr<rpc::ClientReadStream<v1::SubscribeResponse>> stream_;
};

}  // namespace

ConversationClient::ConversationClient(asio::any_io_executor executor, const rpc::Peer& to_conversation)
    : executor_{std::move(executor)},
      in_process_{to_conversation.in_process},
      conversation_{v1::ConversationService::NewStub(to_conversation.channel)},
      events_{v1::EventService::NewStub(to_conversation.channel)} {}

Task<Result<v1::AssignResponse>> ConversationClient::assign(v1::AssignRequest request) {
  co_return co_await rpc::call(conversation_->async(),
                               &v1::ConversationService::Stub::async_interface::Assign, std::move(request),
                               rpc::kCallTimeout, in_process_);
}

Task<Result<v1::TransferResponse>> ConversationClient::transfer(v1::TransferRequest request) {
  co_return co_await rpc::call(conversation_->async(),
                               &v1::ConversationService::Stub::async_interface::Transfer, std::move(request));
}

Task<Result<v1::HoldTicketResponse>> ConversationClient::hold(v1::HoldTicketRequest request) {
  co_return co_await rpc::call(conversation_->async(),
                               &v1::ConversationService::Stub::async_interface::HoldTicket,
                               std::move(request));
}

Task<Result<v1::ReleaseTicketResponse>> ConversationClient::release(v1::ReleaseTicketRequest request) {
  co_return co_await rpc::call(conversation_->async(),
                               &v1::ConversationService::Stub::async_interface::ReleaseTicket,
                               std::move(request));
}

Task<Result<v1::AnnotateTicketResponse>> ConversationClient::annotate(v1::AnnotateTicketRequest request) {
  co_return co_await rpc::call(conversation_->async(),
                               &v1::ConversationService::Stub::async_interface::AnnotateTicket,
                               std::move(request));
}

Task<Result<v1::SetVerdictsResponse>> ConversationClient::set_verdicts(v1::SetVerdictsRequest request) {
  co_return co_await rpc::call(conversation_->async(),
                               &v1::ConversationService::Stub::async_interface::SetVerdicts,
                               std::move(request), rpc::kCallTimeout, in_process_);
}

Task<Result<std::vector<v1::Entry>>> ConversationClient::entries_since(std::string conversation_id,
                                                                       std::int64_t since_ms) {
  std::vector<v1::Entry> newest_first;
  v1::ListTimelineRequest request;
  request.set_conversation_id(std::move(conversation_id));
  request.set_limit(kEntriesPerPage);
  request.set_newest(true);
  for (int page = 0; page < kEntryPagesMax; ++page) {
    auto answer = co_await rpc::call(conversation_->async(),
                                     &v1::ConversationService::Stub::async_interface::ListTimeline, request);
    if (!answer.ok()) co_return answer.error();
    auto& entries = *answer->mutable_entries();
    const bool reached = entries.empty() || entries.begin()->accepted_at_ms() < since_ms;
    if (!entries.empty()) request.set_before_sequence(entries.begin()->sequence());
    const bool all = entries.size() < kEntriesPerPage;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (entry->accepted_at_ms() >= since_ms) newest_first.push_back(std::move(*entry));
    }
    if (reached || all) break;
  }
  std::ranges::reverse(newest_first);
  co_return newest_first;
}

Task<Status> ConversationClient::raise_fence(std::int64_t fencing_token) {
  v1::RaiseFenceRequest request;
  request.set_fencing_token(fencing_token);
  const auto answer =
      co_await rpc::call(conversation_->async(), &v1::ConversationService::Stub::async_interface::RaiseFence,
                         std::move(request));
  if (!answer.ok()) co_return answer.error();
  co_return Status{};
}

Task<Status> ConversationClient::set_shards(v1::SetShardsRequest request) {
  const auto answer = co_await rpc::call(
      conversation_->async(), &v1::ConversationService::Stub::async_interface::SetShards, std::move(request));
  if (!answer.ok()) co_return answer.error();
  co_return Status{};
}

Task<Result<Conversations::Snapshot>> ConversationClient::snapshot() {
  const auto stream = rpc::open_read_stream(
      executor_, events_->async(), &v1::EventService::Stub::async_interface::Snapshot, v1::SnapshotRequest{});
  Snapshot out;
  while (auto response = co_await stream->read()) {
    if (response->has_cursor()) out.cursor = std::move(*response->mutable_cursor());
    for (v1::Ticket& ticket : *response->mutable_tickets()) out.tickets.push_back(std::move(ticket));
  }
  HARK_CO_TRY_VOID(stream->status());
  co_return out;
}

std::unique_ptr<EventFeed> ConversationClient::subscribe(v1::Cursor after) {
  v1::SubscribeRequest request;
  *request.mutable_after() = std::move(after);
  request.set_mark_caught_up(true);
  return std::make_unique<GrpcFeed>(rpc::open_read_stream(executor_, events_->async(),
                                                          &v1::EventService::Stub::async_interface::Subscribe,
                                                          request, in_process_));
}

}  // namespace hark::routing
