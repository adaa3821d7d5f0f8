#include "console/fold_event.h"

#include <algorithm>

namespace hark::console {
namespace {

/// The sender's address is among those that are known, and stays as it is.
bool address_stays(const v1::Conversation& conversation, const v1::Entry& entry) {
  return std::ranges::any_of(conversation.addresses(), [&](const v1::CustomerAddress& known) {
    return known.address() == entry.sender().address() && (known.verified() || !entry.sender_verified());
  });
}

/// What the customer wrote lets them be answered anew; a message that comes late shortens nothing.
void open_window(v1::Conversation& conversation, const v1::Entry& entry) {
  if (entry.answerable_until_ms() == 0) return;
  auto& windows = *conversation.mutable_reply_windows();
  auto known = std::ranges::find_if(windows, [&](const v1::ReplyWindow& window) {
    return window.account_id() == entry.account_id() && window.address() == entry.sender().address();
  });
  auto& window = known == windows.end() ? *windows.Add() : *known;
  window.set_account_id(entry.account_id());
  window.set_address(entry.sender().address());
  window.set_closes_at_ms(std::max(window.closes_at_ms(), entry.answerable_until_ms()));
}

bool same_ticket(const v1::Conversation& conversation, const v1::Event& event) {
  return event.has_ticket() || event.ticket_id().empty() || event.ticket_id() == conversation.ticket().id();
}

}  // namespace

bool fold_event(v1::Conversation& conversation, const v1::Event& event) {
  const auto& entry = event.entry();
  if (event.type() != v1::EVENT_TYPE_ACCEPTED || !event.has_entry()) return false;
  if (event.sequence() != conversation.last_sequence() + 1) return false;
  if (!address_stays(conversation, entry) || !same_ticket(conversation, event)) return false;
  conversation.set_last_sequence(event.sequence());
  conversation.set_updated_at_ms(event.at_ms());
  if (!entry.sender().name().empty()) conversation.set_customer_name(entry.sender().name());
  if (entry.obligation() == v1::OBLIGATION_STATE_OPEN) conversation.add_open_obligations(entry.id());
  if (event.has_ticket()) *conversation.mutable_ticket() = event.ticket();
  open_window(conversation, entry);
  return true;
}

}  // namespace hark::console
