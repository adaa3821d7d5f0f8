#include "chat/web/file_routes.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include "base/web/blob_headers.h"
#include "base/web/json_frame.h"

namespace hark::chat {
namespace {

using web::HttpRequest;
using web::HttpResponse;
using web::HttpRoute;

constexpr Duration kTryAgain{5'000};
constexpr std::string_view kPrefix = "/chat/files/";
/// What somebody sent is nothing but bytes here: no scripts, no origin, no loads.
constexpr std::string_view kFilePolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

/// Lets pages of the accounts' origins read the answer.
HttpResponse shared_with(const ChatService& service, const HttpRequest& request, HttpResponse response) {
  response.headers.push_back({"Vary", "Origin"});
  response.headers.push_back({"Cache-Control", "private, no-store"});
  const auto origin = origin_of(request, false);
  if (origin.page.empty() || !service.welcomes(origin, {})) return response;
  response.headers.push_back({"Access-Control-Allow-Origin", origin.page});
  response.headers.push_back({"Access-Control-Expose-Headers", "Retry-After"});
  response.headers.push_back({"Cross-Origin-Resource-Policy", "cross-origin"});
  return response;
}

HttpResponse not_ready() {
  auto response = web::plain_response(503, "not ready; try again in a moment");
  response.headers.push_back({"Retry-After", "2"});
  return response;
}

HttpResponse refusal(const Error& error, Duration wait = kTryAgain) {
  const int status = error.code == Code::kUnauthenticated     ? 401
                     : error.code == Code::kPermissionDenied  ? 403
                     : error.code == Code::kNotFound          ? 404
                     : error.code == Code::kInvalidArgument   ? 400
                     : error.code == Code::kResourceExhausted ? 429
                                                              : 503;
  auto response = web::plain_response(status, error.message);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wait).count();
  if (status == 429 || status == 503) response.headers.push_back({"Retry-After", std::to_string(seconds)});
  return response;
}

/// Whose token the request carries, on an account that its page may use.
Result<Visitor> visitor_of(const ChatService& service, const HttpRequest& request) {
  constexpr std::string_view kScheme = "bearer ";
  const auto header = request.header("authorization");
  if (header.size() <= kScheme.size() ||
      !web::equal_ignoring_case(header.substr(0, kScheme.size()), kScheme)) {
    return Error{Code::kUnauthenticated, Reason::kUnauthenticated,
                 "say who you are: Authorization: Bearer <visitor token>"};
  }
  HARK_TRY(auto visitor, service.visitor_of(header.substr(kScheme.size())));
  if (!service.welcomes(origin_of(request, false), visitor.account_id)) {
    return Error{Code::kPermissionDenied, Reason::kPermissionDenied,
                 "pages of this origin may not use this chat"};
  }
  return visitor;
}

std::int64_t announced_size(const HttpRequest& request) {
  const auto length = request.header("content-length");
  std::int64_t size = 0;
  std::from_chars(length.data(), length.data() + length.size(), size);
  return size;
}

/// Strangers' files are not even read.
std::optional<HttpResponse> refuse_upload(const ServiceSlot& slot, const HttpRequest& request) {
  const auto service = slot();
  if (!service) return not_ready();
  const auto visitor = visitor_of(*service, request);
  if (!visitor.ok()) return shared_with(*service, request, refusal(visitor.error()));
  // Nor are those of a visitor who has to wait.
  const auto remote_address = origin_of(request, service->settings().behind_proxy).remote_address;
  const auto size = std::min(announced_size(request), service->settings().file_size_max);
  const auto wait = service->upload_wait(*visitor, remote_address, size);
  if (wait > Duration{0}) return shared_with(*service, request, refusal(too_many("files", wait), wait));
  return std::nullopt;
}

Task<HttpResponse> upload(ServiceSlot slot, HttpRequest request) {
  const auto service = slot();
  if (!service) co_return not_ready();
  auto visitor = visitor_of(*service, request);
  if (!visitor.ok()) co_return shared_with(*service, request, refusal(visitor.error()));
  v1::ChatFile file;
  file.set_file_name(request.query_value("name").value_or("file"));
  file.set_content_type(std::string{request.header("content-type")});
  auto body = std::exchange(request.body, {});
  const auto kept = co_await service->upload(
      *std::move(visitor), origin_of(request, service->settings().behind_proxy).remote_address,
      std::move(file), std::move(body));
  if (!kept.ok()) co_return shared_with(*service, request, refusal(kept.error()));
  HttpResponse response;
  response.content_type = "application/json";
  response.body = web::write_json_frame(*kept);
  co_return shared_with(*service, request, std::move(response));
}

/// "<offset>/<index>".
std::optional<std::pair<std::int64_t, std::size_t>> read_place(std::string_view text) {
  std::int64_t offset = 0;
  std::size_t index = 0;
  const auto* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, offset);
  if (first.ec != std::errc{} || first.ptr == end || *first.ptr != '/') return std::nullopt;
  const auto second = std::from_chars(first.ptr + 1, end, index);
  if (second.ec != std::errc{} || second.ptr != end || offset <= 0) return std::nullopt;
  return std::pair{offset, index};
}

/// Goes out as it is read.
class FileBody final : public web::BodySource {
 public:
  FileBody(std::shared_ptr<ChatService> service, ChatService::Download download)
      : service_{std::move(service)}, download_{std::move(download)} {}
  Task<Result<std::string>> next() override {
    if (!download_.first_piece.empty()) co_return std::exchange(download_.first_piece, {});
    co_return co_await download_.further_pieces();
  }

