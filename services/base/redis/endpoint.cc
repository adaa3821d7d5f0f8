#include "base/redis/endpoint.h"

namespace hark::redis {

Result<Endpoint> parse_endpoint(std::string_view url) {
  const Error bad{Code::kInvalidArgument, Reason::kInvalidField,
                  "'" + std::string{url} +
                      "' is not a Redis address; write unix:/path, redis://host:port or rediss://host:port"};
  Endpoint endpoint;
  std::string_view rest;
  if (url.starts_with("unix:/")) {
    endpoint.path = url.substr(5);
    return endpoint;
  }
  if (url.starts_with("redis://")) {
    endpoint.kind = Endpoint::Kind::kTcp;
    rest = url.substr(8);
  } else if (url.starts_with("rediss://")) {
    endpoint.kind = Endpoint::Kind::kTls;
    rest = url.substr(9);
  } else {
    return bad;
  }
  while (rest.ends_with('/')) rest.remove_suffix(1);
  const auto colon = rest.rfind(':');
  endpoint.host = rest.substr(0, colon);
  endpoint.port = colon == std::string_view::npos ? "6379" : std::string{rest.substr(colon + 1)};
  if (endpoint.host.starts_with('[') && endpoint.host.ends_with(']')) {
    endpoint.host = endpoint.host.substr(1, endpoint.host.size() - 2);
  }
  if (endpoint.host.empty() || endpoint.port.empty() ||
      endpoint.port.find_first_not_of("0123456789") != std::string::npos) {
    return bad;
  }
  return endpoint;
}

}  // namespace hark::redis
