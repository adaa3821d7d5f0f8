#include "routing/redis/registry.h"

#include <array>
#include <sstream>

#include "base/core/invalid.h"
#include "routing/redis/keys.h"
#include "routing/redis/scripts.h"

namespace hark::routing {
namespace {

const redis::Script& name_shards_script() {
  static const redis::Script s{"name_shards", std::string{scripts::name_shards_lua}};
  return s;
}
const redis::Script& claim_agent_script() {
  static const redis::Script s{"claim_agent", std::string{scripts::claim_agent_lua}};
  return s;
}

}  // namespace

Registry::Registry(redis::Client& redis) : redis_{redis}, prefix_{keys::shard(0)} {}

Task<Status> Registry::name_shards(const std::vector<std::string>& names) {
  std::string text;
  if (names.size() > 1) {
    for (const std::string& name : names) (text += text.empty() ? "" : " ") += name;
  }
  const std::array<std::string_view, 1> keys{prefix_};
  const std::array<std::string_view, 1> args{text};
  const auto reply = co_await redis_.eval(name_shards_script(), keys, args);
  if (!reply.ok()) co_return reply.error();
  if ((*reply)[0].view() == "ok") co_return Status{};
  co_return invalid("shards: the store's are '" + (*reply)[1].text() +
                    "', in this order; more may be added at the end, none taken away or renamed");
}

Task<Result<Shards>> Registry::shards() {
  const std::string key = prefix_ + ":shards";
  const std::array<std::string_view, 2> args{"GET", key};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.command(key, args));
  Shards out;
  std::istringstream names{reply.text()};
  for (std::string name; names >> name;) out.names.push_back(name);
  co_return out;
}

Task<Result<std::optional<std::uint16_t>>> Registry::shard_of(std::string_view agent_id) {
  const std::array<std::string_view, 1> keys{prefix_};
  const std::array<std::string_view, 2> args{agent_id, ""};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.eval(claim_agent_script(), keys, args));
  if (reply.is_nil()) co_return std::optional<std::uint16_t>{};
  co_return std::optional{static_cast<std::uint16_t>(reply.number())};
}

Task<Result<std::uint16_t>> Registry::claim(std::string_view agent_id, std::uint16_t shard) {
  const std::string number = std::to_string(shard);
  const std::array<std::string_view, 1> keys{prefix_};
  const std::array<std::string_view, 2> args{agent_id, number};
  HARK_CO_TRY(const redis::Reply reply, co_await redis_.eval(claim_agent_script(), keys, args));
  co_return static_cast<std::uint16_t>(reply.number());
}

}  // namespace hark::routing
