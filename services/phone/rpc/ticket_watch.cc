#include "phone/rpc/ticket_watch.h"

#include <grpcpp/channel.h>

#include <algorithm>
#include <array>

#include "base/async/notifier.h"
#include "base/rpc/client_call.h"
#include "hark/v1/event_service.grpc.pb.h"

namespace hark::phone {
namespace {

constexpr Duration kRetry{500};

constexpr std::array kMovesTickets{v1::EVENT_TYPE_ASSIGNED, v1::EVENT_TYPE_TRANSFERRED,
                                   v1::EVENT_TYPE_RESOLVED, v1::EVENT_TYPE_REOPENED};
constexpr std::array kMovesConversations{v1::EVENT_TYPE_MOVED, v1::EVENT_TYPE_MERGED, v1::EVENT_TYPE_UNMERGED,
                                         v1::EVENT_TYPE_RESTORED};

void hear(const v1::Event& event, Desk& desk) {
  if (event.type() == v1::EVENT_TYPE_DELIVERY) {
    if (event.delivery() == v1::DELIVERY_STATE_WITHDRAWN) desk.look_whether_wanted(event.entry_id());
    return;
  }
  const bool one = std::ranges::find(kMovesTickets, event.type()) != kMovesTickets.end();
  desk.look_for_holders(one ? event.conversation_id() : std::string{});
}

}  // namespace

Task<> watch_tickets(asio::any_io_executor executor, rpc::Peer to_conversation, Desk& desk) {
  const auto stub = v1::EventService::NewStub(to_conversation.channel);
  v1::SubscribeRequest request;
  request.set_from_now(true);
  request.set_mark_caught_up(true);
  request.add_types(v1::EVENT_TYPE_DELIVERY);
  for (const auto type : kMovesTickets) request.add_types(type);
  for (const auto type : kMovesConversations) request.add_types(type);
  for (;;) {
    const auto stream =
        rpc::open_read_stream(executor, stub->async(), &v1::EventService::Stub::async_interface::Subscribe,
                              request, to_conversation.in_process);
    while (const auto batch = co_await stream->read()) {
      if (batch->caught_up()) {
        desk.look_for_holders({});
        desk.look_whether_wanted({});
      }
      for (const auto& event : batch->events()) hear(event, desk);
    }
    co_await sleep_for(kRetry);
  }
}

}  // namespace hark::phone
