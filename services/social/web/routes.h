#pragma once

#include <functional>
#include <memory>

#include "base/web/http_server.h"
#include "social/answer_files.h"
#include "social/intake.h"

namespace hark::social {

constexpr std::size_t kRequestBytesMax = 3U << 20;  // Meta's largest; 413
constexpr std::size_t kRequestsMax = 128;           // at once, since each holds its body; 503
constexpr std::size_t kFilesGivenMax = 8;           // at once, since each is in memory; 503

/// The service while it runs; null before and after.
using IntakeSlot = std::function<std::shared_ptr<Intake>()>;

/// The same for the files of answers.
using FilesSlot = std::function<std::shared_ptr<AnswerFiles>()>;

/// Social's part of the process' HTTP server:
///
///   GET  /webhooks/<account id>   Meta's question whether we are who was configured
///   POST /webhooks/<account id>   what a network has to say; 2xx after it is durable
///   GET  /social/files/...        a file of an answer, for a network that fetches files (core/file_link)
void add_routes(web::HttpServer& server, const IntakeSlot& slot, const FilesSlot& files,
                const Settings& settings);

}  // namespace hark::social
