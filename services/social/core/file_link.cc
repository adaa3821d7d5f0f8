#include "social/core/file_link.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "base/core/digest.h"
#include "base/core/url.h"

namespace hark::social {
namespace {

std::vector<std::string_view> parts_of(std::string_view path) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto slash = path.find('/');
    parts.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    path.remove_prefix(slash + 1);
  }
}

std::int64_t number(std::string_view digits) {
  std::int64_t out = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), out);
  return out;
}

std::string signature_of(const Account& account, std::string_view claims) {
  return hex(hmac_sha256(account.token, "link to a file\n" + std::string{claims}));
}

/// Its ending stays readable: networks tell by it what the file is.
std::string name_in_path(std::string_view name) {
  std::string out;
  for (;;) {
    const auto dot = name.find('.');
    out += url_encoded(name.substr(0, dot));
    if (dot == std::string_view::npos) return out;
    out += '.';
    name.remove_prefix(dot + 1);
  }
}

std::string swapped(std::string text, char from, char to) {
  std::ranges::replace(text, from, to);
  return text;
}

}  // namespace

std::string link_to(const Account& account, const LinkedFile& file, std::string_view name, TimePoint now) {
  const auto claims = account.id + "/" + std::to_string(to_ms(now + kLinkFor)) + "/" + file.conversation_id +
                      "/" + file.blob_id + "/" + std::to_string(file.size) + "/" +
                      (file.inlined ? "1" : "0") + "/" + swapped(file.content_type, '/', ':');
  return account.public_url + std::string{kLinkPrefix} + claims + "/" + signature_of(account, claims) + "/" +
         name_in_path(name);
}

std::string_view account_of_link(std::string_view path) {
  if (!path.starts_with(kLinkPrefix)) return {};
  path.remove_prefix(kLinkPrefix.size());
  return path.substr(0, path.find('/'));
}

std::optional<LinkedFile> read_link(const Account& account, std::string_view path, TimePoint now) {
  if (account_of_link(path) != account.id) return std::nullopt;
  path.remove_prefix(kLinkPrefix.size());
  const auto parts = parts_of(path);
  if (parts.size() < 9) return std::nullopt;
  const auto claims =
      path.substr(0, static_cast<std::size_t>(parts[6].data() + parts[6].size() - path.data()));
  if (!equal_in_constant_time(parts[7], signature_of(account, claims))) return std::nullopt;
  if (to_ms(now) >= number(parts[1])) return std::nullopt;
  return LinkedFile{std::string{parts[2]}, std::string{parts[3]}, number(parts[4]), parts[5] == "1",
                    swapped(std::string{parts[6]}, ':', '/')};
}

}  // namespace hark::social
