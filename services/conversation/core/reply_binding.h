#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/core/result.h"

namespace hark::conversation {

struct Person {
  std::string address;  // normalised grammar
  std::string name;

  friend bool operator==(const Person&, const Person&) = default;
};

/// What of an inbound entry decides where its answer goes.
struct AnsweredMessage {
  bool is_inbound = false;  // a customer's message, and not a note, a reply, a status
  int channel = 0;
  std::string account_id;
  Person sender;
  Person route_to;  // where the channel says that an answer goes; empty address: to the sender
  std::vector<Person> route_cc;
  std::string subject;
  std::string own_reference;
  std::vector<std::string> references;  // oldest first, own_reference last
  bool is_public = false;
};

/// The agent's wish to answer elsewhere.
struct SwitchWish {
  int channel = 0;
  std::string account_id;
  std::string address;
  std::string reason;
};

/// Who is to read an answer.
enum class Audience {
  kAsAnswered,  // those who could read the message
  kWriter,      // the message's writer alone
};

/// Where a reply goes and what ties it to its thread.
struct ReplyBinding {
  int channel = 0;
  std::string account_id;
  Person to;
  std::vector<Person> cc;
  std::string subject;
  std::string in_reply_to;
  std::vector<std::string> references;
  bool switched = false;
  bool is_public = false;
};

/// P4: a reply goes to the channel, account, address and thread of the message that it answers. The only way
/// elsewhere is a switch with a reason, to an address that is the customer's. Only what answers a public
/// message is public. Errors: NOT_ANSWERABLE, SWITCH_REASON_MISSING, ADDRESS_UNKNOWN, ACCOUNT_UNKNOWN;
/// INVALID_FIELD for the writer alone, where nobody else could read it or it goes elsewhere.
///
/// `customer_addresses`: normalised. `channel_of`: the channel of one of our accounts, 0 if it is none.
Result<ReplyBinding> bind_reply(const AnsweredMessage& answered, Audience audience,
                                const std::optional<SwitchWish>& wish,
                                std::span<const std::string> customer_addresses,
                                int (*channel_of)(std::string_view, const void*), const void* accounts);

/// "Re: subject", not repeated; "Re: your message" if there was no subject.
std::string reply_subject(std::string_view subject);

}  // namespace hark::conversation
