#include "base/metrics/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace hark {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(Metrics, TheSameNameAndLabelsAreTheSameMetric) {
  Metrics metrics;
  metrics.counter("hark_email_mails_total", "Mails taken in.", {{"outcome", "accepted"}}).add();
  metrics.counter("hark_email_mails_total", "Mails taken in.", {{"outcome", "accepted"}}).add(2);
  metrics.counter("hark_email_mails_total", "Mails taken in.", {{"outcome", "refused"}}).add();
  const std::string page = metrics.text();
  EXPECT_THAT(
      page,
      HasSubstr("# HELP hark_email_mails_total Mails taken in.\n# TYPE hark_email_mails_total counter\n"));
  EXPECT_THAT(page, HasSubstr("hark_email_mails_total{outcome=\"accepted\"} 3\n"));
  EXPECT_THAT(page, HasSubstr("hark_email_mails_total{outcome=\"refused\"} 1\n"));
}

TEST(Metrics, GaugesGoUpAndDown) {
  Metrics metrics;
  const Gauge gauge = metrics.gauge("hark_console_sockets", "Open sockets.");
  gauge.set(5);
  gauge.add(-2);
  EXPECT_EQ(gauge.value(), 3);
  EXPECT_THAT(metrics.text(), HasSubstr("hark_console_sockets 3\n"));
}

TEST(Metrics, HistogramsCountIntoTheirBuckets) {
  Metrics metrics;
  const Histogram histogram =
      metrics.histogram("hark_redis_call_seconds", "Time of one call.", duration_buckets());
  histogram.observe(0.0015);
  histogram.observe(0.3);
  const std::string page = metrics.text();
  EXPECT_THAT(page, HasSubstr("hark_redis_call_seconds_count 2\n"));
  EXPECT_THAT(page, HasSubstr("hark_redis_call_seconds_bucket{le=\"0.001\"} 0\n"));
  EXPECT_THAT(page, HasSubstr("hark_redis_call_seconds_bucket{le=\"0.002\"} 1\n"));
  EXPECT_THAT(page, HasSubstr("hark_redis_call_seconds_bucket{le=\"+Inf\"} 2\n"));
}

TEST(Metrics, LabelsFromOutsideCannotGrowThePageWithoutBound) {
  Metrics metrics;
  for (std::size_t i = 0; i < 3 * kMetricLabelSetsMax; ++i) {
    metrics.counter("hark_web_requests_total", "Requests.", {{"path", "p" + std::to_string(i)}}).add();
  }
  const std::string page = metrics.text();
  EXPECT_EQ(static_cast<std::size_t>(std::ranges::count(page, '\n')), kMetricLabelSetsMax + 1 + 2);
  EXPECT_THAT(page, HasSubstr("{path=\"other\"} " + std::to_string(2 * kMetricLabelSetsMax)));
}

TEST(Metrics, LabelValuesAreEscaped) {
  Metrics metrics;
  metrics.gauge("hark_x", "X.", {{"account", "a\"b\nc"}}).set(1);
  EXPECT_THAT(metrics.text(), HasSubstr("hark_x{account=\"a\\\"b\\nc\"} 1\n"));
}

TEST(Metrics, CountsFromManyThreadsAddUp) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&metrics] {
        for (int i = 0; i < 1000; ++i)
          metrics.counter("hark_x_total", "X.", {{"half", i % 2 == 0 ? "even" : "odd"}}).add();
      });
    }
  }
  EXPECT_THAT(metrics.text(), HasSubstr("hark_x_total{half=\"even\"} 2000\n"));
}

TEST(MetricsDeathTest, AWrongNameIsOurBug) {
  Metrics metrics;
  EXPECT_DEATH((void)metrics.gauge("mails", "Mails."), "hark_");
  EXPECT_DEATH((void)metrics.counter("hark_mails", "Mails."), "_total");
}

}  // namespace
}  // namespace hark
