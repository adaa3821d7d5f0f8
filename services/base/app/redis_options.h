#pragma once

#include <string_view>

#include "base/app/module.h"
#include "base/log/log.h"
#include "base/redis/client.h"
#include "hark/v1/config.pb.h"

namespace hark {

/// How a service reaches the process's Redis, whose endpoint was checked when the process began. Changes of
/// the connection go to the log of the service, whose name is a literal.
inline redis::Client::Options redis_options(const Process& process, std::string_view service,
                                            int connections) {
  redis::Client::Options options;
  options.endpoint = *redis::parse_endpoint(process.redis_url);
  options.password = process.config.redis().password();
  options.connections = connections;
  options.on_change = [log = Logger{service}](std::string_view what) { log.debug(what); };
  return options;
}

inline redis::Client::Options redis_options(const Process& process, std::string_view service) {
  return redis_options(process, service, process.config.redis().connections());
}

}  // namespace hark
