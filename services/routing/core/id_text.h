#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hark::routing {

/// An id where it is needed, without a way through the heap: those that we make (30 characters) lie in place.
/// Longer ones are as good, and slower.
class IdText {
 public:
  IdText() = default;
  explicit IdText(std::string_view text) { *this = text; }
  IdText(const IdText& other) : IdText{other.view()} {}
  IdText& operator=(const IdText& other) { return *this = other.view(); }
  IdText(IdText&&) = default;
  IdText& operator=(IdText&&) = default;
  ~IdText() = default;

  IdText& operator=(std::string_view text) {
    if (text.size() <= kInPlaceMax) {
      text.copy(short_, text.size());
      size_ = static_cast<std::uint8_t>(text.size());
      long_.reset();
    } else {
      long_ = std::make_unique<std::string>(text);
    }
    return *this;
  }

  [[nodiscard]] std::string_view view() const {
    return long_ ? std::string_view{*long_} : std::string_view{short_, size_};
  }
  operator std::string_view() const { return view(); }  // NOLINT(google-explicit-constructor): it is one
  [[nodiscard]] std::string str() const { return std::string{view()}; }
  [[nodiscard]] bool empty() const { return view().empty(); }

  friend bool operator==(const IdText& a, const IdText& b) { return a.view() == b.view(); }
  friend bool operator==(const IdText& a, std::string_view b) { return a.view() == b; }

 private:
  static constexpr std::size_t kInPlaceMax = 31;
  char short_[kInPlaceMax];
  std::uint8_t size_ = 0;
  std::unique_ptr<std::string> long_;
};

}  // namespace hark::routing
