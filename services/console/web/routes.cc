#include "console/web/routes.h"

#include "console/web/attachment_route.h"
#include "console/web/blob_route.h"
#include "console/web/page_files.h"

namespace hark::console {
namespace {

using web::HttpRequest;
using web::HttpResponse;

constexpr std::string_view kCookie = "hark_session";
/// Room for several big conversations that are opened at once; each is within kFrameEntriesBytesMax.
constexpr std::size_t kOutboxBytesMax = 4 * 1024 * 1024;
constexpr std::string_view kPageHome = "/console/";

Task<HttpResponse> redirect_home(HttpRequest) {
  auto response = web::plain_response(302, "the console is at /console/");
  response.headers.push_back({"Location", std::string{kPageHome}});
  co_return response;
}

std::string json_string(std::string_view text) {
  std::string out{"\""};
  for (const char c : text) {
    if (c == '"' || c == '\\') out.push_back('\\');
    if (static_cast<unsigned char>(c) >= 0x20) out.push_back(c);
  }
  return out + "\"";
}

Task<HttpResponse> info(RouteOptions options) {
  HttpResponse response;
  response.content_type = "application/json";
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = options.demo_login.empty()
                      ? "{}"
                      : "{\"demoLogin\":" + json_string(options.demo_login) +
                            ",\"demoPassword\":" + json_string(options.demo_password) + "}";
  co_return response;
}

std::string bearer_of(const HttpRequest& request) {
  constexpr std::string_view kScheme = "bearer ";
  const auto header = request.header("authorization");
  if (header.size() <= kScheme.size() || !web::equal_ignoring_case(header.substr(0, kScheme.size()), kScheme))
    return {};
  return std::string{header.substr(kScheme.size())};
}

HttpResponse not_ready() {
  auto response = web::plain_response(503, "not ready; try again in a moment");
  response.headers.push_back({"Retry-After", "2"});
  return response;
}

/// 401 for who is not signed in; 503 while nobody can tell.
HttpResponse refusal(const Error& error) {
  return error.code == Code::kUnauthenticated ? web::plain_response(401, error.message) : not_ready();
}

/// SameSite=Strict: no other site's page can use it. Path: only downloads see it.
HttpResponse with_cookie(const HttpRequest& request, std::string_view value, std::int64_t max_age_seconds) {
  HttpResponse response;
  response.status = 204;
  std::string cookie =
      std::string{kCookie} + "=" + std::string{value} +
      "; Path=/console/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(max_age_seconds);
  if (request.header("origin").starts_with("https://")) cookie += "; Secure";
  response.headers.push_back({"Set-Cookie", std::move(cookie)});
  return response;
}

Task<HttpResponse> keep_session(ServiceSlot slot, HttpRequest request) {
  const auto service = slot();
  if (!service) co_return not_ready();
  if (!web::same_origin(request))
    co_return web::plain_response(403, "only the console's own page signs in here");
  const auto token = bearer_of(request);
  const auto agent = co_await service->agent_of(token);
  if (!agent.ok()) co_return refusal(agent.error());
  const auto life = std::chrono::duration_cast<std::chrono::seconds>(service->options().session_life);
  co_return with_cookie(request, token, life.count());
}

Task<HttpResponse> drop_session(HttpRequest request) { co_return with_cookie(request, "", 0); }

/// The token of the page, or of a program, that asks.
std::string token_of(const HttpRequest& request) {
  auto token = bearer_of(request);
  return token.empty() ? request.cookie(kCookie).value_or("") : token;
}

Task<HttpResponse> blob(ServiceSlot slot, HttpRequest request) {
  const auto service = slot();
  if (!service) co_return not_ready();
  const auto agent = co_await service->agent_of(token_of(request));
  if (!agent.ok()) co_return refusal(agent.error());
  co_return co_await serve_blob(service, std::move(request));
}

/// By the headers alone: a stranger's file is not even read.
std::optional<HttpResponse> refuse_attachment(const ServiceSlot& slot, const HttpRequest& request) {
  const auto service = slot();
  if (!service) return not_ready();
  if (!web::same_origin(request))
    return web::plain_response(403, "only the console's own page attaches files here");
  const auto claim = service->claim_of(token_of(request));
  if (!claim.ok()) return refusal(claim.error());
  return std::nullopt;
}

Task<HttpResponse> attachment(ServiceSlot slot, HttpRequest request) {
  const auto service = slot();
  if (!service) co_return not_ready();
  const auto agent = co_await service->agent_of(token_of(request));
  if (!agent.ok()) co_return refusal(agent.error());
  co_return co_await take_attachment(service, std::move(request));
}

}  // namespace

void add_routes(web::HttpServer& server, ServiceSlot slot, RouteOptions options) {
  const auto sockets_max = options.sockets_max;
  server.route({"GET", "/", redirect_home});
  server.route({"GET", "/console", redirect_home});
  server.route({"GET", "/console/*", serve_page_file});
  server.route({"GET", "/console/info", [options](HttpRequest) { return info(options); }});
  server.route({"POST", "/console/session",
                [slot](HttpRequest request) { return keep_session(slot, std::move(request)); }});
  server.route({"DELETE", "/console/session", drop_session});
  server.route(
      {"GET", "/console/blob/*", [slot](HttpRequest request) { return blob(slot, std::move(request)); }});
  web::HttpRoute attachments;
  attachments.method = "POST";
  attachments.path = "/console/attachments";
  attachments.handler = [slot](HttpRequest request) { return attachment(slot, std::move(request)); };
  attachments.refuse = [slot](const HttpRequest& request) { return refuse_attachment(slot, request); };
  attachments.body_size_max = options.attachment_size_max;
  attachments.requests_max = kUploadsMax;
  server.route(std::move(attachments));
  web::WebSocketRoute socket;
  socket.path = "/ws/console";
  socket.handler = [slot](std::shared_ptr<web::WebSocketSession> session, const web::HttpRequest& request) {
    return serve_console_socket(slot, std::move(session), request.remote_address);
  };
  socket.outbox_size_max = kOutboxBytesMax;
  socket.sockets_max = sockets_max;
  server.websocket(std::move(socket));
}

}  // namespace hark::console
