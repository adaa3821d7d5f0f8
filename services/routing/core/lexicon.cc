#include "routing/core/lexicon.h"

#include <algorithm>
#include <cstdint>

#include "base/core/check.h"
#include "routing/core/calendar_text.h"
#include "routing/core/lexicon_data.h"

namespace hark::routing {
namespace {

constexpr int kWeightMax = 3;
constexpr std::size_t kNegationReach_words = 4;
/// A negated word says the opposite, but less of it.
constexpr int kNegated_percent = 80;
/// How much it takes to be sure: in hundredths of a weight.
constexpr std::int64_t kDoubt = 300;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

Error at_line(int line, std::string what) {
  return {Code::kInvalidArgument, Reason::kInvalidField,
          "line " + std::to_string(line) + ": " + std::move(what)};
}

void note(std::vector<Said>& evidence, const std::vector<Word>& words, Said said) {
  if (evidence.size() >= Mood::kEvidenceMax) return;
  const auto from = [&](Said one) { return words.begin() + static_cast<std::ptrdiff_t>(one.at); };
  const bool known = std::ranges::any_of(evidence, [&](Said one) {
    return one.count == said.count &&
           std::equal(from(one), from(one) + static_cast<std::ptrdiff_t>(one.count), from(said),
                      [](const Word& a, const Word& b) { return a.text == b.text; });
  });
  if (!known) evidence.push_back(said);
}

}  // namespace

Status Lexicon::add(std::string_view text, WordBreaker& breaker) {
  std::string section;
  int number = 0;
  for (const auto raw : split(text, '\n')) {
    ++number;
    auto line = trimmed(raw);
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      section = line;
      continue;
    }
    int value = 0;
    Phrases* to = section == "[negation]"    ? &negation_
                  : section == "[complaint]" ? &complaint_
                  : section == "[urgent]"    ? &urgent_
                                             : nullptr;
    if (section == "[sentiment]" || section == "[intensifier]") {
      to = section == "[sentiment]" ? &sentiment_ : &intensifiers_;
      const auto colon = line.find(':');
      const auto weight = signed_number(line.substr(0, colon));
      if (colon == line.npos || !weight) return at_line(number, "begins with a number and ':'");
      if (to == &sentiment_ && (*weight < -kWeightMax || *weight > kWeightMax))
        return at_line(number, "weights go from -3 to 3");
      if (to == &intensifiers_ && (*weight < 1 || *weight > 300))
        return at_line(number, "percentages go from 1 to 300");
      value = *weight;
      line.remove_prefix(colon + 1);
    }
    for (const auto item : split(line, ',')) {
      const auto phrase = trimmed(item);
      if (phrase.empty()) continue;
      if (section == "[negating prefix]") {
        negating_prefixes_.push_back(folded(phrase));
      } else if (to == nullptr) {
        return at_line(number, "stands in no section that there is");
      } else if (const auto added = to->add(phrase, value, breaker); !added.ok()) {
        return at_line(number, added.error().message);
      }
    }
  }
  return {};
}

Result<Lexicon> Lexicon::parse(std::string_view text, WordBreaker& breaker) {
  Lexicon out;
  HARK_TRY_VOID(out.add(text, breaker));
  return out;
}

/// The weight of the phrase here, turned round if the word itself is negated ("nepatīk").
std::optional<Lexicon::Weighed> Lexicon::weigh(const std::vector<Word>& words, std::size_t at) const {
  if (const auto found = sentiment_.best_at(words, at)) return Weighed{found->number * 100, found->words};
  for (const std::string& prefix : negating_prefixes_) {
    const std::string& word = words[at].text;
    if (!word.starts_with(prefix) || word.size() < prefix.size() + 3) continue;
    if (const auto found = sentiment_.best_at({Word{word.substr(prefix.size())}}, 0)) {
      return Weighed{-found->number * kNegated_percent, 1};
    }
  }
  return std::nullopt;
}

bool Lexicon::negated(const std::vector<Word>& words, std::size_t at) const {
  for (std::size_t back = 1; back <= kNegationReach_words && back <= at; ++back) {
    if (words[at - back].clause != words[at].clause) return false;
    if (const auto found = negation_.best_at(words, at - back); found && found->words <= back) return true;
  }
  return false;
}

/// Of the words right before.
int Lexicon::intensity_percent(const std::vector<Word>& words, std::size_t at) const {
  for (std::size_t back = 1; back <= 2 && back <= at; ++back) {
    if (words[at - back].clause != words[at].clause) break;
    if (const auto found = intensifiers_.best_at(words, at - back); found && found->words == back)
      return found->number;
  }
  return 100;
}

Mood Lexicon::mood_of(const std::vector<Word>& words) const {
  Mood mood;
  std::int64_t positive = 0, negative = 0;
  for (std::size_t at = 0; at < words.size();) {
    const auto weighed = weigh(words, at);
    if (!weighed) {
      ++at;
      continue;
    }
    // "terribly nice": what only strengthens the next word says nothing itself.
    const auto next = at + weighed->words;
    const bool strengthens = intensifiers_.best_at(words, at) && next < words.size() &&
                             words[next].clause == words[at].clause && weigh(words, next);
    if (!strengthens && weighed->weight != 0) {
      std::int64_t weight = std::int64_t{weighed->weight} * intensity_percent(words, at) / 100;
      if (negated(words, at)) weight = -weight * kNegated_percent / 100;
      (weight > 0 ? positive : negative) += weight;
      ++mood.found;
      note(mood.of_sentiment, words, {at, weighed->words});
    }
    at = next;
  }
  mood.sentiment = static_cast<int>(100 * (positive + negative) / (positive - negative + kDoubt));
  for (std::size_t at = 0; at < words.size(); ++at) {
    if (const auto found = complaint_.best_at(words, at); found && !negated(words, at)) {
      mood.complaint = true;
      note(mood.of_complaint, words, {at, found->words});
    }
    if (const auto found = urgent_.best_at(words, at); found && !negated(words, at)) {
      mood.urgent = true;
      note(mood.of_urgency, words, {at, found->words});
    }
  }
  mood.found += static_cast<int>(mood.of_complaint.size() + mood.of_urgency.size());
  return mood;
}

Lexicons::Lexicons(WordBreaker& breaker) {
  for (const auto& [language, text] : {std::pair{"en", lexicon::en_txt}, std::pair{"lv", lexicon::lv_txt},
                                       std::pair{"pl", lexicon::pl_txt}, std::pair{"ru", lexicon::ru_txt}}) {
    auto read = Lexicon::parse(text, breaker);
    HARK_CHECK(read.ok());
    HARK_CHECK(read->add(lexicon::any_txt, breaker).ok());
    by_language_.emplace(language, *std::move(read));
  }
}

Mood Lexicons::mood_of(const std::vector<Word>& words, std::string_view language) const {
  if (const auto found = by_language_.find(language); found != by_language_.end())
    return found->second.mood_of(words);
  Mood best;
  if (!language.empty()) return best;
  for (const auto& [name, lexicon] : by_language_) {
    Mood mood = lexicon.mood_of(words);
    if (mood.found > best.found) best = std::move(mood);
  }
  return best;
}

}  // namespace hark::routing
