#include "base/channel/channel_client.h"

#include <grpcpp/channel.h>

#include "base/core/ids.h"
#include "base/rpc/client_call.h"
#include "hark/v1/blob_service.grpc.pb.h"
#include "hark/v1/channel_service.grpc.pb.h"

namespace hark {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kAckTimeout = 30s;
constexpr std::chrono::milliseconds kBackOffMin = 50ms;
constexpr std::chrono::milliseconds kBackOffMax = 2s;
constexpr std::size_t kChunkBytes = 256U << 10;
constexpr int kLeasesMax = 64;

Error not_connected() {
  return {Code::kUnavailable, Reason::kStoreUnavailable,
          "the conversation service cannot be reached; try again later"};
}

}  // namespace

struct ChannelClient::Impl {
  using Stream = rpc::ClientStream<v1::ConnectRequest, v1::ConnectResponse>;

  struct Waiting {
    explicit Waiting(const asio::any_io_executor& executor) : timer{executor, kAckTimeout} {}
    asio::steady_timer timer;
    std::optional<Result<v1::ConnectResponse>> answer;
  };

  Impl(TaskGroup& group, const rpc::Peer& to_conversation, v1::Channel which, std::vector<std::string> ids,
       OnLease lease)
      : tasks{group},
        channel{which},
        in_process{to_conversation.in_process},
        channels{v1::ChannelService::NewStub(to_conversation.channel)},
        blobs{v1::BlobService::NewStub(to_conversation.channel)},
        account_ids{std::move(ids)},
        on_lease{std::move(lease)},
        connected_changed{group.executor()} {}

  Task<> run() {
    auto back_off = kBackOffMin;
    for (;;) {
      stream = rpc::open_stream(tasks.executor(), channels->async(),
                                &v1::ChannelService::Stub::async_interface::Connect, in_process);
      v1::ConnectRequest hello;
      hello.mutable_hello()->set_channel(channel);
      for (const auto& id : account_ids) hello.mutable_hello()->add_account_ids(id);
      hello.mutable_hello()->set_leases_max(kLeasesMax);
      for (const auto& account : rules) *hello.mutable_hello()->add_rules() = account;
      stream->write(std::move(hello));
      while (auto response = co_await stream->read()) {
        if (response->frame_id() == 0 && response->has_done()) {
          connected = true;
          back_off = kBackOffMin;
          connected_changed.notify_all();
        } else if (response->has_lease()) {
          on_lease(std::move(*response->mutable_lease()));
        } else if (response->has_typing()) {
          if (on_typing) on_typing(std::move(*response->mutable_typing()));
        } else {
          settle(*std::move(response));
        }
      }
      connected = false;
      fail_waiting();
      co_await sleep_for(back_off / 2 + std::chrono::milliseconds{
                                            secure_random() % static_cast<std::uint64_t>(back_off.count())});
      back_off = std::min(back_off * 2, kBackOffMax);
    }
  }

  void settle(v1::ConnectResponse response) {
    const auto found = waiting.find(response.frame_id());
    if (found == waiting.end()) return;
    const auto waiter = found->second;
    waiting.erase(found);
    if (response.has_refused()) {
      const auto& refused = response.refused();
      waiter->answer =
          Error{static_cast<Code>(refused.code()), static_cast<Reason>(refused.reason()), refused.message()};
    } else {
      waiter->answer = std::move(response);
    }
    waiter->timer.cancel();
  }

  void fail_waiting() {
    for (auto& [id, waiter] : waiting) {
      waiter->answer = Error{Code::kUnavailable, Reason::kOutcomeUnknown,
                             "the stream to conversation broke; send it again"};
      waiter->timer.cancel();
    }
    waiting.clear();
  }

  Task<Result<v1::ConnectResponse>> send(v1::ConnectRequest frame) {
    if (!connected) co_return not_connected();
    const auto id = ++last_frame;
    frame.set_frame_id(id);
    auto waiter = std::make_shared<Waiting>(tasks.executor());
    waiting.emplace(id, waiter);
    if (!stream->write(std::move(frame))) {
      waiting.erase(id);
      co_return Error{Code::kResourceExhausted, Reason::kOverloaded,
                      "too many messages wait for the conversation service"};
    }
    co_await waiter->timer.async_wait(as_result);
    if (waiter->answer) co_return *std::move(waiter->answer);
    waiting.erase(id);
    co_return Error{Code::kDeadlineExceeded, Reason::kOutcomeUnknown,
                    "the conversation service did not answer in time"};
  }

  TaskGroup& tasks;
  v1::Channel channel;
  const rpc::InProcess* in_process;
  std::unique_ptr<v1::ChannelService::Stub> channels;
  std::unique_ptr<v1::BlobService::Stub> blobs;
  std::vector<std::string> account_ids;
  std::vector<v1::SendingRules> rules;
  OnLease on_lease;
  OnTyping on_typing;
  Notifier connected_changed;
  bool connected = false;
  std::shared_ptr<Stream> stream;
  std::map<std::int64_t, std::shared_ptr<Waiting>> waiting;
  std::int64_t last_frame = 0;
};

