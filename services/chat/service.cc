#include "chat/service.h"
#include "base/core/file_name.h"

#include <algorithm>
#include <utility>

#include "chat/core/message_rules.h"
#include "chat/inbound.h"

namespace hark::chat {
namespace {

constexpr int kBurstShare = 3;  // of a minute's allowance that may be used at once
constexpr Duration kRetryLater{2'000};

int burst_of(int per_minute) { return std::max(1, per_minute / kBurstShare); }

int upload_units(std::int64_t size_bytes) {
  return static_cast<int>((size_bytes + kUploadUnit - 1) / kUploadUnit);
}

/// An hour's allowance may be used at once.
RateLimit uploads_of(std::int64_t size_per_hour) {
  const auto units = upload_units(size_per_hour);
  return {std::max(1, units / 60), units};
}

v1::ChatResponse failed(const Error& error, std::string_view client_id, Duration retry_after) {
  v1::ChatResponse response;
  auto& failure = *response.mutable_failed();
  failure.set_reason(std::string{name_of(error.reason)});
  failure.set_message(error.message);
  failure.set_client_id(std::string{client_id});
  failure.set_retry_after_ms(retry_after.count());
  return response;
}

/// Worth sending again unchanged?
bool passes(const Error& error) {
  return error.code == Code::kUnavailable || error.code == Code::kDeadlineExceeded ||
         error.code == Code::kResourceExhausted || error.code == Code::kAborted;
}

}  // namespace

ChatService::ChatService(TaskGroup& tasks, Store& store, News& news, ConversationPort& conversation,
                         const Clock& clock, Settings settings, std::string secret, Metrics& metrics)
    : tasks_{tasks},
      store_{store},
      news_{news},
      conversation_{conversation},
      clock_{clock},
      settings_{std::move(settings)},
      tokens_{std::move(secret)},
      per_visitor_{settings_.messages_per_minute, burst_of(settings_.messages_per_minute)},
      per_address_{settings_.messages_per_minute_and_address,
                   burst_of(settings_.messages_per_minute_and_address)},
      frames_{kFramesPerMinute, burst_of(kFramesPerMinute)},
      uploads_per_visitor_{uploads_of(settings_.upload_size_per_hour)},
      uploads_per_address_{uploads_of(settings_.upload_size_per_hour_and_address)},
      downloads_{kDownloadsPerMinute, burst_of(kDownloadsPerMinute)},
      connections_{metrics.gauge("hark_chat_connections", "Visitors' pages that are connected")},
      messages_{metrics.counter("hark_chat_messages_total", "Visitors' messages that were acknowledged")},
      answers_{metrics.counter("hark_chat_answers_total", "Answers that were put into visitors' logs")},
      limited_{metrics.counter("hark_chat_limited_total", "Messages, files and sessions that had to wait")},
      refused_{metrics.counter("hark_chat_refused_total", "Frames that could not be taken")} {}

VisitPtr ChatService::connect(std::shared_ptr<ResponseSink> sink, Origin origin) {
  const auto visit = std::make_shared<Visit>(tasks_.executor(), std::move(sink), std::move(origin));
  visit->last_active = clock_.now();
  visits_.insert(visit);
  connections_.set(static_cast<double>(visits_.size()));
  if (++sockets_of_address_[visit->origin.remote_address] > settings_.sockets_per_address) {
    limited_.add();
    visit->sink->close(Farewell::kComeBack, "too many connections from this address");
  }
  watch(visit, kHelloTime);
  return visit;
}

void ChatService::disconnect(const VisitPtr& visit) {
  if (std::exchange(visit->ended, true)) return;
  visit->quiet.cancel();
  disconnect_feed(visit);
  visits_.erase(visit);
  const auto sockets = sockets_of_address_.find(visit->origin.remote_address);
  if (--sockets->second == 0) sockets_of_address_.erase(sockets);
  connections_.set(static_cast<double>(visits_.size()));
}

void ChatService::refuse(const VisitPtr& visit, const Error& error, std::string_view client_id) {
  refused_.add();
  visit->sink->send(failed(error, client_id, passes(error) ? kRetryLater : Duration{0}));
}

Task<> ChatService::receive(VisitPtr visit, v1::ChatRequest request) {
  // Nothing more is read from the page meanwhile.
  const auto wait =
      frames_.take(visit->welcomed ? visit->visitor.address() : visit->origin.remote_address, clock_.now());
  if (wait > Duration{0}) {
    limited_.add();
    co_await sleep_for(wait);
  }
  if (request.has_ping()) {
    v1::ChatResponse pong;
    pong.mutable_pong();
    visit->sink->send(pong);
    co_return;
  }
  visit->last_active = clock_.now();
  if (request.has_hello()) {
    co_await greet(visit, std::move(*request.mutable_hello()));
    co_return;
  }
  if (!visit->welcomed) {
    refuse(visit, {Code::kUnauthenticated, Reason::kUnauthenticated, "say hello first"},
           request.write().client_id());
    co_return;
  }
  switch (request.frame_case()) {
    case v1::ChatRequest::kWrite:
      co_await write(visit, std::move(*request.mutable_write()));
      break;
    case v1::ChatRequest::kSeen:
      co_await see(visit, request.seen());
      break;
    case v1::ChatRequest::kIntroduction:
      introduce(visit, request.introduction());
      tasks_.spawn("chat introduction", tell_introduction(visit));
      break;
    case v1::ChatRequest::kTyping: {
      v1::Typing typing;
      typing.set_account_id(visit->visitor.account_id);
      typing.set_address(visit->visitor.address());
      typing.set_typing(request.typing().active());
      conversation_.type(std::move(typing));
      break;
    }
    default:
      refuse(visit, {Code::kInvalidArgument, Reason::kInvalidField, "the frame says nothing"});
  }
}

Duration ChatService::may_send(const Visitor& visitor, const std::string& remote_address) {
  const auto wait =
      take_all({{per_visitor_, visitor.address()}, {per_address_, remote_address}}, clock_.now());
  if (wait > Duration{0}) limited_.add();
  return wait;
}

Task<> ChatService::write(VisitPtr visit, v1::ChatRequest::Write write) {
  const auto client_id = write.client_id();
  const auto wait = may_send(visit->visitor, visit->origin.remote_address);
  if (wait > Duration{0}) {
    visit->sink->send(failed({Code::kResourceExhausted, Reason::kOverloaded,
                              "too many messages in a short time; this one can go out in a moment"},
                             client_id, wait));
    co_return;
  }
  const auto taken = co_await take_message(visit, std::move(write));
  if (!taken.ok()) {
    refuse(visit, taken.error(), client_id);
    co_return;
  }
  if (taken->shown) co_return;
  v1::ChatResponse response;
  response.mutable_acked()->set_client_id(client_id);
  response.mutable_acked()->set_offset(taken->offset);
  visit->sink->send(response);
}

Task<Result<ChatService::Taken>> ChatService::take_message(VisitPtr visit, v1::ChatRequest::Write write) {
  HARK_CO_TRY_VOID(check_client_id(write.client_id()));
  write.set_text(plain_text(write.text()));
  HARK_CO_TRY_VOID(check_message(write.text(), static_cast<std::size_t>(write.files_size())));
  HARK_CO_TRY(auto record, record_of(visit, write));
  const auto visitor = visit->visitor;
  auto message = inbound_message(visitor, record);
  vouch(*visit, message);

  HARK_CO_TRY(const auto accepted, co_await conversation_.accept(std::move(message)));
  visit->claims_told = true;
  visit->written = true;
  record.set_conversation_id(accepted.conversation_id());
  // A crash before this line leaves a message that the customer's conversation has and the page's log has not
  // yet: the page was not told, sends it again, and it is one.
  HARK_CO_TRY(const auto appended, co_await store_.append(visitor, record, visit->epoch));
  Taken taken{appended.offset};
  if (appended.fresh) {
    messages_.add();
    taken.shown = show_appended(visitor, appended, std::move(*record.mutable_item()), visit.get());
  }
  co_await introduced(visit, digest_of(visit->introduction));
  co_return taken;
}

Result<v1::ChatLogRecord> ChatService::record_of(const VisitPtr& visit,
                                                 const v1::ChatRequest::Write& write) const {
  v1::ChatLogRecord record;
  auto& item = *record.mutable_item();
  item.set_at_ms(to_ms(clock_.now()));
  item.set_client_id(write.client_id());
  item.set_text(write.text());
  for (const auto& file : write.files()) {
    HARK_TRY(auto blob_id,
             tokens_.verify(visit->visitor, {"", file.size_bytes(), file.file_name(), file.content_type()},
                            file.token()));
    auto& shown = *item.add_files();
    shown = file;
    shown.clear_token();
    auto& blob = *record.add_blobs();
    blob.set_id(std::move(blob_id));
    blob.set_size_bytes(file.size_bytes());
  }
  return record;
}

Task<> ChatService::see(VisitPtr visit, v1::ChatRequest::Seen seen) {
  auto marks = co_await store_.mark(visit->visitor, seen.delivered(), seen.read());
  if (!marks.ok()) {
    refuse(visit, marks.error());
    co_return;
  }
  visit->delivered = std::max(visit->delivered, std::min(seen.delivered(), visit->sent));
  visit->changed.notify_all();
  if (seen.read() > 0) {
    v1::ChatResponse elsewhere;
    elsewhere.mutable_read_elsewhere()->set_read(marks->read);
    if (const auto all = by_visitor_.find(visit->visitor.address()); all != by_visitor_.end()) {
      for (const auto& other : all->second) {
        if (other != visit) other->sink->send(elsewhere);
      }
    }
  }
  tasks_.spawn("chat seen", tell_conversation(visit->visitor, *std::move(marks)));
}

std::vector<Allowance> ChatService::upload_allowances(const Visitor& visitor,
                                                      const std::string& remote_address,
                                                      std::int64_t size_bytes) {
  const auto address = visitor.address();
  const auto units = upload_units(size_bytes);
  return {{per_visitor_, address},
          {per_address_, remote_address},
          {uploads_per_visitor_, address, units},
          {uploads_per_address_, remote_address, units}};
}

Duration ChatService::upload_wait(const Visitor& visitor, const std::string& remote_address,
                                  std::int64_t size_bytes) {
  return wait_of_all(upload_allowances(visitor, remote_address, size_bytes), clock_.now());
}

Task<Result<v1::ChatFile>> ChatService::upload(Visitor visitor, std::string remote_address, v1::ChatFile file,
                                               std::string content) {
  const auto size = static_cast<std::int64_t>(content.size());
  const auto wait = take_all(upload_allowances(visitor, remote_address, size), clock_.now());
  if (wait > Duration{0}) {
    limited_.add();
    co_return too_many("files", wait);
  }
  file.set_file_name(safe_file_name(file.file_name()));
  file.set_content_type(safe_content_type(file.content_type()));
  file.set_size_bytes(size);
  HARK_CO_TRY(const auto blob, co_await conversation_.put_blob(std::move(content)));
  file.set_token(
      tokens_.sign(visitor, {blob.id(), file.size_bytes(), file.file_name(), file.content_type()}));
  co_return file;
}

Task<Result<ChatService::Download>> ChatService::download(Visitor visitor, std::int64_t offset,
                                                          std::size_t index) {
  if (const auto wait = downloads_.take(visitor.address(), clock_.now()); wait > Duration{0}) {
    limited_.add();
    co_return too_many("files", wait);
  }
  HARK_CO_TRY(const auto page, co_await store_.read(visitor, offset - 1, 1));
  const bool there = offset > 0 && !page.items.empty() && page.items.front().offset == offset &&
                     index < static_cast<std::size_t>(page.items.front().record.blobs_size());
  if (!there) {
    co_return Error{Code::kNotFound, Reason::kBlobNotFound, "there is no such file in this chat"};
  }
  const auto& record = page.items.front().record;
  const auto at = static_cast<int>(index);
  Download download;
  download.file = record.item().files(at);
  download.further_pieces = conversation_.read_blob(record.blobs(at), record.conversation_id());
  HARK_CO_TRY(download.first_piece, co_await download.further_pieces());
  co_return download;
}

}  // namespace hark::chat
