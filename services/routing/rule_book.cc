#include "routing/rule_book.h"

#include <google/protobuf/descriptor.h>

#include <sstream>
#include <utility>

#include "base/config/section.h"
#include "base/config/yaml_tree.h"
#include "base/core/digest.h"
#include "base/core/invalid.h"
#include "routing/config_check.h"

namespace hark::routing {
namespace {

/// Of what a file says apart from the defaults, so that a later Hark with more to say finds the same.
std::string digest_of(const v1::Routing& routing) {
  const google::protobuf::Reflection& fields = *v1::Routing::GetReflection();
  v1::Routing said = routing, usual = default_config().routing();
  const google::protobuf::Descriptor& type = *v1::Routing::descriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    v1::Routing ours, theirs;
    const std::vector<const google::protobuf::FieldDescriptor*> one{type.field(i)};
    fields.SwapFields(&said, &ours, one);
    fields.SwapFields(&usual, &theirs, one);
    if (ours.SerializeAsString() != theirs.SerializeAsString()) fields.SwapFields(&said, &ours, one);
  }
  return sha256_hex(said.SerializeAsString());
}

/// The section alone and without comments.
std::string text_of(const v1::Routing& routing) {
  v1::Config config;
  *config.mutable_routing() = routing;
  const std::string section = section_of(to_yaml(config, Secrets::kHidden), "routing");
  std::string out;
  for (std::string_view text = section; !text.empty();) {
    const std::string_view line = text.substr(0, text.find('\n'));
    const std::size_t first = line.find_first_not_of(' ');
    if (first != std::string_view::npos && line[first] != '#') (out += line) += '\n';
    text.remove_prefix(std::min(line.size() + 1, text.size()));
  }
  return out;
}

/// Everything but routing holds for whole processes and comes from their files.
Status only_routing(std::string_view yaml, std::string_view file_name) {
  const YamlDocument document = parse_yaml(yaml);
  if (!document.error.empty()) return {};  // told by who reads it
  bool has_routing = false;
  std::string problems;
  for (const auto& [key, value] : document.root.members) {
    has_routing = has_routing || key.scalar == "routing";
    if (key.scalar == "routing") continue;
    problems += (problems.empty() ? "" : "\n") + std::string{file_name} + ":" + std::to_string(key.line) +
                ": " + key.scalar + ": cannot be set at run time; only routing can";
  }
  if (problems.empty() && !has_routing) problems = std::string{file_name} + ": has no section `routing:`";
  if (problems.empty()) return {};
  return invalid(std::move(problems));
}

std::string name_of(const v1::RoutingVersion& version) {
  return std::to_string(version.number()) + (version.name().empty() ? "" : " " + version.name());
}

}  // namespace

RuleBook::RuleBook(Store& store, Rules of_file, v1::Config file)
    : store_{store},
      of_file_{std::move(of_file)},
      file_{std::move(file)},
      file_digest_{digest_of(file_.routing())} {}

Task<Result<NumberedRules>> RuleBook::open(std::int64_t fencing_token, TimePoint now) {
  HARK_CO_TRY(const auto standing, co_await store_.rules(0));
  v1::RoutingVersion next = version_of_file(now);
  if (standing && standing->file_digest() == file_digest_) {
    auto rules = numbered(*standing);
    if (rules.ok()) co_return rules;
    next.set_reason("version " + std::to_string(standing->number()) +
                    " cannot be read any more: " + rules.error().message);
  }
  Store::RulesRequest request;
  request.expected = standing ? standing->number() : 0;
  HARK_CO_TRY(const auto number, co_await store_.set_rules(fencing_token, std::move(request), next));
  next.set_number(number);
  co_return numbered(next);
}

Task<Result<NumberedRules>> RuleBook::join() {
  HARK_CO_TRY(const auto standing, co_await store_.rules(0));
  if (standing) {
    auto rules = numbered(*standing);
    if (rules.ok()) co_return rules;
  }
  co_return NumberedRules{0, of_file_};
}

Task<Result<std::int64_t>> RuleBook::number_in_force() { return store_.rules_number(); }

Task<Result<NumberedRules>> RuleBook::in_force() {
  HARK_CO_TRY(const auto standing, co_await store_.rules(0));
  if (!standing) co_return Error{Code::kInternal, Reason::kInternal, "no version of the rules is in force"};
  co_return numbered(*standing);
}

Result<NumberedRules> RuleBook::numbered(const v1::RoutingVersion& version) const {
  NumberedRules out{version.number(), of_file_};
  if (version.source() != v1::RoutingVersion::SOURCE_FILE || version.file_digest() != file_digest_) {
    // It was checked against the accounts when it was set; those may have changed since.
    HARK_TRY(out.rules, read(version.yaml(), "version " + std::to_string(version.number()), &rules_unread));
  }
  out.rules.settings.version = name_of(version);
  return out;
}

Result<Rules> RuleBook::read(std::string_view yaml, std::string_view file_name) const {
  return read(yaml, file_name, &check_config);
}

Result<Rules> RuleBook::read(std::string_view yaml, std::string_view file_name,
                             const ConfigCheck& check) const {
  if (yaml.size() > kRulesBytesMax) {
    return Error{Code::kInvalidArgument, Reason::kTooLarge,
                 "yaml: has " + std::to_string(yaml.size()) + " bytes; at most " +
                     std::to_string(kRulesBytesMax) + " are taken"};
  }
  HARK_TRY_VOID(only_routing(yaml, file_name));
  HARK_TRY(const auto config, read_config(yaml, file_name, with_file(check)));
  return rules_of(whole(config));
}

std::vector<std::string> RuleBook::doubts(std::string_view yaml, std::string_view file_name) const {
  std::vector<std::string> out;
  // Not of what the file beneath says elsewhere.
  const auto of_rules = [this](const v1::Config& rules) {
    auto all = doubtful_config(whole(rules));
    std::erase_if(all, [](const ConfigProblem& doubt) { return !doubt.field.starts_with("routing"); });
    return all;
  };
  const auto found = doubts_of_config(yaml, file_name, with_file(&check_config), of_rules);
  if (!found.ok()) return out;
  std::istringstream lines{*found};
  for (std::string line; std::getline(lines, line);) out.push_back(std::move(line));
  return out;
}

v1::Config RuleBook::whole(const v1::Config& rules) const {
  v1::Config out = file_;
  *out.mutable_routing() = rules.routing();
  return out;
}

ConfigCheck RuleBook::with_file(const ConfigCheck& check) const {
  return [this, check](const v1::Config& rules) { return check(whole(rules)); };
}

bool RuleBook::says_the_same_as_file(const v1::RoutingVersion& version) const {
  const auto config = read_config(version.yaml(), "version");
  return config.ok() && digest_of(config->routing()) == file_digest_;
}

v1::RoutingVersion RuleBook::version_of_file(TimePoint now) const {
  v1::RoutingVersion out;
  out.set_source(v1::RoutingVersion::SOURCE_FILE);
  out.set_at_ms(to_ms(now));
  out.set_name(file_.routing().version());
  out.set_yaml(text_of(file_.routing()));
  out.set_file_digest(file_digest_);
  return out;
}

}  // namespace hark::routing
