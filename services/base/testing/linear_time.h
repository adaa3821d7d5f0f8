#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <ctime>

namespace hark::testing {

/// Succeeds if `work(make(8 * size))` takes about eight times the work of `work(make(size))`; quadratic work
/// takes sixty-four times as long. The process's CPU time is counted, so a busy machine makes no difference;
/// should a measurement be disturbed all the same, it is taken again, which turns nothing quadratic into
/// something linear. Choose `size` so that the smaller work takes a millisecond or more.
template <typename Make, typename Work>
::testing::AssertionResult takes_linear_time(std::size_t size, const Make& make, const Work& work) {
  constexpr int kAttempts = 5;
  constexpr std::clock_t kTimesMax = 24;  // as far from 8 as from 64
  const auto small_input = make(size);
  const auto large_input = make(8 * size);
  const auto time_of = [&](const auto& input) {
    const std::clock_t begin = std::clock();
    work(input);
    return std::clock() - begin;
  };
  std::clock_t small = 0;
  std::clock_t large = 0;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    small = time_of(small_input);
    large = time_of(large_input);
    if (large <= kTimesMax * small) return ::testing::AssertionSuccess();
  }
  return ::testing::AssertionFailure() << "eight times the input took " << large << " ticks, once took "
                                       << small << " (" << CLOCKS_PER_SEC << " a second)";
}

}  // namespace hark::testing
