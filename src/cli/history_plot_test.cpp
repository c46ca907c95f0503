#include "cli/history_plot.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

WallTime hour(int h) {
  using namespace std::chrono;
  return WallTime(sys_days(2026y / 1 / 31) + hours(h));
}

PlotOptions ascii(std::string_view metric) {
  PlotOptions options;
  options.columns = 40;
  options.rows = 11;
  options.unicode = false;
  options.facts = metric_facts(metric);
  return options;
}

TEST(Plot, PutsPointsWhereTheyBelong) {
  const std::vector<PlotPoint> points{{hour(0), 10}, {hour(6), 14}, {hour(12), 12}, {hour(24), 18}};
  EXPECT_EQ(plot(points, ascii("latency_ms.p50")),
            "18 ms +                                *\n"
            "      |\n"
            "16 ms +\n"
            "      |\n"
            "14 ms +        *\n"
            "      |---------------------------------\n"
            "12 ms +                *\n"
            "      |\n"
            "10 ms +*\n"
            "      +---------------------------------\n"
            "       2026-01-31 00:00 2026-02-01 00:00\n");
}

TEST(Plot, OnePointStandsInTheMiddle) {
  const std::vector<PlotPoint> points{{hour(1), 100}};
  EXPECT_EQ(plot(points, ascii("throughput_fps")),
            "105 fps +\n"
            "        |\n"
            "        |\n"
            "        |\n"
            "100 fps +----------------*----------------\n"
            "        |\n"
            "        |\n"
            "        |\n"
            " 95 fps +\n"
            "        +---------------------------------\n"
            "                 2026-01-31 01:00\n");
}

TEST(Plot, EveryLineFitsWhateverTheValues) {
  for (const auto& values :
       {std::vector{0.0, 0.0}, std::vector{-5.0, 5.0}, std::vector{1e-9, 2e-9},
        std::vector{1e300, 1.5e300}, std::vector{3.0, 3.0000000001}, std::vector{-1.0, -1.0}}) {
    std::vector<PlotPoint> points;
    for (const double value : values)
      points.push_back({hour(static_cast<int>(points.size())), value});
    const auto text = plot(points, ascii(""));
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 11) << text;
    EXPECT_NE(text.find('*'), text.npos) << text;
    std::size_t longest = 0, start = 0;
    for (auto end = text.find('\n'); end != text.npos;
         start = end + 1, end = text.find('\n', start))
      longest = std::max(longest, end - start);
    EXPECT_LE(longest, 44U) << text;
  }
}

TEST(Plot, UsesLinesWhereTheTerminalHasThem) {
  auto options = ascii("latency_ms.p50");
  options.unicode = true;
  const std::vector<PlotPoint> points{{hour(0), 10}, {hour(24), 18}};
  const auto text = plot(points, options);
  for (const auto* glyph : {"●", "┄", "┤", "│", "└─"}) EXPECT_NE(text.find(glyph), text.npos);
}

TEST(MetricFacts, KnowUnitAndDirection) {
  const auto expect = [](std::string_view metric, std::string_view unit,
                         std::optional<Better> better) {
    EXPECT_EQ(metric_facts(metric).unit, unit) << metric;
    EXPECT_EQ(metric_facts(metric).better, better) << metric;
  };
  expect("latency_ms.p50", "ms", Better::lower);
  expect("stages_ms.infer.p99", "ms", Better::lower);
  expect("first_inference_ms", "ms", Better::lower);
  expect("throughput_fps", "fps", Better::higher);
  expect("fps_from_latency", "", std::nullopt);
  expect("memory.peak_bytes", "bytes", Better::lower);
  expect("energy.joules_per_frame", "J", Better::lower);
  expect("energy.mean_watts", "W", Better::lower);
  expect("accuracy.map50", "", Better::higher);
  expect("phases.load.seconds", "s", Better::lower);
  expect("detections.per_frame.mean", "", std::nullopt);
  expect("", "", std::nullopt);
  expect("...", "", std::nullopt);
}

TEST(MetricText, CarriesItsUnit) {
  EXPECT_EQ(metric_text(15.5, metric_facts("latency_ms.p50")), "15.5 ms");
  EXPECT_EQ(metric_text(1610612736, metric_facts("memory.peak_bytes")), "1.50 GiB");
  EXPECT_EQ(metric_text(0.8015, metric_facts("accuracy.map50")), "0.8015");
  EXPECT_EQ(metric_text(1.28, metric_facts("interference.factor")), "1.28x");
}

}  // namespace
}  // namespace jetmeter
