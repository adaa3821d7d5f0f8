#pragma once

#include <memory>

#include "base/web/http_message.h"
#include "console/service.h"

namespace hark::console {

/// Files that are being taken in at once, each of them whole in memory until it is stored; more are answered
/// 503 with Retry-After.
constexpr std::size_t kUploadsMax = 8;

/// Answers POST /console/attachments for somebody who is signed in: the body becomes a blob, the answer is
/// its Attachment as proto3 JSON once it is durable. 400 for an empty file, 503 if it cannot be kept now.
Task<web::HttpResponse> take_attachment(std::shared_ptr<ConsoleService> service, web::HttpRequest request);

}  // namespace hark::console
