#include "conversation/rpc/channel_handler.h"

#include <map>
#include <set>

namespace hark::conversation {
namespace {

using Stream = rpc::ServerStream<v1::ConnectRequest, v1::ConnectResponse>;

/// A due time may be missed by a lost notice; a full look at the outbox this often finds it.
constexpr std::chrono::seconds kOutboxSweepEvery{30};

void answer(Stream& stream, std::int64_t frame_id, const Status& status) {
  v1::ConnectResponse response;
  response.set_frame_id(frame_id);
  if (status.ok()) {
    response.mutable_done();
  } else {
    auto* refused = response.mutable_refused();
    refused->set_code(static_cast<int>(status.error().code));
    refused->set_reason(static_cast<int>(status.error().reason));
    refused->set_message(status.error().message);
  }
  stream.write(std::move(response));
}

/// One connected channel: takes its frames, and leases it what its accounts have to send.
class Connection {
 public:
  Connection(asio::any_io_executor executor, Conversations& service, EventHub& events,
             AttentionHub& attention, std::shared_ptr<Stream> stream)
      : service_{service},
        events_{events},
        attention_{attention},
        stream_{std::move(stream)},
        tasks_{executor},
        room_{executor} {}

  Task<Status> run() {
    auto first = co_await stream_->read();
    if (!first || !first->has_hello()) {
      co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "frame: the first one must be hello"};
    }
    const auto& hello = first->hello();
    for (const auto& id : hello.account_ids()) {
      const auto account = service_.settings().accounts.find(id);
      if (account == service_.settings().accounts.end() || account->second.channel != hello.channel()) {
        co_return Error{Code::kInvalidArgument, Reason::kAccountUnknown,
                        "hello.account_ids: '" + id + "' is no account of ours on this channel"};
      }
      accounts_.insert(id);
    }
    if (auto kept = co_await keep_rules(hello); !kept.ok()) co_return kept;
    leases_max_ = hello.leases_max() > 0 ? std::min(hello.leases_max(), 256) : kLeasesDefault;
    answer(*stream_, first->frame_id(), {});
    if (!accounts_.empty()) {
      subscription_ = events_.subscribe();
      tasks_.spawn("outbox notices", watch_events());
      tasks_.spawn("outbox", lease_messages());
    }
    if (hello.channel() == v1::CHANNEL_CHAT) {
      typing_ = attention_.subscribe();
      tasks_.spawn("agents' typing", show_typing());
    }
    std::exception_ptr cancelled;
    try {
      co_await take_frames();
    } catch (...) {
      cancelled = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    tasks_.cancel();
    co_await tasks_.wait();
    if (cancelled) std::rethrow_exception(cancelled);
    co_return Status{};
  }

 private:
  Task<Status> keep_rules(v1::ConnectRequest::Hello hello) {
    std::map<std::string, v1::SendingRules> rules;
    for (const auto& id : accounts_) rules[id];
    for (const auto& one : hello.rules()) {
      const auto account = rules.find(one.account_id());
      if (account == rules.end()) {
        co_return Error{Code::kInvalidArgument, Reason::kAccountUnknown,
                        "hello.rules: '" + one.account_id() + "' is none of hello.account_ids"};
      }
      account->second = one;
    }
    for (auto& [id, one] : rules) HARK_CO_TRY_VOID(co_await service_.keep_rules(id, std::move(one)));
    co_return Status{};
  }

  Task<> take_frames() {
    while (auto frame = co_await stream_->read()) {
      ++under_way_;
      tasks_.spawn("frame", take(*std::move(frame)));
      while (under_way_ >= kFramesUnderWayMax) co_await room_.wait();
    }
    // The channel has said everything; what it said is still answered.
    while (under_way_ > 0) co_await room_.wait();
  }

