#include "hark/ctl_print.h"

#include <google/protobuf/util/json_util.h>

#include <cstdio>
#include <ctime>

#include "base/core/span_text.h"

namespace hark {
namespace {

/// The lower-case word of an enum value's name: "TICKET_STATE_QUEUED" -> "queued".
std::string word(std::string name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.erase(0, prefix.size());
  for (char& c : name) {
    c = c == '_' ? ' ' : static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
  }
  return name;
}

std::string indented(std::string_view text) {
  std::string out = "    ";
  for (const char c : text) {
    out += c;
    if (c == '\n') out += "    ";
  }
  return out;
}

std::string list(const google::protobuf::RepeatedPtrField<std::string>& words) {
  std::string out;
  for (const auto& item : words) out += (out.empty() ? "" : ", ") + item;
  return out;
}

/// What waits in none of the configuration's queues.
const char* queue_name(const std::string& id) { return id.empty() ? "(no queue)" : id.c_str(); }

/// Where there are several.
std::string of_shard(const std::string& shard) { return shard.empty() ? "" : " of " + shard; }

/// How long it will take, or why nobody can say.
std::string estimate_text(std::int64_t wait_ms, v1::NoEstimate why_none) {
  if (wait_ms >= 0) return std::to_string(wait_ms / 1000) + " s";
  switch (why_none) {
    case v1::NO_ESTIMATE_NOBODY_THERE:
      return "unknown, nobody is there";
    case v1::NO_ESTIMATE_CLOSED:
      return "closed";
    default:
      return "unknown, too few were served";
  }
}

/// The offer that stands may have been decided by other rules than those in force now.
std::string decided_by(const v1::ExplainResponse& response) {
  const std::string& offer = response.offer_config_version();
  if (offer.empty() || offer == response.config_version()) return "";
  return "; its offer was decided by " + offer;
}

}  // namespace

std::string to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.preserve_proto_field_names = true;
  std::string out;
  if (!google::protobuf::util::MessageToJsonString(message, &out, options).ok()) out = "{}";
  return out;
}

std::string time_text(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm local{};
  localtime_r(&seconds, &local);
  char out[32];
  std::strftime(out, sizeof out, "%Y-%m-%d %H:%M:%S", &local);
  return out;
}

void print_conversation(const v1::Conversation& conversation) {
  const auto& ticket = conversation.ticket();
  std::printf("%s  %-8s %-10s %2d open  %s  %s\n", conversation.id().c_str(),
              word(v1::TicketState_Name(ticket.state()), "TICKET_STATE_").c_str(),
              ticket.agent_id().empty() ? "-" : ticket.agent_id().c_str(),
              conversation.open_obligations_size(),
              conversation.customer_name().empty() && conversation.addresses_size() > 0
                  ? conversation.addresses(0).address().c_str()
                  : conversation.customer_name().c_str(),
              ticket.subject().c_str());
  if (ticket.has_hold())
    std::printf("    on hold (%s) until %s\n", ticket.hold().state().c_str(),
                time_text(ticket.hold().until_ms()).c_str());
  if (!ticket.verdict().explanation().empty())
    std::printf("    %s\n", ticket.verdict().explanation().c_str());
}

void print_conversations(const v1::ListConversationsResponse& response) {
  for (const auto& conversation : response.conversations()) print_conversation(conversation);
  if (!response.next_page_token().empty()) std::printf("more: there are further conversations (--limit)\n");
}

