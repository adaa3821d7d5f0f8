#include "social/web/routes.h"

#include "base/core/digest.h"
#include "base/web/blob_headers.h"

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

/// Saved as it is, never shown as a page.
Task<HttpResponse> give(FilesSlot slot, HttpRequest request) {
  const auto files = slot();
  if (!files) co_return come_again("not ready");
  auto given = co_await files->give(request.path);
  if (!given.ok()) {
    if (given.error().code == Code::kNotFound) co_return web::plain_response(404, "no such file");
    co_return come_again("not to be had now");
  }
  const auto headers = web::blob_headers(given->content_type, "", false);
  HttpResponse response;
  response.content_type = headers.content_type;
  response.headers = {{"Content-Disposition", headers.content_disposition},
                      {"Cache-Control", "private, no-store"}};
  response.body = std::move(given->content);
  co_return response;
}

void add_file_route(web::HttpServer& server, const FilesSlot& slot) {
  web::HttpRoute route;
  route.method = "GET";
  route.path = std::string{kLinkPrefix} + "*";
  route.handler = [slot](HttpRequest request) { return give(slot, std::move(request)); };
  route.requests_max = kFilesGivenMax;
  server.route(std::move(route));
}

}  // namespace

void add_routes(web::HttpServer& server, const IntakeSlot& slot, const FilesSlot& files,
                const Settings& settings) {
  if (settings.accounts.empty()) return;
  server.route(
      {"GET", "/webhooks/*", [slot](HttpRequest request) { return verify(slot, std::move(request)); }});
  add_file_route(server, files);
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
