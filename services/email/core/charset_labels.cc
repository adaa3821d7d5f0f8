#include <unicode/ucnv.h>

#include <algorithm>
#include <array>
#include <utility>

#include "email/core/ascii.h"
#include "email/core/charset.h"

namespace hark::email {
namespace {

struct Label {
  std::string_view label;
  std::string_view converter;
};

constexpr std::string_view kWindows1252 = "ibm-5348_P100-1997";
constexpr std::string_view kShiftJis = "ibm-943_P15A-2003";
constexpr std::string_view kEucKr = "windows-949-2000";
constexpr std::string_view kEucJp = "euc-jp-2007";
constexpr std::string_view kIso2022Jp =
    "ISO_2022,locale=ja,version=4";  // with half-width kana, as clients send it
constexpr std::string_view kBig5 = "ibm-1375_P100-2008";
constexpr std::string_view kGb18030 = "gb18030";

// Names for which ICU's own alias list differs from what the web and mails mean. Sorted by label.
constexpr auto kLabels = std::to_array<Label>({
    {"5601", kEucKr},
    {"7bit", "us-ascii"},
    {"8bit", ""},
    {"ansi_x3.110-1983", kWindows1252},
    {"ansi_x3.4-1968", "us-ascii"},
    {"ascii", "us-ascii"},
    {"big5", kBig5},
    {"big5-hkscs", kBig5},
    {"chinese", kGb18030},
    {"cn-big5", kBig5},
    {"cn-gb", kGb18030},
    {"cp1252", kWindows1252},
    {"cp819", kWindows1252},
    {"cp932", kShiftJis},
    {"cp936", kGb18030},
    {"cp949", kEucKr},
    {"csbig5", kBig5},
    {"cseuckr", kEucKr},
    {"cseucpkdfmtjapanese", kEucJp},
    {"csgb2312", kGb18030},
    {"csiso2022jp", kIso2022Jp},
    {"csiso58gb231280", kGb18030},
    {"csisolatin1", kWindows1252},
    {"csksc56011987", kEucKr},
    {"csshiftjis", kShiftJis},
    {"cswindows31j", kShiftJis},
    {"default", ""},
    {"dos-874", "windows-874-2000"},
    {"euc-jp", kEucJp},
    {"euc-kr", kEucKr},
    {"gb18030", kGb18030},
    {"gb2312", kGb18030},
    {"gb_2312", kGb18030},
    {"gb_2312-80", kGb18030},
    {"gbk", kGb18030},
    {"hz", "HZ"},
    {"hz-gb-2312", "HZ"},
    {"iso-2022-jp", kIso2022Jp},
    {"iso-2022-jp-ms", kIso2022Jp},
    {"iso-8859-1", kWindows1252},
    {"iso-8859-11", "windows-874-2000"},
    {"iso-8859-9", "ibm-5350_P100-1998"},
    {"iso-8859-9e", "ibm-5350_P100-1998"},
    {"iso-ir-100", kWindows1252},
    {"iso-ir-149", kEucKr},
    {"iso-ir-58", kGb18030},
    {"iso8859-1", kWindows1252},
    {"iso88591", kWindows1252},
    {"iso_8859-1", kWindows1252},
    {"iso_8859-1:1987", kWindows1252},
    {"iso_8859-9", "ibm-5350_P100-1998"},
    {"korean", kEucKr},
    {"ks_c_5601", kEucKr},
    {"ks_c_5601-1987", kEucKr},
    {"ks_c_5601-1989", kEucKr},
    {"ksc5601", kEucKr},
    {"ksc_5601", kEucKr},
    {"l1", kWindows1252},
    {"latin-1", kWindows1252},
    {"latin1", kWindows1252},
    {"ms932", kShiftJis},
    {"ms_kanji", kShiftJis},
    {"none", ""},
    {"shift-jis", kShiftJis},
    {"shift_jis", kShiftJis},
    {"sjis", kShiftJis},
    {"tis-620", "windows-874-2000"},
    {"uft-8", "UTF-8"},
    {"unicode", "UTF-16LE"},
    {"unicode-1-1-utf-7", "UTF-7"},
    {"unicode-1-1-utf-8", "UTF-8"},
    {"unicode11utf8", "UTF-8"},
    {"unicode20utf8", "UTF-8"},
    {"unknown", ""},
    {"unknown-8bit", ""},
    {"us-ascii", "us-ascii"},
    {"utf-16", "UTF-16"},
    {"utf-8", "UTF-8"},
    {"utf8", "UTF-8"},
    {"utf8mb4", "UTF-8"},
    {"windows-1252", kWindows1252},
    {"windows-1254", "ibm-5350_P100-1998"},
    {"windows-31j", kShiftJis},
    {"windows-874", "windows-874-2000"},
    {"windows-936", kGb18030},
    {"windows-949", kEucKr},
    {"x-cp1250", "ibm-5346_P100-1998"},
    {"x-cp1251", "ibm-5347_P100-1998"},
    {"x-cp1252", kWindows1252},
    {"x-euc-jp", kEucJp},
    {"x-gbk", kGb18030},
    {"x-mac-roman", "macintosh"},
    {"x-sjis", kShiftJis},
    {"x-unicode20utf8", "UTF-8"},
    {"x-unknown", ""},
    {"x-user-defined", ""},
    {"x-x-big5", kBig5},
});

static_assert(std::ranges::is_sorted(kLabels, {}, &Label::label), "the table is searched by halves");

}  // namespace

std::string converter_of_label(std::string_view label) {
  constexpr std::size_t kLabelBytesMax = 60;  // ICU names are shorter
  label = ascii_trimmed(label);
  while (!label.empty() && (label.front() == '"' || label.front() == '\'')) label.remove_prefix(1);
  while (!label.empty() && (label.back() == '"' || label.back() == '\'' || label.back() == ';'))
    label.remove_suffix(1);
  if (label.empty() || label.size() > kLabelBytesMax || !is_ascii(label)) return {};
  const std::string lower = ascii_lowered(label);
  const auto found = std::ranges::lower_bound(kLabels, std::string_view{lower}, {}, &Label::label);
  if (found != kLabels.end() && found->label == lower) return std::string{found->converter};
  // A comma would be an option of ICU's own, not a name.
  if (lower.find(',') != std::string::npos) return {};
  UErrorCode status = U_ZERO_ERROR;
  const char* canonical = ucnv_getCanonicalName(lower.c_str(), "MIME", &status);
  if (U_FAILURE(status) || canonical == nullptr) {
    status = U_ZERO_ERROR;
    canonical = ucnv_getAlias(lower.c_str(), 0, &status);
  }
  return U_SUCCESS(status) && canonical != nullptr ? std::string{canonical} : std::string{};
}

std::string charset_name(const std::string& converter) {
  for (const char* standard : {"MIME", "IANA"}) {
    UErrorCode status = U_ZERO_ERROR;
    const char* name = ucnv_getStandardName(converter.c_str(), standard, &status);
    if (U_SUCCESS(status) && name != nullptr) return name;
  }
  return converter;
}

}  // namespace hark::email
