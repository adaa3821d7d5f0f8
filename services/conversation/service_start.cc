// What agents write to customers first.
#include "base/core/invalid.h"
#include "conversation/core/address.h"
#include "conversation/entry_build.h"
#include "conversation/once.h"
#include "conversation/service.h"

namespace hark::conversation {
namespace {

Status check_subject(std::string_view subject) {
  if (subject.empty()) return invalid("subject: is empty");
  if (subject.size() > kSubjectBytesMax) return invalid("subject: has more than 998 bytes");
  for (const char c : subject) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return invalid("subject: has a line break or another control character");
  }
  return {};
}

}  // namespace

Task<Result<v1::StartResponse>> Conversations::start(v1::StartRequest request) {
  HARK_CO_TRY_VOID(check_key(request.idempotency_key()));
  HARK_CO_TRY_VOID(check_words(request));
  HARK_CO_TRY(const auto beginning, co_await beginning_of(request));
  HARK_CO_TRY(const auto customer, co_await customer_of(beginning.address));
  for (int attempt = 0; attempt < kRetriesMax; ++attempt) {
    auto started = co_await try_to_start(request, customer, beginning);
    if (started.ok() || !in_the_way_of_merges(started.error())) co_return started;
    HARK_CO_TRY(const auto way, co_await store_.route(customer));
    HARK_CO_TRY_VOID(co_await finish_sagas(way.conversation_id));
  }
  co_return merged_too_often();
}

Task<Result<Conversations::Beginning>> Conversations::beginning_of(v1::StartRequest request) {
  const auto account = settings_.accounts.find(request.account_id());
  const auto channel =
      account == settings_.accounts.end() ? v1::CHANNEL_UNSPECIFIED : account->second.channel;
  if (channel != v1::CHANNEL_EMAIL && channel != v1::CHANNEL_SOCIAL) {
    co_return Error{Code::kInvalidArgument, Reason::kAccountUnknown,
                    "account_id: '" + request.account_id() +
                        "' is neither a mail account of ours nor one on a social network"};
  }
  HARK_CO_TRY(auto address, normalise_address(request.to().address(), settings_.default_region));
  if (channel == v1::CHANNEL_SOCIAL)
    co_return co_await beginning_by_template(std::move(request), std::move(address));
  if (request.has_template_()) co_return invalid("template: a mail has none");
  HARK_CO_TRY_VOID(check_subject(request.subject()));
  if (!address.starts_with("mailto:")) co_return invalid("to.address: a mail goes to a mailto: address");
  Beginning mail{v1::CHANNEL_EMAIL, std::move(address), request.subject(), request.text(), {}, "mail", {}};
  co_return mail;
}

Task<Result<Conversations::Beginning>> Conversations::beginning_by_template(v1::StartRequest request,
                                                                            std::string address) {
  if (!request.has_template_()) {
    co_return invalid(
        "template: is needed, for who has not written on a social network gets nothing but a template");
  }
  if (!request.subject().empty()) co_return invalid("subject: a template has none");
  if (!address.starts_with("tel:") && !address.starts_with("whatsapp:"))
    co_return invalid("to.address: a template goes to a telephone number (tel:)");
  HARK_CO_TRY(auto sendable, co_await fill_in(request.account_id(), request.template_()));
  HARK_CO_TRY_VOID(sendable.refused);
  HARK_CO_TRY(const auto rules, co_await store_.rules(request.account_id()));
  Beginning out;
  out.channel = v1::CHANNEL_SOCIAL;
  out.text = std::move(sendable.text);
  out.filled = std::move(sendable.filled);
  out.by = rules.value_or(v1::SendingRules{}).network();
  out.reference = request.account_id() + ":" + address;
  out.address = std::move(address);
  co_return out;
}

Task<Result<v1::StartResponse>> Conversations::try_to_start(v1::StartRequest request, std::string customer,
                                                            Beginning beginning) {
  HARK_CO_TRY(const auto way, co_await store_.route(customer));
  const auto& conversation = way.conversation_id;
  HARK_CO_TRY(const auto partition, partition_of(conversation));
  const auto now = clock_.now();
  v1::Entry entry;
  entry.set_accepted_at_ms(to_ms(now));
  entry.set_kind(v1::ENTRY_KIND_STARTED);
  entry.set_channel(beginning.channel);
  entry.set_account_id(request.account_id());
  entry.set_agent_id(request.agent_id());
  if (conversation != customer) entry.set_customer_id(customer);
  entry.mutable_to()->set_address(beginning.address);
  entry.mutable_to()->set_name(request.to().name());
  entry.mutable_content()->set_subject(beginning.subject);
  set_words(*entry.mutable_content(), request, beginning.text);
  if (beginning.filled) *entry.mutable_template_() = *beginning.filled;
  entry.set_reason(!request.reason().empty()
                       ? request.reason()
                       : "written first, by " + beginning.by + " from " + request.account_id());

  Store::StartInput in;
  in.key = request.idempotency_key();
  in.digest = digest_of(request);
  in.conversation_id = conversation;
  in.entry_id = new_id(IdKind::kEntry, partition);
  in.thread_id = new_id(IdKind::kThread, partition);
  const auto out = outbound_of(entry, in.entry_id, conversation, in.thread_id, request.from_name());
  entry.set_native_id(out.native_id_left());
  in.entry_bytes = entry.SerializeAsString();
  in.outbound_bytes = out.SerializeAsString();
  in.account_id = request.account_id();
  in.agent_id = request.agent_id();
  in.channel = beginning.channel;
  in.address = beginning.address;
  in.reference = beginning.reference;
  in.via = way.via;
  in.name = request.to().name();
  in.ticket_bytes = ticket_attributes(entry).SerializeAsString();
  in.blobs = take_blobs(*request.mutable_blobs());
  const auto starts = [&](bool key_looked_up) {
    in.key_looked_up = key_looked_up;
    return store_.start(now, in);
  };
  HARK_CO_TRY(const auto appended, co_await once(store_, conversation, in.key, in.digest, starts));
  started_.add();
  HARK_CO_TRY(auto stored, co_await store_.entry(appended.entry_id));
  v1::StartResponse response;
  *response.mutable_entry() = std::move(stored);
  co_return response;
}

}  // namespace hark::conversation
