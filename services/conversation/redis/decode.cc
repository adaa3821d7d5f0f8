#include "conversation/redis/decode.h"

#include <charconv>

#include "conversation/redis/store.h"

namespace hark::conversation {
namespace {

template <class Add>
void each_word(std::string_view text, Add add) {
  while (!text.empty()) {
    const auto space = text.find(' ');
    if (space != 0) add(text.substr(0, space));
    if (space == std::string_view::npos) return;
    text.remove_prefix(space + 1);
  }
}

}  // namespace

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  each_word(text, [&](std::string_view word) { out.emplace_back(word); });
  return out;
}

Fields fields_of(const redis::Reply& flat) {
  Fields fields;
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) fields.emplace(flat[i].text(), flat[i + 1].text());
  return fields;
}

std::string_view field(const Fields& fields, std::string_view name) {
  const auto found = fields.find(name);
  return found == fields.end() ? std::string_view{} : std::string_view{found->second};
}

std::int64_t number(std::string_view digits) {
  std::int64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

std::int64_t position_of(std::string_view stream_id) {
  return number(stream_id.substr(0, stream_id.find('-')));
}

v1::Ticket decode_ticket(std::string_view ticket_id, const Fields& fields) {
  v1::Ticket ticket;
  ticket.ParseFromString(std::string{field(fields, "attrs")});
  ticket.set_id(std::string{ticket_id});
  ticket.set_conversation_id(std::string{field(fields, "con")});
  const auto state = field(fields, "state");
  ticket.set_state(state == "q"   ? v1::TICKET_STATE_QUEUED
                   : state == "a" ? v1::TICKET_STATE_ASSIGNED
                   : state == "r" ? v1::TICKET_STATE_RESOLVED
                                  : v1::TICKET_STATE_UNSPECIFIED);
  ticket.set_agent_id(std::string{field(fields, "agent")});
  ticket.set_assignment_token(number(field(fields, "token")));
  ticket.set_opened_at_ms(number(field(fields, "opened")));
  ticket.set_waiting_since_ms(number(field(fields, "waiting")));
  ticket.set_resolved_at_ms(number(field(fields, "resolved")));
  if (ticket.state() == v1::TICKET_STATE_RESOLVED) {
    ticket.set_disposition(std::string{field(fields, "disposition")});
    ticket.set_resolved_by(std::string{field(fields, "resolved_by")});
  }
  ticket.set_wanted_agent_id(std::string{field(fields, "wanted_agent")});
  ticket.set_on_the_line(field(fields, "line") == "1");
  ticket.set_chatting(field(fields, "chat") == "1");
  ticket.set_previous_resolved_at_ms(number(field(fields, "before")));
  ticket.set_previous_agent_id(std::string{field(fields, "before_agent")});
  ticket.set_shard(static_cast<int>(number(field(fields, "shard"))));
  if (const auto passage = field(fields, "passage"); !passage.empty())
    ticket.mutable_passage()->ParseFromString(std::string{passage});
  const auto queued = field(fields, "queued");
  ticket.set_queued_at_ms(queued.empty() ? ticket.waiting_since_ms() : number(queued));
  // What its message brought along holds until somebody says otherwise.
  if (fields.contains("wanted_queue")) ticket.set_wanted_queue_id(std::string{field(fields, "wanted_queue")});
  if (fields.contains("virtual")) ticket.set_virtual_start_ms(number(field(fields, "virtual")));
  ticket.set_quiet_since_ms(number(field(fields, "quiet")));
  if (const auto hold = field(fields, "hold"); !hold.empty())
    ticket.mutable_hold()->ParseFromString(std::string{hold});
  if (const auto due = field(fields, "hold_due"); due.find(' ') != std::string_view::npos) {
    ticket.set_hold_due_entry_id(std::string{due.substr(0, due.find(' '))});
    ticket.set_hold_due_at_ms(number(due.substr(due.find(' ') + 1)));
  }
  if (const auto verdict = field(fields, "verdict"); !verdict.empty()) {
    ticket.mutable_verdict()->ParseFromString(std::string{verdict});
  }
  each_word(field(fields, "wanted_skills"),
            [&](std::string_view word) { ticket.add_wanted_skills(std::string{word}); });
  each_word(field(fields, "declined"),
            [&](std::string_view word) { ticket.add_declined_by(std::string{word}); });
  each_word(field(fields, "preferred"),
            [&](std::string_view word) { ticket.add_preferred_agent_ids(std::string{word}); });
  return ticket;
}

v1::Entry decode_entry(std::string_view conversation_id, const redis::Reply& item) {
  const auto fields = fields_of(item[1]);
  v1::Entry entry;
  entry.ParseFromString(std::string{field(fields, "e")});
  entry.set_id(std::string{field(fields, "i")});
  entry.set_conversation_id(std::string{conversation_id});
  entry.set_sequence(position_of(item[0].view()));
  entry.set_ticket_id(std::string{field(fields, "t")});
  entry.set_thread_id(std::string{field(fields, "h")});
  return entry;
}

void fold(v1::Entry& entry, const redis::Reply& delivery, const redis::Reply& obligation,
          const redis::Reply& also, const redis::Reply& unfetched, const redis::Reply& call) {
  if (const auto text = delivery.view(); !text.empty()) {
    const auto first = text.find(' ');
    const auto second = text.find(' ', first + 1);
    entry.set_delivery(static_cast<v1::DeliveryState>(number(text)));
    if (first != std::string_view::npos && second != std::string_view::npos) {
      const auto times = text.substr(first + 1, second - first - 1);
      if (const auto slash = times.find('/'); slash != std::string_view::npos)
        entry.set_delivery_again_at_ms(number(times.substr(slash + 1)));
      entry.set_delivery_detail(std::string{text.substr(second + 1)});
    }
  }
  if (entry.delivery() == v1::DELIVERY_STATE_SENT) entry.set_unfetched_since_ms(number(unfetched.view()));
  if (entry.kind() == v1::ENTRY_KIND_INBOUND) {
    const auto text = obligation.view();
    entry.set_obligation(text.empty() ? v1::OBLIGATION_STATE_OPEN
                                      : static_cast<v1::ObligationState>(number(text)));
    if (const auto space = text.find(' '); space != std::string_view::npos) {
      entry.set_answered_by_entry_id(std::string{text.substr(space + 1)});
    }
  }
  if (const auto space = call.view().find(' '); space != std::string_view::npos)
    entry.mutable_call()->ParseFromString(std::string{call.view().substr(space + 1)});
  each_word(also.view(),
            [&](std::string_view account) { entry.add_also_delivered_to(std::string{account}); });
}

bool arrives(v1::DeliveryState state) {
  return state != v1::DELIVERY_STATE_FAILED && state != v1::DELIVERY_STATE_BOUNCED &&
         state != v1::DELIVERY_STATE_UNKNOWN;
}

bool goes_out(const v1::Entry& entry) {
  return entry.kind() == v1::ENTRY_KIND_REPLY || entry.kind() == v1::ENTRY_KIND_STARTED;
}

v1::Event decode_event(std::uint16_t partition, const redis::Reply& item) {
  v1::Event event;
  event.set_partition(partition);
  event.set_position(position_of(item[0].view()));
  Fields ticket;
  const auto& flat = item[1];
  for (std::size_t i = 0; i + 1 < flat.size(); i += 2) {
    const auto name = flat[i].view();
    const auto value = flat[i + 1].text();
    if (name.starts_with("t.")) {
      ticket.emplace(name.substr(2), value);
      continue;
    }
    if (name.size() != 1) continue;
    switch (name.front()) {
      case 'y':
        event.set_type(static_cast<v1::EventType>(number(value)));
        break;
      case 'a':
        event.set_at_ms(number(value));
        break;
      case 'c':
        event.set_conversation_id(value);
        break;
      case 't':
        event.set_ticket_id(value);
        break;
      case 'e':
        event.set_entry_id(value);
        break;
      case 's':
        event.set_sequence(number(value));
        break;
      case 'g':
        event.set_agent_id(value);
        break;
      case 'd':
        event.set_delivery(static_cast<v1::DeliveryState>(number(value)));
        break;
      case 'x':
        event.set_detail(value);
        break;
      case 'h':
        event.set_channel(static_cast<v1::Channel>(number(value)));
        break;
      case 'u':
        event.set_account_id(value);
        break;
      case 'v':
        event.mutable_verdict()->ParseFromString(value);
        break;
      default:
        break;
    }
  }
  if (!ticket.empty()) *event.mutable_ticket() = decode_ticket(event.ticket_id(), ticket);
  return event;
}

}  // namespace hark::conversation
