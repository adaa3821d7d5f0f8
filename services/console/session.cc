#include "console/session.h"

namespace hark::console {

void Session::send(v1::ConsoleResponse response) {
  if (ended) return;
  // Before sign-in there is nothing that could be resumed.
  if (sign_in == SignInState::kSignedIn) {
    response.set_offset(told.next());
    auto bytes = response.SerializeAsString();
    const auto size = bytes.size();
    told.add(std::move(bytes), size);
  }
  if (sink) sink->send(response);
}

void Session::send_again(const std::vector<std::string>& frames) {
  v1::ConsoleResponse response;
  for (const auto& bytes : frames) {
    response.ParseFromString(bytes);
    sink->send(response);
  }
}

void Session::close(Farewell farewell, std::string_view reason) {
  if (sink) sink->close(farewell, reason);
}

v1::ConsoleResponse failed(std::int64_t request_id, const Error& error) {
  v1::ConsoleResponse response;
  response.set_request_id(request_id);
  response.mutable_failed()->set_reason(std::string{name_of(error.reason)});
  response.mutable_failed()->set_message(error.message);
  return response;
}

}  // namespace hark::console