 private:
  std::shared_ptr<ChatService> service_;  // owns what the pieces come through
  ChatService::Download download_;
};

Task<HttpResponse> download(ServiceSlot slot, HttpRequest request) {
  const auto service = slot();
  if (!service) co_return not_ready();
  auto visitor = visitor_of(*service, request);
  if (!visitor.ok()) co_return shared_with(*service, request, refusal(visitor.error()));
  const auto place = read_place(std::string_view{request.path}.substr(kPrefix.size()));
  if (!place) {
    co_return shared_with(*service, request,
                          web::plain_response(400, "a file's address is /chat/files/<offset>/<index>"));
  }
  auto found = co_await service->download(*std::move(visitor), place->first, place->second);
  if (!found.ok()) co_return shared_with(*service, request, refusal(found.error()));
  const auto headers = web::blob_headers(found->file.content_type(), found->file.file_name(), true);
  HttpResponse response;
  response.content_type = headers.content_type;
  response.headers = {{"Content-Disposition", headers.content_disposition},
                      {"Content-Security-Policy", std::string{kFilePolicy}}};
  if (!found->first_piece.empty()) response.source = std::make_shared<FileBody>(service, *std::move(found));
  co_return shared_with(*service, request, std::move(response));
}

Task<HttpResponse> preflight(ServiceSlot slot, HttpRequest request) {
  const auto service = slot();
  if (!service) co_return not_ready();
  HttpResponse response;
  response.status = 204;
  response.headers = {{"Access-Control-Allow-Methods", "GET, POST"},
                      {"Access-Control-Allow-Headers", "authorization, content-type"},
                      {"Access-Control-Max-Age", "600"}};
  co_return shared_with(*service, request, std::move(response));
}

}  // namespace

void add_file_routes(web::HttpServer& server, const ServiceSlot& slot, const Settings& settings) {
  const auto answer_preflight = [slot](HttpRequest request) { return preflight(slot, std::move(request)); };
  server.route({"OPTIONS", "/chat/files", answer_preflight});
  server.route({"OPTIONS", "/chat/files/*", answer_preflight});
  HttpRoute give;
  give.method = "GET";
  give.path = "/chat/files/*";
  give.handler = [slot](HttpRequest request) { return download(slot, std::move(request)); };
  give.requests_max = kDownloadsMax;
  server.route(std::move(give));
  HttpRoute take;
  take.method = "POST";
  take.path = "/chat/files";
  take.handler = [slot](HttpRequest request) { return upload(slot, std::move(request)); };
  take.body_size_max = static_cast<std::size_t>(settings.file_size_max);
  take.requests_max = kUploadsMax;
  take.refuse = [slot](const HttpRequest& request) { return refuse_upload(slot, request); };
  server.route(std::move(take));
}

}  // namespace hark::chat
