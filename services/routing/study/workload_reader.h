#pragma once

#include <map>
#include <string>

#include "routing/study/replay.h"
#include "routing/study/simulation.h"

namespace hark::routing {

/// Reads out of a journal what customers and agents did of themselves, so that it can be played to an engine
/// with other settings: when tickets came, how fast they were accepted, how long they were handled, when
/// customers gave up, when agents came and went. What texts were found to say stays as it was found.
/// Customers who were answered are taken to wait as long as it takes; those who gave up to be handled as long
/// as others.
///
/// Told of a replay's inputs in order.
class WorkloadReader {
 public:
  void begin_term(const RecordedStart& start);
  void observe(TimePoint at, const Input& input, const std::vector<Effect>& effects);

  /// `usual_reaction`: on channels where nobody accepted anything. Once.
  [[nodiscard]] Workload take(Duration usual_reaction);

 private:
  struct Seen {
    /// Of tickets in the workload.
    std::size_t nth = 0;
    /// Was held when it was first seen, so that it is told rather than played.
    bool told = false;
    bool accepted = false;
    std::optional<TimePoint> held_since;
    Duration handled{0};
  };

  void queued(TimePoint at, const Work& work);
  void assigned(TimePoint at, const TicketAssigned& in);
  void closed(TimePoint at, const std::string& ticket_id);
  void gone_elsewhere(TimePoint at, const std::string& ticket_id);
  void held(TimePoint at, Seen& seen);

  Workload out_;
  bool begun_ = false;
  std::map<std::string, Seen, std::less<>> seen_;
  /// Offer -> when it was made.
  std::map<std::string, std::pair<std::string, TimePoint>, std::less<>> offers_;
  std::map<std::string, int, std::less<>> connections_;
  /// Tickets that nobody has accepted.
  std::vector<bool> reacted_;
  /// How often each ticket was opened.
  std::map<std::string, int, std::less<>> times_;
};

}  // namespace hark::routing
