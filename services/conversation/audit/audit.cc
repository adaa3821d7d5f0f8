#include "conversation/audit/audit.h"

#include <algorithm>
#include <array>
#include <fstream>

#include "base/core/digest.h"
#include "conversation/audit/facts.h"
#include "conversation/redis/decode.h"
#include "conversation/redis/keys.h"
#include "conversation/redis/run.h"

namespace hark::conversation {
namespace {

constexpr int kPage = 500;

class Audit {
 public:
  Audit(redis::Client& redis, Store& store, std::filesystem::path blobs)
      : redis_{redis}, store_{store}, blobs_{std::move(blobs)} {}

  Task<Result<AuditReport>> run() {
    for (std::uint16_t p = 0; p < store_.partitions(); ++p) HARK_CO_TRY_VOID(co_await partition(p));
    HARK_CO_TRY_VOID(co_await addresses());
    for (const auto& entry : seen_.elsewhere) {
      if (!seen_.of_merged.contains(entry)) report_.find("P1", entry, "the log has it, no timeline does");
    }
    report_.counts["addresses"] = static_cast<std::int64_t>(seen_.addresses.size());
    co_return std::move(report_);
  }

 private:
  Task<Result<redis::Reply>> ask(std::vector<std::string> args) {
    const std::vector<std::string_view> views{args.begin(), args.end()};
    co_return co_await redis_.command(args[1], views, std::chrono::seconds{60});
  }

  Task<Status> partition(std::uint16_t p) {
    // What is older than the cut must be there; the timelines are read after it, so they hold at least that
    // much.
    HARK_CO_TRY(const auto cut_reply, co_await ask({"GET", keys::in(p, "evpos")}));
    const auto cut = cut_reply.number();
    std::map<std::string, std::vector<v1::Event>> by_conversation;
    std::int64_t position = 0, quarantined = 0;
    while (position < cut) {
      HARK_CO_TRY(auto events, co_await store_.events(p, position, kPage));
      if (events.empty()) {
        report_.find(
            "P6", keys::in(p, "ev"),
            "the log ends at " + std::to_string(position) + ", its counter says " + std::to_string(cut));
        break;
      }
      for (auto& event : events) {
        if (event.position() != position + 1) {
          report_.find("P6", keys::in(p, "ev"),
                       "the log goes from position " + std::to_string(position) + " to " +
                           std::to_string(event.position()));
        }
        position = event.position();
        if (position > cut) break;
        ++report_.counts["events"];
        if (event.type() == v1::EVENT_TYPE_QUARANTINED) ++quarantined;
        if (!event.conversation_id().empty())
          by_conversation[event.conversation_id()].push_back(std::move(event));
      }
    }
    report_.counts["quarantined"] += quarantined;
    HARK_CO_TRY(const auto kept, co_await ask({"XLEN", keys::in(p, "qua")}));
    if (kept.number() < quarantined) {
      report_.find("P1", keys::in(p, "qua"),
                   "the log tells of " + std::to_string(quarantined) + " quarantined inputs, " +
                       std::to_string(kept.number()) + " are there");
    }
    HARK_CO_TRY_VOID(co_await untold(p, cut, by_conversation));
    for (auto& [id, events] : by_conversation)
      HARK_CO_TRY_VOID(co_await conversation(p, id, std::move(events)));
    co_return Status{};
  }

  /// Conversations that no event tells of: the log has been lost.
  Task<Status> untold(std::uint16_t p, std::int64_t cut,
                      const std::map<std::string, std::vector<v1::Event>>& told) {
    HARK_CO_TRY(const auto all, co_await ask({"ZRANGE", keys::in(p, "all"), "0", "-1"}));
    std::set<std::string> missing;
    for (const auto& id : all.items()) {
      if (!told.contains(id.text())) missing.insert(id.text());
    }
    while (!missing.empty()) {  // but those that have begun since
      HARK_CO_TRY(const auto newer, co_await store_.events(p, cut, kPage));
      if (newer.empty()) break;
      cut = newer.back().position();
      for (const auto& event : newer) missing.erase(event.conversation_id());
    }
    for (const auto& id : missing) report_.find("P6", id, "is there, and the log tells nothing of it");
    co_return Status{};
  }

