#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include "routing/core/work_class.h"

namespace hark::routing {

/// Of one agent, by class of work: the units that they carry, and those that one more ticket may cost now (0:
/// no offers).
///
/// Few centers have labels: what is counted by them lies elsewhere, out of the way of what every input reads.
class ClassLoads {
 public:
  [[nodiscard]] int room(WorkClass c) const {
    return c < kChannels ? room_[c] : labelled_[c - kChannels].room;
  }
  [[nodiscard]] int units(WorkClass c) const {
    return c < kChannels ? units_[c] : labelled_[c - kChannels].units;
  }
  [[nodiscard]] int units() const { return total_; }
  /// The classes of which there are any.
  [[nodiscard]] ClassMask working() const { return working_; }

  struct Room {
    /// The classes for which there is any.
    ClassMask classes = 0;
    /// Of some there is more than there was.
    bool more = false;
  };
  /// On channels that are open there is as much as `free(class)` says, on others none.
  template <class Free>
  Room set_rooms(ChannelMask open, std::size_t classes, Free free) {
    Room out;
    const auto set = [&](WorkClass c, std::size_t channel, std::int16_t& room) {
      const int now = ((open >> channel) & 1) != 0 ? std::max(free(c), 0) : 0;
      out.more |= now > room;
      out.classes |= ClassMask{now > 0} << c;
      room = static_cast<std::int16_t>(now);
    };
    for (WorkClass c = 0; c < kChannels; ++c) set(c, c, room_[c]);
    for (auto c = static_cast<WorkClass>(kChannels); c < classes; ++c)
      set(c, c % kChannels, labelled_[c - kChannels].room);
    return out;
  }
  void add(WorkClass c, int units) {
    int& carried = c < kChannels ? units_[c] : labelled_[c - kChannels].units;
    carried += units;
    total_ += units;
    working_ = (working_ & ~mask_of_class(c)) | (ClassMask{carried > 0} << c);
  }

  /// What was carried by the `before` labels is carried without one from now on; room by a label is what it
  /// is without.
  void change_labels(std::size_t before, std::size_t now) {
    for (std::size_t c = kChannels; c < before * kChannels; ++c) {
      if (const int carried = labelled_[c - kChannels].units; carried > 0) {
        add(static_cast<WorkClass>(c), -carried);
        add(static_cast<WorkClass>(c % kChannels), carried);
      }
    }
    labelled_ = now > 1 ? std::make_unique<Labelled[]>((now - 1) * kChannels) : nullptr;
    for (std::size_t c = kChannels; c < now * kChannels; ++c)
      labelled_[c - kChannels].room = room_[c % kChannels];
  }

 private:
  struct Labelled {
    int units = 0;
    std::int16_t room = 0;
  };

  std::array<int, kChannels> units_{};
  int total_ = 0;
  ClassMask working_ = 0;
  std::array<std::int16_t, kChannels> room_{};
  std::unique_ptr<Labelled[]> labelled_;
};

}  // namespace hark::routing
