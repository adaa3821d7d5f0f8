#include "base/web/routes.h"

#include <utility>

#include "base/core/check.h"

namespace hark::web {
namespace {

bool is_prefix(std::string_view pattern) { return pattern.ends_with("/*"); }

bool matches(std::string_view pattern, std::string_view path) {
  return is_prefix(pattern) ? path.starts_with(pattern.substr(0, pattern.size() - 1)) : path == pattern;
}

/// How well a matching pattern fits: any exact one before any prefix, then the longer.
std::pair<bool, std::size_t> fit(std::string_view pattern) { return {!is_prefix(pattern), pattern.size()}; }

}  // namespace

void RouteTable::add(HttpRoute route) {
  HARK_CHECK(route.path.starts_with('/') && route.handler);
  routes_.push_back(std::move(route));
}

void RouteTable::add(WebSocketRoute route) {
  HARK_CHECK(route.path.starts_with('/') && route.handler && route.origin_allowed);
  websockets_.push_back(std::make_unique<WebSocketRoute>(std::move(route)));
}

RouteTable::Match RouteTable::find(std::string_view method, std::string_view path) const {
  const HttpRoute* best = nullptr;
  for (const auto& route : routes_) {
    if (matches(route.path, path) && (!best || fit(route.path) > fit(best->path))) best = &route;
  }
  Match match;
  if (!best) return match;
  for (const auto& route : routes_) {
    if (route.path != best->path) continue;
    if (route.method == method || (method == "HEAD" && route.method == "GET")) match.route = &route;
    if (!match.allow.empty()) match.allow += ", ";
    match.allow += route.method;
    if (route.method == "GET") match.allow += ", HEAD";
  }
  return match;
}

WebSocketRoute* RouteTable::find_websocket(std::string_view path) {
  for (const auto& route : websockets_) {
    if (route->path == path) return route.get();
  }
  return nullptr;
}

}  // namespace hark::web
