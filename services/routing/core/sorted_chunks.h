#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace hark::routing {

/// A sorted set of small values that lie side by side, some dozens to a chunk: what std::set does, with far
/// fewer ways through memory. Putting something in or out is logarithmic but for the moving of one chunk's
/// values; at either end, where lines and deadlines change most, nothing is searched or moved.
///
/// `T` is trivially copyable and its `<` total. Iterators end with the next change.
template <class T>
class SortedChunks {
  struct Chunk {
    /// A copy of its first value, so that chunks are searched without going into them.
    T first;
    std::vector<T> items;
    /// Items before this one are gone.
    std::size_t gone = 0;

    [[nodiscard]] auto begin() { return items.begin() + static_cast<std::ptrdiff_t>(gone); }
    [[nodiscard]] std::size_t size() const { return items.size() - gone; }
  };

 public:
  static constexpr std::size_t kItemsPerChunkMax = 64;

  class Iterator {
   public:
    const T& operator*() const { return chunk_->items[chunk_->gone + item_]; }
    const T* operator->() const { return &**this; }
    Iterator& operator++() {
      if (++item_ == chunk_->size()) ++chunk_, item_ = 0;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend SortedChunks;
    explicit Iterator(const Chunk* chunk) : chunk_{chunk} {}
    const Chunk* chunk_;
    std::size_t item_ = 0;
  };

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Iterator begin() const { return Iterator{chunks_.data() + gone_}; }
  [[nodiscard]] Iterator end() const { return Iterator{chunks_.data() + (empty() ? 0 : chunks_.size())}; }

  /// Whether it was not in yet.
  bool insert(const T& value) {
    if (chunks_.empty()) chunks_.emplace_back();
    const std::size_t at = chunk_for(value);
    Chunk& chunk = chunks_[at];
    auto place = chunk.items.end();
    if (chunk.size() > 0 && !(chunk.items.back() < value)) {
      place = std::lower_bound(chunk.begin(), chunk.items.end(), value);
      if (!(value < *place)) return false;
    }
    if (place == chunk.begin()) chunk.first = value;
    if (place == chunk.begin() && chunk.gone > 0) {
      chunk.items[--chunk.gone] = value;
    } else {
      chunk.items.insert(place, value);
    }
    if (chunk.items.size() > kItemsPerChunkMax) make_room(at);
    ++size_;
    return true;
  }

  /// Whether it was in.
  bool erase(const T& value) {
    if (empty()) return false;
    const std::size_t at = chunk_for(value);
    Chunk& chunk = chunks_[at];
    const auto place = std::lower_bound(chunk.begin(), chunk.items.end(), value);
    if (place == chunk.items.end() || value < *place) return false;
    --size_;
    if (place != chunk.begin()) {
      chunk.items.erase(place);
    } else if (++chunk.gone < chunk.items.size()) {
      chunk.first = chunk.items[chunk.gone];
    } else if (chunks_.size() - gone_ > 1) {
      erase_chunk(at);
    } else {
      chunk.items.clear();
      chunk.gone = 0;
    }
    return true;
  }

  /// How many come before the value: as many steps as there are chunks.
  [[nodiscard]] std::size_t count_before(const T& value) const {
    if (empty()) return 0;
    const std::size_t at = chunk_for(value);
    std::size_t n = 0;
    for (std::size_t i = gone_; i < at; ++i) n += chunks_[i].size();
    const auto begin = chunks_[at].items.begin() + static_cast<std::ptrdiff_t>(chunks_[at].gone);
    return n + static_cast<std::size_t>(std::lower_bound(begin, chunks_[at].items.end(), value) - begin);
  }

  void clear() {
    chunks_.clear();
    gone_ = 0;
    size_ = 0;
  }

 private:
  /// The last one that begins at or before the value.
  [[nodiscard]] std::size_t chunk_for(const T& value) const {
    if (chunks_.size() - gone_ == 1 || value < chunks_[gone_ + 1].first) return gone_;
    if (!(value < chunks_.back().first)) return chunks_.size() - 1;
    const auto after =
        std::upper_bound(chunks_.begin() + static_cast<std::ptrdiff_t>(gone_), chunks_.end(), value,
                         [](const T& v, const Chunk& chunk) { return v < chunk.first; });
    return static_cast<std::size_t>(after - chunks_.begin()) - 1;
  }

  /// One of several. Those before which there is none are cleared away together, once they are half of all.
  void erase_chunk(std::size_t at) {
    if (at != gone_) {
      chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
      return;
    }
    chunks_[gone_].items = {};
    if (++gone_ * 2 < chunks_.size()) return;
    chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(gone_));
    gone_ = 0;
  }

  /// Of a chunk with one item too many: what is gone makes way, or else it becomes two. The last one splits
  /// off its newest alone, so that what grows at the end leaves full chunks behind.
  void make_room(std::size_t at) {
    Chunk& chunk = chunks_[at];
    if (chunk.gone > 0) {
      chunk.items.erase(chunk.items.begin(), chunk.begin());
      chunk.gone = 0;
      return;
    }
    const bool last = at + 1 == chunks_.size();
    const auto middle = last ? std::prev(chunk.items.end()) : chunk.items.begin() + kItemsPerChunkMax / 2;
    Chunk right;
    right.items.reserve(kItemsPerChunkMax + 1);
    right.items.assign(middle, chunk.items.end());
    right.first = right.items.front();
    chunk.items.erase(middle, chunk.items.end());
    if (last && chunk.items.capacity() > kItemsPerChunkMax + 1) chunk.items.shrink_to_fit();
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(right));
  }

  std::vector<Chunk> chunks_;
  /// Chunks before this one are gone.
  std::size_t gone_ = 0;
  std::size_t size_ = 0;
};

}  // namespace hark::routing
