#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/redis/client.h"
#include "console/ports.h"

namespace hark::console {

/// Drafts of one agent in one conversation: one for each entry that is being answered, one for a note. More
/// are refused OVERLOADED.
constexpr int kDraftsPerConversationMax = 20;
/// A draft that is not touched for so long is forgotten.
constexpr std::chrono::hours kDraftsKeptFor{24 * 90};
/// Notices of one agent that are remembered, seen or not; the oldest are forgotten.
constexpr int kNoticesMax = 200;

/// AgentStore in Redis: everything of an agent below `hark:{desk:<agent>}`, so in one slot. The scripts
/// beside this header tell its keys.
class RedisAgentStore final : public AgentStore {
 public:
  explicit RedisAgentStore(redis::Client& redis) : redis_{redis} {}

  Task<Result<KeptDraft>> keep_draft(std::string agent_id, v1::Draft draft, TimePoint now) override;
  Task<Result<v1::Draft>> drop_draft(std::string agent_id, std::string conversation_id,
                                     std::string entry_id) override;
  Task<Result<std::vector<v1::Draft>>> drafts(std::string agent_id, std::string conversation_id) override;
  Task<Result<NoticeIs>> add_notice(std::string agent_id, v1::ConsoleResponse::Notice notice) override;
  Task<Result<std::vector<v1::ConsoleResponse::Notice>>> notices(std::string agent_id) override;
  Task<Status> see_notices(std::string agent_id, std::vector<std::string> ids) override;
  Task<Status> end_session(std::string agent_id, std::string session_id, TimePoint expires,
                           TimePoint now) override;
  Task<Result<bool>> session_ended(std::string agent_id, std::string session_id) override;

 private:
  redis::Client& redis_;
};

}  // namespace hark::console
