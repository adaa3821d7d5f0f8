#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "conversation/audit/audit.h"

namespace hark::conversation {

/// All of one conversation, as the log tells it up to the cut and as the timeline is by now.
struct ConversationFacts {
  std::string id;
  std::int64_t last_sequence = 0;    // as the conversation counts
  std::int64_t cut_sequence = 0;     // highest that the log tells; what is newer is not judged
  std::vector<v1::Entry> entries;    // by sequence, folded
  std::vector<v1::Event> events;     // by position
  std::set<std::string> owed;        // entries that awaited an answer before the timeline was read
  std::set<std::string> owed_after;  // and after
  std::vector<v1::Ticket> tickets;
  std::string moved_to;  // the conversation that it is part of; its entries are told there
  bool merged =
      false;  // it has, had, or was a part: entries are told under other sequences than the log tells
  std::set<std::int64_t> went_back;  // sequences whose entries are their own customer's again
};

/// What is seen across partitions.
struct SeenIds {
  std::map<std::string, std::string> native_ids;   // channel and native id -> entry
  std::set<std::string> of_merged;                 // entries of conversations that merges touched
  std::set<std::string> elsewhere;                 // entries that must be among those
  std::map<std::string, std::string> message_ids;  // of ours -> entry
  std::map<std::string, std::string> addresses;    // of customers -> conversation
};

/// The checks that need one conversation alone. Pure.
void check_conversation(const ConversationFacts& facts, SeenIds& seen, AuditReport& report);

}  // namespace hark::conversation
