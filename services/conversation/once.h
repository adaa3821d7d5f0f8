#pragma once

#include "conversation/redis/store.h"

namespace hark::conversation {

/// Runs a command that its key makes happen once, also where the key was used before a merge, or before that
/// was taken back. `command` is called with whether the key was looked up elsewhere, and again if the store
/// asks for that.
template <typename Command>
Task<Result<Store::Appended>> once(Store& store, std::string conversation_id, std::string key,
                                   std::string digest, Command command) {
  auto appended = co_await command(false);
  if (!appended.ok() || !appended->look_up_key) co_return appended;
  HARK_CO_TRY(auto before,
              co_await store.done_before(std::move(conversation_id), std::move(key), std::move(digest)));
  if (before) co_return *std::move(before);
  co_return co_await command(true);
}

}  // namespace hark::conversation
