#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/async/notifier.h"
#include "base/async/task_group.h"
#include "base/metrics/metrics.h"
#include "phone/kept_call.h"
#include "phone/ports.h"
#include "phone/redis/store.h"
#include "phone/settings.h"

namespace date {
class time_zone;
}

namespace hark::phone {

/// A call that is not over longer than this without anything of it being done: calls at once, over all
/// accounts. Further ones are refused; the exchange lets them ring, or sends them elsewhere.
constexpr std::size_t kCallsMax = 5000;
constexpr std::size_t kCallIdBytesMax = 128;

/// Every call that is not over, and what has to be done about it: with the exchange, with conversation, with
/// whoever has the ticket. What an exchange reports is durable before it is acknowledged; all else follows
/// from the facts of the call, and is tried until it is done, also by the next process. Lives on its
/// service's thread.
class Desk {
 public:
  struct World {
    TaskGroup& tasks;
    ConversationPort& conversation;
    AgentPort& agents;
    RecordingPort& recordings;
    Store& store;
    const Clock& clock;
    const Settings& settings;
    Metrics& metrics;
  };
  explicit Desk(World world);
  ~Desk();

  /// The way to an account's exchange; outlives the desk's tasks.
  void add(std::string account, Exchange& exchange);

  /// Takes up the calls that the process before has left.
  Task<Status> start();

  /// Durable once it returns; taken twice, it is there once. Errors: ACCOUNT_UNKNOWN, INVALID_FIELD,
  /// ENTRY_NOT_FOUND for a call that has not arrived, OVERLOADED, the store's.
  Task<Status> take(v1::PhoneEvent event);
  /// The same for an exchange whose events are read in this process. `make`: the call may be new.
  Task<Status> take(std::string account, std::string call, Event event, bool make);
  /// What became of a command that was only sent.
  Task<Status> take(std::string account, v1::PhoneEventsRequest::CommandResult result);
  /// The exchange can be reached (again): commands without an answer go out once more.
  void connected(std::string_view account);
  /// These calls are at the exchange; others are over, and nobody saw how.
  Task<Status> reconcile(std::string account, std::set<std::string> calls);

  /// A reply to a call: the customer is called back.
  void take(v1::Lease lease);

  /// The ticket of this conversation may be somebody else's; empty: any.
  void look_for_holders(std::string_view conversation_id);
  /// Whether a call back may dial its customer now, for an exchange that dials without having been told to.
  /// Errors: conversation's, which has to be asked.
  Task<Result<bool>> may_dial(std::string account, std::string call);
  /// The customer whom this reply calls back may have been heard already; empty: any.
  void look_whether_wanted(std::string_view entry_id);

  [[nodiscard]] std::vector<v1::Call> calls() const;
  Task<Result<v1::Call>> control(v1::ControlCallRequest request);

  /// An account's calls of which something is to be done still.
  [[nodiscard]] std::vector<Call> calls_of(std::string_view account) const;
  /// A call as it stands; null if it is not live.
  [[nodiscard]] const Call* find(std::string_view account, std::string_view call) const;
  [[nodiscard]] const Settings& settings() const { return world_.settings; }

 private:
  struct Live;
  using LivePtr = std::shared_ptr<Live>;
  using Key = std::pair<std::string, std::string>;

  Task<Result<LivePtr>> get(std::string account, std::string call, bool make);
  LivePtr put(KeptCall kept);
  Task<Status> tell(LivePtr live, Event event);
  Task<Status> save(LivePtr live);
  static void wake(Live& live);

  Task<> tend(LivePtr live);
  Task<Status> pursue(LivePtr live);
  Task<Status> put_on_record(LivePtr live);
  Task<Status> look_for_holder(LivePtr live);
  [[nodiscard]] LivePtr live_call_of(std::string_view entry_id) const;
  Task<Status> ask(LivePtr live, v1::ControlCallRequest request);
  Task<Result<Asks>> whom_to_ask(LivePtr live, v1::ControlCallRequest request);
  [[nodiscard]] bool on_the_phone(std::string_view agent_id, const Call& but) const;
  void look_whether_there(Live& live, std::int64_t token, v1::Presence presence) const;
  [[nodiscard]] std::string not_rung(const Live& live, std::string_view agent_id,
                                     v1::Presence presence) const;
  Task<Status> carry_out_all(LivePtr live);
  Task<Status> carry_out(LivePtr live, Command command);
  Task<Status> order(LivePtr live, Command command);
  Task<Status> give_ticket(LivePtr live, Command command);
  Task<Status> return_ticket(LivePtr live, Command command);
  Task<Status> report(LivePtr live);
  Task<Status> put_messages_on_record(LivePtr live);
  Task<Status> tell_outcome(LivePtr live);
  Task<Status> close(LivePtr live);

  void copy_recordings(const LivePtr& live);
  Task<> copy_one(LivePtr live, Recording recording);
  static const v1::RecordingCopy* copy_of(const KeptCall& kept, const std::string& recording);
  static bool waits_for_copy(const KeptCall& kept, const Recording& recording);
  static bool copies_are_settled(const KeptCall& kept);
  static std::optional<TimePoint> next_copy(const Live& live);

  Task<> call_back(v1::Lease lease);
  Task<v1::Receipt> begin_callback(const v1::Lease& lease);
  Task<Result<bool>> is_wanted(std::string entry_id, std::string lease_id);
  Task<Status> dial_if_wanted(LivePtr live, Command command);
  Task<Status> call_off_unless_wanted(LivePtr live);
  Task<Status> call_off(LivePtr live);
  Task<Status> send(v1::Receipt receipt);

  World world_;
  std::map<std::string, Exchange*, std::less<>> exchanges_;
  std::map<Key, LivePtr> live_;
  std::set<Key> loading_;
  Notifier loaded_;
  std::map<std::string, std::vector<const date::time_zone*>, std::less<>> zones_;
  Gauge calls_now_;
  Counter arrived_, talked_, abandoned_, callbacks_;
  Counter copied_, not_copied_, copy_tries_failed_;
};

}  // namespace hark::phone
