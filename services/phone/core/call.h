#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/core/time.h"

namespace hark::phone {

/// As in hark.v1, number by number.
enum class CallState {
  kUnspecified,
  kRinging,
  kQueued,
  kOffered,
  kAnswered,
  kHeld,
  kEnded,
  kAbandoned,
  kVoicemail,
  kDialing,
  kUnanswered,
};
enum class LegEnd { kUnspecified, kHungUp, kBusy, kNoAnswer, kRejected, kFailed, kLost };

constexpr std::size_t kLegsMax = 64;
constexpr std::size_t kRecordingsMax = 16;

/// One line of a call: the customer's, an agent's, or that of somebody outside whom an agent asked. What is
/// known of it are facts, each with the time at
/// which it happened; the earliest report of a fact holds.
struct Leg {
  std::string id = {};
  std::string agent_id = {};  // empty: the customer's, or an agent's whose assignment is not known yet
  std::string endpoint = {};
  std::int64_t token = 0;     // of the assignment that it is for
  std::int64_t asked_by = 0;  // of the assignment whose agent asked for it; their ticket is not this one's
  std::optional<TimePoint> created = {}, rang = {}, answered = {}, ended = {};
  LegEnd end = LegEnd::kUnspecified;
  std::string detail = {};
  std::string native_id = {};
  std::optional<TimePoint> handed_over = {}, let_go = {};  // of an asked one

  [[nodiscard]] bool up() const { return answered && !ended; }
  friend bool operator==(const Leg&, const Leg&) = default;
};

struct Recording {
  std::string id = {};
  std::string url = {};
  int seconds = 0;
  bool voicemail = false;
  std::string transcript = {};

  friend bool operator==(const Recording&, const Recording&) = default;
};

/// Who has the ticket, and since which assignment.
struct Holder {
  std::string agent_id = {};
  std::string endpoint = {};
  std::int64_t token = 0;

  friend bool operator==(const Holder&, const Holder&) = default;
};

/// All that is known of one call. It is nothing but facts, and none of them is taken back: reports that come
/// twice, late or in another order lead to the same call. Where it stands, and what has to be done about it,
/// follows from the facts (state_of, due).
struct Call {
  std::string account = {}, id = {};
  bool outbound = false;  // we call the customer
  std::string from = {}, to = {}, name = {};
  std::optional<TimePoint> arrived = {};
  std::vector<Leg> legs = {};  // the customer's first, then by assignment and id
  std::string conversation_id = {}, ticket_id = {}, entry_id = {};
  std::string continues = {};                  // reference of the earlier call that this one goes on with
  std::optional<TimePoint> ticket_since = {};  // of a later ticket than the first
  std::int64_t ticket_after_token = 0;         // its assignments are counted from there
  Holder holder = {};
  std::int64_t released_token = 0;
  std::optional<TimePoint> held = {}, unheld = {}, hold_wished = {};
  bool hang_up_wished = false;
  std::vector<Recording> recordings = {};  // by id
  std::set<std::string> done = {};         // commands that were carried out, or refused

