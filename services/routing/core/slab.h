#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace hark::routing {

/// Things of one sort that come and go, each at a number and an address that it keeps. A number that has
/// become free is given out again before new ones, the last freed first, so that what is in use stays
/// together.
template <class T>
class Slab {
 public:
  Slab() = default;
  Slab(const Slab&) = delete;
  Slab& operator=(const Slab&) = delete;
  ~Slab() {
    for_each([](T& thing) { std::destroy_at(&thing); });
  }

  /// A new thing and its number.
  template <class... Args>
  std::pair<std::uint32_t, T*> make(Args&&... args) {
    if (free_.empty()) {
      if (size_ % kBlock == 0) {
        blocks_.push_back(std::make_unique_for_overwrite<Block>());
        used_.resize(used_.size() + kBlock / 64);
      }
      free_.push_back(size_++);
    }
    const std::uint32_t number = free_.back();
    T* thing = std::construct_at(place(number), std::forward<Args>(args)...);
    free_.pop_back();
    used_[number / 64] |= bit(number);
    ++count_;
    return {number, thing};
  }

  void destroy(std::uint32_t number) {
    std::destroy_at(place(number));
    used_[number / 64] &= ~bit(number);
    free_.push_back(number);
    --count_;
  }

  [[nodiscard]] T& operator[](std::uint32_t number) { return *place(number); }
  [[nodiscard]] const T& operator[](std::uint32_t number) const { return *place(number); }
  /// Asks for the first bytes of a thing that will be needed soon, all cache lines at once.
  void prefetch(std::uint32_t number, std::size_t bytes = sizeof(T)) const {
    const auto* line = reinterpret_cast<const char*>(place(number));
    for (std::size_t at = 0; at < bytes; at += 64) __builtin_prefetch(line + at, 1);
  }
  [[nodiscard]] bool has(std::uint32_t number) const {
    return number < size_ && (used_[number / 64] & bit(number)) != 0;
  }
  /// In use.
  [[nodiscard]] std::size_t count() const { return count_; }
  /// Numbers are below this.
  [[nodiscard]] std::uint32_t size() const { return size_; }

  /// In the order of numbers.
  template <class Visit>
  void for_each(Visit visit) const {
    for (std::uint32_t number = 0; number < size_; ++number) {
      if (has(number)) visit(*place(number));
    }
  }

 private:
  static constexpr std::uint32_t kBlock = 512;
  struct Block {
    alignas(T) std::byte bytes[kBlock * sizeof(T)];
  };

  [[nodiscard]] T* place(std::uint32_t number) const {
    return std::launder(reinterpret_cast<T*>(blocks_[number / kBlock]->bytes)) + number % kBlock;
  }
  static std::uint64_t bit(std::uint32_t number) { return std::uint64_t{1} << (number % 64); }

  std::vector<std::unique_ptr<Block>> blocks_;
  /// One bit each.
  std::vector<std::uint64_t> used_;
  std::vector<std::uint32_t> free_;
  std::uint32_t size_ = 0;
  std::size_t count_ = 0;
};

}  // namespace hark::routing
