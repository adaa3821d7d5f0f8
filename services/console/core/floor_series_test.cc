#include "console/core/floor_series.h"

#include <gtest/gtest.h>

namespace hark::console {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using Kind = FloorSeries::Kind;

constexpr TimePoint kNoon = from_ms(1'800'014'400'000);  // on a full hour

TEST(FloorSeries, CountsByFiveMinutesAndShowsEmptyStepsToo) {
  FloorSeries series;
  series.count(Kind::kArrived, kNoon - minutes{10}, kNoon);
  series.count(Kind::kArrived, kNoon, kNoon + minutes{4});
  series.count(Kind::kAnswered, kNoon + minutes{4}, kNoon + minutes{4});
  const auto steps = series.steps(1, 0, kNoon + minutes{4});
  ASSERT_EQ(steps.size(), 12U);
  EXPECT_EQ(steps[11].from, kNoon);
  EXPECT_EQ(steps[11].arrived, 1);
  EXPECT_EQ(steps[11].answered, 1);
  EXPECT_EQ(steps[10].arrived, 0);
  EXPECT_EQ(steps[9].arrived, 1);
}

TEST(FloorSeries, ReckonsTheQueueBackFromWhatItIsNow) {
  FloorSeries series;
  series.queue_changed(+3, kNoon - minutes{10}, kNoon);
  series.queue_changed(-1, kNoon - minutes{5}, kNoon);
  series.queue_changed(+2, kNoon, kNoon);
  const auto steps = series.steps(1, 5, kNoon);
  EXPECT_EQ(steps[11].waiting, 5);
  EXPECT_EQ(steps[10].waiting, 3);
  EXPECT_EQ(steps[9].waiting, 4);
  EXPECT_EQ(steps[8].waiting, 1);
}

TEST(FloorSeries, TakesPartitionsInAnyOrderAndAClockThatIsAhead) {
  FloorSeries series;
  series.count(Kind::kResolved, kNoon, kNoon);
  series.count(Kind::kResolved, kNoon - minutes{20}, kNoon);
  series.count(Kind::kResolved, kNoon + minutes{90}, kNoon);
  const auto steps = series.steps(1, 0, kNoon);
  EXPECT_EQ(steps[11].resolved, 2);
  EXPECT_EQ(steps[7].resolved, 1);
}

TEST(FloorSeries, LetsGoOfWhatIsOld) {
  FloorSeries series;
  series.count(Kind::kArrived, kNoon - hours{kSeriesHoursMax + 1}, kNoon);
  series.count(Kind::kArrived, kNoon, kNoon);
  const auto later = kNoon + hours{kSeriesHoursMax} + minutes{5};
  series.count(Kind::kArrived, later, later);
  int arrived = 0;
  for (const auto& step : series.steps(99, 0, later)) arrived += step.arrived;
  EXPECT_EQ(arrived, 1);
}

}  // namespace
}  // namespace hark::console
