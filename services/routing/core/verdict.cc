#include "routing/core/verdict.h"

#include <algorithm>

#include "routing/core/triage.h"

namespace hark::routing {
namespace {

void add_reason(std::string& to, std::string_view what, const std::vector<std::string>& evidence) {
  if (!to.empty()) to += "; ";
  to += what;
  for (std::size_t i = 0; i < evidence.size(); ++i) to += (i == 0 ? " (" : ", ") + evidence[i];
  if (!evidence.empty()) to += ')';
}

std::vector<std::string> as_written(std::string_view text, const std::vector<Word>& words,
                                    const std::vector<Said>& evidence) {
  std::vector<std::string> out;
  for (const Said said : evidence) out.push_back(as_written(text, words, said));
  return out;
}

}  // namespace

Reader::Reader(Topics topics, PointsPolicy points)
    : lexicons_{breaker_}, topics_{std::move(topics)}, points_{points} {}

Verdict Reader::judge(std::string_view text) {
  text = text.substr(0, kTriageBytesMax);
  Verdict out;
  out.language = detect_language(text);
  const auto words = breaker_.words_of(text);
  const Mood mood = lexicons_.mood_of(words, out.language);
  out.sentiment = mood.sentiment;
  out.complaint = mood.complaint;
  out.urgent = mood.urgent;
  if (mood.complaint) {
    out.priority_points += points_.complaint;
    add_reason(out.explanation, "complaint", as_written(text, words, mood.of_complaint));
  }
  if (mood.urgent) {
    out.priority_points += points_.urgent;
    add_reason(out.explanation, "urgent", as_written(text, words, mood.of_urgency));
  }
  if (mood.sentiment <= kNegativeSentiment) {
    out.priority_points += points_.displeased;
    add_reason(out.explanation, "displeased", as_written(text, words, mood.of_sentiment));
  }
  for (const auto& found : topics_.in(text, words, out.language)) {
    out.topics.push_back(found.rule->id);
    out.priority_points += found.rule->priority_points;
    out.required_skills.insert(out.required_skills.end(), found.rule->skills.begin(),
                               found.rule->skills.end());
    add_reason(out.explanation, "about " + found.rule->id, {found.evidence});
  }
  out.required_skills = normalised(std::move(out.required_skills));
  out.priority_points = std::clamp(out.priority_points, -kPriorityPointsMax, kPriorityPointsMax);
  return out;
}

}  // namespace hark::routing
