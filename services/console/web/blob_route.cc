#include "console/web/blob_route.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/web/blob_headers.h"

namespace hark::console {
namespace {

using web::HttpRequest;
using web::HttpResponse;

constexpr std::string_view kPrefix = "/console/blob/";
constexpr std::size_t kBlobIdLength = 64;
constexpr std::size_t kOwnerIdLengthMax = 64;

/// A page that a customer sent must be nothing but bytes here: no scripts, no origin, no loads.
constexpr std::string_view kBlobPolicy = "default-src 'none'; sandbox; frame-ancestors 'none'";

std::optional<v1::GetBlobRequest> read_address(const HttpRequest& request) {
  const std::string_view rest = std::string_view{request.path}.substr(kPrefix.size());
  const auto slash = rest.find('/');
  if (slash == std::string_view::npos || slash == 0 || slash > kOwnerIdLengthMax) return std::nullopt;
  const auto blob_id = rest.substr(slash + 1);
  const bool hex = std::all_of(blob_id.begin(), blob_id.end(),
                               [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (blob_id.size() != kBlobIdLength || !hex) return std::nullopt;
  v1::GetBlobRequest call;
  call.set_conversation_id(std::string{rest.substr(0, slash)});
  call.mutable_blob()->set_id(std::string{blob_id});
  call.mutable_blob()->set_inlined(request.query_value("inlined").value_or("") == "1");
  const auto size = request.query_value("size").value_or("0");
  std::int64_t bytes = 0;
  std::from_chars(size.data(), size.data() + size.size(), bytes);
  call.mutable_blob()->set_size_bytes(bytes);
  return call;
}

/// The first piece was read to know whether there is a blob at all.
class BlobBody final : public web::BodySource {
 public:
  BlobBody(std::shared_ptr<ConsoleService> service, std::shared_ptr<BlobStream> stream, std::string first)
      : service_{std::move(service)}, stream_{std::move(stream)}, first_{std::move(first)} {}
  Task<Result<std::string>> next() override {
    if (!first_.empty()) co_return std::exchange(first_, {});
    co_return co_await stream_->read();
  }

 private:
  std::shared_ptr<ConsoleService> service_;  // owns the port that the stream came from
  std::shared_ptr<BlobStream> stream_;
  std::string first_;
};

}  // namespace

Task<HttpResponse> serve_blob(std::shared_ptr<ConsoleService> service, HttpRequest request) {
  const auto call = read_address(request);
  if (!call) co_return web::plain_response(400, "a blob's address is /console/blob/<entry>/<64 hex digits>");
  const auto stream = service->blobs().get_blob(*call);
  auto first = co_await stream->read();
  if (!first.ok()) {
    const bool missing =
        first.error().code == Code::kNotFound || first.error().code == Code::kInvalidArgument;
    co_return web::plain_response(missing ? 404 : 503, first.error().message);
  }
  const auto headers =
      web::blob_headers(request.query_value("type").value_or(""), request.query_value("name").value_or(""),
                        request.query_value("inline").value_or("") == "1");
  HttpResponse response;
  response.content_type = headers.content_type;
  response.headers = {{"Content-Disposition", headers.content_disposition},
                      {"Content-Security-Policy", std::string{kBlobPolicy}},
                      {"Cache-Control", "private, no-store"}};
  if (!first->empty()) response.source = std::make_shared<BlobBody>(service, stream, *std::move(first));
  co_return response;
}

}  // namespace hark::console