  Task<> take(v1::ConnectRequest frame) {
    const auto id = frame.frame_id();
    switch (frame.frame_case()) {
      case v1::ConnectRequest::kInbound: {
        auto accepted = co_await service_.accept(std::move(*frame.mutable_inbound()));
        if (accepted.ok()) {
          v1::ConnectResponse response;
          response.set_frame_id(id);
          *response.mutable_accepted() = *std::move(accepted);
          stream_->write(std::move(response));
        } else {
          answer(*stream_, id, accepted.error());
        }
        break;
      }
      case v1::ConnectRequest::kReceipt: {
        const auto entry_id = frame.receipt().entry_id();
        auto done = co_await service_.receive_receipt(std::move(*frame.mutable_receipt()));
        const bool settled = done.ok() || done.error().reason == Reason::kWithdrawn;
        if (settled && leased_.erase(entry_id) > 0) wake_all();
        answer(*stream_, id, done);
        break;
      }
      case v1::ConnectRequest::kBounce:
        answer(*stream_, id, co_await service_.receive_bounce(std::move(*frame.mutable_bounce())));
        break;
      case v1::ConnectRequest::kQuarantine:
        answer(*stream_, id, co_await service_.quarantine(std::move(*frame.mutable_quarantine())));
        break;
      case v1::ConnectRequest::kCall:
        answer(*stream_, id, co_await service_.receive_call(std::move(*frame.mutable_call())));
        break;
      case v1::ConnectRequest::kTyping:
        co_await hear_typing(frame.typing());
        break;
      default:
        answer(*stream_, id,
               Error{Code::kInvalidArgument, Reason::kUnknownField, "frame: this kind is not known here"});
    }
    --under_way_;
    room_.notify_all();
  }

  /// The customer types: for whoever looks at the conversation.
  Task<> hear_typing(v1::Typing typing) {
    const auto conversation = co_await service_.conversation_of_address(typing.address());
    if (!conversation.ok() || conversation->empty()) co_return;  // never wrote yet, or no matter
    v1::Attention attention;
    attention.set_conversation_id(*conversation);
    attention.set_typing(typing.typing());
    attention.set_gone(!typing.typing());
    attention_.tell(attention, typing_.get());
  }

  /// Agents type answers to customers of our accounts.
  Task<> show_typing() {
    for (;;) {
      while (!typing_->queue.empty()) {
        const auto attention = std::move(typing_->queue.front());
        typing_->queue.pop_front();
        if (attention.agent_id().empty() || !accounts_.contains(attention.account_id())) continue;
        const auto conversation = co_await service_.store().conversation(attention.conversation_id());
        if (!conversation.ok()) continue;
        const auto scope = "chat:" + attention.account_id() + ":";
        for (const auto& known : conversation->addresses()) {
          if (!known.address().starts_with(scope)) continue;
          v1::ConnectResponse response;
          response.mutable_typing()->set_account_id(attention.account_id());
          response.mutable_typing()->set_address(known.address());
          response.mutable_typing()->set_typing(attention.typing() && !attention.gone());
          stream_->write(std::move(response));
        }
      }
      co_await typing_->arrived.wait();
    }
  }

  /// Notes which partitions have something new for our accounts.
  Task<> watch_events() {
    for (;;) {
      while (!subscription_->events.empty()) {
        const auto event = std::move(subscription_->events.front().event);
        subscription_->events.pop_front();
        const bool queued =
            event->type() == v1::EVENT_TYPE_REPLIED || event->type() == v1::EVENT_TYPE_STARTED ||
            (event->type() == v1::EVENT_TYPE_DELIVERY && event->delivery() == v1::DELIVERY_STATE_QUEUED);
        if (queued && accounts_.contains(event->account_id()))
          due_[static_cast<std::uint16_t>(event->partition())] = {};
      }
      if (std::exchange(subscription_->overflowed, false)) look_everywhere();
      if (!due_.empty()) wake_all();
      co_await subscription_->arrived.wait();
    }
  }

  Task<> lease_messages() {
    look_everywhere();
    auto next_sweep = service_.clock().now() + kOutboxSweepEvery;
    for (;;) {
      const auto now = service_.clock().now();
      if (now >= next_sweep) {
        look_everywhere();
        next_sweep = now + kOutboxSweepEvery;
        std::erase_if(leased_, [&](const auto& lease) { return lease.second <= now; });
      }
      for (auto it = due_.begin();
           it != due_.end() && leased_.size() < static_cast<std::size_t>(leases_max_);) {
        if (it->second > now) {
          ++it;
          continue;
        }
        const auto partition = it->first;
        due_.erase(it);
        co_await lease_partition(partition);
        it = due_.upper_bound(partition);
      }
      co_await sleep_until_due(next_sweep);
    }
  }

