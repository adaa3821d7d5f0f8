#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "routing/core/skill.h"

namespace hark::routing {

/// What an account asks of its tickets.
struct AccountPolicy {
  /// Requires the language of the text as a skill ("language:lv").
  bool route_by_language = false;
  /// Skills that every ticket of the account requires.
  std::vector<Skill> required_skills;
};

/// What a ticket needs, found from its text.
struct Triage {
  std::vector<Skill> required_skills;
  /// ISO 639 code such as "lv"; empty if not looked for or not certain.
  std::string language;
  /// For people; empty if there was nothing to find out.
  std::string explanation;
};

/// The language of a text, or empty if it is too short or mixed to tell. Looks at no more than
/// kTriageBytesMax bytes; links and addresses do not count, and neither does anything that is not UTF-8.
std::string detect_language(std::string_view text);

constexpr std::size_t kTriageBytesMax = 4096;
/// Letters' bytes below which no language is believed.
constexpr int kTriageTextBytesMin = 16;
/// Share of the text that must be in the language.
constexpr int kTriageShareMin_percent = 70;
/// The beginning of a long text that is enough if so much of it is in one language.
constexpr std::size_t kTriageSampleBytes = 240;
constexpr int kTriageSampleShareMin_percent = 95;

/// Required skills are the account's, those that were wished for, and the language if the account asks for
/// it, it is certain, and at least one agent's record has it. A language that nobody has is not required: the
/// customer would wait for ever. An account's or a wished skill that nobody has stays required: a person
/// asked for it.
Triage requirements(std::string_view language, const AccountPolicy& account, const std::vector<Skill>& wished,
                    const std::function<bool(std::string_view)>& skill_known);

/// The same, of a text.
Triage triage(std::string_view text, const AccountPolicy& account, const std::vector<Skill>& wished,
              const std::function<bool(std::string_view)>& skill_known);

}  // namespace hark::routing
