#include "phone/redis/store.h"

#include <array>

#include "phone/redis/keys.h"
#include "phone/redis/scripts.h"

namespace hark::phone {
namespace {

/// As long as an exchange may repeat an event and it must still be known (P2 promises 35 days).
constexpr std::string_view kKeptSeconds = "3110400";

const redis::Script& save_script() {
  static const redis::Script script{"phone save", std::string{scripts::save_lua}};
  return script;
}

Task<Result<redis::Reply>> command(redis::Client& redis, std::vector<std::string> words) {
  const std::vector<std::string_view> args{words.begin(), words.end()};
  co_return co_await redis.command(args[1], args);
}

}  // namespace

Task<Status> Store::save(std::string account, std::string call, StoredCall state, bool over) {
  const auto key = keys::account(account);
  const auto version = std::to_string(state.version);
  const std::array<std::string_view, 1> keys{key};
  const std::array<std::string_view, 5> args{call, version, state.bytes, over ? "1" : "0", kKeptSeconds};
  HARK_CO_TRY_VOID(co_await redis_.eval(save_script(), keys, args));
  co_return Status{};
}

Task<Result<std::optional<StoredCall>>> Store::load(std::string account, std::string call) {
  HARK_CO_TRY(const auto reply,
              co_await command(redis_, {"HMGET", keys::account(account) + ":call:" + call, "v", "b"}));
  if (reply[0].is_nil()) co_return std::optional<StoredCall>{};
  co_return StoredCall{reply[0].number(), reply[1].text()};
}

Task<Result<std::vector<std::string>>> Store::live(std::string account) {
  HARK_CO_TRY(const auto reply, co_await command(redis_, {"SMEMBERS", keys::account(account) + ":live"}));
  std::vector<std::string> out;
  for (const auto& id : reply.items()) out.push_back(id.text());
  co_return out;
}

Task<Status> Store::may_go_on(std::string account, std::string number, std::string reference,
                              std::chrono::seconds within) {
  HARK_CO_TRY_VOID(co_await command(redis_, {"SET", keys::account(account) + ":again:" + number, reference,
                                             "EX", std::to_string(within.count())}));
  co_return Status{};
}

Task<Result<std::string>> Store::goes_on_with(std::string account, std::string number) {
  HARK_CO_TRY(const auto reply,
              co_await command(redis_, {"GET", keys::account(account) + ":again:" + number}));
  co_return reply.text();
}

Task<Status> Store::answered(std::string account, std::string number) {
  HARK_CO_TRY_VOID(co_await command(redis_, {"DEL", keys::account(account) + ":again:" + number}));
  co_return Status{};
}

Task<Result<int>> Store::tries(std::string account, std::string entry, bool once_more) {
  const auto key = keys::account(account) + ":tries:" + entry;
  if (!once_more) {
    HARK_CO_TRY(const auto reply, co_await command(redis_, {"GET", key}));
    co_return static_cast<int>(reply.number());
  }
  HARK_CO_TRY(const auto reply, co_await command(redis_, {"INCR", key}));
  HARK_CO_TRY_VOID(co_await command(redis_, {"EXPIRE", key, std::string{kKeptSeconds}}));
  co_return static_cast<int>(reply.number());
}

}  // namespace hark::phone
