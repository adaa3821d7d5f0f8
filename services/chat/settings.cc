#include "chat/settings.h"

#include "hark/v1/config.pb.h"

namespace hark::chat {

Settings settings_from(const v1::Config& config) {
  Settings settings;
  for (const auto& account : config.accounts()) {
    if (!account.has_chat()) continue;
    const auto& chat = account.chat();
    settings.accounts.emplace(account.id(), Settings::Account{account.name(),
                                                              {chat.origins().begin(), chat.origins().end()},
                                                              chat.identity_secret(),
                                                              chat.identity_required()});
  }
  const auto& chat = config.chat();
  settings.sockets_max = static_cast<std::size_t>(chat.sockets_max());
  settings.file_size_max = chat.file_size_max();
  settings.messages_per_minute = chat.messages_per_minute();
  settings.messages_per_minute_and_address = chat.messages_per_minute_and_address();
  settings.sockets_per_visitor = static_cast<std::size_t>(chat.sockets_per_visitor());
  settings.sockets_per_address = static_cast<std::size_t>(chat.sockets_per_address());
  settings.upload_size_per_hour = chat.upload_size_per_hour();
  settings.upload_size_per_hour_and_address = chat.upload_size_per_hour_and_address();
  settings.behind_proxy = chat.behind_proxy();
  settings.session_life = std::chrono::hours{24 * chat.session_days()};
  settings.idle_time = std::chrono::minutes{chat.idle_minutes()};
  return settings;
}

}  // namespace hark::chat
