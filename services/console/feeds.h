#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/async/follower.h"
#include "base/async/task_group.h"
#include "console/core/feed_plan.h"
#include "console/core/reply_options.h"
#include "console/session.h"

namespace hark::console {

/// Keeps open pages abreast of their conversations: one subscription to the event log for the whole process,
/// and one feed for each conversation that somebody has open or holds.
///
/// A feed reads and tells one thing at a time, so a page never gets an older state after a newer one. What an
/// event says whole is told without reading. What a page was told it may be told again; when the log's stream
/// was lost, everything is read afresh, so that nothing is missed. Lives on the console's executor; its
/// coroutines belong to `tasks`.
class Feeds {
 public:
  using OnEvent = std::function<void(const v1::Event&)>;

  Feeds(TaskGroup& tasks, ConversationPort& conversation, EventPort& events,
        const v1::ConsoleResponse::Setup& setup);

  /// Told when it has become, or has ceased to be, the customer's turn in a conversation that the session's
  /// agent holds.
  std::function<void(Session&)> on_turn;

  struct Audience {
    /// Hears each event after the feeds.
    OnEvent on_event;
    /// The log is followed anew, and something may have been missed.
    std::function<void()> on_afresh;
    /// The first event for which nobody is there is the last that is followed.
    std::function<bool()> anybody;
  };
  /// Follows the log, if it is not followed already, while there is anybody to tell.
  void follow(Audience audience);
  void stop_following() { log_.stop(); }

  /// What only the page that opens a conversation is told.
  struct Ask {
    SessionPtr session;
    std::int64_t request_id = 0;
    std::vector<v1::Draft> drafts;
    std::vector<v1::Attention> attention;
  };
  /// Sends the conversation and its newest entries in answer to the request, then whatever changes. On
  /// failure the page is told and the conversation is not open.
  void open(const std::string& conversation_id, Ask ask);
  void close(Session& session, const std::string& conversation_id);
  /// Replaces the conversations that the session's agent holds: of those it is told how they fare, without
  /// entries.
  void hold(const SessionPtr& session, const std::set<std::string>& conversation_ids);
  void drop(Session& session);

  /// Tells everyone who has it open its newest state: a command learned that the page is behind.
  void read_again(const std::string& conversation_id);

  /// Brings what the session's agent holds up to what is known here.
  void refresh_held(Session& session) const;

  [[nodiscard]] std::size_t size() const { return feeds_.size(); }

 private:
  struct Watch {
    SessionPtr session;
    bool open = false;
    bool held = false;
  };
  struct Feed {
    std::string id;
    FeedPlan plan;
    std::unordered_map<Session*, Watch> watches;
    std::vector<Ask> asks;
    bool reading = false;
    /// As last read and brought up to date since, without entries; of use while nothing is pending.
    std::optional<v1::ConsoleResponse::ConversationUpdate> known;
    /// Newest entry that pages were told of.
    std::int64_t told_up_to = 0;
    /// Pages lack obligations that are known.
    bool obligations_untold = false;
    /// Came while it was read.
    std::vector<v1::Event> meanwhile;
  };
  using FeedPtr = std::shared_ptr<Feed>;

  void read_all_afresh();
  void on_event(const v1::Event& event);
  void plan_for(Feed& feed, const v1::Event& event);
  /// Tells of the event without reading; false if that is not enough.
  bool tell_event(Feed& feed, const v1::Event& event);
  void tell_meanwhile(Feed& feed);
  FeedPtr feed_of(const std::string& conversation_id);
  void start(const FeedPtr& feed);
  void forget_if_unwatched(const FeedPtr& feed);
  Task<> read(FeedPtr feed);
  Task<Result<v1::ConsoleResponse::ConversationUpdate>> load(std::string conversation_id,
                                                             FeedPlan::Read what);
  void refuse_asks(Feed& feed, std::vector<Ask> asks, const Error& error);
  using Entries = std::vector<const v1::Entry*>;
  /// `known` in full, `update` as pages are told of it; neither has entries itself.
  void tell(Feed& feed, const std::vector<Ask>& asks, const v1::Conversation& known,
            const v1::ConsoleResponse::ConversationUpdate& update, const Entries& entries);
  /// Keeps what the session's agent holds up to date; true if the turn has changed.
  static bool note_held(Session& session, const v1::Conversation& conversation);

  TaskGroup& tasks_;
  ConversationPort& conversation_;
  EventPort& events_;
  const v1::ConsoleResponse::Setup& setup_;
  std::unordered_map<std::string, FeedPtr> feeds_;
  Audience audience_;
  Follower<EventStream> log_;
};

/// Every way to reach the customer.
std::vector<ReplyWay> ways_to(const v1::Conversation& conversation, const v1::ConsoleResponse::Setup& setup);

/// Whispers are for the agent they are to, their author and supervisors.
bool may_see(const Session& session, const v1::Entry& entry);

}  // namespace hark::console
