#include "social/sender.h"

#include <algorithm>

#include "base/log/log.h"
#include "social/core/retry.h"

namespace hark::social {
namespace {

const Logger& logger() {
  static const Logger log{"social"};
  return log;
}

Task<> wake_at(Notifier& notifier, Duration after) {
  co_await sleep_for(after);
  notifier.notify_all();
}

}  // namespace

Sender::Sender(TaskGroup& tasks, ConversationPort& conversation, Store& store, Transport& transport,
               const Clock& clock, const Settings& settings, Metrics& metrics)
    : tasks_{tasks},
      conversation_{conversation},
      clock_{clock},
      settings_{settings},
      turns_{store, clock, metrics},
      files_{tasks.executor(), kFilesOutMax},
      outlets_{conversation, store, transport, turns_, files_, clock},
      idle_{tasks.executor()},
      sent_{metrics.counter("hark_social_sent_total", "Answers that networks took")},
      unknown_{metrics.counter("hark_social_unknown_total",
                               "Answers of which nobody knows whether they went out")},
      refused_{metrics.counter("hark_social_refused_total", "Answers that could not be sent")} {}

void Sender::take(v1::Lease lease) {
  const auto& message = lease.message();
  if (draining_ || !under_way_.insert(message.entry_id()).second)
    return;  // the lease runs out and comes again
  const auto customer = message.account_id() + " " + message.to().address();
  const auto [queue, idle] = waiting_.try_emplace(customer);
  queue->second.push_back(std::move(lease));
  if (idle) tasks_.spawn("send to a customer", send_all_to(customer));
}

Task<> Sender::send_all_to(std::string customer) {
  for (;;) {
    auto& queue = waiting_[customer];
    if (queue.empty()) break;
    auto lease = std::move(queue.front());
    queue.pop_front();
    const auto entry = lease.message().entry_id();
    co_await send(std::move(lease));
    under_way_.erase(entry);
  }
  waiting_.erase(customer);
  if (waiting_.empty()) idle_.notify_all();
}

Task<> Sender::drain(Duration patience) {
  draining_ = true;
  for (auto& [customer, queue] : waiting_) queue.clear();
  if (waiting_.empty()) co_return;
  tasks_.spawn("drain", wake_at(idle_, patience));
  co_await idle_.wait();
}

Task<> Sender::send(v1::Lease lease) {
  const auto& message = lease.message();
  auto outcome = co_await deliver(lease);
  if (!outcome) co_return;  // the store is away: the lease runs out and comes again
  v1::Receipt receipt;
  receipt.set_lease_id(lease.lease_id());
  receipt.set_entry_id(message.entry_id());
  receipt.set_native_id(outcome->native_id);
  const auto given_up_at = from_ms(message.created_at_ms()) + settings_.give_up_after;
  if (outcome->go_on_at && clock_.now() > given_up_at) {
    outcome->state = v1::DELIVERY_STATE_FAILED;
    outcome->detail = "its turn did not come in time";
  } else if (outcome->go_on_at) {
    receipt.set_retry_at_ms(to_ms(*outcome->go_on_at));
  } else if (outcome->state == v1::DELIVERY_STATE_QUEUED) {
    const auto again = next_attempt(lease.attempts() + 1, from_ms(message.created_at_ms()), clock_.now(),
                                    outcome->wait, settings_.give_up_after);
    if (again) {
      receipt.set_retry_at_ms(to_ms(*again));
    } else {
      outcome->state = v1::DELIVERY_STATE_FAILED;
    }
  }
  receipt.set_state(outcome->state);
  receipt.set_detail(outcome->detail);
  if (outcome->state == v1::DELIVERY_STATE_SENT) sent_.add();
  if (outcome->state == v1::DELIVERY_STATE_UNKNOWN) unknown_.add();
  if (outcome->state == v1::DELIVERY_STATE_FAILED) refused_.add();
  logger().info("answer out", {{"conversation", message.conversation_id()},
                               {"entry", message.entry_id()},
                               {"account", message.account_id()},
                               {"state", v1::DeliveryState_Name(outcome->state)},
                               {"detail", outcome->detail}});
  co_await report(std::move(receipt));
}

/// A lost receipt costs nothing but time: the lease comes again, and the store knows what was sent.
Task<> Sender::report(v1::Receipt receipt) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    const auto reported = co_await conversation_.report(receipt);
    if (reported.ok() || reported.error().code == Code::kInvalidArgument ||
        reported.error().code == Code::kNotFound)
      co_return;
    co_await sleep_for(std::chrono::milliseconds{200 << attempt});
  }
}

Task<std::optional<Outcome>> Sender::deliver(const v1::Lease& lease) {
  const auto* account = settings_.account(lease.message().account_id());
  if (!account) {
    co_return Outcome{.detail = "account '" + lease.message().account_id() +
                                "' is not on a social network any more"};
  }
  if (const auto until = turns_.paused_until(*account)) {
    co_return Outcome{.state = v1::DELIVERY_STATE_QUEUED,
                      .detail = account->network + " lets nothing through for this account; see the log",
                      .wait = *until - clock_.now()};
  }
  Delivery delivery{outlets_, *account, lease};
  co_return co_await delivery.run();
}

}  // namespace hark::social
