#include "chat/redis/store.h"

#include <array>

#include "chat/redis/keys.h"
#include "chat/redis/scripts.h"

namespace hark::chat {
namespace {

/// The scripts, digested once.
const redis::Script& open_script() {
  static const redis::Script script{"chat open", std::string{scripts::open_lua}};
  return script;
}
const redis::Script& append_script() {
  static const redis::Script script{"chat append", std::string{scripts::append_lua}};
  return script;
}
const redis::Script& read_script() {
  static const redis::Script script{"chat read", std::string{scripts::read_lua}};
  return script;
}
const redis::Script& mark_script() {
  static const redis::Script script{"chat mark", std::string{scripts::mark_lua}};
  return script;
}
const redis::Script& told_script() {
  static const redis::Script script{"chat told", std::string{scripts::told_lua}};
  return script;
}
const redis::Script& introduced_script() {
  static const redis::Script script{"chat introduced", std::string{scripts::introduced_lua}};
  return script;
}

LogState log_state(const redis::Reply& reply) {
  return {reply[0].text(), reply[1].number(), reply[2].number()};
}

std::vector<Store::Item> items_of(const redis::Reply& reply, std::size_t from) {
  std::vector<Store::Item> items;
  for (std::size_t i = from; i < reply.size(); ++i) {
    Store::Item item{reply[i][0].number(), {}};
    if (!item.record.ParseFromString(reply[i][1].text())) item.record.Clear();
    item.record.mutable_item()->set_offset(item.offset);
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace

Task<Result<redis::Reply>> Store::run(const redis::Script& script, const Visitor& visitor,
                                      std::vector<std::string> args) {
  const auto key = keys::visitor(visitor.address());
  const std::array<std::string_view, 1> keys{key};
  const std::vector<std::string_view> views{args.begin(), args.end()};
  co_return co_await redis_.eval(script, keys, views);
}

Task<Result<std::string>> Store::secret(redis::Client& redis, std::string candidate) {
  const auto key = keys::meta();
  const std::array<std::string_view, 4> set{"HSETNX", key, "secret", candidate};
  HARK_CO_TRY_VOID(co_await redis.command(key, set, std::chrono::minutes{1}));
  const std::array<std::string_view, 3> get{"HGET", key, "secret"};
  HARK_CO_TRY(auto secret, co_await redis.command(key, get));
  co_return std::move(secret).text();
}

Task<Result<Store::Session>> Store::open(const Visitor& visitor, std::string epoch, const User& user) {
  std::vector<std::string> args{std::move(epoch), std::to_string(kEmptySessionFor.count()), user.address,
                                user.may_take_over ? "1" : "0"};
  HARK_CO_TRY(const auto reply, co_await run(open_script(), visitor, std::move(args)));
  Session session;
  session.another_users = reply.size() == 1;
  if (!session.another_users) {
    session.log = log_state(reply);
    session.read = reply[3].number();
    session.introduced = reply[4].text();
  }
  co_return session;
}

Task<Result<Store::Appended>> Store::append(const Visitor& visitor, const v1::ChatLogRecord& record,
                                            std::string epoch) {
  std::vector<std::string> args{
      record.entry_id().empty() ? "c:" + record.item().client_id() : "e:" + record.entry_id(),
      record.SerializeAsString(), std::move(epoch), std::to_string(kLogItemsMax),
      std::to_string(session_life_.count())};
  HARK_CO_TRY(const auto reply, co_await run(append_script(), visitor, std::move(args)));
  co_return Appended{reply[0].number(), reply[1].view() == "1", reply[2].text()};
}

Task<Result<Store::Page>> Store::read(const Visitor& visitor, std::int64_t after, int limit) {
  HARK_CO_TRY(const auto reply,
              co_await run(read_script(), visitor, {std::to_string(after), std::to_string(limit)}));
  co_return Page{log_state(reply), reply[3].number(), items_of(reply, 4)};
}

Task<Result<Store::Marks>> Store::mark(const Visitor& visitor, std::int64_t delivered, std::int64_t read) {
  std::vector<std::string> args{std::to_string(delivered), std::to_string(read),
                                std::to_string(session_life_.count())};
  HARK_CO_TRY(const auto reply, co_await run(mark_script(), visitor, std::move(args)));
  co_return Marks{reply[0].number(), reply[1].number(), reply[2].number(), reply[3].number(),
                  items_of(reply, 4)};
}

Task<Status> Store::told(const Visitor& visitor, std::int64_t delivered, std::int64_t read) {
  HARK_CO_TRY_VOID(co_await run(told_script(), visitor, {std::to_string(delivered), std::to_string(read)}));
  co_return Status{};
}

Task<Status> Store::introduced(const Visitor& visitor, std::string digest) {
  HARK_CO_TRY_VOID(co_await run(introduced_script(), visitor, {std::move(digest)}));
  co_return Status{};
}

}  // namespace hark::chat
