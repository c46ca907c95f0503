#include "run/timeline.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Nanoseconds at(std::int64_t count) {
  return Nanoseconds(count);
}
constexpr TimeSpan span(std::int64_t from, std::int64_t to) {
  return {at(from), at(to)};
}

std::vector<HistoryPoint> points(std::initializer_list<std::pair<std::int64_t, double>> list) {
  std::vector<HistoryPoint> out;
  for (const auto& [time, value] : list) out.push_back({at(time), value});
  return out;
}

std::vector<TimeSpan> spans_of(const std::vector<SpanReading>& readings) {
  std::vector<TimeSpan> spans;
  for (const auto& reading : readings) spans.push_back(reading.span);
  return spans;
}

TEST(Merged, JoinsWhatTouchesAndDropsWhatIsEmpty) {
  EXPECT_THAT(merged({span(5, 7), span(0, 2), span(2, 3), span(6, 6), span(4, 8)}),
              ElementsAre(span(0, 3), span(4, 8)));
  EXPECT_THAT(merged({}), IsEmpty());
}

TEST(Clipped, KeepsWhatIsInside) {
  EXPECT_THAT(clipped({span(0, 3), span(4, 6), span(7, 9), span(10, 12)}, span(2, 8)),
              ElementsAre(span(2, 3), span(4, 6), span(7, 8)));
}

TEST(SpanReadings, SpeakForTheTimeSinceTheOneBefore) {
  const auto readings = span_readings(points({{10, 1}, {20, 2}, {35, 3}}));
  EXPECT_THAT(spans_of(readings), ElementsAre(span(-2, 10), span(10, 20), span(20, 35)));
  EXPECT_FALSE(readings[0].before);
  EXPECT_EQ(readings[2].before, 2);
}

TEST(SpanReadings, DoNotSpeakForAGap) {
  const auto readings = span_readings(points({{10, 1}, {20, 1}, {30, 1}, {61, 9}, {71, 9}}));
  EXPECT_EQ(readings[3].span, span(51, 61));
  EXPECT_FALSE(readings[3].before);
  EXPECT_EQ(readings[4].before, 9);
  EXPECT_EQ(span_readings(points({{10, 1}, {20, 1}, {30, 1}, {60, 9}}))[3].span, span(30, 60));
}

TEST(SpanReadings, ALoneOneSpeaksForNothing) {
  EXPECT_THAT(span_readings({}), IsEmpty());
  const auto readings = span_readings(points({{10, 1}}));
  EXPECT_EQ(readings.front().span, span(10, 10));
  EXPECT_THAT(spans_where(readings, [](const auto&) { return true; }), IsEmpty());
}

TEST(ValueAt, IsAbsentInAGapAndOutside) {
  const auto readings = span_readings(points({{10, 1}, {20, 2}, {30, 3}, {100, 4}}));
  EXPECT_EQ(value_at(readings, at(15)), 2);
  EXPECT_EQ(value_at(readings, at(20)), 2);
  EXPECT_EQ(value_at(readings, at(95)), 4);
  EXPECT_EQ(value_at(readings, at(60)), std::nullopt);
  EXPECT_EQ(value_at(readings, at(101)), std::nullopt);
  EXPECT_EQ(value_at({}, at(1)), std::nullopt);
}

TEST(ReadingsOf, PrefersTheKernelToTheTool) {
  Histories histories{{"tegrastats.load.gpu", points({{1, 7}})}};
  EXPECT_EQ(readings_of(histories, "load.gpu").front().value, 7);
  histories["load.gpu"] = points({{1, 8}});
  EXPECT_EQ(readings_of(histories, "load.gpu").front().value, 8);
  histories["load.gpu"].clear();
  EXPECT_EQ(readings_of(histories, "load.gpu").front().value, 7);
  EXPECT_THAT(readings_of(histories, "load"), IsEmpty());
}

TEST(SubjectsOf, NamesEachOnce) {
  const Histories histories{{"tegrastats.temperature.tj", points({{1, 7}})},
                            {"tegrastats.temperature.cpu", points({{1, 7}})},
                            {"temperature.tj", points({{1, 7}})},
                            {"temperature.nothing", {}},
                            {"power.VDD_IN", points({{1, 7}})}};
  EXPECT_THAT(subjects_of(histories, "temperature."), ElementsAre("cpu", "tj"));
}

TEST(HeldOver, ReachesToTheEndsOfATime) {
  const auto told = [](const std::vector<HistoryPoint>& points) {
    std::vector<std::pair<std::int64_t, double>> all;
    for (const auto& point : points) all.emplace_back(point.at.count(), point.value);
    return all;
  };
  using Point = std::pair<std::int64_t, double>;
  const auto some = points({{10, 1}, {20, 3}});
  EXPECT_THAT(told(held_over(some, span(5, 30))),
              ElementsAre(Point(5, 1), Point(10, 1), Point(20, 3), Point(30, 3)));
  EXPECT_THAT(told(held_over(some, span(10, 20))), ElementsAre(Point(10, 1), Point(20, 3)));
  EXPECT_THAT(told(held_over(some, span(12, 15))), ElementsAre(Point(10, 1), Point(20, 3)));
  EXPECT_THAT(held_over({}, span(0, 9)), IsEmpty());
}

TEST(MedianOf, IsAbsentForNothing) {
  EXPECT_EQ(median_of({}), std::nullopt);
  EXPECT_EQ(median_of({3, 1, 2}), 2);
  EXPECT_EQ(median_of({4, 1, 2, 3}), 2.5);
  EXPECT_EQ(median_of({7}), 7);
  EXPECT_EQ(median_of({9, 9, 1, 9, 1, 1}), 5);
}

}  // namespace
}  // namespace jetmeter
