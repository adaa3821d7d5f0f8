#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/core/result.h"
#include "routing/core/phrases.h"
#include "routing/core/skill.h"

namespace hark::routing {

/// What a message is about, if it has certain words.
struct TopicRule {
  std::string id;
  /// Of the texts that it looks into; none: any, also those of a language that is not certain.
  std::vector<std::string> languages;
  /// As in a lexicon: "invoice*", "credit card". Case and diacritics make no difference.
  std::vector<std::string> words;
  /// Regular expressions of ICU, found anywhere in the text, in any case.
  std::vector<std::string> patterns;
  /// What a ticket about it requires.
  std::vector<Skill> skills;
  int priority_points = 0;
};

/// The topics that are configured. Made once.
class Topics {
 public:
  Topics();
  ~Topics();
  Topics(Topics&&) noexcept;
  Topics& operator=(Topics&&) noexcept;

  /// INVALID_FIELD: which word or pattern of the rule is wrong, and how.
  Status add(TopicRule rule, WordBreaker& breaker);

  struct Found {
    const TopicRule* rule = nullptr;
    /// What was found, as the text has it.
    std::string evidence;
  };
  /// In the order of the rules. A pattern that takes too long on this text counts as not found.
  [[nodiscard]] std::vector<Found> in(std::string_view text, const std::vector<Word>& words,
                                      std::string_view language) const;

 private:
  struct Patterns;
  std::vector<std::unique_ptr<TopicRule>> rules_;
  Phrases phrases_;
  std::unique_ptr<Patterns> patterns_;
};

}  // namespace hark::routing
