#include "routing/core/topics.h"

#include <unicode/regex.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <map>

namespace hark::routing {
namespace {

/// Of ICU's matching engine, for one pattern and text: some milliseconds, and bytes of backtracking.
constexpr std::int32_t kPatternStepsMax = 10;
constexpr std::int32_t kPatternStackBytesMax = 256 << 10;
constexpr std::size_t kPatternBytesMax = 500;

Error wrong(std::string what) { return {Code::kInvalidArgument, Reason::kInvalidField, std::move(what)}; }

icu::UnicodeString unicode(std::string_view text) {
  return icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())});
}

}  // namespace

struct Topics::Patterns {
  struct One {
    std::size_t rule = 0;
    std::unique_ptr<icu::RegexPattern> pattern;
  };
  std::vector<One> all;
};

Topics::Topics() : patterns_{std::make_unique<Patterns>()} {}
Topics::~Topics() = default;
Topics::Topics(Topics&&) noexcept = default;
Topics& Topics::operator=(Topics&&) noexcept = default;

Status Topics::add(TopicRule rule, WordBreaker& breaker) {
  const auto number = rules_.size();
  for (const std::string& phrase : rule.words) {
    HARK_TRY_VOID(phrases_.add(phrase, static_cast<int>(number), breaker));
  }
  for (const std::string& text : rule.patterns) {
    if (text.size() > kPatternBytesMax) return wrong("the pattern is longer than 500 bytes");
    UErrorCode error = U_ZERO_ERROR;
    UParseError where{};
    std::unique_ptr<icu::RegexPattern> pattern{
        icu::RegexPattern::compile(unicode(text), UREGEX_CASE_INSENSITIVE | UREGEX_MULTILINE, where, error)};
    if (U_FAILURE(error)) {
      return wrong("the pattern '" + text + "' cannot be read at character " +
                   std::to_string(std::max(where.offset, 0)) + " (" + u_errorName(error) + ")");
    }
    patterns_->all.push_back({number, std::move(pattern)});
  }
  rules_.push_back(std::make_unique<TopicRule>(std::move(rule)));
  return {};
}

std::vector<Topics::Found> Topics::in(std::string_view text, const std::vector<Word>& words,
                                      std::string_view language) const {
  std::map<std::size_t, std::string> found;
  for (std::size_t at = 0; at < words.size() && !phrases_.empty(); ++at) {
    for (const auto& match : phrases_.at(words, at)) {
      std::string& evidence = found[static_cast<std::size_t>(match.number)];
      if (!evidence.empty()) continue;
      evidence = as_written(text, words, {at, match.words});
    }
  }
  const auto whole = unicode(patterns_->all.empty() ? std::string_view{} : text);
  for (const auto& [rule, pattern] : patterns_->all) {
    if (found.contains(rule)) continue;
    UErrorCode error = U_ZERO_ERROR;
    const std::unique_ptr<icu::RegexMatcher> matcher{pattern->matcher(whole, error)};
    if (U_FAILURE(error)) continue;
    matcher->setTimeLimit(kPatternStepsMax, error);
    matcher->setStackLimit(kPatternStackBytesMax, error);
    if (matcher->find(error) && U_SUCCESS(error)) matcher->group(error).toUTF8String(found[rule]);
  }
  std::vector<Found> out;
  for (auto& [number, evidence] : found) {
    const TopicRule& rule = *rules_[number];
    const bool speaks =
        rule.languages.empty() || std::ranges::find(rule.languages, language) != rule.languages.end();
    if (speaks) out.push_back({&rule, std::move(evidence)});
  }
  return out;
}

}  // namespace hark::routing
