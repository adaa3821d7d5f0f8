#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/async/task_group.h"
#include "base/core/time.h"
#include "base/metrics/metrics.h"
#include "chat/core/rate_limit.h"
#include "chat/core/tokens.h"
#include "chat/ports.h"
#include "chat/redis/news.h"
#include "chat/redis/store.h"
#include "chat/settings.h"
#include "chat/visit.h"

namespace hark::chat {

/// A connection that has not said hello by then is closed.
constexpr Duration kHelloTime{10'000};
/// A page that has as much under way as it may, and does not say what it has, is closed after this long.
constexpr Duration kSlowTime{30'000};
/// Items read, and sent, at once.
constexpr int kItemsPerRead = 64;
/// Frames of one visitor in a minute; whoever says more is read more slowly.
constexpr int kFramesPerMinute = 3'000;
/// Files that one visitor may get in a minute.
constexpr int kDownloadsPerMinute = 120;
/// What a file's size is counted in.
constexpr std::int64_t kUploadUnit = 64 << 10;

/// Visitors' sessions: takes what they write, keeps what they may see, tells their pages.
///
/// Knows nothing of sockets or JSON, nor of customers, tickets and agents. Whatever a visitor was told to be
/// safe, and every answer, is in Redis; memory holds connections only. Lives on one single-threaded executor,
/// where everything is called.
class ChatService {
 public:
  /// `store`, `news`, `conversation` and `clock` outlive the service.
  ChatService(TaskGroup& tasks, Store& store, News& news, ConversationPort& conversation, const Clock& clock,
              Settings settings, std::string secret, Metrics& metrics);

  /// A page has connected.
  VisitPtr connect(std::shared_ptr<ResponseSink> sink, Origin origin);
  /// A frame of it, one at a time; answers come through the sink.
  Task<> receive(VisitPtr visit, v1::ChatRequest request);
  /// A frame that could not be read.
  void refuse(const VisitPtr& visit, const Error& error, std::string_view client_id = {});
  void disconnect(const VisitPtr& visit);

  /// Another process may have lengthened this visitor's log, or, if empty, anybody's.
  void look_again(std::string_view address);
  /// An answer to deliver; the receipt follows once it is durable in the visitor's log.
  void take(v1::Lease lease);

  /// An agent types an answer; the visitor's pages show it for a while.
  void show_typing(const v1::Typing& typing);

  /// For requests that do not come over a connection. UNAUTHENTICATED.
  [[nodiscard]] Result<Visitor> visitor_of(std::string_view token) const { return tokens_.verify(token); }
  /// May a page of this origin use this account? Any account, if it is empty.
  [[nodiscard]] bool welcomes(const Origin& origin, std::string_view account_id) const;

  /// Zero, or how long a file of this size would have to wait.
  [[nodiscard]] Duration upload_wait(const Visitor& visitor, const std::string& remote_address,
                                     std::int64_t size_bytes);
  /// Keeps a visitor's file, to be named in a message. Errors: OVERLOADED, STORE_UNAVAILABLE.
  Task<Result<v1::ChatFile>> upload(Visitor visitor, std::string remote_address, v1::ChatFile file,
                                    std::string content);
  struct Download {
    v1::ChatFile file;
    /// Read already, so that there is such a file.
    std::string first_piece;
    ConversationPort::Pieces further_pieces;
  };
  /// A file of an item that this visitor may see. Errors: BLOB_NOT_FOUND, OVERLOADED.
  Task<Result<Download>> download(Visitor visitor, std::int64_t offset, std::size_t index);

  [[nodiscard]] const Settings& settings() const { return settings_; }
  [[nodiscard]] std::size_t visits() const { return visits_.size(); }

 private:
  Task<> greet(VisitPtr visit, v1::ChatRequest::Hello hello);
  Task<Result<Store::Session>> open_session(VisitPtr visit, Visitor visitor, Store::User user);
  Result<Store::User> believe(const VisitPtr& visit, const v1::ChatRequest::Hello& hello);
  void introduce(const VisitPtr& visit, const v1::Introduction& introduction);
  Task<> tell_introduction(VisitPtr visit);
  Task<> introduced(VisitPtr visit, std::string digest);
  Task<> write(VisitPtr visit, v1::ChatRequest::Write write);
  struct Taken {
    std::int64_t offset = 0;
    /// The page has its item, which says as much as an acknowledgement.
    bool shown = false;
  };
  Task<Result<Taken>> take_message(VisitPtr visit, v1::ChatRequest::Write write);
  Result<v1::ChatLogRecord> record_of(const VisitPtr& visit, const v1::ChatRequest::Write& write) const;
  Task<> see(VisitPtr visit, v1::ChatRequest::Seen seen);

  Task<> feed(VisitPtr visit);
  bool send_page(const VisitPtr& visit, const Store::Page& page);
  void disconnect_feed(const VisitPtr& visit);
  void watch(const VisitPtr& visit, Duration quiet_for);
  void on_quiet(const VisitPtr& visit);
  Task<> tell_conversation(Visitor visitor, Store::Marks marks);
  Task<> deliver_in_order(std::string address);
  Task<bool> deliver(v1::Lease lease);
  Task<Result<Store::Appended>> append_while_leased(const Visitor& visitor, const v1::ChatLogRecord& record,
                                                    const v1::Lease& lease);
  Task<bool> report(v1::Receipt receipt);
  Task<> report_delivery(v1::Receipt receipt);
  /// A visitor's log has grown here: tells the visitor's pages, wherever they are connected. True if `author`
  /// was shown the item.
  bool show_appended(const Visitor& visitor, const Store::Appended& appended, v1::ChatItem item,
                     const Visit* author = nullptr);
  void wake(const VisitPtr& visit);
  Task<> tell_untold(Visitor visitor, std::int64_t delivered);

  std::vector<Allowance> upload_allowances(const Visitor& visitor, const std::string& remote_address,
                                           std::int64_t size_bytes);
  /// Zero, or how long this visitor or address has to wait.
  Duration may_send(const Visitor& visitor, const std::string& remote_address);

  TaskGroup& tasks_;
  Store& store_;
  News& news_;
  ConversationPort& conversation_;
  const Clock& clock_;
  Settings settings_;
  Tokens tokens_;
  RateLimit per_visitor_;
  RateLimit per_address_;
  RateLimit frames_;
  RateLimit uploads_per_visitor_;
  RateLimit uploads_per_address_;
  RateLimit downloads_;
  std::set<VisitPtr> visits_;
  std::map<std::string, std::size_t, std::less<>> sockets_of_address_;
  /// Answers on their way into the log of each visitor, by address. At most as many as leases are out.
  std::map<std::string, std::deque<v1::Lease>, std::less<>> deliveries_;
  std::map<std::string, std::set<VisitPtr>, std::less<>> by_visitor_;
  Gauge connections_;
  Counter messages_, answers_, limited_, refused_;
};

}  // namespace hark::chat
