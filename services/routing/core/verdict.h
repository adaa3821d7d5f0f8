#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/core/time.h"
#include "routing/core/lexicon.h"
#include "routing/core/skill.h"
#include "routing/core/topics.h"

namespace hark::routing {

/// What a ticket's text says of it.
struct Verdict {
  /// ISO 639; empty if not certain.
  std::string language;
  std::vector<std::string> topics;
  /// -100 to 100.
  int sentiment = 0;
  bool complaint = false;
  bool urgent = false;
  /// That its topics ask for.
  std::vector<Skill> required_skills;
  int priority_points = 0;
  /// For people, in the words of who wrote it: "complaint (refund); displeased (terrible, rude)".
  std::string explanation;

  friend bool operator==(const Verdict&, const Verdict&) = default;
};

/// Points that raise (or lower) a ticket's priority.
struct PointsPolicy {
  int displeased = 0;
  int complaint = 0;
  int urgent = 0;
};
/// All points of a ticket together stay within this.
constexpr int kPriorityPointsMax = 1'000;

/// Reads texts. Not thread-safe.
class Reader {
 public:
  Reader(Topics topics, PointsPolicy points);

  Verdict judge(std::string_view text);

 private:
  WordBreaker breaker_;
  Lexicons lexicons_;
  Topics topics_;
  PointsPolicy points_;
};

}  // namespace hark::routing
