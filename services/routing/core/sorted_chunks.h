#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hark::routing {

/// A sorted set of small values that lie side by side, some dozens to a chunk: what std::set does, with far
/// fewer ways through memory. Putting something in or out is logarithmic but for the moving of one chunk's
/// values; at either end, where lines and deadlines change most, it finds its place at once.
///
/// `T` is trivially copyable and its `<` total. Iterators end with the next change.
template <class T>
class SortedChunks {
  struct Chunk {
    /// A copy of items[0], so that chunks are searched without going into them.
    T first;
    std::vector<T> items;
  };

 public:
  static constexpr std::size_t kItemsPerChunkMax = 64;

  class Iterator {
   public:
    Iterator() = default;
    const T& operator*() const { return chunk_->items[item_]; }
    const T* operator->() const { return &**this; }
    Iterator& operator++() {
      if (++item_ == chunk_->items.size()) ++chunk_, item_ = 0;
      return *this;
    }
    friend bool operator==(const Iterator&, const Iterator&) = default;

   private:
    friend SortedChunks;
    explicit Iterator(const Chunk* chunk) : chunk_{chunk} {}
    const Chunk* chunk_ = nullptr;
    std::size_t item_ = 0;
  };

  [[nodiscard]] bool empty() const { return size_ == 0; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] Iterator begin() const { return Iterator{chunks_.data()}; }
  [[nodiscard]] Iterator end() const { return Iterator{chunks_.data() + (size_ == 0 ? 0 : chunks_.size())}; }

  /// Whether it was not in yet.
  bool insert(const T& value) {
    if (chunks_.empty()) chunks_.emplace_back();
    const std::size_t at = chunk_for(value);
    std::vector<T>& items = chunks_[at].items;
    const auto place = items.empty() || items.back() < value
                           ? items.end()
                           : std::lower_bound(items.begin(), items.end(), value);
    if (place != items.end() && !(value < *place)) return false;
    items.insert(place, value);
    chunks_[at].first = items.front();
    if (items.size() > kItemsPerChunkMax) split(at);
    ++size_;
    return true;
  }

  /// Whether it was in.
  bool erase(const T& value) {
    if (size_ == 0) return false;
    const std::size_t at = chunk_for(value);
    std::vector<T>& items = chunks_[at].items;
    const auto place = std::lower_bound(items.begin(), items.end(), value);
    if (place == items.end() || value < *place) return false;
    items.erase(place);
    --size_;
    if (!items.empty()) {
      chunks_[at].first = items.front();
    } else if (chunks_.size() > 1) {
      chunks_.erase(chunks_.begin() + static_cast<std::ptrdiff_t>(at));
    }
    return true;
  }

  void clear() {
    chunks_.clear();
    size_ = 0;
  }

 private:
  /// The last one that begins at or before the value.
  [[nodiscard]] std::size_t chunk_for(const T& value) const {
    if (chunks_.size() == 1 || value < chunks_[1].first) return 0;
    if (!(value < chunks_.back().first)) return chunks_.size() - 1;
    const auto after = std::upper_bound(chunks_.begin(), chunks_.end(), value,
                                        [](const T& v, const Chunk& c) { return v < c.first; });
    return static_cast<std::size_t>(after - chunks_.begin()) - 1;
  }

  /// In halves; what is put in at the end leaves full chunks behind.
  void split(std::size_t at) {
    const bool last = at + 1 == chunks_.size();
    Chunk right;
    std::vector<T>& items = chunks_[at].items;
    const auto middle = last ? std::prev(items.end()) : items.begin() + kItemsPerChunkMax / 2;
    right.items.assign(middle, items.end());
    right.first = right.items.front();
    items.erase(middle, items.end());
    if (last) items.shrink_to_fit();
    chunks_.insert(chunks_.begin() + static_cast<std::ptrdiff_t>(at) + 1, std::move(right));
  }

  std::vector<Chunk> chunks_;
  std::size_t size_ = 0;
};

}  // namespace hark::routing
