#include "conversation/rpc/attention_handler.h"

namespace hark::conversation {
namespace {

using Stream = rpc::ServerStream<v1::ShareRequest, v1::ShareResponse>;
using Subscription = std::shared_ptr<AttentionHub::Subscription>;

struct Sharing {
  Subscription subscription;
  bool ended = false;
};

Task<> take(AttentionHub& hub, std::shared_ptr<Stream> stream, std::shared_ptr<Sharing> sharing) {
  while (const auto request = co_await stream->read())
    hub.tell(request->attention(), sharing->subscription.get());
  sharing->ended = true;
  sharing->subscription->arrived.notify_all();
}

Task<Status> share(TaskGroup& tasks, AttentionHub& hub, std::shared_ptr<Stream> stream) {
  const auto sharing = std::make_shared<Sharing>(Sharing{hub.subscribe()});
  tasks.spawn("Share up", take(hub, stream, sharing));
  auto& subscription = *sharing->subscription;
  while (!sharing->ended) {
    while (!subscription.queue.empty()) {
      v1::ShareResponse response;
      *response.mutable_attention() = std::move(subscription.queue.front());
      subscription.queue.pop_front();
      if (!stream->write(std::move(response))) co_return Status{};
    }
    co_await subscription.arrived.wait();
  }
  co_return Status{};
}

}  // namespace

grpc::ServerBidiReactor<v1::ShareRequest, v1::ShareResponse>* AttentionHandler::Share(
    grpc::CallbackServerContext*) {
  return rpc::run_stream<v1::ShareRequest, v1::ShareResponse>(
      tasks_, "Share",
      [this](std::shared_ptr<Stream> stream) { return share(tasks_, hub_, std::move(stream)); });
}

}  // namespace hark::conversation
