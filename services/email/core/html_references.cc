#include <algorithm>
#include <array>
#include <cstdint>

#include "email/core/ascii.h"
#include "email/core/charset.h"
#include "email/core/html_tokens.h"

namespace hark::email {
namespace {

struct NamedReference {
  std::string_view name;
  char32_t code;
};

// U+00A0 to U+00FF in order; these are also read without their semicolon.
constexpr std::array<std::string_view, 96> kLatin1 = {
    "nbsp",   "iexcl",  "cent",   "pound",  "curren", "yen",    "brvbar", "sect",   "uml",    "copy",
    "ordf",   "laquo",  "not",    "shy",    "reg",    "macr",   "deg",    "plusmn", "sup2",   "sup3",
    "acute",  "micro",  "para",   "middot", "cedil",  "sup1",   "ordm",   "raquo",  "frac14", "frac12",
    "frac34", "iquest", "Agrave", "Aacute", "Acirc",  "Atilde", "Auml",   "Aring",  "AElig",  "Ccedil",
    "Egrave", "Eacute", "Ecirc",  "Euml",   "Igrave", "Iacute", "Icirc",  "Iuml",   "ETH",    "Ntilde",
    "Ograve", "Oacute", "Ocirc",  "Otilde", "Ouml",   "times",  "Oslash", "Ugrave", "Uacute", "Ucirc",
    "Uuml",   "Yacute", "THORN",  "szlig",  "agrave", "aacute", "acirc",  "atilde", "auml",   "aring",
    "aelig",  "ccedil", "egrave", "eacute", "ecirc",  "euml",   "igrave", "iacute", "icirc",  "iuml",
    "eth",    "ntilde", "ograve", "oacute", "ocirc",  "otilde", "ouml",   "divide", "oslash", "ugrave",
    "uacute", "ucirc",  "uuml",   "yacute", "thorn",  "yuml"};

constexpr auto kOthers = std::to_array<NamedReference>({
    {"AMP", '&'},       {"GT", '>'},         {"LT", '<'},         {"QUOT", '"'},      {"amp", '&'},
    {"gt", '>'},        {"lt", '<'},         {"quot", '"'},       {"apos", '\''},     {"NewLine", '\n'},
    {"Tab", '\t'},      {"colon", ':'},      {"sol", '/'},        {"lpar", '('},      {"rpar", ')'},
    {"OElig", 0x152},   {"oelig", 0x153},    {"Scaron", 0x160},   {"scaron", 0x161},  {"Yuml", 0x178},
    {"fnof", 0x192},    {"circ", 0x2C6},     {"tilde", 0x2DC},    {"Alpha", 0x391},   {"Beta", 0x392},
    {"Gamma", 0x393},   {"Delta", 0x394},    {"Epsilon", 0x395},  {"Zeta", 0x396},    {"Eta", 0x397},
    {"Theta", 0x398},   {"Iota", 0x399},     {"Kappa", 0x39A},    {"Lambda", 0x39B},  {"Mu", 0x39C},
    {"Nu", 0x39D},      {"Xi", 0x39E},       {"Omicron", 0x39F},  {"Pi", 0x3A0},      {"Rho", 0x3A1},
    {"Sigma", 0x3A3},   {"Tau", 0x3A4},      {"Upsilon", 0x3A5},  {"Phi", 0x3A6},     {"Chi", 0x3A7},
    {"Psi", 0x3A8},     {"Omega", 0x3A9},    {"alpha", 0x3B1},    {"beta", 0x3B2},    {"gamma", 0x3B3},
    {"delta", 0x3B4},   {"epsilon", 0x3B5},  {"zeta", 0x3B6},     {"eta", 0x3B7},     {"theta", 0x3B8},
    {"iota", 0x3B9},    {"kappa", 0x3BA},    {"lambda", 0x3BB},   {"mu", 0x3BC},      {"nu", 0x3BD},
    {"xi", 0x3BE},      {"omicron", 0x3BF},  {"pi", 0x3C0},       {"rho", 0x3C1},     {"sigmaf", 0x3C2},
    {"sigma", 0x3C3},   {"tau", 0x3C4},      {"upsilon", 0x3C5},  {"phi", 0x3C6},     {"chi", 0x3C7},
    {"psi", 0x3C8},     {"omega", 0x3C9},    {"thetasym", 0x3D1}, {"upsih", 0x3D2},   {"piv", 0x3D6},
    {"ensp", 0x2002},   {"emsp", 0x2003},    {"thinsp", 0x2009},  {"zwnj", 0x200C},   {"zwj", 0x200D},
    {"lrm", 0x200E},    {"rlm", 0x200F},     {"ndash", 0x2013},   {"mdash", 0x2014},  {"lsquo", 0x2018},
    {"rsquo", 0x2019},  {"sbquo", 0x201A},   {"ldquo", 0x201C},   {"rdquo", 0x201D},  {"bdquo", 0x201E},
    {"dagger", 0x2020}, {"Dagger", 0x2021},  {"bull", 0x2022},    {"hellip", 0x2026}, {"permil", 0x2030},
    {"prime", 0x2032},  {"Prime", 0x2033},   {"lsaquo", 0x2039},  {"rsaquo", 0x203A}, {"oline", 0x203E},
    {"frasl", 0x2044},  {"euro", 0x20AC},    {"image", 0x2111},   {"weierp", 0x2118}, {"real", 0x211C},
    {"trade", 0x2122},  {"alefsym", 0x2135}, {"larr", 0x2190},    {"uarr", 0x2191},   {"rarr", 0x2192},
    {"darr", 0x2193},   {"harr", 0x2194},    {"crarr", 0x21B5},   {"lArr", 0x21D0},   {"uArr", 0x21D1},
    {"rArr", 0x21D2},   {"dArr", 0x21D3},    {"hArr", 0x21D4},    {"forall", 0x2200}, {"part", 0x2202},
    {"exist", 0x2203},  {"empty", 0x2205},   {"nabla", 0x2207},   {"isin", 0x2208},   {"notin", 0x2209},
    {"ni", 0x220B},     {"prod", 0x220F},    {"sum", 0x2211},     {"minus", 0x2212},  {"lowast", 0x2217},
    {"radic", 0x221A},  {"prop", 0x221D},    {"infin", 0x221E},   {"ang", 0x2220},    {"and", 0x2227},
    {"or", 0x2228},     {"cap", 0x2229},     {"cup", 0x222A},     {"int", 0x222B},    {"there4", 0x2234},
    {"sim", 0x223C},    {"cong", 0x2245},    {"asymp", 0x2248},   {"ne", 0x2260},     {"equiv", 0x2261},
    {"le", 0x2264},     {"ge", 0x2265},      {"sub", 0x2282},     {"sup", 0x2283},    {"nsub", 0x2284},
    {"sube", 0x2286},   {"supe", 0x2287},    {"oplus", 0x2295},   {"otimes", 0x2297}, {"perp", 0x22A5},
    {"sdot", 0x22C5},   {"lceil", 0x2308},   {"rceil", 0x2309},   {"lfloor", 0x230A}, {"rfloor", 0x230B},
    {"lang", 0x27E8},   {"rang", 0x27E9},    {"loz", 0x25CA},     {"spades", 0x2660}, {"clubs", 0x2663},
    {"hearts", 0x2665}, {"diams", 0x2666},
});
constexpr std::size_t kSemicolonOptional = 8;  // the first of kOthers

constexpr std::size_t kNameBytesMax = 8;

// Windows-1252 in numeric references (WHATWG HTML §13.2.5.80): what &#150; means to everybody.
constexpr std::array<char32_t, 32> kWindows1252 = {
    0x20AC, 0x81,   0x201A, 0x192,  0x201E, 0x2026, 0x2020, 0x2021, 0x2C6,  0x2030, 0x160,
    0x2039, 0x152,  0x8D,   0x17D,  0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x2DC,  0x2122, 0x161,  0x203A, 0x153,  0x9D,   0x17E,  0x178};

struct Reference {
  char32_t code = 0;
  std::size_t bytes = 0;  // 0: not a reference
};

Reference numeric(std::string_view text) {
  std::size_t i = 2;
  const bool hex = i < text.size() && ascii_lower(text[i]) == 'x';
  if (hex) ++i;
  const std::size_t digits = i;
  std::uint32_t code = 0;
  for (; i < text.size(); ++i) {
    const int value = hex_value(text[i]);
    if (value < 0 || (!hex && value > 9)) break;
    code = std::min<std::uint32_t>(code * (hex ? 16 : 10) + static_cast<std::uint32_t>(value), 0x110000);
  }
  if (i == digits) return {};
  if (i < text.size() && text[i] == ';') ++i;
  if (code >= 0x80 && code < 0xA0) code = kWindows1252[code - 0x80];
  if (code == 0) code = 0xFFFD;
  return {code, i};
}

Reference named(std::string_view text, bool in_attribute) {
  std::size_t end = 1;
  while (end < text.size() && end <= kNameBytesMax && (ascii_alpha(text[end]) || ascii_digit(text[end])))
    ++end;
  const bool closed = end < text.size() && text[end] == ';';
  const std::string_view word = text.substr(1, end - 1);
  const auto find = [](std::string_view name, bool with_semicolon) -> char32_t {
    const auto latin = std::ranges::find(kLatin1, name);
    if (latin != kLatin1.end()) return 0xA0 + static_cast<char32_t>(latin - kLatin1.begin());
    const auto all_end = with_semicolon ? kOthers.end() : kOthers.begin() + kSemicolonOptional;
    const auto other =
        std::find_if(kOthers.begin(), all_end, [&](const auto& each) { return each.name == name; });
    return other != all_end ? other->code : 0;
  };
  if (closed) {
    if (const char32_t code = find(word, true)) return {code, end + 1};
  }
  if (in_attribute) {  // "?a=1&copy=2" is an address, not a sign
    if (closed || (end < text.size() && text[end] == '=')) return {};
    const char32_t code = find(word, false);
    return code ? Reference{code, end} : Reference{};
  }
  for (std::size_t size = word.size(); size >= 2; --size) {
    if (const char32_t code = find(word.substr(0, size), false)) return {code, size + 1};
  }
  return {};
}

}  // namespace

std::string decode_references(std::string_view text, bool in_attribute) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t sign = std::min(text.find('&', i), text.size());
    out.append(text, i, sign - i);
    i = sign;
    if (i >= text.size()) break;
    const std::string_view rest = text.substr(i, 64);
    Reference found;
    if (rest.size() > 2 && rest[1] == '#') found = numeric(rest);
    if (rest.size() > 2 && ascii_alpha(rest[1])) found = named(rest, in_attribute);
    if (found.bytes > 0) {
      append_utf8(out, found.code);
      i += found.bytes;
    } else {
      out += '&';
      ++i;
    }
  }
  return out;
}

}  // namespace hark::email
