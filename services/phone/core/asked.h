#pragma once

#include "phone/core/call.h"

/// Legs that whoever talks asked for, before or in place of passing the ticket on.
namespace hark::phone {

/// The customer's own leg.
const Leg& customer_of(const Call& call);

/// The leg by which the agent of this assignment hears the customer: one of their own, or, if they were asked
/// before the ticket became theirs, the one by which they were. Null: there is none.
const Leg* leg_of_assignment(const Call& call, std::int64_t token);

/// Whose agent asked for this leg. Null: nobody, or their leg is not known.
const Leg* asker_of(const Call& call, const Leg& leg);

/// Since when the customer is this asked one's: it was said so, or whoever asked hung up meanwhile.
std::optional<TimePoint> given_at(const Call& call, const Leg& leg);

/// Since when customer and this leg hear each other; nothing: they never did.
std::optional<TimePoint> talked_since(const Call& call, const Leg& leg);

/// Asked, and neither gone nor let go, by somebody who is there still or has given the customer to them.
bool is_asked_now(const Call& call, const Leg& leg);

/// The customer was given to them by somebody who has left, and they did not come to talk.
bool failed_to_come(const Call& call, const Leg& leg, TimePoint now, Duration ring);

}  // namespace hark::phone
