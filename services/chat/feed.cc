// What goes down to visitors, and what is reported about it.
#include <algorithm>

#include "base/log/log.h"
#include "chat/inbound.h"
#include "chat/service.h"

namespace hark::chat {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds kReadAgain = 500ms;
constexpr int kReportAttempts = 5;
constexpr std::chrono::milliseconds kAppendAgain = 200ms;
constexpr std::chrono::milliseconds kAppendAgainMost = 5s;
/// Of a lease's time, kept for what is under way when it ends.
constexpr std::chrono::milliseconds kLeaseMargin = 5s;

const Logger& logger() {
  static const Logger log{"chat"};
  return log;
}

}  // namespace

/// Pages that have everything before it are told at once; the others read on.
bool ChatService::show_appended(const Visitor& visitor, const Store::Appended& appended, v1::ChatItem item,
                                const Visit* author) {
  news_.announce(visitor.address());
  const auto found = by_visitor_.find(visitor.address());
  if (found == by_visitor_.end()) return false;
  bool author_has_it = false;
  v1::ChatResponse response;
  *response.mutable_item() = std::move(item);
  response.mutable_item()->set_offset(appended.offset);
  for (const auto& visit : found->second) {
    const bool next = visit->sent == appended.offset - 1 && visit->epoch == appended.epoch &&
                      visit->sent - visit->delivered < kItemsAheadMax;
    if (next) {
      visit->sink->send(response);
      visit->sent = appended.offset;
      author_has_it = author_has_it || visit.get() == author;
    } else if (visit->sent < appended.offset) {
      wake(visit);
    }
  }
  return author_has_it;
}

/// The visitor's log has grown, or may have.
void ChatService::wake(const VisitPtr& visit) {
  ++visit->news;
  visit->changed.notify_all();
  if (visit->welcomed && visit->fed != visit->greeting) {
    visit->fed = visit->greeting;
    tasks_.spawn("chat feed", feed(visit));
  }
}

void ChatService::look_again(std::string_view address) {
  const auto wake_all = [this](const std::set<VisitPtr>& visits) {
    for (const auto& visit : visits) wake(visit);
  };
  if (address.empty()) {
    for (const auto& [visitor, visits] : by_visitor_) wake_all(visits);
  } else if (const auto found = by_visitor_.find(address); found != by_visitor_.end()) {
    wake_all(found->second);
  }
}

void ChatService::disconnect_feed(const VisitPtr& visit) {
  ++visit->greeting;
  visit->changed.notify_all();
  if (!std::exchange(visit->welcomed, false)) return;
  const auto found = by_visitor_.find(visit->visitor.address());
  if (found == by_visitor_.end()) return;
  found->second.erase(visit);
  if (found->second.empty()) by_visitor_.erase(found);
}

void ChatService::show_typing(const v1::Typing& typing) {
  const auto found = by_visitor_.find(typing.address());
  if (found == by_visitor_.end()) return;
  v1::ChatResponse response;
  response.mutable_typing()->set_active(typing.typing());
  for (const auto& visit : found->second) visit->sink->send(response);
}

/// News that a crash, or a line that broke, kept from conversation.
Task<> ChatService::tell_untold(Visitor visitor, std::int64_t delivered) {
  if (auto marks = co_await store_.mark(visitor, delivered, 0); marks.ok())
    co_await tell_conversation(visitor, *std::move(marks));
}

/// Sends what the page lacks, as long as it keeps up.
Task<> ChatService::feed(VisitPtr visit) {
  const auto greeting = visit->greeting;
  const auto goes_on = [&] { return !visit->ended && visit->greeting == greeting; };
  while (goes_on()) {
    if (visit->sent - visit->delivered >= kItemsAheadMax) {
      const auto before = visit->delivered;
      asio::steady_timer slow{tasks_.executor(), kSlowTime};
      slow.async_wait([visit](const boost::system::error_code& error) {
        if (error) return;
        visit->sink->close(Farewell::kTooSlow, "say what you have (seen.delivered); resume from there");
      });
      while (goes_on() && visit->delivered == before) co_await visit->changed.wait();
      continue;
    }
    const auto news = visit->news;
    const auto after = visit->sent;
    const auto page = co_await store_.read(visit->visitor, after, kItemsPerRead);
    if (!goes_on()) break;
    if (!page.ok()) {
      co_await sleep_for(kReadAgain);
      continue;
    }
    if (!send_page(visit, *page)) break;
    if (visit->sent == after && visit->news == news) break;
  }
  if (visit->fed == greeting) visit->fed = 0;
}

/// False: the page was told to start afresh, and its feed is over.
bool ChatService::send_page(const VisitPtr& visit, const Store::Page& page) {
  // What was shown while it was read is not shown again.
  const auto news =
      std::ranges::find_if(page.items, [&](const auto& item) { return item.offset > visit->sent; });
  const bool continues = page.log.epoch == visit->epoch && visit->sent >= page.log.first - 1 &&
                         (news == page.items.end() || news->offset == visit->sent + 1);
  if (!continues) {
    v1::ChatResponse reload;
    reload.mutable_reload()->set_why("what was here can no longer be continued");
    visit->sink->send(reload);
    disconnect_feed(visit);
    return false;
  }
  for (auto item = news; item != page.items.end(); ++item) {
    v1::ChatResponse response;
    *response.mutable_item() = item->record.item();
    visit->sink->send(response);
    visit->sent = item->offset;
  }
  return true;
}

