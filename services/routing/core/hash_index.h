#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

namespace hark::routing {

/// Finds things by a hash: a flat table of hashes and numbers. The things themselves, and what tells them
/// apart, are kept elsewhere. Nobody goes through it, so no order ever depends on a hash.
class HashIndex {
 public:
  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  static std::uint32_t hash_of(std::string_view text) {
    std::uint64_t hash = text.size();
    const auto mix = [&](std::uint64_t part) {
      const auto product = static_cast<Wide>(hash ^ part) * 0x9e3779b97f4a7c15ULL;
      hash = static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
    };
    const auto part_at = [&](std::size_t at) {
      std::uint64_t part = 0;
      std::memcpy(&part, text.data() + at, sizeof part);
      return part;
    };
    if (text.size() >= 8) {
      for (std::size_t at = 0; at + 8 < text.size(); at += 8) mix(part_at(at));
      mix(part_at(text.size() - 8));
    } else {
      std::uint64_t rest = 0;
      for (const char c : text) rest = rest << 8 | static_cast<unsigned char>(c);
      mix(rest);
    }
    mix(0x2545f4914f6cdd1dULL);
    return static_cast<std::uint32_t>(hash);
  }

  /// The number with this hash for which `is(number)` holds.
  template <class Is>
  [[nodiscard]] std::uint32_t find(std::uint32_t hash, Is is) const {
    if (count_ == 0) return kNone;
    for (std::size_t at = hash & mask(); slots_[at].number != kNone; at = (at + 1) & mask()) {
      if (slots_[at].hash == hash && is(slots_[at].number)) return slots_[at].number;
    }
    return kNone;
  }

  /// Every number with this hash, in no order.
  template <class Visit>
  void for_each(std::uint32_t hash, Visit visit) const {
    if (count_ == 0) return;
    for (std::size_t at = hash & mask(); slots_[at].number != kNone; at = (at + 1) & mask()) {
      if (slots_[at].hash == hash) visit(slots_[at].number);
    }
  }

  /// It is not in yet.
  void insert(std::uint32_t hash, std::uint32_t number) {
    if ((count_ + 1) * 3 > slots_.size() * 2) grow();
    put({hash, number});
    ++count_;
  }

  /// It is in.
  void erase(std::uint32_t hash, std::uint32_t number) {
    std::size_t hole = hash & mask();
    while (slots_[hole].number != number || slots_[hole].hash != hash) hole = (hole + 1) & mask();
    // What follows moves up where that brings it nearer to its own place.
    for (std::size_t at = (hole + 1) & mask(); slots_[at].number != kNone; at = (at + 1) & mask()) {
      const std::size_t home = slots_[at].hash & mask();
      if (((at - home) & mask()) < ((at - hole) & mask())) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole].number = kNone;
    --count_;
  }

 private:
  __extension__ using Wide = unsigned __int128;
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number = kNone;
  };

  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }

  void put(Slot slot) {
    std::size_t at = slot.hash & mask();
    while (slots_[at].number != kNone) at = (at + 1) & mask();
    slots_[at] = slot;
  }

  void grow() {
    const std::vector<Slot> old =
        std::exchange(slots_, std::vector<Slot>(slots_.empty() ? 16 : slots_.size() * 2));
    for (const Slot& slot : old) {
      if (slot.number != kNone) put(slot);
    }
  }

  /// A power of two of them.
  std::vector<Slot> slots_;
  std::size_t count_ = 0;
};

}  // namespace hark::routing