namespace {

Task<> wake_at(Notifier& notifier, std::chrono::milliseconds after) {
  co_await sleep_for(after);
  notifier.notify_all();
}

Task<Result<std::string>> next_piece(std::shared_ptr<rpc::ClientReadStream<v1::GetBlobResponse>> stream) {
  while (auto response = co_await stream->read()) {
    if (!response->chunk().empty()) co_return std::move(*response->mutable_chunk());
  }
  HARK_CO_TRY_VOID(stream->status());
  co_return std::string{};
}

Status status_of(const Result<v1::ConnectResponse>& answer) {
  return answer.ok() ? Status{} : Status{answer.error()};
}

}  // namespace

ChannelClient::ChannelClient(TaskGroup& tasks, rpc::Peer to_conversation, v1::Channel channel,
                             std::vector<std::string> account_ids, OnLease on_lease)
    : impl_{std::make_shared<Impl>(tasks, to_conversation, channel, std::move(account_ids),
                                   std::move(on_lease))} {}

ChannelClient::~ChannelClient() = default;

Task<Status> ChannelClient::start(std::chrono::milliseconds timeout) {
  impl_->tasks.spawn("channel stream", impl_->run());
  impl_->tasks.spawn("channel start", wake_at(impl_->connected_changed, timeout));
  if (!impl_->connected) co_await impl_->connected_changed.wait();
  if (!impl_->connected) co_return not_connected();
  co_return Status{};
}

Task<Result<v1::AcceptResponse>> ChannelClient::accept(v1::InboundMessage message) {
  v1::ConnectRequest frame;
  *frame.mutable_inbound() = std::move(message);
  HARK_CO_TRY(auto answer, co_await impl_->send(std::move(frame)));
  co_return std::move(*answer.mutable_accepted());
}

Task<Status> ChannelClient::report(v1::Receipt receipt) {
  v1::ConnectRequest frame;
  *frame.mutable_receipt() = std::move(receipt);
  co_return status_of(co_await impl_->send(std::move(frame)));
}

Task<Status> ChannelClient::bounce(v1::BounceReport report) {
  v1::ConnectRequest frame;
  *frame.mutable_bounce() = std::move(report);
  co_return status_of(co_await impl_->send(std::move(frame)));
}

Task<Status> ChannelClient::quarantine(v1::Quarantine input) {
  v1::ConnectRequest frame;
  *frame.mutable_quarantine() = std::move(input);
  co_return status_of(co_await impl_->send(std::move(frame)));
}

Task<Status> ChannelClient::report_call(v1::CallReport report) {
  v1::ConnectRequest frame;
  *frame.mutable_call() = std::move(report);
  co_return status_of(co_await impl_->send(std::move(frame)));
}

void ChannelClient::limit(std::vector<v1::SendingRules> rules) { impl_->rules = std::move(rules); }

void ChannelClient::on_typing(OnTyping on_typing) { impl_->on_typing = std::move(on_typing); }

void ChannelClient::type(v1::Typing typing) {
  if (!impl_->connected) return;
  v1::ConnectRequest frame;
  *frame.mutable_typing() = std::move(typing);
  impl_->stream->write(std::move(frame));
}

Task<Result<v1::BlobRef>> ChannelClient::put_blob(std::string content) {
  auto stream = rpc::open_write_stream(impl_->tasks.executor(), impl_->blobs->async(),
                                       &v1::BlobService::Stub::async_interface::PutBlob);
  for (std::size_t at = 0; at < content.size(); at += kChunkBytes) {
    v1::PutBlobRequest request;
    request.set_chunk(content.substr(at, kChunkBytes));
    stream->write(std::move(request));
  }
  HARK_CO_TRY(auto response, co_await stream->finish());
  co_return std::move(*response.mutable_blob());
}

ChannelClient::Pieces ChannelClient::read_blob(v1::BlobRef blob, std::string conversation_id) {
  v1::GetBlobRequest request;
  *request.mutable_blob() = std::move(blob);
  request.set_conversation_id(std::move(conversation_id));
  auto stream = rpc::open_read_stream(impl_->tasks.executor(), impl_->blobs->async(),
                                      &v1::BlobService::Stub::async_interface::GetBlob, request);
  return [stream = std::move(stream)] { return next_piece(stream); };
}

Task<Result<std::string>> ChannelClient::get_blob(v1::BlobRef blob, std::string conversation_id) {
  const auto pieces = read_blob(std::move(blob), std::move(conversation_id));
  std::string content;
  for (;;) {
    HARK_CO_TRY(const auto piece, co_await pieces());
    if (piece.empty()) co_return content;
    content += piece;
  }
}

}  // namespace hark