void ChatService::watch(const VisitPtr& visit, Duration quiet_for) {
  visit->quiet.expires_after(quiet_for);
  visit->quiet.async_wait([this, weak = std::weak_ptr{visit}](const boost::system::error_code& error) {
    const auto still = weak.lock();
    if (!error && still && !still->ended) on_quiet(still);
  });
}

/// Closes connections that never say hello, and those on which nothing happens any more.
void ChatService::on_quiet(const VisitPtr& visit) {
  const auto idle = clock_.now() - visit->last_active;
  if (visit->greeting == 0) {
    visit->sink->close(Farewell::kIdle, "nobody said hello");
  } else if (idle >= settings_.idle_time) {
    visit->sink->close(Farewell::kIdle, "nothing happened for long");
  } else {
    watch(visit, settings_.idle_time - idle);
  }
}

void ChatService::take(v1::Lease lease) {
  const auto address = lease.message().to().address();
  auto& waiting = deliveries_[address];
  waiting.push_back(std::move(lease));
  if (waiting.size() == 1) tasks_.spawn("chat deliver", deliver_in_order(address));
}

/// One visitor's answers get into the log in the order in which they came. Behind one that cannot, the others
/// are let go as well: they come again after it, when their leases have run out.
Task<> ChatService::deliver_in_order(std::string address) {
  auto& waiting = deliveries_.at(address);
  while (!waiting.empty()) {
    if (!co_await deliver(waiting.front())) break;
    waiting.pop_front();
  }
  deliveries_.erase(address);
}

/// False: the log does not take it, and the lease has to run out.
Task<bool> ChatService::deliver(v1::Lease lease) {
  const auto& message = lease.message();
  v1::Receipt receipt;
  receipt.set_lease_id(lease.lease_id());
  receipt.set_entry_id(message.entry_id());
  const auto visitor = visitor_of_address(message.to().address());
  if (!visitor.ok()) {
    receipt.set_state(v1::DELIVERY_STATE_FAILED);
    receipt.set_detail(visitor.error().message);
  } else {
    auto record = answer_record(message);
    const auto appended = co_await append_while_leased(*visitor, record, lease);
    if (!appended.ok()) co_return false;
    if (appended->fresh) answers_.add();
    show_appended(*visitor, *appended, std::move(*record.mutable_item()));
    receipt.set_state(v1::DELIVERY_STATE_SENT);
    receipt.set_detail("waits in the visitor's chat");
  }
  logger().info("answer in a chat", {{"conversation", message.conversation_id()},
                                     {"entry", message.entry_id()},
                                     {"state", v1::DeliveryState_Name(receipt.state())}});
  tasks_.spawn("chat receipt", report_delivery(std::move(receipt)));
  co_return true;
}

/// Not beyond the lease: who has the next one may be another process.
Task<Result<Store::Appended>> ChatService::append_while_leased(const Visitor& visitor,
                                                               const v1::ChatLogRecord& record,
                                                               const v1::Lease& lease) {
  const auto ends = from_ms(lease.expires_at_ms()) - kLeaseMargin;
  for (auto again = kAppendAgain;; again = std::min(2 * again, kAppendAgainMost)) {
    auto appended = co_await store_.append(visitor, record, std::to_string(lease.message().created_at_ms()));
    if (appended.ok()) co_return appended;
    const bool over = clock_.now() + again >= ends;
    if (over || again == kAppendAgain) {
      logger().warning("answer does not get into a chat",
                       {{"conversation", lease.message().conversation_id()},
                        {"entry", lease.message().entry_id()},
                        {"why", appended.error().message},
                        {"next", over ? "comes again from conversation" : "is tried again"}});
    }
    if (over) co_return appended;
    co_await sleep_for(again);
  }
}

Task<> ChatService::report_delivery(v1::Receipt receipt) { (void)co_await report(std::move(receipt)); }

/// Tells conversation which answers have arrived and which were read, and notes that it knows.
Task<> ChatService::tell_conversation(Visitor visitor, Store::Marks marks) {
  for (const auto& item : marks.untold) {
    if (item.record.entry_id().empty()) continue;
    const bool read = item.offset <= marks.read;
    if (!read && item.offset <= marks.told_delivered) continue;
    v1::Receipt receipt;
    receipt.set_entry_id(item.record.entry_id());
    receipt.set_state(read ? v1::DELIVERY_STATE_READ : v1::DELIVERY_STATE_DELIVERED);
    if (!co_await report(std::move(receipt))) co_return;  // with the next connection
  }
  if (marks.delivered > marks.told_delivered || marks.read > marks.told_read)
    (void)co_await store_.told(visitor, marks.delivered, marks.read);
}

/// False: conversation does not know yet.
Task<bool> ChatService::report(v1::Receipt receipt) {
  for (int attempt = 0; attempt < kReportAttempts; ++attempt) {
    const auto reported = co_await conversation_.report(receipt);
    if (reported.ok() || is_final(reported.error())) co_return true;
    co_await sleep_for(std::chrono::milliseconds{200 << attempt});
  }
  co_return false;
}

}  // namespace hark::chat
