#include "email/core/native_id.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/core/check.h"
#include "base/core/utf8.h"
#include "email/core/ascii.h"
#include "email/core/charset.h"

namespace hark::email {
namespace {

constexpr std::size_t kHashBytes = 16;  // 32 hex digits
constexpr std::size_t kMessageIdBytesMax = 200;

constexpr auto kTraceNames = std::to_array<std::string_view>({"authentication-results",
                                                              "content-length",
                                                              "delivered-to",
                                                              "delivery-date",
                                                              "domainkey-signature",
                                                              "envelope-from",
                                                              "envelope-to",
                                                              "lines",
                                                              "received",
                                                              "received-spf",
                                                              "return-path",
                                                              "status",
                                                              "x-account-key",
                                                              "x-delivered-to",
                                                              "x-gm-message-state",
                                                              "x-imap",
                                                              "x-keywords",
                                                              "x-loop",
                                                              "x-mailbox-line",
                                                              "x-original-authentication-results",
                                                              "x-original-to",
                                                              "x-received",
                                                              "x-resolved-to",
                                                              "x-scanned-by",
                                                              "x-sieve",
                                                              "x-status",
                                                              "x-uid",
                                                              "x-uidl"});
static_assert(std::ranges::is_sorted(kTraceNames));

constexpr auto kTraceStarts = std::to_array<std::string_view>({"dkim-",
                                                               "arc-",
                                                               "x-arc-",
                                                               "x-spam",
                                                               "x-virus",
                                                               "x-amavis",
                                                               "x-rspamd",
                                                               "x-envelope-",
                                                               "x-forefront-",
                                                               "x-ms-exchange-",
                                                               "x-microsoft-antispam",
                                                               "x-google-",
                                                               "x-mozilla-",
                                                               "x-proofpoint-",
                                                               "x-barracuda-",
                                                               "x-mimecast-",
                                                               "x-ironport-",
                                                               "x-greylist",
                                                               "x-authentication-",
                                                               "x-postfix-"});

class Sha256 {
 public:
  Sha256() : context_{EVP_MD_CTX_new()} {
    static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    HARK_CHECK(context_ && EVP_DigestInit_ex(context_.get(), sha256, nullptr) == 1);
  }

  void add(std::string_view bytes) {
    HARK_CHECK(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1);
  }

  // Lines as they would be with LF: many of them at once, as each call costs more than a line does.
  void add_text(std::string_view text) {
    std::array<char, 4096> lines;
    while (!text.empty()) {
      const auto piece = text.substr(0, lines.size());
      text.remove_prefix(piece.size());
      std::size_t size = 0;
      for (std::size_t i = 0; i < piece.size();) {
        const std::size_t end = std::min(piece.find('\r', i), piece.size());
        size = static_cast<std::size_t>(
            std::copy(piece.begin() + i, piece.begin() + end, lines.begin() + size) - lines.begin());
        const char after = end + 1 < piece.size() ? piece[end + 1] : (text.empty() ? '\0' : text.front());
        if (end < piece.size() && after != '\n') lines[size++] = '\r';
        i = end + 1;
      }
      add({lines.data(), size});
    }
  }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
    HARK_CHECK(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) == 1);
    std::string out;
    for (std::size_t i = 0; i < kHashBytes; ++i) {
      out += "0123456789abcdef"[digest[i] >> 4];
      out += "0123456789abcdef"[digest[i] & 15];
    }
    return out;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

std::string_view without_envelope(std::string_view raw) {
  const auto blank = [](char c) { return c == '\r' || c == '\n'; };
  while (!raw.empty() && blank(raw.front())) raw.remove_prefix(1);
  while (!raw.empty() && blank(raw.back())) raw.remove_suffix(1);
  if (raw.starts_with("From ") || raw.starts_with(">From ")) {
    const std::size_t end = raw.find('\n');
    raw.remove_prefix(end == std::string_view::npos ? raw.size() : end + 1);
  }
  return raw;
}

}  // namespace

bool is_trace_header(std::string_view name) {
  const std::string lower = ascii_lowered(ascii_trimmed(name));
  if (std::ranges::binary_search(kTraceNames, std::string_view{lower})) return true;
  return std::ranges::any_of(kTraceStarts, [&](std::string_view start) { return lower.starts_with(start); });
}

std::string native_id(std::string_view raw, std::string_view message_id) {
  raw = without_envelope(raw);
  Sha256 hash;
  bool skipping = false;
  while (!raw.empty()) {
    const std::size_t newline = raw.find('\n');
    const std::size_t end = newline == std::string_view::npos ? raw.size() : newline + 1;
    const std::string_view line = raw.substr(0, end);
    if (line == "\n" || line == "\r\n") break;
    const bool continued = line.front() == ' ' || line.front() == '\t';
    if (!continued) skipping = is_trace_header(line.substr(0, std::min(line.find(':'), line.size())));
    if (!skipping) hash.add_text(line);
    raw.remove_prefix(end);
  }
  hash.add_text(raw);
  const std::string_view id = first_bytes(message_id, kMessageIdBytesMax);
  return (id.empty() ? "gen-" : std::string{id} + "#") + hash.hex();
}

}  // namespace hark::email
