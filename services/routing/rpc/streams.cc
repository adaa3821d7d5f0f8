#include "routing/rpc/streams.h"

#include <deque>
#include <exception>
#include <utility>
#include <vector>

namespace hark::routing {
namespace {

Error unread() {
  return {Code::kResourceExhausted, Reason::kOverloaded, "frames are not read; connect again"};
}

/// Each frame is the whole state, so a slow reader has lost nothing: it connects again and has the newest.
template <class Stream>
Task<Status> serve(std::shared_ptr<Routing::Session> session, std::shared_ptr<Stream> stream) {
  while (auto state = co_await session->next()) {
    if (!stream->write(*std::move(state))) co_return unread();
  }
  co_return session->why_ended();
}

template <class Response, class Stream>
Task<Status> relay(std::shared_ptr<rpc::ClientReadStream<Response>> from, std::shared_ptr<Stream> stream) {
  while (auto news = co_await from->read()) {
    if (!stream->write(*std::move(news))) co_return unread();
  }
  co_return from->status();
}

/// On its own, so that what was said does not stay for as long as the session.
Task<Result<v1::AgentSessionRequest::Hello>> hear_hello(std::shared_ptr<SessionUp> stream) {
  const auto first = co_await stream->read();
  if (!first || !first->has_hello()) {
    co_return Error{Code::kInvalidArgument, Reason::kInvalidField, "the first frame must be hello"};
  }
  co_return first->hello();
}

/// Nothing more comes up; what does is nothing to us.
void on_hang_up(SessionUp& stream, std::function<void()> then) {
  stream.listen([](const v1::AgentSessionRequest&) {}, std::move(then));
}

/// What several shards tell of their agents, as one: first all of them, then news.
class AllAgents {
 public:
  explicit AllAgents(Switchboard& board)
      : board_{board}, changed_{board.executor()}, pumps_{board.executor()} {}

  void begin() {
    for (std::uint16_t shard = 0; shard < board_.count(); ++shard) {
      if (auto there = board_.watch_elsewhere(shard)) {
        there_.push_back(there);
        pumps_.spawn("agents of a shard", follow(there));
      } else {
        pumps_.spawn("agents of a shard", follow(shard));
      }
    }
  }
  void hang_up() {
    hung_up_ = true;
    for (const auto& watch : here_) watch->hang_up();
    for (const auto& watch : there_) watch->cancel();
    changed_.notify_all();
  }
  Task<std::optional<v1::WatchAgentsResponse>> next() {
    while (!hung_up_ && !ended_ && (news_.empty() || full_ < board_.count())) co_await changed_.wait();
    if (hung_up_ || ended_) co_return std::nullopt;
    v1::WatchAgentsResponse out;
    out.set_full(!std::exchange(told_all_, true));
    for (; !news_.empty(); news_.pop_front()) {
      for (v1::Agent& agent : *news_.front().mutable_agents()) *out.add_agents() = std::move(agent);
    }
    co_return out;
  }
  /// Waits for all that it began.
  Task<Status> close() {
    hang_up();
    pumps_.cancel();
    co_await pumps_.wait();
    co_return ended_.value_or(Status{});
  }

 private:
  Task<> follow(std::uint16_t shard) {
    const auto watch = co_await board_.here(shard).watch_agents();
    if (!watch.ok()) co_return end(watch.error());
    here_.push_back(*watch);
    while (auto news = co_await (*watch)->next()) take(*std::move(news));
    end((*watch)->why_ended());
  }
  Task<> follow(std::shared_ptr<Switchboard::Watch> watch) {
    while (auto news = co_await watch->read()) take(*std::move(news));
    end(watch->status());
  }
  void take(v1::WatchAgentsResponse news) {
    full_ += news.full() ? 1 : 0;
    news_.push_back(std::move(news));
    changed_.notify_all();
  }
  void end(Status status) {
    if (!ended_) ended_ = std::move(status);
    changed_.notify_all();
  }

  Switchboard& board_;
  Notifier changed_;
  std::vector<std::shared_ptr<Routing::AgentsWatch>> here_;
  std::vector<std::shared_ptr<Switchboard::Watch>> there_;
  std::deque<v1::WatchAgentsResponse> news_;
  int full_ = 0;
  bool told_all_ = false;
  bool hung_up_ = false;
  std::optional<Status> ended_;
  TaskGroup pumps_;
};

Task<Status> serve_all(Switchboard& board, std::shared_ptr<AgentsDown> stream) {
  const auto agents = std::make_shared<AllAgents>(board);
  stream->on_cancel = [weak = std::weak_ptr{agents}] {
    if (const auto left = weak.lock()) left->hang_up();
  };
  agents->begin();
  bool read = true;
  std::exception_ptr failure;
  try {
    while (read && !stream->cancelled()) {
      auto news = co_await agents->next();
      if (!news) break;
      read = stream->write(*std::move(news));
    }
  } catch (...) {
    failure = std::current_exception();
  }
  // Cancelled or not, nothing of it may be left running.
  co_await asio::this_coro::reset_cancellation_state();
  const Status status = co_await agents->close();
  if (failure) std::rethrow_exception(failure);
  co_return read ? status : Status{unread()};
}

}  // namespace

Task<Status> serve_session(Switchboard& board, std::shared_ptr<SessionUp> stream) {
  HARK_CO_TRY(auto hello, co_await hear_hello(stream));
  HARK_CO_TRY(const auto shard, co_await board.shard_of(hello.agent_id()));
  if (const auto there = board.session_elsewhere(shard, hello)) {
    on_hang_up(*stream, [weak = std::weak_ptr{there}] {
      if (const auto left = weak.lock()) left->cancel();
    });
    co_return co_await relay(there, stream);
  }
  HARK_CO_TRY(const auto session, co_await board.here(shard).open_session(std::move(hello)));
  on_hang_up(*stream, [weak = std::weak_ptr{session}] {
    if (const auto left = weak.lock()) left->hang_up();
  });
  co_return co_await serve(session, stream);
}

Task<Status> serve_session(Routing& leader, v1::AgentSessionRequest::Hello hello,
                           std::shared_ptr<SessionDown> stream) {
  HARK_CO_TRY(const auto session, co_await leader.open_session(std::move(hello)));
  stream->on_cancel = [weak = std::weak_ptr{session}] {
    if (const auto left = weak.lock()) left->hang_up();
  };
  if (stream->cancelled()) co_return Status{};
  co_return co_await serve(session, stream);
}

Task<Status> serve_watch(Routing& leader, std::shared_ptr<AgentsDown> stream) {
  HARK_CO_TRY(const auto watch, co_await leader.watch_agents());
  stream->on_cancel = [watch] { watch->hang_up(); };
  if (stream->cancelled()) co_return Status{};
  while (auto news = co_await watch->next()) {
    if (!stream->write(*std::move(news))) co_return unread();
  }
  co_return watch->why_ended();
}

Task<Status> serve_watch(Switchboard& board, std::shared_ptr<AgentsDown> stream) {
  if (board.count() > 1) co_return co_await serve_all(board, std::move(stream));
  if (const auto there = board.watch_elsewhere(0)) {
    stream->on_cancel = [there] { there->cancel(); };
    co_return co_await relay(there, stream);
  }
  co_return co_await serve_watch(board.here(0), std::move(stream));
}

}  // namespace hark::routing
