#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/async/follower.h"
#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/core/time.h"
#include "console/core/attention_board.h"
#include "console/session.h"

namespace hark::console {

/// Who else has a conversation open, and who is typing: agents here, agents of other consoles, and customers.
/// Ephemeral; what is lost is said again soon. Lives on the console's executor.
class Attentions {
 public:
  Attentions(TaskGroup& tasks, AttentionPort& port, const Clock& clock);

  /// Shares with other processes.
  void follow();
  void stop_following() { shared_.stop(); }

  void open(const SessionPtr& session, const std::string& conversation_id);
  void close(const SessionPtr& session, const std::string& conversation_id);
  /// The page is away, or its session has ended.
  void leave(const SessionPtr& session);
  /// A page types in a conversation that it has open; `account_id` as in ConsoleRequest.Type.
  void type(const SessionPtr& session, const v1::ConsoleRequest::Type& type);

  /// Who pays attention to it, but for this agent.
  [[nodiscard]] std::vector<v1::Attention> others(const std::string& conversation_id,
                                                  const std::string& agent_id) const;

 private:
  /// Ends what was not said again in time, and says again what is true here.
  Task<> keep_alive();
  void apply(const AttentionBoard::Said& said, bool ours);
  void tell_pages(const v1::Attention& attention) const;

  TaskGroup& tasks_;
  AttentionPort& port_;
  const Clock& clock_;
  AttentionBoard board_;
  /// Pages that have a conversation open.
  std::map<std::string, std::set<SessionPtr>, std::less<>> pages_;
  Follower<AttentionStream> shared_;
  Notifier something_;
};

}  // namespace hark::console
