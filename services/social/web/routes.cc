#include "social/web/routes.h"

#include "base/core/digest.h"

namespace hark::social {
namespace {

using web::HttpRequest;
using web::HttpResponse;

constexpr std::string_view kPrefix = "/webhooks/";

HttpResponse come_again(std::string_view words) {
  auto response = web::plain_response(503, words);
  response.headers.push_back({"Retry-After", "5"});
  return response;
}

std::string_view account_named(const HttpRequest& request) {
  return std::string_view{request.path}.substr(std::min(kPrefix.size(), request.path.size()));
}

/// Strangers' bodies are not even read.
std::optional<HttpResponse> refuse(const IntakeSlot& slot, const HttpRequest& request) {
  const auto intake = slot();
  if (!intake) return come_again("not ready");
  if (!intake->settings().account(account_named(request))) return web::plain_response(404, "no such account");
  return std::nullopt;
}

Task<HttpResponse> take(IntakeSlot slot, HttpRequest request) {
  const auto intake = slot();
  if (!intake) co_return come_again("not ready");
  const auto* account = intake->settings().account(account_named(request));
  if (!account) co_return web::plain_response(404, "no such account");
  auto raw = std::exchange(request.body, {});
  const Lookup header = [&request](std::string_view name) { return std::string{request.header(name)}; };
  auto answer = co_await intake->take(*account, header, std::move(raw));
  if (answer.ok()) {
    HttpResponse response;
    response.body = *std::move(answer);
    co_return response;
  }
  if (answer.error().code == Code::kUnauthenticated)
    co_return web::plain_response(401, answer.error().message);
  co_return come_again("not kept yet; send it again");
}

/// https://developers.facebook.com/docs/graph-api/webhooks/getting-started#verification-requests
Task<HttpResponse> verify(IntakeSlot slot, HttpRequest request) {
  const auto intake = slot();
  if (!intake) co_return come_again("not ready");
  const auto* account = intake->settings().account(account_named(request));
  if (!account) co_return web::plain_response(404, "no such account");
  const auto challenge = request.query_value("hub.challenge").value_or("");
  const bool ours =
      !account->verify.empty() && request.query_value("hub.mode").value_or("") == "subscribe" &&
      equal_in_constant_time(request.query_value("hub.verify_token").value_or(""), account->verify);
  if (!ours) co_return web::plain_response(403, "the verify token is not this account's");
  HttpResponse response;
  response.body = challenge;
  co_return response;
}

}  // namespace

void add_routes(web::HttpServer& server, const IntakeSlot& slot, const Settings& settings) {
  if (settings.accounts.empty()) return;
  server.route(
      {"GET", "/webhooks/*", [slot](HttpRequest request) { return verify(slot, std::move(request)); }});
  web::HttpRoute route;
  route.method = "POST";
  route.path = "/webhooks/*";
  route.handler = [slot](HttpRequest request) { return take(slot, std::move(request)); };
  route.body_size_max = kRequestBytesMax;
  route.requests_max = kRequestsMax;
  route.refuse = [slot](const HttpRequest& request) { return refuse(slot, request); };
  server.route(std::move(route));
}

}  // namespace hark::social