  Task<Status> conversation(std::uint16_t p, std::string id, std::vector<v1::Event> events) {
    ConversationFacts facts;
    facts.id = id;
    facts.events = std::move(events);
    HARK_CO_TRY_VOID(co_await merges(p, facts));
    ++report_.counts["conversations"];
    // Owed and tickets before the entries: a reply that comes in between settles more than is judged, never
    // less.
    HARK_CO_TRY(const auto owed, co_await ask({"HKEYS", keys::in(p, "obl", id)}));
    std::set<std::string> tickets;
    for (const auto& event : facts.events) {
      if (!event.ticket_id().empty()) tickets.insert(event.ticket_id());
    }
    for (const auto& ticket_id : tickets) {
      auto ticket = co_await store_.ticket(ticket_id);
      if (ticket.ok()) {
        HARK_CO_TRY_VOID(co_await indexes(p, *ticket));
        facts.tickets.push_back(*std::move(ticket));
      } else if (ticket.error().code == Code::kNotFound) {
        report_.find("P1", ticket_id, "the log names it, the store has lost it");
      } else {
        co_return std::move(ticket).error();
      }
    }
    for (const auto& event : facts.events)
      facts.cut_sequence = std::max(facts.cut_sequence, event.sequence());
    while (facts.moved_to.empty()) {
      v1::ListTimelineRequest request;
      request.set_conversation_id(id);
      request.set_limit(kPage);
      request.set_after_sequence(facts.entries.empty() ? 0 : facts.entries.back().sequence());
      auto page = co_await store_.timeline(request);
      if (!page.ok()) {
        if (page.error().code != Code::kNotFound) co_return std::move(page).error();
        report_.find("P1", id, "the log names this conversation, the store has lost it");
        co_return Status{};
      }
      facts.last_sequence = page->last_sequence();
      if (page->entries_size() == 0) break;
      for (auto& entry : *page->mutable_entries()) facts.entries.push_back(std::move(entry));
    }
    for (const auto& entry : owed.items()) facts.owed.insert(entry.text());
    // What a bounce made owed again meanwhile.
    HARK_CO_TRY(const auto owed_after, co_await ask({"HKEYS", keys::in(p, "obl", id)}));
    for (const auto& entry : owed_after.items()) facts.owed_after.insert(entry.text());
    for (const auto& entry : facts.entries) {
      ++report_.counts["entries"];
      HARK_CO_TRY_VOID(co_await contents(place(entry.id()), entry));
      if (goes_out(entry)) HARK_CO_TRY_VOID(co_await outbox(place(entry.id()), entry));
    }
    check_conversation(facts, seen_, report_);
    co_return Status{};
  }

  /// What routing finds open tickets by, when it begins anew.
  Task<Status> indexes(std::uint16_t p, v1::Ticket ticket) {
    if (ticket.state() == v1::TICKET_STATE_RESOLVED) co_return Status{};
    HARK_CO_TRY(const auto open, co_await ask({"ZSCORE", keys::in(p, "open"), ticket.id()}));
    bool held = true;
    if (ticket.state() == v1::TICKET_STATE_ASSIGNED) {
      HARK_CO_TRY(const auto member,
                  co_await ask({"SISMEMBER", keys::in(p, "held", ticket.agent_id()), ticket.id()}));
      held = member.number() == 1;
    }
    if (!open.is_nil() && held) co_return Status{};
    HARK_CO_TRY(const auto since, co_await store_.ticket(ticket.id()));
    if (since.state() != ticket.state() || since.agent_id() != ticket.agent_id()) co_return Status{};
    if (open.is_nil())
      report_.find("P1", ticket.id(), "is open, but not in the index of open tickets: nobody is offered it");
    if (!held)
      report_.find("P1", ticket.id(), "is not in the index of what its holder " + ticket.agent_id() + " has");
    co_return Status{};
  }

  Task<Status> merges(std::uint16_t p, ConversationFacts& facts) {
    const auto head = co_await store_.head(facts.id);
    if (!head.ok()) co_return Status{};  // told as lost where the timeline is read
    facts.moved_to = head->moved_to;
    facts.merged = head->view > 0 || !head->unmerged_from.empty();
    for (const auto& event : facts.events) facts.merged |= event.type() == v1::EVENT_TYPE_UNMERGED;
    if (head->view > 0) {
      HARK_CO_TRY(const auto view, co_await ask({"LRANGE", keys::in(p, "view", facts.id), "0", "-1"}));
      for (std::size_t i = 0; i < view.size(); ++i) {
        if (view[i].view().empty()) facts.went_back.insert(static_cast<std::int64_t>(i) + 1);
      }
    }
    if (facts.moved_to.empty()) co_return Status{};
    ++report_.counts["merged"];
    HARK_CO_TRY(const auto into, co_await store_.head(facts.moved_to));
    HARK_CO_TRY(const auto under_way,
                co_await ask({"EXISTS", keys::in(place(facts.moved_to), "saga", facts.id)}));
    const bool known = std::ranges::find(into.parts, facts.id) != into.parts.end();
    if (!known && under_way.number() == 0)
      report_.find("P3", facts.id, "redirects to " + facts.moved_to + ", which does not know of it");
    if (under_way.number() != 0) ++report_.counts["merges under way"];
    co_return Status{};
  }

