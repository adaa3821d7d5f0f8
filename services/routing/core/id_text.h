#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

namespace hark::routing {

/// An id where it is needed, without a way through the heap: those that we make (30 characters) lie in place.
/// Longer ones are as good, and slower.
class IdText {
 public:
  IdText() = default;
  explicit IdText(std::string_view text) { *this = text; }
  IdText(const IdText& other) { *this = other; }
  IdText(IdText&& other) noexcept { swap(other); }
  ~IdText() { forget_long(); }

  IdText& operator=(const IdText& other) {
    if (size_ == kLong || other.size_ == kLong) return *this = other.view();
    std::memcpy(static_cast<void*>(this), &other, sizeof *this);
    return *this;
  }
  IdText& operator=(IdText&& other) noexcept {
    swap(other);
    return *this;
  }
  IdText& operator=(std::string_view text) {
    if (size_ == kLong || text.size() > kInPlaceMax) return assign_long(text);
    copy(place_, text.data(), text.size());
    size_ = static_cast<std::uint8_t>(text.size());
    return *this;
  }

  [[nodiscard]] std::string_view view() const {
    return size_ == kLong ? std::string_view{*long_text()} : std::string_view{place_, size_};
  }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor): it is one
  [[nodiscard]] std::string str() const { return std::string{view()}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

  friend bool operator==(const IdText& a, const IdText& b) { return a == b.view(); }
  friend bool operator==(const IdText& a, std::string_view b) {
    const std::string_view mine = a.view();
    return mine.size() == b.size() && same(mine.data(), b.data(), b.size());
  }

 private:
  static constexpr std::size_t kInPlaceMax = 31;
  static constexpr std::uint8_t kLong = 0xff;
  struct Half {
    std::uint64_t words[2];
    friend bool operator==(const Half&, const Half&) = default;
  };

  static Half half_at(const char* text) {
    Half half;
    std::memcpy(&half, text, sizeof half);
    return half;
  }
  /// Two halves that may overlap take less than a call of memcpy, or of memcmp.
  static void copy(char* to, const char* from, std::size_t size) {
    if (size < sizeof(Half)) {
      if (size > 0) std::memcpy(to, from, size);
      return;
    }
    const Half first = half_at(from), last = half_at(from + size - sizeof(Half));
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + size - sizeof(Half), &last, sizeof last);
  }
  static bool same(const char* a, const char* b, std::size_t size) {
    if (size < sizeof(Half) || size > kInPlaceMax) return size == 0 || std::memcmp(a, b, size) == 0;
    const std::size_t last = size - sizeof(Half);
    return half_at(a) == half_at(b) && half_at(a + last) == half_at(b + last);
  }

  [[nodiscard]] std::string* long_text() const {
    std::string* text = nullptr;
    std::memcpy(&text, place_, sizeof(std::string*));
    return text;
  }
  void forget_long() {
    if (size_ == kLong) delete long_text();
  }
  IdText& assign_long(std::string_view text) {
    std::string kept{text};
    forget_long();
    size_ = 0;
    if (kept.size() <= kInPlaceMax) return *this = std::string_view{kept};
    const auto* own = new std::string{std::move(kept)};
    std::memcpy(place_, &own, sizeof(std::string*));
    size_ = kLong;
    return *this;
  }
  void swap(IdText& other) noexcept {
    std::swap(place_, other.place_);
    std::swap(size_, other.size_);
  }

  /// The text, or a pointer to one that is longer.
  alignas(std::uint64_t) char place_[kInPlaceMax] = {};
  std::uint8_t size_ = 0;
};
static_assert(sizeof(IdText) == 32);

}  // namespace hark::routing
