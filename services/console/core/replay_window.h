#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <list>
#include <optional>
#include <utility>
#include <vector>

namespace hark::console {

/// What a session was told lately, as much of it as is kept; the oldest goes first.
constexpr std::size_t kToldFramesMax = 512;
constexpr std::size_t kToldBytesMax = 512 * 1024;

/// Numbers what a page is told, 1, 2, 3 ..., and keeps the last of it, so that a page which lost its
/// connection goes on where it was.
template <class Frame>
class ReplayWindow {
 public:
  /// The offset of the next frame.
  [[nodiscard]] std::int64_t next() const { return first_ + static_cast<std::int64_t>(frames_.size()); }

  void add(Frame frame, std::size_t bytes) {
    frames_.emplace_back(std::move(frame), bytes);
    bytes_ += bytes;
    while (frames_.size() > kToldFramesMax || bytes_ > kToldBytesMax) {
      bytes_ -= frames_.front().second;
      frames_.pop_front();
      ++first_;
    }
  }

  /// Lets go of everything up to `offset`: the page has it.
  void forget(std::int64_t offset) {
    for (; !frames_.empty() && first_ <= offset; ++first_) {
      bytes_ -= frames_.front().second;
      frames_.pop_front();
    }
  }

  /// Everything after `offset`; nullopt if some of it is no longer kept, or the offset was never given.
  [[nodiscard]] std::optional<std::vector<Frame>> after(std::int64_t offset) const {
    if (offset < first_ - 1 || offset >= next()) return std::nullopt;
    std::vector<Frame> out;
    for (auto frame = std::next(frames_.begin(), offset + 1 - first_); frame != frames_.end(); ++frame)
      out.push_back(frame->first);
    return out;
  }

 private:
  std::list<std::pair<Frame, std::size_t>> frames_;
  std::size_t bytes_ = 0;
  std::int64_t first_ = 1;
};

}  // namespace hark::console
