#include "console/web/attachment_route.h"

#include "base/web/json_frame.h"
#include "console/core/attachment_rules.h"

namespace hark::console {
namespace {

/// Well below what gRPC takes in one message.
constexpr std::size_t kPieceBytes = 256 * 1024;

}  // namespace

Task<web::HttpResponse> take_attachment(std::shared_ptr<ConsoleService> service, web::HttpRequest request) {
  if (request.body.empty()) co_return web::plain_response(400, "the file is empty: nothing was attached");
  const auto upload = service->blobs().put_blob();
  for (std::size_t at = 0; at < request.body.size(); at += kPieceBytes) {
    upload->write(request.body.substr(at, kPieceBytes));
  }
  const auto blob = co_await upload->finish();
  if (!blob.ok()) {
    auto response = web::plain_response(503, "the file could not be kept: " + blob.error().message);
    response.headers.push_back({"Retry-After", "2"});
    co_return response;
  }
  v1::Attachment attachment;
  *attachment.mutable_blob() = *blob;
  attachment.set_file_name(clean_file_name(request.query_value("name").value_or("")));
  attachment.set_content_type(clean_content_type(request.query_value("type").value_or("")));
  web::HttpResponse response;
  response.content_type = "application/json";
  response.headers.push_back({"Cache-Control", "no-store"});
  response.body = web::write_json_frame(attachment);
  co_return response;
}

}  // namespace hark::console