  Task<Status> blob(std::uint16_t p, const v1::BlobRef& ref, std::string_view entry_id,
                    std::string_view what) {
    if (ref.id().empty()) co_return Status{};
    ++report_.counts["blobs"];
    std::string content;
    if (ref.inlined()) {
      HARK_CO_TRY(auto reply, co_await ask({"GET", keys::in(p, "blob", ref.id())}));
      content = std::move(reply).text();
    } else {
      std::ifstream file{blobs_ / ref.id().substr(0, 2) / ref.id().substr(2), std::ios::binary};
      content.assign(std::istreambuf_iterator<char>{file}, {});
    }
    const bool whole = static_cast<std::int64_t>(content.size()) == ref.size_bytes();
    if (whole && sha256_hex(content) == ref.id()) co_return Status{};
    report_.find(
        "P1", std::string{entry_id},
        std::string{what} + " (blob " + ref.id().substr(0, 12) +
            (whole ? "...) is not what came: its content was altered" : "...) is gone or cut short"));
    co_return Status{};
  }

  Task<Status> contents(std::uint16_t p, const v1::Entry& entry) {
    HARK_CO_TRY_VOID(co_await blob(p, entry.raw(), entry.id(), "the raw message"));
    for (const auto& file : entry.content().attachments()) {
      HARK_CO_TRY_VOID(co_await blob(p, file.blob(), entry.id(), "the attachment " + file.file_name()));
    }
    co_return Status{};
  }

  Task<Status> outbox(std::uint16_t p, const v1::Entry& entry) {
    ++report_.counts[entry.kind() == v1::ENTRY_KIND_REPLY ? "replies" : "started"];
    HARK_CO_TRY(const auto record,
                co_await ask({"HMGET", keys::in(p, "out", entry.id()), "m", "state", "account"}));
    v1::OutboundMessage message;
    if (record[0].is_nil() || !message.ParseFromString(record[0].text())) {
      report_.find("P1", entry.id(), "what we wrote has no outbox record");
      co_return Status{};
    }
    if (message.to().address() != entry.to().address() || message.account_id() != entry.account_id() ||
        message.channel() != entry.channel() || message.native_id_left() != entry.native_id()) {
      report_.find("P4", entry.id(), "the outbox would send it elsewhere than the timeline says");
    }
    if (record[1].number() == v1::DELIVERY_STATE_QUEUED) {
      HARK_CO_TRY(const auto due,
                  co_await ask({"ZSCORE", keys::in(p, "outq", record[2].view()), entry.id()}));
      if (due.is_nil()) report_.find("P1", entry.id(), "what we wrote is queued, but in no queue");
    }
    co_return Status{};
  }

  Task<Status> addresses() {
    for (const auto& [address, conversation] : seen_.addresses) {
      HARK_CO_TRY(const auto owner, co_await ask({"GET", keys::address(store_.partitions(), address)}));
      std::string lives_in = owner.text();
      if (!owner.is_nil() && lives_in != conversation) {
        HARK_CO_TRY(auto way, co_await store_.route(owner.view()));
        lives_in = std::move(way.conversation_id);
      }
      if (lives_in != conversation) {
        report_.find(
            "P3", conversation,
            address + " is known here, but belongs to " + (owner.is_nil() ? "nobody" : owner.text()));
      }
    }
    co_return Status{};
  }

  redis::Client& redis_;
  Store& store_;
  std::filesystem::path blobs_;
  AuditReport report_;
  SeenIds seen_;
};

}  // namespace

Task<Result<AuditReport>> audit(redis::Client& redis, Store& store, std::filesystem::path blob_folder) {
  Audit audit{redis, store, std::move(blob_folder)};
  co_return co_await audit.run();
}

}  // namespace hark::conversation
