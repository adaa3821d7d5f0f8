#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace hark::routing {

/// A set of small numbers (agents, lanes), one bit each. Grows as needed; what lies past its end is not in
/// it.
class Bits {
 public:
  void put(std::uint32_t n, bool in) {
    const std::size_t word = n / 64;
    if (word >= words_.size()) {
      if (!in) return;
      words_.resize(word + 1);
    }
    const auto bit = std::uint64_t{1} << (n % 64);
    words_[word] = in ? words_[word] | bit : words_[word] & ~bit;
  }
  [[nodiscard]] bool has(std::uint32_t n) const {
    const std::size_t word = n / 64;
    return word < words_.size() && ((words_[word] >> (n % 64)) & 1) != 0;
  }
  void clear() { words_.clear(); }
  [[nodiscard]] const std::vector<std::uint64_t>& words() const { return words_; }

  Bits& operator&=(const Bits& other) {
    if (words_.size() > other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }
  Bits& operator|=(const Bits& other) {
    if (words_.size() < other.words_.size()) words_.resize(other.words_.size());
    for (std::size_t i = 0; i < other.words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }
  Bits& subtract(const Bits& other) {
    const std::size_t both = words_.size() < other.words_.size() ? words_.size() : other.words_.size();
    for (std::size_t i = 0; i < both; ++i) words_[i] &= ~other.words_[i];
    return *this;
  }

  [[nodiscard]] std::size_t count() const {
    std::size_t n = 0;
    for (const std::uint64_t word : words_) n += static_cast<std::size_t>(std::popcount(word));
    return n;
  }

 private:
  std::vector<std::uint64_t> words_;
};

/// A set that is often nearly empty: which of its words have any bit is a set as well, so that the others are
/// not read.
class SparseBits {
 public:
  void put(std::uint32_t n, bool in) {
    bits_.put(n, in);
    const std::size_t word = n / 64;
    if (word < bits_.words().size()) used_.put(static_cast<std::uint32_t>(word), bits_.words()[word] != 0);
  }
  [[nodiscard]] const Bits& bits() const { return bits_; }
  [[nodiscard]] const Bits& used() const { return used_; }

 private:
  Bits bits_;
  /// Words of bits_ that are not zero.
  Bits used_;
};

/// Calls `visit(n)` for every n in both sets, in order, until it returns false.
template <class Visit>
void for_each_in_both(const Bits& a, const SparseBits& b, Visit visit) {
  const auto& all = a.words();
  const auto& few = b.bits().words();
  for (std::size_t group = 0; group < b.used().words().size(); ++group) {
    for (std::uint64_t used = b.used().words()[group]; used != 0; used &= used - 1) {
      const std::size_t word = group * 64 + static_cast<unsigned>(std::countr_zero(used));
      if (word >= all.size()) return;
      for (std::uint64_t bits = all[word] & few[word]; bits != 0; bits &= bits - 1) {
        if (!visit(static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(bits)))))
          return;
      }
    }
  }
}

inline std::size_t count_in_both(const Bits& a, const SparseBits& b) {
  const auto& all = a.words();
  const auto& few = b.bits().words();
  std::size_t n = 0;
  for (std::size_t group = 0; group < b.used().words().size(); ++group) {
    for (std::uint64_t used = b.used().words()[group]; used != 0; used &= used - 1) {
      const std::size_t word = group * 64 + static_cast<unsigned>(std::countr_zero(used));
      if (word >= all.size()) return n;
      n += static_cast<std::size_t>(std::popcount(all[word] & few[word]));
    }
  }
  return n;
}

/// Calls `visit(n)` for every n in both sets, in order, until it returns false.
template <class Visit>
void for_each_in_both(const Bits& a, const Bits& b, Visit visit) {
  const std::size_t words = a.words().size() < b.words().size() ? a.words().size() : b.words().size();
  for (std::size_t word = 0; word < words; ++word) {
    for (std::uint64_t bits = a.words()[word] & b.words()[word]; bits != 0; bits &= bits - 1) {
      if (!visit(static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(bits)))))
        return;
    }
  }
}

/// How many are in both, counted no further than the word in which `enough` is reached.
inline std::size_t count_in_both(const Bits& a, const Bits& b, std::size_t enough) {
  const std::size_t words = a.words().size() < b.words().size() ? a.words().size() : b.words().size();
  std::size_t n = 0;
  for (std::size_t word = 0; word < words && n < enough; ++word) {
    n += static_cast<std::size_t>(std::popcount(a.words()[word] & b.words()[word]));
  }
  return n;
}

}  // namespace hark::routing
