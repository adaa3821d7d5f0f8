#include "routing/passwords.h"

#include <sodium.h>

#include <array>
#include <utility>

namespace hark::routing {
namespace {

using Text = std::array<char, crypto_pwhash_STRBYTES>;

std::string slow_hash(const std::string& password) {
  Text text{};
  if (crypto_pwhash_str(text.data(), password.data(), password.size(), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                        crypto_pwhash_MEMLIMIT_INTERACTIVE) != 0) {
    return "";  // out of memory
  }
  return text.data();
}

bool slow_match(const std::string& hash, const std::string& password) {
  if (hash.empty()) {
    slow_hash(password);
    return false;
  }
  if (hash.size() >= crypto_pwhash_STRBYTES) return false;
  Text text{};
  std::copy(hash.begin(), hash.end(), text.begin());
  return crypto_pwhash_str_verify(text.data(), password.data(), password.size()) == 0;
}

/// Counts a caller for as long as it waits.
class Waiting {
 public:
  explicit Waiting(int& count) : count_{++count} {}
  ~Waiting() { --count_; }
  Waiting(const Waiting&) = delete;
  Waiting& operator=(const Waiting&) = delete;

 private:
  int& count_;
};

Error overloaded() {
  return {Code::kResourceExhausted, Reason::kOverloaded, "too many sign-ins at once; try again in a moment"};
}

}  // namespace

Passwords::Passwords() { HARK_CHECK(sodium_init() >= 0); }

Task<Result<std::string>> Passwords::hash(std::string password) {
  if (waiting_ >= kWaitingMax) co_return overloaded();
  const Waiting waiting{waiting_};
  auto hash = co_await run_blocking(pool_, [password = std::move(password)] { return slow_hash(password); });
  if (hash.empty()) co_return overloaded();
  co_return hash;
}

Task<Result<bool>> Passwords::matches(std::string hash, std::string password) {
  if (waiting_ >= kWaitingMax) co_return overloaded();
  const Waiting waiting{waiting_};
  co_return co_await run_blocking(
      pool_, [hash = std::move(hash), password = std::move(password)] { return slow_match(hash, password); });
}

}  // namespace hark::routing
