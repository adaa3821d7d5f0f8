#pragma once

#include <array>
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

/// Some sets of the same small numbers, each often nearly empty. Their words lie side by side, so that a
/// number goes into all of them at once; and which words of a set have any bit is a set as well, so that the
/// others are not read.
template <std::size_t kSets>
class SparseBits {
 public:
  /// Into the sets whose bit in `sets` is one, and out of the others.
  void put(std::uint32_t n, std::uint32_t sets) {
    const std::size_t word = n / 64;
    if (word >= words_.size()) {
      if (sets == 0) return;
      words_.resize(word + 1);
      used_.resize(word / 64 + 1);
    }
    const auto put_bit = [](std::uint64_t& bits, std::size_t at, bool in) {
      bits = (bits & ~(std::uint64_t{1} << at)) | (std::uint64_t{in} << at);
    };
    for (std::size_t set = 0; set < kSets; ++set) {
      put_bit(words_[word][set], n % 64, ((sets >> set) & 1) != 0);
      put_bit(used_[word / 64][set], word % 64, words_[word][set] != 0);
    }
  }

  /// Calls `visit(n)` for every n in the set and in `other`, in order, until it returns false.
  template <class Visit>
  void for_each_in_both(std::size_t set, const Bits& other, Visit visit) const {
    for_each_word(set, other, [&](std::size_t word, std::uint64_t bits) {
      for (; bits != 0; bits &= bits - 1) {
        if (!visit(static_cast<std::uint32_t>(word * 64 + static_cast<unsigned>(std::countr_zero(bits)))))
          return false;
      }
      return true;
    });
  }

  [[nodiscard]] std::size_t count_in_both(std::size_t set, const Bits& other) const {
    std::size_t n = 0;
    for_each_word(set, other, [&](std::size_t, std::uint64_t bits) {
      n += static_cast<std::size_t>(std::popcount(bits));
      return true;
    });
    return n;
  }

 private:
  template <class Visit>
  void for_each_word(std::size_t set, const Bits& other, Visit visit) const {
    const auto& all = other.words();
    for (std::size_t group = 0; group < used_.size(); ++group) {
      for (std::uint64_t used = used_[group][set]; used != 0; used &= used - 1) {
        const std::size_t word = group * 64 + static_cast<unsigned>(std::countr_zero(used));
        if (word >= all.size() || !visit(word, all[word] & words_[word][set])) return;
      }
    }
  }

  using Words = std::array<std::uint64_t, kSets>;
  std::vector<Words> words_;
  /// Which of them are not zero.
  std::vector<Words> used_;
};

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
