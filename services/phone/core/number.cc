#include "phone/core/number.h"

#include <phonenumbers/phonenumberutil.h>

#include <algorithm>
#include <array>

#include "base/core/digest.h"

namespace hark::phone {
namespace {

using i18n::phonenumbers::PhoneNumber;
using i18n::phonenumbers::PhoneNumberUtil;

constexpr std::size_t kShownBytesMax = 128;
constexpr std::size_t kDigestLength = 32;

/// What exchanges and carriers show for a caller who wants not to be known. +266696687 spells "anonymous".
constexpr std::array<std::string_view, 10> kWithheld{"",           "anonymous",   "unknown",  "restricted",
                                                     "private",    "unavailable", "withheld", "asterisk",
                                                     "+266696687", "266696687"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::string user_part(std::string_view shown) {
  for (const std::string_view scheme : {"sips:", "sip:", "tel:", "client:"})
    if (shown.starts_with(scheme)) shown.remove_prefix(scheme.size());
  shown = shown.substr(0, shown.find_first_of("@;"));
  std::string out{shown.substr(0, kShownBytesMax)};
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

bool is_withheld(const std::string& user) { return std::ranges::find(kWithheld, user) != kWithheld.end(); }

}  // namespace

std::optional<std::string> callable_number(std::string_view shown, std::string_view region) {
  const auto user = user_part(shown);
  const bool plain = std::ranges::all_of(user, [](char c) {
    return is_digit(c) || std::string_view{"+-() ."}.find(c) != std::string_view::npos;
  });
  if (is_withheld(user) || !plain) return std::nullopt;
  const auto* util = PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  // Carriers leave the plus away as often as not, or write the usual prefix instead; a national number needs
  // the country.
  const auto international = user.starts_with("00")  ? "+" + user.substr(2)
                             : user.starts_with('+') ? user
                                                     : "+" + user;
  for (const auto& written : {user, international}) {
    const bool plus = written.starts_with('+');
    if (!plus && region.empty()) continue;
    if (util->Parse(written, plus ? "ZZ" : std::string{region}, &number) !=
            PhoneNumberUtil::NO_PARSING_ERROR ||
        !util->IsValidNumber(number))
      continue;
    std::string out;
    util->Format(number, PhoneNumberUtil::E164, &out);
    return out;
  }
  return std::nullopt;
}

std::string caller_address(std::string_view shown, std::string_view region, std::string_view account,
                           std::string_view call) {
  if (auto number = callable_number(shown, region)) return "tel:" + *number;
  const auto user = user_part(shown);
  const bool printable = std::ranges::all_of(user, [](char c) { return c > ' ' && c < 0x7f; });
  if (!is_withheld(user) && printable && user.size() <= 64) return "tel:" + user;
  return "tel:withheld-" +
         sha256_hex(std::string{account} + " " + std::string{call}).substr(0, kDigestLength);
}

std::string region_of(std::string_view number) {
  const auto* util = PhoneNumberUtil::GetInstance();
  PhoneNumber parsed;
  if (util->Parse(std::string{number}, "ZZ", &parsed) != PhoneNumberUtil::NO_PARSING_ERROR) return {};
  std::string region;
  util->GetRegionCodeForNumber(parsed, &region);
  return region == "ZZ" || region == "001" ? std::string{} : region;
}

}  // namespace hark::phone
