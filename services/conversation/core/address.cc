#include "conversation/core/address.h"

#include <phonenumbers/phonenumberutil.h>
#include <unicode/locid.h>
#include <unicode/normalizer2.h>
#include <unicode/uidna.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cstdint>

namespace hark::conversation {
namespace {

Error invalid(std::string_view address, std::string_view why) {
  return {Code::kInvalidArgument, Reason::kAddressInvalid,
          "the address '" + std::string{address.substr(0, 80)} + "' " + std::string{why}};
}

std::string_view trim(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

bool is_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 128; });
}

bool has_control_or_space(std::string_view text) {
  return std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7F; });
}

std::string lower_ascii(std::string_view text) {
  std::string out{text};
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// NFC and lower case for what is not ASCII (RFC 6531 local parts).
std::string fold(std::string_view text) {
  if (is_ascii(text)) return lower_ascii(text);
  UErrorCode error = U_ZERO_ERROR;
  const auto* nfc = icu::Normalizer2::getNFCInstance(error);
  auto unicode = icu::UnicodeString::fromUTF8({text.data(), static_cast<int32_t>(text.size())});
  unicode.toLower(icu::Locale::getRoot());
  if (U_SUCCESS(error)) unicode = nfc->normalize(unicode, error);
  std::string out;
  return unicode.toUTF8String(out);
}

/// Domain to A-labels (RFC 5891 with UTS 46 mapping); empty if it cannot be one.
std::string domain_to_ascii(std::string_view domain) {
  while (domain.ends_with('.')) domain.remove_suffix(1);
  if (is_ascii(domain)) return lower_ascii(domain);
  UErrorCode error = U_ZERO_ERROR;
  UIDNA* idna = uidna_openUTS46(UIDNA_NONTRANSITIONAL_TO_ASCII, &error);
  if (U_FAILURE(error)) return {};
  std::array<char, 512> out;
  UIDNAInfo info = UIDNA_INFO_INITIALIZER;
  const int32_t size = uidna_nameToASCII_UTF8(idna, domain.data(), static_cast<int32_t>(domain.size()),
                                              out.data(), static_cast<int32_t>(out.size()), &info, &error);
  uidna_close(idna);
  if (U_FAILURE(error) || info.errors != 0 || size <= 0) return {};
  return {out.data(), static_cast<std::size_t>(size)};
}

Result<std::string> normalise_mail(std::string_view address, std::string_view rest) {
  const auto at = rest.rfind('@');
  if (at == std::string_view::npos || at == 0 || at + 1 == rest.size())
    return invalid(address, "is not local@domain");
  const auto local = rest.substr(0, at);
  const auto domain = domain_to_ascii(rest.substr(at + 1));
  if (domain.empty() || has_control_or_space(domain) || domain.find("..") != std::string::npos ||
      domain.starts_with('.')) {
    return invalid(address, "has a domain that is none");
  }
  const bool quoted = local.starts_with('"') && local.ends_with('"') && local.size() > 2;
  if (!quoted &&
      (has_control_or_space(local) || local.find_first_of("<>()[]:;,\"") != std::string_view::npos)) {
    return invalid(address, "has characters that a mail address cannot have");
  }
  if (local.size() > 64 || domain.size() > 255)
    return invalid(address, "is longer than a mail address can be");
  return "mailto:" + fold(local) + "@" + domain;
}

Result<std::string> normalise_phone(std::string_view address, std::string_view rest,
                                    std::string_view region) {
  using i18n::phonenumbers::PhoneNumber;
  using i18n::phonenumbers::PhoneNumberUtil;
  const auto* util = PhoneNumberUtil::GetInstance();
  PhoneNumber number;
  const std::string text{rest};
  if (util->Parse(text, region.empty() ? "ZZ" : std::string{region}, &number) ==
          PhoneNumberUtil::NO_PARSING_ERROR &&
      util->IsPossibleNumber(number)) {
    std::string out;
    util->Format(number, PhoneNumberUtil::E164, &out);
    return "tel:" + out;
  }
  if (rest.size() > 64 || has_control_or_space(rest))
    return invalid(address, "is neither a number nor a short code");
  return "tel:" + lower_ascii(rest);
}

/// scheme:a[:b], each part printable and not empty.
Result<std::string> normalise_exact(std::string_view address, std::string_view scheme, std::string_view rest,
                                    int parts) {
  if (has_control_or_space(rest)) return invalid(address, "has spaces or control characters");
  std::string_view left = rest;
  for (int i = 1; i < parts; ++i) {
    const auto colon = left.find(':');
    if (colon == std::string_view::npos || colon == 0) return invalid(address, "lacks a part between colons");
    left.remove_prefix(colon + 1);
  }
  if (left.empty()) return invalid(address, "lacks its last part");
  return std::string{scheme} + ":" + std::string{rest};
}

}  // namespace

Result<std::string> normalise_address(std::string_view address, std::string_view default_region) {
  address = trim(address);
  if (address.size() > kAddressBytesMax) return invalid(address, "is longer than 320 bytes");
  const auto colon = address.find(':');
  if (colon == std::string_view::npos) return invalid(address, "has no scheme such as mailto: or tel:");
  const auto scheme = lower_ascii(address.substr(0, colon));
  const auto rest = trim(address.substr(colon + 1));
  if (rest.empty()) return invalid(address, "is empty after its scheme");

  if (scheme == "mailto") return normalise_mail(address, rest);
  if (scheme == "tel") return normalise_phone(address, rest, default_region);
  if (scheme == "telegram") return normalise_exact(address, scheme, rest, 1);
  for (const std::string_view two : {"messenger", "instagram", "whatsapp", "viber", "vk", "chat", "user"}) {
    if (scheme == two) return normalise_exact(address, scheme, rest, 2);
  }
  return invalid(address, "has a scheme that no channel uses");
}

std::uint16_t home_partition(std::string_view normalised_address, std::uint16_t partitions) {
  // FNV-1a: stable over time, processes and machines, which std::hash is not.
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : normalised_address) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return static_cast<std::uint16_t>((hash ^ (hash >> 32)) % partitions);
}

}  // namespace hark::conversation
