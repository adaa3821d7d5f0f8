#include "routing/core/triage.h"

#include <cstdio>  // cld2's header needs it

#include <cld2/public/compact_lang_det.h>
#include <cld2/public/encodings.h>

#include <algorithm>

namespace hark::routing {
namespace {

/// The words of the text without links and addresses, which look like English to a detector.
std::string words_of(std::string_view text) {
  std::string words;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto end = std::min(text.find_first_of(" \t\r\n", at), text.size());
    const auto word = text.substr(at, end - at);
    const bool machine =
        word.find("://") != word.npos || word.find('@') != word.npos || word.starts_with("www.");
    if (!machine && !word.empty()) {
      words += word;
      words += ' ';
    }
    at = end + 1;
  }
  return words;
}

struct Look {
  std::string language;  // empty if not certain
  int share_percent = 0;
};

/// The library looks beyond the end of what it is given, and trusts what it finds there to be UTF-8: so what
/// is looked at is a text of its own.
Look look_at(std::string words) {
  const CLD2::CLDHints no_hints{nullptr, nullptr, CLD2::UNKNOWN_ENCODING, CLD2::UNKNOWN_LANGUAGE};
  CLD2::Language languages[3];
  int shares_percent[3];
  double scores[3];
  int text_bytes = 0;
  bool reliable = false;
  // The first look finds where the bytes stop being UTF-8, such as in a character cut in two; the second
  // stops there.
  for (int look = 0; look < 2; ++look) {
    const int length = static_cast<int>(words.size());
    int valid = 0;
    CLD2::ExtDetectLanguageSummaryCheckUTF8(words.c_str(), length, true, &no_hints, 0, languages,
                                            shares_percent, scores, nullptr, &text_bytes, &reliable, &valid);
    if (valid == length) break;
    words.resize(static_cast<std::size_t>(valid));
  }
  if (!reliable || languages[0] == CLD2::UNKNOWN_LANGUAGE) return {};
  if (text_bytes < kTriageTextBytesMin || shares_percent[0] < kTriageShareMin_percent) return {};
  std::string code = CLD2::LanguageCode(languages[0]);
  code = code.substr(0, code.find('-'));
  std::transform(code.begin(), code.end(), code.begin(),
                 [](unsigned char c) { return static_cast<char>(c | 0x20); });
  return {std::move(code), shares_percent[0]};
}

}  // namespace

std::string detect_language(std::string_view text) {
  std::string words = words_of(text.substr(0, kTriageBytesMax));
  if (words.size() > 2 * kTriageSampleBytes) {
    Look look = look_at(words.substr(0, words.find(' ', kTriageSampleBytes)));
    if (look.share_percent >= kTriageSampleShareMin_percent) return std::move(look.language);
  }
  return look_at(std::move(words)).language;
}

Triage triage(std::string_view text, const AccountPolicy& account, const std::vector<Skill>& wished,
              const std::function<bool(std::string_view)>& skill_known) {
  return requirements(account.route_by_language ? detect_language(text) : "", account, wished, skill_known);
}

Triage requirements(std::string_view language, const AccountPolicy& account, const std::vector<Skill>& wished,
                    const std::function<bool(std::string_view)>& skill_known) {
  Triage result;
  result.required_skills = account.required_skills;
  result.required_skills.insert(result.required_skills.end(), wished.begin(), wished.end());
  if (account.route_by_language) {
    result.language = language;
    const std::string skill = "language:" + result.language;
    if (result.language.empty()) {
      result.explanation = "language not certain, none required";
    } else if (!skill_known(skill)) {
      result.explanation =
          "written in " + result.language + ", which no agent has as a skill, so it is not required";
    } else {
      result.explanation = "written in " + result.language;
      result.required_skills.push_back({skill, kSkillLevelMin});
    }
  }
  result.required_skills = normalised(std::move(result.required_skills));
  if (result.required_skills.size() > kSkillsPerTicketMax) result.required_skills.resize(kSkillsPerTicketMax);
  return result;
}

}  // namespace hark::routing
