#include "conversation/rpc/event_handler.h"

#include <set>

#include "base/async/all.h"

namespace hark::conversation {
namespace {

using namespace std::chrono_literals;
using Stream = rpc::ServerWriteStream<v1::SubscribeResponse>;

constexpr int kEventsPerResponse = 200;
/// Of a snapshot, which a new leader of routing waits for.
constexpr int kTicketsPerResponse = 500;
constexpr std::uint16_t kPartitionsAtOnce = 8;
constexpr std::size_t kResponsesUnsentMax = 64;
/// How often a subscriber that reads slowly is looked at again.
constexpr std::chrono::milliseconds kSlowReaderPause = 5ms;

template <class Message>
Task<bool> wait_for_room(rpc::ServerWriteStream<Message>& stream) {
  while (stream.unsent() > kResponsesUnsentMax) {
    if (stream.cancelled()) co_return false;
    co_await sleep_for(kSlowReaderPause);
  }
  co_return !stream.cancelled();
}

/// Reads the log for one subscriber: from the store until it has caught up with the hub, then from the hub.
class Reader {
 public:
  Reader(Conversations& service, EventHub& events, std::shared_ptr<Stream> stream)
      : service_{service}, events_{events}, stream_{std::move(stream)}, subscription_{events.subscribe()} {
    stream_->on_cancel = [subscription = subscription_] { subscription->arrived.notify_all(); };
  }

  Task<Status> run(v1::SubscribeRequest request) {
    HARK_CO_TRY_VOID(co_await set_start(request));
    with_entries_ = request.with_entries();
    for (const int type : request.types()) types_.insert(type);
    bool mark = request.mark_caught_up();
    for (;;) {
      // The hub's queue was opened before the store is read, so nothing falls between the two; what comes
      // twice is skipped.
      HARK_CO_TRY(const bool listening, co_await catch_up());
      if (!listening) co_return Status{};
      if (std::exchange(mark, false)) {
        v1::SubscribeResponse response;
        response.set_caught_up(true);
        stream_->write(std::move(response));
      }
      while (!subscription_->overflowed) {
        if (!co_await wait_for_room(*stream_)) co_return Status{};
        forward_queued();
        if (stream_->cancelled()) co_return Status{};
        if (subscription_->events.empty() && !subscription_->overflowed)
          co_await subscription_->arrived.wait();
      }
      if (subscription_->rewound) co_return older_store();
      subscription_->overflowed = false;
    }
  }

 private:
  static Error older_store() {
    return {Code::kInvalidArgument, Reason::kCursorInvalid,
            "the store came back with older data: events that were told are no more; begin from a snapshot"};
  }

  Task<Status> set_start(const v1::SubscribeRequest& request) {
    positions_.assign(service_.store().partitions(), 0);
    if (request.from_now()) {
      positions_ = events_.positions();
      co_return Status{};
    }
    HARK_CO_TRY(const auto ends, co_await service_.store().log_ends());
    if (request.since_ms() > 0) {
      for (std::size_t p = 0; p < ends.size(); ++p) {
        HARK_CO_TRY(positions_[p], co_await service_.store().position_before(
                                       static_cast<std::uint16_t>(p), ends[p], from_ms(request.since_ms())));
      }
    }
    for (const auto& [partition, position] : request.after().positions()) {
      if (partition < 0 || partition >= static_cast<int>(positions_.size()) || position < 0 ||
          position > ends[static_cast<std::size_t>(partition)]) {
        co_return Error{
            Code::kInvalidArgument, Reason::kCursorInvalid,
            "after: partition " + std::to_string(partition) + " has no position " + std::to_string(position)};
      }
      positions_[static_cast<std::size_t>(partition)] = position;
    }
    co_return Status{};
  }

  Task<Result<bool>> catch_up() {
    for (std::size_t p = 0; p < positions_.size(); ++p) {
      while (positions_[p] < events_.position(static_cast<std::uint16_t>(p))) {
        if (!co_await wait_for_room(*stream_)) co_return false;
        auto events = co_await service_.store().events(static_cast<std::uint16_t>(p), positions_[p],
                                                       kEventsPerResponse);
        if (!events.ok()) co_return std::move(events).error();
        if (events->empty()) break;
        v1::SubscribeResponse response;
        for (auto& event : *events) {
          positions_[p] = event.position();
          if (wants(event)) *response.add_events() = std::move(event);
        }
        if (response.events_size() > 0) stream_->write(std::move(response));
      }
    }
    co_return true;
  }

