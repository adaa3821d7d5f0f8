#pragma once

#include "base/http/http_client.h"
#include "phone/ports.h"

namespace hark::phone {

/// Recordings over HTTP and HTTPS, by threads of its own, so that a slow file holds up no command. The
/// account's password goes to the account's exchange alone; whatever else is named must be on the public
/// internet.
class RecordingClient final : public RecordingPort {
 public:
  explicit RecordingClient(int connections) : client_{connections} {}

  Task<http::Answer> fetch(Account account, std::string url) override;

 private:
  http::HttpClient client_;
};

}  // namespace hark::phone
