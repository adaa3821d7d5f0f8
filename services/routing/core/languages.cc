#include "routing/core/languages.h"

#include <cstdio>  // cld2's header needs it

#include <cld2/public/compact_lang_det.h>
#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <map>

namespace hark::routing {
namespace {

std::string folded(const icu::UnicodeString& text) {
  std::string out;
  icu::UnicodeString{text}.foldCase().toUTF8String(out);
  return out;
}

std::string folded(std::string_view text) {
  return folded(icu::UnicodeString::fromUTF8({text.data(), static_cast<std::int32_t>(text.size())}));
}

constexpr std::size_t kNameBytesMax = 64;

/// By code, name in English and name in itself: the code that the detector writes.
struct Languages {
  Languages() {
    for (int i = 0; i < CLD2::NUM_LANGUAGES; ++i) {
      std::string code = CLD2::LanguageCode(static_cast<CLD2::Language>(i));
      code = code.substr(0, code.find('-'));
      const icu::Locale locale{code.c_str()};
      if (*locale.getISO3Language() == '\0') continue;  // a script, or a joke
      found.emplace(code, code);
      // The detector still writes Hebrew as iw, which others write as he.
      named.emplace(icu::Locale::createCanonical(code.c_str()).getLanguage(), code);
      icu::UnicodeString name;
      named.emplace(folded(locale.getDisplayLanguage(icu::Locale::getEnglish(), name)), code);
      named.emplace(folded(locale.getDisplayLanguage(locale, name)), code);
    }
  }
  std::map<std::string, std::string, std::less<>> found;
  std::map<std::string, std::string, std::less<>> named;
};

const Languages& languages() {
  static const Languages all;
  return all;
}

}  // namespace

bool is_language(std::string_view code) { return languages().found.contains(code); }

std::string meant_language(std::string_view text) {
  if (text.size() > kNameBytesMax) return "";
  const std::string lower = folded(text);
  if (is_language(lower)) return lower;
  const auto& named = languages().named;
  if (const auto by_name = named.find(lower); by_name != named.end()) return by_name->second;
  const icu::Locale locale = icu::Locale::createCanonical(lower.c_str());
  if (is_language(locale.getLanguage())) return locale.getLanguage();
  const auto by_code = named.find(locale.getLanguage());
  return by_code == named.end() ? "" : by_code->second;
}

std::string language_problem(std::string_view text) {
  if (is_language(text)) return "";
  const std::string meant = meant_language(text);
  return "'" + std::string{text} + "' is no language that texts are found to be in; " +
         (meant.empty() ? "write its code, such as en or lv" : "write " + meant);
}

}  // namespace hark::routing