  void forward_queued() {
    v1::SubscribeResponse response;
    while (!subscription_->events.empty() && response.events_size() < kEventsPerResponse) {
      auto news = std::move(subscription_->events.front());
      subscription_->events.pop_front();
      auto& position = positions_[static_cast<std::size_t>(news.event->partition())];
      if (news.event->position() <= position) continue;
      position = news.event->position();
      if (!wants(*news.event)) continue;
      auto& event = *response.add_events();
      if (news.event.use_count() == 1) {
        event = std::move(*news.event);
      } else {
        event = *news.event;
      }
      if (with_entries_ && news.entry) *event.mutable_entry() = *news.entry;
    }
    if (response.events_size() > 0) stream_->write(std::move(response));
  }

  [[nodiscard]] bool wants(const v1::Event& event) const {
    return types_.empty() || types_.contains(event.type());
  }

  Conversations& service_;
  EventHub& events_;
  std::shared_ptr<Stream> stream_;
  std::shared_ptr<EventHub::Subscription> subscription_;
  std::vector<std::int64_t> positions_;
  bool with_entries_ = false;
  std::set<int> types_;
};

Task<Status> subscribe(Conversations& service, EventHub& events, std::shared_ptr<Stream> stream,
                       v1::SubscribeRequest request) {
  Reader reader{service, events, std::move(stream)};
  co_return co_await reader.run(std::move(request));
}

using SnapshotStream = rpc::ServerWriteStream<v1::SnapshotResponse>;

Task<Status> send_tickets(Conversations& service, std::shared_ptr<SnapshotStream> stream,
                          std::uint16_t partition) {
  Store::OpenTicketRef after;
  for (;;) {
    HARK_CO_TRY(const auto page,
                co_await service.store().index(partition, false, after, kTicketsPerResponse));
    if (page.empty()) co_return Status{};
    after = page.back();
    std::vector<std::string> ids;
    for (const auto& ref : page) ids.push_back(ref.id);
    HARK_CO_TRY(auto tickets, co_await service.store().tickets(partition, std::move(ids)));
    v1::SnapshotResponse response;
    for (auto& ticket : tickets) *response.add_tickets() = std::move(ticket);
    if (!co_await wait_for_room(*stream)) co_return Status{};
    stream->write(std::move(response));
  }
}

Task<Status> snapshot(Conversations& service, std::shared_ptr<SnapshotStream> stream) {
  // The cursor first: a ticket that changes while it is read is then seen again among the events.
  HARK_CO_TRY(const auto ends, co_await service.store().log_ends());
  v1::SnapshotResponse first;
  for (std::size_t p = 0; p < ends.size(); ++p)
    (*first.mutable_cursor()->mutable_positions())[static_cast<int>(p)] = ends[p];
  stream->write(std::move(first));
  const auto partitions = service.store().partitions();
  for (std::uint16_t p = 0; p < partitions && !stream->cancelled(); p += kPartitionsAtOnce) {
    std::vector<Task<Status>> sent;
    for (std::uint16_t one = p; one < partitions && one < p + kPartitionsAtOnce; ++one)
      sent.push_back(send_tickets(service, stream, one));
    for (auto& status : co_await all(std::move(sent))) HARK_CO_TRY_VOID(std::move(status));
  }
  co_return Status{};
}

}  // namespace

grpc::ServerWriteReactor<v1::SubscribeResponse>* EventHandler::Subscribe(grpc::CallbackServerContext*,
                                                                         const v1::SubscribeRequest* in) {
  return rpc::run_write_stream<v1::SubscribeResponse>(
      tasks_, "Subscribe", [this, request = *in](std::shared_ptr<Stream> stream) {
        return subscribe(service_, events_, std::move(stream), request);
      });
}

grpc::ServerWriteReactor<v1::SnapshotResponse>* EventHandler::Snapshot(grpc::CallbackServerContext*,
                                                                       const v1::SnapshotRequest*) {
  return rpc::run_write_stream<v1::SnapshotResponse>(
      tasks_, "Snapshot",
      [this](std::shared_ptr<SnapshotStream> stream) { return snapshot(service_, std::move(stream)); });
}

}  // namespace hark::conversation
