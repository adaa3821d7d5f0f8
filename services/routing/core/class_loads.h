#pragma once

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

  void set_room(WorkClass c, int room) {
    (c < kChannels ? room_[c] : labelled_[c - kChannels].room) = static_cast<std::int16_t>(room);
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
