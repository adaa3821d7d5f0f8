// The rules that routing goes by, and changing them while it runs.
#include <algorithm>
#include <utility>

#include "base/core/digest.h"
#include "base/core/invalid.h"
#include "routing/service.h"

namespace hark::routing {
namespace {

constexpr std::size_t kKeyBytesMax = 128;
constexpr std::size_t kRemarkBytesMax = 200;
constexpr int kVersionsUsual = 20;
constexpr const char* kFileNameUsual = "routing";

Error no_version(std::int64_t number) {
  return {Code::kNotFound, Reason::kRoutingVersionNotFound,
          "there is no version " + std::to_string(number) + " of the rules; the newest " +
              std::to_string(kRulesVersionsMax) + " are kept"};
}

/// What both ways of changing the rules have in common.
template <class Request>
Status check_change(const Request& request) {
  if (request.idempotency_key().empty() || request.idempotency_key().size() > kKeyBytesMax) {
    return Error{
        Code::kInvalidArgument, Reason::kIdempotencyKeyMissing,
        "idempotency_key: must have 1 to 128 characters; make one per change and keep it on a retry"};
  }
  if (request.by().size() > kRemarkBytesMax) return invalid("by: is longer than 200 bytes");
  if (request.reason().size() > kRemarkBytesMax) return invalid("reason: is longer than 200 bytes");
  if (request.expected_number() < 0) return invalid("expected_number: is a number of a version, or 0");
  return {};
}

template <class Request>
Store::RulesRequest keyed(const Request& request) {
  return {request.idempotency_key(), sha256_hex(request.SerializeAsString()), request.expected_number()};
}

}  // namespace

Task<Result<v1::GetRoutingResponse>> Routing::get_routing(v1::GetRoutingRequest request) {
  HARK_CO_TRY_VOID(leading_term());
  HARK_CO_TRY(const auto in_force, co_await world_.store.rules(0));
  HARK_CO_TRY(auto version, co_await world_.store.rules(request.number()));
  if (!in_force || !version) co_return no_version(request.number());
  v1::GetRoutingResponse response;
  response.set_number_in_force(in_force->number());
  response.set_file_overridden(!rule_book_.says_the_same_as_file(*in_force));
  *response.mutable_version() = *std::move(version);
  co_return response;
}

Task<Result<v1::CheckRoutingResponse>> Routing::check_routing(v1::CheckRoutingRequest request) {
  HARK_CO_TRY_VOID(leading_term());
  v1::CheckRoutingResponse response;
  const std::string name = request.file_name().empty() ? kFileNameUsual : request.file_name();
  const auto rules = rule_book_.read(request.yaml(), name);
  if (rules.ok()) {
    for (std::string& doubt : rule_book_.doubts(request.yaml(), name))
      response.add_warnings(std::move(doubt));
    co_return response;
  }
  if (rules.error().reason != Reason::kInvalidField) co_return rules.error();
  std::string_view lines = rules.error().message;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    response.add_problems(std::string{line});
    lines.remove_prefix(std::min(line.size() + 1, lines.size()));
  }
  co_return response;
}

Task<Result<v1::ApplyRoutingResponse>> Routing::apply_routing(v1::ApplyRoutingRequest request) {
  HARK_CO_TRY_VOID(check_change(request));
  const std::string name = request.file_name().empty() ? kFileNameUsual : request.file_name();
  HARK_CO_TRY(const auto rules, rule_book_.read(request.yaml(), name));
  v1::RoutingVersion version;
  version.set_source(v1::RoutingVersion::SOURCE_APPLIED);
  version.set_name(rules.settings.version);
  version.set_by(request.by());
  version.set_reason(request.reason());
  version.set_yaml(request.yaml());
  v1::ApplyRoutingResponse response;
  for (std::string& doubt : rule_book_.doubts(request.yaml(), name)) response.add_warnings(std::move(doubt));
  HARK_CO_TRY(*response.mutable_version(), co_await put_in_force(keyed(request), std::move(version)));
  co_return response;
}

Task<Result<v1::RollBackRoutingResponse>> Routing::roll_back_routing(v1::RollBackRoutingRequest request) {
  HARK_CO_TRY_VOID(check_change(request));
  HARK_CO_TRY_VOID(leading_term());
  v1::RoutingVersion version = rule_book_.version_of_file(world_.clock.now());
  if (request.to_number() != 0) {
    HARK_CO_TRY(auto earlier, co_await world_.store.rules(request.to_number()));
    if (request.to_number() < 0 || !earlier) co_return no_version(request.to_number());
    HARK_CO_TRY_VOID(rule_book_.read(earlier->yaml(), "version " + std::to_string(request.to_number())));
    version.set_source(v1::RoutingVersion::SOURCE_ROLLED_BACK);
    version.set_copy_of(request.to_number());
    version.set_name(earlier->name());
    version.set_yaml(earlier->yaml());
  }
  version.set_by(request.by());
  version.set_reason(request.reason());
  v1::RollBackRoutingResponse response;
  HARK_CO_TRY(*response.mutable_version(), co_await put_in_force(keyed(request), std::move(version)));
  co_return response;
}

/// Durable first; then the engine goes by it. Whoever leads next reads it where it was written.
Task<Result<v1::RoutingVersion>> Routing::put_in_force(Store::RulesRequest request,
                                                       v1::RoutingVersion version) {
  HARK_CO_TRY(const auto term, leading_term());
  version.set_at_ms(to_ms(world_.clock.now()));
  version.set_file_digest(rule_book_.file_digest());
  const auto number =
      co_await world_.store.set_rules(term->fencing_token(), std::move(request), std::move(version));
  // One that may have been written holds as soon as it is seen, whether its caller asks again or not.
  if (number.ok() || number.error().reason == Reason::kOutcomeUnknown) {
    auto in_force = co_await rule_book_.in_force();
    if (in_force.ok()) term->take_rules(*std::move(in_force));
  }
  if (!number.ok()) co_return number.error();
  HARK_CO_TRY_VOID(co_await term->settle());
  HARK_CO_TRY(auto written, co_await world_.store.rules(*number));
  if (!written) co_return no_version(*number);
  co_return *std::move(written);
}

Task<Result<v1::ListRoutingVersionsResponse>> Routing::list_routing_versions(
    v1::ListRoutingVersionsRequest request) {
  HARK_CO_TRY_VOID(leading_term());
  if (request.limit() < 0 || request.limit() > kRulesVersionsMax)
    co_return invalid("limit: must be 1 to 100");
  HARK_CO_TRY(auto versions,
              co_await world_.store.rules_versions(request.limit() == 0 ? kVersionsUsual : request.limit()));
  v1::ListRoutingVersionsResponse response;
  for (v1::RoutingVersion& version : versions) {
    version.clear_yaml();
    *response.add_versions() = std::move(version);
  }
  co_return response;
}

}  // namespace hark::routing
