#include "conversation/audit/facts.h"
#include "conversation/redis/decode.h"

namespace hark::conversation {
namespace {

/// P6: the timeline counts 1, 2, 3 ... and the log names the same entries in the same order.
void check_order(const ConversationFacts& facts, AuditReport& report) {
  std::int64_t expected = 1;
  for (const auto& entry : facts.entries) {
    while (facts.went_back.contains(expected)) ++expected;
    if (entry.sequence() != expected) {
      report.find("P6", facts.id,
                  "the timeline goes from sequence " + std::to_string(expected - 1) + " to " +
                      std::to_string(entry.sequence()));
    }
    expected = entry.sequence() + 1;
  }
  if (!facts.entries.empty() && facts.last_sequence < facts.entries.back().sequence()) {
    report.find("P6", facts.id,
                "the conversation counts to " + std::to_string(facts.last_sequence) + " but has entry " +
                    std::to_string(facts.entries.back().sequence()));
  }
  std::int64_t last = 0;
  for (const auto& event : facts.events) {
    const bool appends = event.sequence() > 0 && event.type() != v1::EVENT_TYPE_DELIVERED_ALSO;
    if (!appends) continue;
    if (event.sequence() <= last) {
      report.find(
          "P6", facts.id,
          "the log tells entry " + std::to_string(event.sequence()) + " after " + std::to_string(last));
    }
    last = event.sequence();
  }
}

/// P1: whatever the log says was stored is on the timeline; after merges, on that of somebody.
void check_presence(const ConversationFacts& facts, SeenIds& seen, AuditReport& report) {
  std::map<std::string, std::int64_t> by_id;
  for (const auto& entry : facts.entries) {
    by_id.emplace(entry.id(), entry.sequence());
    if (facts.merged) seen.of_merged.insert(entry.id());
  }
  for (const auto& event : facts.events) {
    if (event.entry_id().empty() || event.sequence() == 0) continue;
    const auto found = by_id.find(event.entry_id());
    if (facts.merged) {
      if (found == by_id.end()) seen.elsewhere.insert(event.entry_id());
    } else if (found == by_id.end()) {
      report.find(
          "P1", event.entry_id(),
          "the log has it at sequence " + std::to_string(event.sequence()) + ", the timeline does not");
    } else if (found->second != event.sequence()) {
      report.find("P6", event.entry_id(),
                  "the log has it at sequence " + std::to_string(event.sequence()) + ", the timeline at " +
                      std::to_string(found->second));
    }
  }
}

/// P3: an address belongs to one conversation, whether it writes or is written to.
void check_address(const std::string& address, const ConversationFacts& facts, SeenIds& seen,
                   AuditReport& report) {
  if (const auto [at, added] = seen.addresses.emplace(address, facts.id); !added && at->second != facts.id)
    report.find("P3", facts.id, address + " is also in " + at->second);
}

/// P2 and the identity half of P3.
void check_identity(const ConversationFacts& facts, SeenIds& seen, AuditReport& report) {
  for (const auto& entry : facts.entries) {
    const bool inbound = entry.kind() == v1::ENTRY_KIND_INBOUND || entry.kind() == v1::ENTRY_KIND_AUTO_REPLY;
    if (inbound) {
      const auto key = std::to_string(entry.channel()) + ":" + entry.native_id();
      if (const auto [at, added] = seen.native_ids.emplace(key, entry.id()); !added) {
        report.find("P2", entry.id(),
                    "is the same message as " + at->second + " (" + entry.native_id() + ")");
      }
      check_address(entry.sender().address(), facts, seen, report);
    } else if (goes_out(entry)) {
      if (const auto [at, added] = seen.message_ids.emplace(entry.native_id(), entry.id()); !added) {
        report.find("P2", entry.id(), "goes out under the Message-ID of " + at->second);
      }
      if (entry.kind() == v1::ENTRY_KIND_STARTED) check_address(entry.to().address(), facts, seen, report);
    }
  }
}

/// P3: one open ticket and one holder at every instant, as the log tells it.
void check_tickets(const ConversationFacts& facts, AuditReport& report) {
  std::string open, holder;
  std::int64_t token = 0;
  for (const auto& event : facts.events) {
    switch (event.type()) {
      case v1::EVENT_TYPE_ACCEPTED:
      case v1::EVENT_TYPE_REOPENED:
      case v1::EVENT_TYPE_OPENED:
      case v1::EVENT_TYPE_MERGED:
      case v1::EVENT_TYPE_UNMERGED:
      case v1::EVENT_TYPE_RESTORED:
        if (!event.has_ticket()) break;
        if (!open.empty() && open != event.ticket_id()) {
          report.find("P3", facts.id,
                      "ticket " + event.ticket_id() + " was opened while " + open + " was open");
        }
        if (open != event.ticket_id()) token = event.ticket().assignment_token();
        open = event.ticket_id();
        holder.clear();
        break;
      case v1::EVENT_TYPE_ASSIGNED:
        if (event.ticket_id() != open)
          report.find("P3", facts.id,
                      "ticket " + event.ticket_id() + " was assigned but is not the open one");
        if (event.ticket().assignment_token() <= token) {
          report.find("P3", facts.id, "the assignment token of " + event.ticket_id() + " did not grow");
        }
        token = event.ticket().assignment_token();
        holder = event.agent_id();
        break;
      case v1::EVENT_TYPE_TRANSFERRED:
        holder.clear();
        break;
      case v1::EVENT_TYPE_RESOLVED:
      case v1::EVENT_TYPE_MOVED:
        open.clear();
        holder.clear();
        break;
      default:
        break;
    }
  }
  int open_now = 0;
  for (const auto& ticket : facts.tickets) open_now += ticket.state() != v1::TICKET_STATE_RESOLVED ? 1 : 0;
  if (open_now > 0 && !facts.moved_to.empty())
    report.find("P3", facts.id, "has an open ticket, but is part of " + facts.moved_to);
  if (open_now > 1) report.find("P3", facts.id, std::to_string(open_now) + " tickets are open at once");
}

bool same_place(const v1::Entry& reply, const v1::Entry& answered) {
  const auto& to = answered.reply_route().to().address().empty() ? answered.sender().address()
                                                                 : answered.reply_route().to().address();
  return reply.channel() == answered.channel() && reply.account_id() == answered.account_id() &&
         reply.to().address() == to;
}

/// P4: back where it came from, in its thread, or after a switch with a reason.
void check_replies(const ConversationFacts& facts, AuditReport& report) {
  std::map<std::string, const v1::Entry*> by_id;
  const v1::Entry* before = nullptr;
  for (const auto& entry : facts.entries) {
    by_id.emplace(entry.id(), &entry);
    if (entry.kind() == v1::ENTRY_KIND_STARTED &&
        (!entry.answers_entry_id().empty() || entry.reason().empty()))
      report.find("P4", entry.id(), "answers nothing, and does not say why it went where it went");
    if (entry.kind() == v1::ENTRY_KIND_REPLY) {
      const auto found = by_id.find(entry.answers_entry_id());
      if (found == by_id.end()) {
        report.find("P4", entry.id(),
                    "answers " + entry.answers_entry_id() + ", which is not before it in this conversation");
      } else {
        const auto& answered = *found->second;
        const bool switched = before && before->kind() == v1::ENTRY_KIND_CHANNEL_SWITCH &&
                              !before->reason().empty() &&
                              before->answers_entry_id() == entry.answers_entry_id();
        if (!switched && !same_place(entry, answered)) {
          report.find("P4", entry.id(),
                      "went to " + entry.to().address() + " by " + entry.account_id() +
                          ", but the message came from " + answered.sender().address() + " to " +
                          answered.account_id());
        }
        if (entry.is_public() && !answered.is_public())
          report.find("P4", entry.id(), "is public, but answers a private message");
        if (entry.thread_id() != answered.thread_id())
          report.find("P4", entry.id(), "left the thread of the message it answers");
      }
    }
    before = &entry;
  }
}

/// A call in which the customer was heard answers also what calls back were to answer, in whatever thread,
/// and though it may have rung before.
bool was_heard_in(const v1::Entry& entry) {
  return entry.kind() == v1::ENTRY_KIND_INBOUND && entry.call().answered_at_ms() > 0;
}

/// What is wrong with the answer that a message counts as having; empty if nothing.
std::string wrong_answer(const v1::Entry& message, const std::map<std::string, const v1::Entry*>& by_id,
                         const std::map<std::string, v1::DeliveryState>& told) {
  const auto& id = message.answered_by_entry_id();
  if (id == message.id()) {
    return message.call().answered_at_ms() > 0 ? "" : "counts as answered by itself, but nobody talked";
  }
  const auto found = by_id.find(id);
  if (found == by_id.end()) return "counts as answered by '" + id + "', which is not on the timeline";
  const auto& reply = *found->second;
  const bool follows = reply.sequence() >= message.sequence() && reply.thread_id() == message.thread_id();
  if (!follows && !was_heard_in(reply))
    return "counts as answered, but " + id + " does not follow it in its thread";
  // Both as the log tells it and as it is by now: a report that came in between is not judged.
  const auto at_cut = told.find(id);
  if (at_cut != told.end() && !arrives(at_cut->second) && !arrives(reply.delivery()))
    return "counts as answered, but " + id + " did not arrive (" + reply.delivery_detail() + ")";
  if (at_cut != told.end() && at_cut->second == v1::DELIVERY_STATE_WITHDRAWN &&
      reply.delivery() == v1::DELIVERY_STATE_WITHDRAWN)
    return "counts as answered, but " + id + " was withdrawn";
  return {};
}

/// A message of ours that did not arrive was put before somebody, or a later one of its thread stands in.
void check_not_arrived(const ConversationFacts& facts, const std::map<std::string, v1::DeliveryState>& told,
                       AuditReport& report) {
  std::set<std::string> put_before_somebody;
  for (const auto& entry : facts.entries) {
    if (entry.status().change() == v1::StatusChange::CHANGE_REOPENED)
      put_before_somebody.insert(entry.answers_entry_id());
  }
  std::set<std::string> seen_to;  // threads in which a later one arrives, or was put before somebody
  for (auto at = facts.entries.rbegin(); at != facts.entries.rend(); ++at) {
    const auto& entry = *at;
    if (!goes_out(entry)) continue;
    const auto at_cut = told.find(entry.id());
    if (arrives(entry.delivery()) || put_before_somebody.contains(entry.id())) {
      seen_to.insert(entry.thread_id());
    } else if (at_cut != told.end() && !arrives(at_cut->second) && !seen_to.contains(entry.thread_id())) {
      report.find("P5", entry.id(), "did not arrive, and nobody was told");
    }
  }
}

/// P5: answered by a reply that arrives, waived, or still owed on an open ticket.
void check_obligations(const ConversationFacts& facts, AuditReport& report) {
  std::map<std::string, const v1::Entry*> by_id;
  bool waived_at_all = false;
  for (const auto& entry : facts.entries) {
    by_id.emplace(entry.id(), &entry);
    waived_at_all |= entry.status().change() == v1::StatusChange::CHANGE_WAIVED;
  }
  std::map<std::string, v1::DeliveryState> told;
  for (const auto& event : facts.events) {
    if (event.type() == v1::EVENT_TYPE_DELIVERY) told[event.entry_id()] = event.delivery();
  }
  bool has_open_ticket = false;
  for (const auto& ticket : facts.tickets) has_open_ticket |= ticket.state() != v1::TICKET_STATE_RESOLVED;
  for (const auto& entry : facts.entries) {
    if (entry.kind() != v1::ENTRY_KIND_INBOUND || entry.sequence() > facts.cut_sequence) continue;
    const bool owed = facts.owed.contains(entry.id());
    switch (entry.obligation()) {
      case v1::OBLIGATION_STATE_ANSWERED:
        if (auto wrong = wrong_answer(entry, by_id, told); !wrong.empty())
          report.find("P5", entry.id(), std::move(wrong));
        break;
      case v1::OBLIGATION_STATE_WAIVED:
        if (!waived_at_all) report.find("P5", entry.id(), "counts as waived, but no waiver is on the record");
        break;
      default:
        if (!owed && !facts.owed_after.contains(entry.id()))
          report.find("P5", entry.id(), "is neither answered, nor waived, nor owed: it would be forgotten");
        if (owed && !has_open_ticket)
          report.find("P5", entry.id(), "is owed an answer, but no ticket is open");
    }
  }
  check_not_arrived(facts, told, report);
}

}  // namespace

void AuditReport::find(std::string promise, std::string where, std::string what) {
  ++findings_total;
  if (findings.size() < kFindingsMax)
    findings.push_back({std::move(promise), std::move(where), std::move(what)});
}

void check_conversation(const ConversationFacts& facts, SeenIds& seen, AuditReport& report) {
  if (!facts.moved_to.empty()) {
    // Whose entries, and what is owed, are told with the conversation that it is part of.
    for (const auto& event : facts.events) {
      if (event.sequence() > 0) seen.elsewhere.insert(event.entry_id());
    }
    check_tickets(facts, report);
    return;
  }
  check_order(facts, report);
  check_presence(facts, seen, report);
  check_identity(facts, seen, report);
  check_tickets(facts, report);
  check_replies(facts, report);
  check_obligations(facts, report);
}

}  // namespace hark::conversation
