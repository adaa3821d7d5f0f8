#include "hark/audit_command.h"

#include <google/protobuf/struct.pb.h>

#include <cstdio>
#include <filesystem>
#include <optional>

#include "base/async/blocking.h"
#include "base/async/service_thread.h"
#include "base/redis/file_lock.h"
#include "base/redis/private_server.h"
#include "conversation/audit/audit.h"
#include "hark/ctl_print.h"
#include "hark/run.h"

namespace hark {
namespace {

using conversation::AuditReport;

void print_json(const AuditReport& report) {
  google::protobuf::Struct out;
  auto& fields = *out.mutable_fields();
  auto& counts = *fields["counts"].mutable_struct_value()->mutable_fields();
  for (const auto& [what, count] : report.counts) counts[what].set_number_value(static_cast<double>(count));
  fields["findings_total"].set_number_value(static_cast<double>(report.findings_total));
  auto& list = *fields["findings"].mutable_list_value();
  for (const auto& finding : report.findings) {
    auto& item = *list.add_values()->mutable_struct_value()->mutable_fields();
    item["promise"].set_string_value(finding.promise);
    item["where"].set_string_value(finding.where);
    item["what"].set_string_value(finding.what);
  }
  std::puts(to_json(out).c_str());
}

void print_text(const AuditReport& report) {
  for (const auto& finding : report.findings) {
    std::printf("%s  %s  %s\n", finding.promise.c_str(), finding.where.c_str(), finding.what.c_str());
  }
  std::printf("looked at");
  for (const auto& [what, count] : report.counts)
    std::printf(" %lld %s", static_cast<long long>(count), what.c_str());
  std::printf(": %lld findings\n", static_cast<long long>(report.findings_total));
}

Task<bool> close(redis::Client& client) {
  co_await client.close();
  co_return true;
}

}  // namespace

Result<bool> run_audit(const v1::Config& config, bool json) {
  const std::filesystem::path data = config.data_dir();
  std::string url = config.redis().url();
  std::optional<redis::PrivateServer> server;
  if (url.empty()) {
    if (!std::filesystem::exists(data / "redis")) {
      return Error{Code::kNotFound, Reason::kInvalidField,
                   "there is no store in " + data.string() + " (--data)"};
    }
    HARK_TRY(auto started, redis::PrivateServer::start({.folder = data / "redis"}));
    server.emplace(std::move(started));
    url = server->url();
  }
  HARK_TRY(auto endpoint, redis::parse_endpoint(url));
  ServiceThread thread{"audit"};
  redis::Client client{
      thread.executor(),
      {.endpoint = std::move(endpoint), .password = config.redis().password(), .connections = 1}};
  auto meta = block_on(thread.executor(), conversation::Store::read_meta(client));
  std::optional<Result<AuditReport>> report;
  if (meta.ok()) {
    conversation::Store store{client, meta->partitions};
    report = block_on(thread.executor(), conversation::audit(client, store, data / "blobs"));
  }
  block_on(thread.executor(), close(client));
  if (server && !server->adopted()) {
    // Unless a hark that began meanwhile has taken it over.
    const redis::FileLock lock{data / kFolderLock};
    if (lock.held()) server->stop();
  }
  if (!meta.ok()) return std::move(meta).error();
  if (!report->ok()) return report->error();
  if (json) {
    print_json(**report);
  } else {
    print_text(**report);
  }
  return (*report)->findings_total == 0;
}

}  // namespace hark