void print_entry(const v1::Entry& entry) {
  const auto kind = word(v1::EntryKind_Name(entry.kind()), "ENTRY_KIND_");
  std::printf("%4lld  %s  %s  %s", static_cast<long long>(entry.sequence()),
              time_text(entry.accepted_at_ms()).c_str(), entry.id().c_str(), kind.c_str());
  if (!entry.sender().address().empty()) std::printf(" from %s", entry.sender().address().c_str());
  if (!entry.to().address().empty()) std::printf(" to %s", entry.to().address().c_str());
  if (!entry.account_id().empty()) std::printf(" (%s)", entry.account_id().c_str());
  if (!entry.agent_id().empty()) std::printf(" by %s", entry.agent_id().c_str());
  if (entry.is_public()) std::printf(" [public]");
  if (entry.has_status()) {
    const std::string& agent = entry.status().agent_id();
    std::printf(": %s%s%s", word(v1::StatusChange::Change_Name(entry.status().change()), "CHANGE_").c_str(),
                agent.empty() ? "" : " ", agent.c_str());
  }
  if (!entry.status().queue_id().empty()) std::printf(" to queue %s", entry.status().queue_id().c_str());
  if (entry.status().skills_size() > 0) std::printf(" for who has %s", list(entry.status().skills()).c_str());
  if (entry.status().has_sla()) {
    const v1::SlaNotice& sla = entry.status().sla();
    std::printf(
        " %s, %d%% of the target%s%s", word(v1::SlaMetric_Name(sla.metric()), "SLA_METRIC_").c_str(),
        sla.percent(), sla.target_seconds() > 0 ? " of " : "",
        sla.target_seconds() > 0 ? span_text(std::chrono::seconds{sla.target_seconds()}).c_str() : "");
  }
  if (entry.status().has_hold())
    std::printf(" (%s) until %s", entry.status().hold().state().c_str(),
                time_text(entry.status().hold().until_ms()).c_str());
  if (entry.delivery() != v1::DELIVERY_STATE_UNSPECIFIED) {
    const auto again = entry.delivery_again_at_ms();
    std::printf(" [%s%s%s%s%s]", word(v1::DeliveryState_Name(entry.delivery()), "DELIVERY_STATE_").c_str(),
                again > 0 ? ", again " : "", again > 0 ? time_text(again).c_str() : "",
                entry.delivery_detail().empty() ? "" : ": ", entry.delivery_detail().c_str());
  }
  if (entry.obligation() != v1::OBLIGATION_STATE_UNSPECIFIED) {
    std::printf(" [%s]", word(v1::ObligationState_Name(entry.obligation()), "OBLIGATION_STATE_").c_str());
  }
  std::printf("\n");
  if (!entry.reason().empty()) std::printf("%s\n", indented(entry.reason()).c_str());
  if (!entry.content().subject().empty()) std::printf("    Subject: %s\n", entry.content().subject().c_str());
  if (!entry.content().visible_text().empty())
    std::printf("%s\n", indented(entry.content().visible_text()).c_str());
  for (const auto& file : entry.content().attachments()) {
    std::printf("    attachment: %s (%s, %lld bytes)\n", file.file_name().c_str(),
                file.content_type().c_str(), static_cast<long long>(file.blob().size_bytes()));
  }
}

void print_windows(const v1::Conversation& conversation) {
  const std::int64_t now = std::time(nullptr) * std::int64_t{1000};
  for (const auto& window : conversation.reply_windows()) {
    std::printf("      answers from %s to %s %s %s\n", window.account_id().c_str(), window.address().c_str(),
                now < window.closes_at_ms() ? "are taken until" : "have not been taken since",
                time_text(window.closes_at_ms()).c_str());
  }
}

void print_timeline(const v1::ListTimelineResponse& response) {
  for (const auto& entry : response.entries()) print_entry(entry);
}

void print_quarantine(const v1::ListQuarantineResponse& response) {
  for (const auto& item : response.items()) {
    std::printf("%s  %s  %s  %lld bytes  %s\n", item.id().c_str(), time_text(item.at_ms()).c_str(),
                item.account_id().c_str(), static_cast<long long>(item.raw().size_bytes()),
                item.reason().c_str());
  }
  if (response.items().empty()) std::printf("nothing is in quarantine\n");
}

std::string tickets_of(const v1::Agent& agent) {
  std::string out;
  for (const std::string& id : agent.ticket_ids()) {
    (out += out.empty() ? "" : ", ") += id;
    const auto by = agent.interrupted_by().find(id);
    if (by != agent.interrupted_by().end()) out += " (interrupted by " + by->second + ")";
  }
  return out;
}