  Task<> lease_partition(std::uint16_t partition) {
    for (const auto& account : accounts_) {
      const int room = leases_max_ - static_cast<int>(leased_.size());
      const auto now = service_.clock().now();
      if (room <= 0) {
        due_[partition] = {};
        co_return;
      }
      const auto ends = now + kLeaseFor;
      const auto lease_id = service_.new_id(IdKind::kLease, partition);
      auto leases = co_await service_.store().lease(now, partition, account, ends, lease_id, room);
      if (!leases.ok()) {
        due_[partition] = now + std::chrono::seconds{1};
        continue;
      }
      for (auto& leased : leases->messages) {
        v1::ConnectResponse response;
        auto* lease = response.mutable_lease();
        lease->set_lease_id(lease_id);
        lease->set_attempts(leased.attempts);
        lease->set_expires_at_ms(to_ms(ends));
        if (!lease->mutable_message()->ParseFromString(leased.message_bytes)) continue;
        leased_[leased.entry_id] = ends;
        stream_->write(std::move(response));
      }
      if (leases->next_due) {
        auto& due = due_.try_emplace(partition, *leases->next_due).first->second;
        due = std::min(due, *leases->next_due);
      }
    }
  }

  Task<> sleep_until_due(TimePoint at_most) {
    auto until = at_most;
    if (leased_.size() < static_cast<std::size_t>(leases_max_)) {
      for (const auto& [partition, at] : due_) until = std::min(until, at);
    }
    const auto now = service_.clock().now();
    if (until <= now) co_return;
    asio::steady_timer timer{tasks_.executor(), until - now};
    timer_ = &timer;
    co_await timer.async_wait(as_result);
    timer_ = nullptr;
  }

  void look_everywhere() {
    for (std::uint16_t p = 0; p < service_.store().partitions(); ++p) due_[p] = {};
  }

  void wake_all() {
    if (timer_) timer_->cancel();
  }

  Conversations& service_;
  EventHub& events_;
  AttentionHub& attention_;
  std::shared_ptr<Stream> stream_;
  TaskGroup tasks_;
  std::set<std::string, std::less<>> accounts_;
  int leases_max_ = kLeasesDefault;
  int under_way_ = 0;
  Notifier room_;
  std::shared_ptr<EventHub::Subscription> subscription_;
  std::shared_ptr<AttentionHub::Subscription> typing_;
  std::map<std::uint16_t, TimePoint> due_;   // partitions to look into, and when
  std::map<std::string, TimePoint> leased_;  // entries out, and until when
  asio::steady_timer* timer_ = nullptr;
};

Task<Status> connect(asio::any_io_executor executor, Conversations& service, EventHub& events,
                     AttentionHub& attention, std::shared_ptr<Stream> stream) {
  Connection connection{executor, service, events, attention, std::move(stream)};
  co_return co_await connection.run();
}

Task<Result<v1::AcceptResponse>> accept(Conversations& service, v1::AcceptRequest request) {
  co_return co_await service.accept(std::move(*request.mutable_message()));
}

}  // namespace

grpc::ServerBidiReactor<v1::ConnectRequest, v1::ConnectResponse>* ChannelHandler::Connect(
    grpc::CallbackServerContext*) {
  return rpc::run_stream<v1::ConnectRequest, v1::ConnectResponse>(
      tasks_, "Connect", [this](std::shared_ptr<Stream> stream) {
        return connect(tasks_.executor(), service_, events_, attention_, std::move(stream));
      });
}

grpc::ServerUnaryReactor* ChannelHandler::Accept(grpc::CallbackServerContext*, const v1::AcceptRequest* in,
                                                 v1::AcceptResponse* out) {
  return rpc::run_unary(tasks_, "Accept", accept(service_, *in), out);
}

}  // namespace hark::conversation
