#include "console/redis/store.h"

#include <algorithm>
#include <array>

#include "console/redis/scripts.h"

namespace hark::console {
namespace {

const redis::Script& keep_draft_script() {
  static const redis::Script s{"keep_draft", std::string{scripts::keep_draft_lua}};
  return s;
}
const redis::Script& drop_draft_script() {
  static const redis::Script s{"drop_draft", std::string{scripts::drop_draft_lua}};
  return s;
}
const redis::Script& add_notice_script() {
  static const redis::Script s{"add_notice", std::string{scripts::add_notice_lua}};
  return s;
}
const redis::Script& see_notices_script() {
  static const redis::Script s{"see_notices", std::string{scripts::see_notices_lua}};
  return s;
}
const redis::Script& end_session_script() {
  static const redis::Script s{"end_session", std::string{scripts::end_session_lua}};
  return s;
}

/// Agents' ids are a-z, 0-9, '.', '_' and '-' (routing sees to it), so they are safe in a hash tag.
std::string prefix(std::string_view agent_id) { return "hark:{desk:" + std::string{agent_id} + "}"; }

bool is_empty(const v1::Draft& draft) {
  return draft.text().empty() && draft.html().empty() && draft.attachments().empty() &&
         !draft.has_template_();
}

/// The draft that is kept under this revision; without bytes, what tells a page that there is none.
Result<v1::Draft> draft_of(std::string_view conversation_id, std::string_view entry_id, std::int64_t revision,
                           const std::string& bytes) {
  v1::Draft draft;
  if (!draft.ParseFromString(bytes))
    return Error{Code::kDataLoss, Reason::kInternal, "a draft is kept that cannot be read"};
  draft.set_conversation_id(std::string{conversation_id});
  draft.set_entry_id(std::string{entry_id});
  draft.set_revision(revision);
  return draft;
}

/// The number in the field <kind><entry> of a hash.
std::int64_t number_in(const redis::Reply& hash, std::string_view kind, std::string_view entry_id) {
  for (std::size_t i = 0; i + 1 < hash.size(); i += 2) {
    const auto field = hash[i].view();
    if (field.starts_with(kind) && field.substr(kind.size()) == entry_id) return hash[i + 1].number();
  }
  return 0;
}

}  // namespace

Task<Result<AgentStore::KeptDraft>> RedisAgentStore::keep_draft(std::string agent_id, v1::Draft draft,
                                                                TimePoint now) {
  const auto base = std::to_string(draft.revision());
  const auto conversation_id = draft.conversation_id(), entry_id = draft.entry_id();
  draft.clear_revision();
  draft.clear_conversation_id();
  draft.clear_entry_id();
  draft.clear_saved_at_ms();
  const auto bytes = is_empty(draft) ? std::string{} : draft.SerializeAsString();
  const auto most = std::to_string(kDraftsPerConversationMax);
  const auto seconds = std::to_string(std::chrono::seconds{kDraftsKeptFor}.count());
  const auto at = std::to_string(to_ms(now));
  const auto key = prefix(agent_id);
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 7> args{conversation_id, entry_id, base, bytes, most, seconds, at};
  HARK_CO_TRY(const auto reply, co_await redis_.eval(keep_draft_script(), keys, args));
  if (reply[0].view() == "full") {
    co_return Error{Code::kResourceExhausted, Reason::kOverloaded,
                    most + " drafts of yours are kept in this conversation; send or empty one"};
  }
  HARK_CO_TRY(auto stands, draft_of(conversation_id, entry_id, reply[1].number(), reply[2].text()));
  stands.set_saved_at_ms(reply[3].number());
  co_return KeptDraft{std::move(stands), reply[0].view() == "conflict"};
}

Task<Result<v1::Draft>> RedisAgentStore::drop_draft(std::string agent_id, std::string conversation_id,
                                                    std::string entry_id) {
  const auto key = prefix(agent_id);
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 2> args{conversation_id, entry_id};
  HARK_CO_TRY(const auto reply, co_await redis_.eval(drop_draft_script(), keys, args));
  co_return draft_of(conversation_id, entry_id, reply.number(), {});
}

Task<Result<std::vector<v1::Draft>>> RedisAgentStore::drafts(std::string agent_id,
                                                             std::string conversation_id) {
  const auto key = prefix(agent_id) + ":drafts:" + conversation_id;
  const std::array<std::string_view, 2> args{"HGETALL", key};
  HARK_CO_TRY(const auto reply, co_await redis_.command(key, args));
  std::vector<v1::Draft> out;
  for (std::size_t i = 0; i + 1 < reply.size(); i += 2) {
    const auto field = reply[i].view();
    if (!field.starts_with("d:")) continue;
    const auto entry_id = field.substr(2);
    HARK_CO_TRY(auto draft,
                draft_of(conversation_id, entry_id, number_in(reply, "r:", entry_id), reply[i + 1].text()));
    draft.set_saved_at_ms(number_in(reply, "s:", entry_id));
    out.push_back(std::move(draft));
  }
  std::ranges::sort(out, {}, [](const v1::Draft& draft) { return draft.revision(); });
  co_return out;
}

Task<Result<NoticeIs>> RedisAgentStore::add_notice(std::string agent_id, v1::ConsoleResponse::Notice notice) {
  const auto key = prefix(agent_id);
  const auto at = std::to_string(notice.at_ms()), bytes = notice.SerializeAsString();
  const auto most = std::to_string(kNoticesMax);
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 4> args{notice.id(), at, bytes, most};
  HARK_CO_TRY(const auto reply, co_await redis_.eval(add_notice_script(), keys, args));
  co_return reply.view() == "new" ? NoticeIs::kNew
  : reply.view() == "unseen"      ? NoticeIs::kUnseen
                                  : NoticeIs::kSeen;
}

Task<Result<std::vector<v1::ConsoleResponse::Notice>>> RedisAgentStore::notices(std::string agent_id) {
  const auto key = prefix(agent_id) + ":notices";
  const std::array<std::string_view, 2> args{"HVALS", key};
  HARK_CO_TRY(const auto reply, co_await redis_.command(key, args));
  std::vector<v1::ConsoleResponse::Notice> out;
  for (const auto& item : reply.items()) {
    if (item.view().empty()) continue;
    if (!out.emplace_back().ParseFromString(item.text()))
      co_return Error{Code::kDataLoss, Reason::kInternal, "a notice is kept that cannot be read"};
  }
  std::ranges::sort(out, [](const auto& a, const auto& b) {
    return std::pair{a.at_ms(), a.id()} < std::pair{b.at_ms(), b.id()};
  });
  co_return out;
}

Task<Status> RedisAgentStore::see_notices(std::string agent_id, std::vector<std::string> ids) {
  const auto key = prefix(agent_id);
  const std::array<std::string_view, 1> keys{key};
  const std::vector<std::string_view> args{ids.begin(), ids.end()};
  const auto reply = co_await redis_.eval(see_notices_script(), keys, args);
  if (!reply.ok()) co_return reply.error();
  co_return Status{};
}

Task<Status> RedisAgentStore::end_session(std::string agent_id, std::string session_id, TimePoint expires,
                                          TimePoint now) {
  const auto key = prefix(agent_id);
  const auto until = std::to_string(to_ms(expires)), at = std::to_string(to_ms(now));
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 3> args{session_id, until, at};
  const auto reply = co_await redis_.eval(end_session_script(), keys, args);
  if (!reply.ok()) co_return reply.error();
  co_return Status{};
}

Task<Result<bool>> RedisAgentStore::session_ended(std::string agent_id, std::string session_id) {
  const auto key = prefix(agent_id) + ":ended";
  const std::array<std::string_view, 3> args{"ZSCORE", key, session_id};
  HARK_CO_TRY(const auto reply, co_await redis_.command(key, args));
  co_return !reply.is_nil();
}

}  // namespace hark::console
