#include "console/session.h"

namespace hark::console {

v1::ConsoleResponse failed(std::int64_t request_id, const Error& error) {
  v1::ConsoleResponse response;
  response.set_request_id(request_id);
  response.mutable_failed()->set_reason(std::string{name_of(error.reason)});
  response.mutable_failed()->set_message(error.message);
  return response;
}

}  // namespace hark::console