void print_agents(const v1::ListAgentsResponse& response) {
  for (const auto& agent : response.agents()) {
    std::string skills;
    for (const auto& skill : agent.skills()) {
      skills += (skills.empty() ? "" : ", ") + skill.name() + "=" + std::to_string(skill.level());
    }
    std::string takes;
    for (const int channel : agent.channels())
      takes += (takes.empty() ? " takes " : ", ") +
               word(v1::Channel_Name(static_cast<v1::Channel>(channel)), "CHANNEL_");
    std::string caps;
    for (const auto& [name, cap] : {std::pair{"email", agent.caps().email()},
                                    {"chat", agent.caps().chat()},
                                    {"social", agent.caps().social()},
                                    {"phone", agent.caps().phone()}}) {
      if (cap > 0) caps += std::string{caps.empty() ? " at most " : ", "} + std::to_string(cap) + " " + name;
    }
    const std::string shard = agent.shard().empty() ? "" : "  of " + agent.shard();
    const std::string paused =
        agent.paused_queue_ids().empty() ? "" : "  paused in " + list(agent.paused_queue_ids());
    const bool unreachable = agent.presence() != v1::PRESENCE_OFFLINE && agent.connections() == 0;
    std::printf("%-12s %-10s %s%d/%d units  %s  %s  %s%s%s%s%s\n", agent.id().c_str(),
                word(v1::Presence_Name(agent.presence()), "PRESENCE_").c_str(),
                unreachable ? "(signed in nowhere)  " : "", agent.used_units(), agent.capacity_units(),
                agent.name().c_str(), skills.c_str(), tickets_of(agent).c_str(), takes.c_str(), caps.c_str(),
                shard.c_str(), paused.c_str());
  }
}

void print_queue(const v1::ListQueueResponse& response) {
  for (const auto& ticket : response.tickets()) {
    std::printf("%s  of %s  in %s%s  since %s  needs %s%s%s\n", ticket.ticket_id().c_str(),
                ticket.conversation_id().c_str(), queue_name(ticket.queue_id()),
                of_shard(ticket.shard()).c_str(), time_text(ticket.waiting_since_ms()).c_str(),
                ticket.required_skills().empty() ? "nothing" : list(ticket.required_skills()).c_str(),
                ticket.has_offer() ? "  offered to " : "", ticket.offer().agent_id().c_str());
  }
  std::printf("%lld waiting\n", static_cast<long long>(response.total()));
}

void print_queues(const v1::SummarizeQueueResponse& response) {
  std::printf("%-20s %7s %7s %7s  %-19s  %5s %5s %7s %5s %7s  %s\n", "queue", "waiting", "offered", "at risk",
              "oldest", "ready", "busy", "wrap-up", "away", "offline", "estimated wait");
  for (const v1::QueueStatus& queue : response.queues()) {
    const v1::QueueGroup& tickets = queue.tickets();
    const std::string wait = estimate_text(queue.estimated_wait_ms(), queue.no_estimate());
    std::printf("%-20s %7d %7d %7d  %-19s  %5d %5d %7d %5d %7d  %s%s\n", queue_name(tickets.name()),
                tickets.waiting(), tickets.offered(), tickets.at_risk(),
                tickets.waiting() == 0 ? "-" : time_text(tickets.oldest_since_ms()).c_str(), queue.ready(),
                queue.busy(), queue.wrapping_up(), queue.away(), queue.offline(), wait.c_str(),
                queue.shard().empty() ? "" : (" " + of_shard(queue.shard())).c_str());
  }
  if (response.on_hold() > 0) std::printf("%d on hold with their agents\n", response.on_hold());
}

void print_why(const v1::ExplainResponse& response) {
  std::printf("%s\n", response.summary().c_str());
  if (response.has_hold())
    std::printf("on hold (%s) until %s%s%s\n", response.hold().state().c_str(),
                time_text(response.hold().until_ms()).c_str(), response.hold().reason().empty() ? "" : ": ",
                response.hold().reason().c_str());
  if (response.asked_again_at_ms() > 0)
    std::printf("asked again %s\n", time_text(response.asked_again_at_ms()).c_str());
  std::printf("queue %s%s, %d ahead, requires %s%s%s\n", queue_name(response.queue_id()),
              of_shard(response.shard()).c_str(), response.ahead(), response.requirement().c_str(),
              response.step().empty() ? "" : ", ", response.step().c_str());
  if (response.step_ends_at_ms() > 0)
    std::printf("next step %s\n", time_text(response.step_ends_at_ms()).c_str());
  if (response.no_estimate() != v1::NO_ESTIMATE_NOT_WAITING)
    std::printf("estimated wait: %s\n",
                estimate_text(response.estimated_wait_ms(), response.no_estimate()).c_str());
  if (!response.config_version().empty())
    std::printf("rules %s%s\n", response.config_version().c_str(), decided_by(response).c_str());
  for (const v1::Candidate& candidate : response.candidates()) {
    std::printf("  %-20s %s%s\n", candidate.agent_id().c_str(), candidate.verdict().c_str(),
                candidate.rank() == 1 ? " (first)" : "");
  }
  if (response.agents() > response.candidates_size())
    std::printf("  and %d more\n", response.agents() - response.candidates_size());
}

}  // namespace hark