  friend bool operator==(const Call&, const Call&) = default;
};

struct Arrived {
  std::string from, to, name;
};
struct Rang {};
struct Answered {};
struct Ended {
  LegEnd how = LegEnd::kHungUp;
  std::string detail = {};
};
struct Held {
  bool held = false;
  bool wished = false;  // not by the agent's phone: the exchange has to be told
};
struct Recorded {
  Recording recording;
};
/// The exchange's own name of a leg that we asked for.
struct Named {
  std::string native_id;
};
/// The call is on record.
struct Accepted {
  std::string conversation_id, ticket_id, entry_id;
};
/// The first ticket was resolved while the customer still waits, and there is a new one; or its customer was
/// merged into another. The new one's assignments begin anew: here they come after that one.
struct OtherTicket {
  std::string ticket_id;
  std::int64_t after_token = 0;
};
struct Assigned {
  Holder holder;
};
/// The assignment is over; the ticket waits again, or is somebody else's.
struct Released {
  std::int64_t token = 0;
};
struct HangUpWished {};
/// The agent of this assignment asks somebody: an agent, by their phone, or somebody outside at a number.
struct Asks {
  std::int64_t token = 0;
  std::string agent_id = {};
  std::string endpoint = {};
};
/// The customer is now the asked one's, as soon as they talk.
struct HandsOver {};
/// They are asked no more.
struct LetsGo {};
struct CommandDone {
  std::string id;
  bool failed = false;
  std::string detail = {};
};

struct Event {
  std::string leg_id;  // empty: the customer's
  TimePoint at;
  std::variant<Arrived, Rang, Answered, Ended, Held, Recorded, Named, Accepted, OtherTicket, Assigned,
               Released, HangUpWished, Asks, HandsOver, LetsGo, CommandDone>
      what;
};

/// False: nothing new.
bool apply(Call& call, const Event& event);

/// A callback: the agent's phone first, then the customer's.
Call outbound_call(std::string account, std::string id, std::string our_number, std::string customer_number,
                   Holder agent, TimePoint now);

struct Rules {
  Duration ring{20'000};         // of an agent's phone
  Duration dial{45'000};         // of a customer's
  Duration voicemail_after{0};   // 0: never
  Duration announce_every{0};    // 0: never
  Duration life{4 * 3'600'000};  // what has not ended by then is taken for lost
};

/// Something to do about a call. Its id says what it is: asked for again, it is the same.
struct Command {
  enum class Kind {
    kQueue,      // answer the customer, with music
    kRingAgent,  // leg
    kDialCustomer,
    kConnect,  // leg: the agent's
    kHold,
    kUnhold,
    kHangUp,  // leg
    kTakeVoicemail,
    kAnnounce,      // their place in the queue
    kReturnTicket,  // leg's assignment did not come to a talk; not the exchange's
    kGiveTicket,    // leg's agent was asked, and has the customer: the ticket is theirs; not the exchange's
  };
  std::string id;
  Kind kind = Kind::kQueue;
  std::string leg_id;             // the customer's has the call's id
  std::string other_leg_id = {};  // of kConnect: who hears them; empty: the customer
  std::string detail = {};        // of kReturnTicket: why
};

/// What has to be done now and was not done yet, in this order.
std::vector<Command> due(const Call& call, TimePoint now, const Rules& rules);

/// When due() next changes by time alone.
std::optional<TimePoint> next_deadline(const Call& call, TimePoint now, const Rules& rules);

CallState state_of(const Call& call);
/// They talked, and the customer was passed on since: they wait for the next one as soon as that talk is
/// over.
bool passed_on(const Call& call);

/// Who hears the customer now; null: nobody.
const Leg* talking_leg(const Call& call);

/// Of the assignment whose agent talks to the customer now; 0: nobody does whose the ticket is.
std::int64_t talking_token(const Call& call);

/// Whoever was asked by the one who talks, and neither came to have the customer nor was let go; null:
/// nobody.
const Leg* asked_leg(const Call& call);

/// Nobody is left who could hear the other; a recording may still come.
bool is_over(const Call& call);

/// The customer may have been asked for words on tape, and no tape is known of.
bool tape_is_missing(const Call& call, TimePoint now, const Rules& rules);

/// How it stands, for readers.
struct Progress {
  CallState state = CallState::kUnspecified;
  std::string agent_id;
  std::optional<TimePoint> started, answered, ended;
  std::string ended_by;  // customer, agent or system
  std::string detail;
  std::optional<TimePoint> held;
  std::string number;          // who talks is no agent but at this number
  const Leg* asked = nullptr;  // of the call
};
Progress progress_of(const Call& call);

/// What became of a callback; nothing yet if that is open.
struct Outcome {
  enum class Kind { kTalked, kTryAgain, kFailed };
  Kind kind = Kind::kFailed;
  std::string detail;
};
std::optional<Outcome> outcome_of(const Call& call);

const Leg* find_leg(const Call& call, std::string_view id);
std::string agent_leg_id(const Call& call, std::int64_t token);
/// Of the next one who is asked.
std::string asked_leg_id(const Call& call);
std::string words_of(LegEnd end);

}  // namespace hark::phone
