#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/redis/reply.h"
#include "hark/v1/conversation.pb.h"
#include "hark/v1/entry.pb.h"

namespace hark::conversation {

/// A flat list of names and values, as HGETALL and stream items give them.
using Fields = std::map<std::string, std::string, std::less<>>;
/// Words between spaces.
std::vector<std::string> words_of(std::string_view text);

Fields fields_of(const redis::Reply& flat);

std::string_view field(const Fields& fields, std::string_view name);
std::int64_t number(std::string_view digits);

/// A ticket from its hash; `fields` may carry further names.
v1::Ticket decode_ticket(std::string_view ticket_id, const Fields& fields);

/// An entry from its timeline item (XRANGE), without what is folded in.
v1::Entry decode_entry(std::string_view conversation_id, const redis::Reply& item);

/// Folds what happened later into the entry: values of the fold hash.
void fold(v1::Entry& entry, const redis::Reply& delivery, const redis::Reply& obligation,
          const redis::Reply& also, const redis::Reply& unfetched, const redis::Reply& call);

/// Whether a message in this state arrives, may still, or need not: not failed, not bounced, not unknown.
bool arrives(v1::DeliveryState state);

/// Goes out to the customer: a reply, or a message that an agent started.
bool goes_out(const v1::Entry& entry);

/// The sequence or position in a stream id "<n>-0".
std::int64_t position_of(std::string_view stream_id);

}  // namespace hark::conversation
