// What accounts can send, and until when.
#include "base/core/invalid.h"
#include "conversation/core/sending.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

SendingLimits limits_of(const v1::SendingRules& rules) {
  SendingLimits limits{rules.network(), rules.files_max(), rules.no_files_reason(), {}, {}};
  for (const auto& rule : rules.files()) limits.files.push_back({rule.content_type(), rule.size_max()});
  for (const auto& one : rules.templates())
    limits.templates.push_back({one.name(), one.language(), one.text()});
  return limits;
}

std::vector<OutgoingFile> files_of(const v1::ReplyRequest& request) {
  std::vector<OutgoingFile> files;
  for (const auto& file : request.attachments())
    files.push_back({file.file_name(), file.content_type(), file.blob().size_bytes()});
  return files;
}

/// The later of what the customer's messages there opened and what the answered one says itself.
std::optional<TimePoint> closes_at(const v1::Conversation& conversation, const v1::Entry& answered,
                                   const ReplyBinding& binding) {
  // In public for ever; in private as long as the comment lets, whatever the customer's messages opened.
  if (answered.is_public() && !binding.switched) {
    if (binding.is_public || answered.answerable_until_ms() == 0) return std::nullopt;
    return from_ms(answered.answerable_until_ms());
  }
  std::int64_t closes = 0;
  for (const auto& window : conversation.reply_windows()) {
    if (window.account_id() == binding.account_id && window.address() == binding.to.address)
      closes = window.closes_at_ms();
  }
  if (!binding.switched) closes = std::max(closes, answered.answerable_until_ms());
  return closes > 0 ? std::optional{from_ms(closes)} : std::nullopt;
}

}  // namespace

Task<Status> Conversations::keep_rules(std::string account_id, v1::SendingRules rules) {
  co_return co_await store_.keep_rules(std::move(account_id), rules.SerializeAsString());
}

Task<Result<v1::ListSendingRulesResponse>> Conversations::list_sending_rules(v1::ListSendingRulesRequest) {
  v1::ListSendingRulesResponse response;
  for (const auto& [id, account] : settings_.accounts) {
    HARK_CO_TRY(auto rules, co_await store_.rules(id));
    if (rules) *response.add_rules() = *std::move(rules);
  }
  co_return response;
}

Task<Result<Conversations::Sendable>> Conversations::fill_in(std::string account_id,
                                                             v1::FilledTemplate wished) {
  Sendable out;
  HARK_CO_TRY(const auto rules, co_await store_.rules(account_id));
  const auto limits = limits_of(rules.value_or(v1::SendingRules{}));
  std::vector<TemplateField> fields;
  for (const auto& field : wished.fields()) fields.push_back({field.name(), field.value()});
  auto filled = fill_template(limits, wished.name(), wished.language(), fields);
  if (!filled.ok()) {
    out.refused = filled.error();
    co_return out;
  }
  out.text = std::move(filled->text);
  out.filled.emplace();
  out.filled->set_name(wished.name());
  out.filled->set_language(wished.language());
  for (auto& field : filled->fields) {
    auto& into = *out.filled->add_fields();
    into.set_name(std::move(field.name));
    into.set_value(std::move(field.value));
  }
  co_return out;
}

Task<Result<Conversations::Sendable>> Conversations::judge_sending(const v1::ReplyRequest& request,
                                                                   const ReplyBinding& binding,
                                                                   const v1::Conversation& conversation,
                                                                   const v1::Entry& answered) {
  Sendable out{request.text(), {}, {}};
  if (!settings_.accounts.contains(binding.account_id)) {
    out.refused = Error{Code::kFailedPrecondition, Reason::kAccountUnknown,
                        "entry_id: it came through '" + binding.account_id +
                            "', which is no account of ours any more; answer by another one, with a reason"};
    co_return out;
  }
  if (answered.is_public() && !binding.switched &&
      (request.has_template_() || !request.attachments().empty())) {
    out.refused = Error{Code::kFailedPrecondition, Reason::kFileUnsendable,
                        "attachments: a comment is answered with words alone"};
    co_return out;
  }
  if (request.has_template_()) co_return co_await fill_in(binding.account_id, request.template_());
  const auto closes = closes_at(conversation, answered, binding);
  if (request.attachments().empty() && !closes) co_return out;
  HARK_CO_TRY(const auto rules, co_await store_.rules(binding.account_id));
  const auto limits = limits_of(rules.value_or(v1::SendingRules{}));
  out.refused = check_window(closes, clock_.now(), binding.account_id, !limits.templates.empty());
  if (out.refused.ok() && rules) out.refused = check_files(limits, files_of(request));
  co_return out;
}

}  // namespace hark::conversation
