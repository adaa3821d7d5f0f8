#include "conversation/core/reply_binding.h"

#include <algorithm>

#include "base/core/invalid.h"

namespace hark::conversation {

std::string reply_subject(std::string_view subject) {
  while (!subject.empty() && subject.front() == ' ') subject.remove_prefix(1);
  if (subject.empty()) return "Re: your message";
  const auto starts = [&](std::string_view prefix) {
    return subject.size() >= prefix.size() &&
           std::ranges::equal(subject.substr(0, prefix.size()), prefix,
                              [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
  };
  return starts("re:") ? std::string{subject} : "Re: " + std::string{subject};
}

Result<ReplyBinding> bind_reply(const AnsweredMessage& answered, Audience audience,
                                const std::optional<SwitchWish>& wish,
                                std::span<const std::string> customer_addresses,
                                int (*channel_of)(std::string_view, const void*), const void* accounts) {
  if (!answered.is_inbound) {
    return Error{Code::kFailedPrecondition, Reason::kNotAnswerable,
                 "entry_id: only a customer's message can be answered"};
  }
  if (audience == Audience::kWriter && (!answered.is_public || wish))
    return invalid("privately: is only for the answer to a public message, and not with a switch");
  ReplyBinding out;
  out.is_public = answered.is_public && audience == Audience::kAsAnswered;
  out.channel = answered.channel;
  out.account_id = answered.account_id;
  out.to = answered.route_to.address.empty() ? answered.sender : answered.route_to;
  out.cc = answered.route_cc;
  out.subject = reply_subject(answered.subject);
  out.in_reply_to = answered.own_reference;
  out.references = answered.references;
  if (!wish) return out;

  if (wish->channel == out.channel && wish->account_id == out.account_id && wish->address == out.to.address)
    return out;
  if (wish->reason.empty()) {
    return Error{Code::kInvalidArgument, Reason::kSwitchReasonMissing,
                 "switch.reason: say why the answer does not go back where the message came from"};
  }
  if (channel_of(wish->account_id, accounts) != wish->channel || wish->channel == 0) {
    return Error{Code::kInvalidArgument, Reason::kAccountUnknown,
                 "switch.account_id: '" + wish->account_id + "' is no account of ours on that channel"};
  }
  if (std::ranges::find(customer_addresses, wish->address) == customer_addresses.end()) {
    return Error{Code::kInvalidArgument, Reason::kAddressUnknown,
                 "switch.address: " + wish->address + " is not an address of this customer"};
  }
  out.channel = wish->channel;
  out.account_id = wish->account_id;
  out.to = {wish->address, answered.sender.name};
  out.cc.clear();
  out.switched = true;
  out.is_public = false;
  // The thread's references mean something only on the channel that they come from.
  if (wish->channel != answered.channel) {
    out.in_reply_to.clear();
    out.references.clear();
  }
  return out;
}

}  // namespace hark::conversation
