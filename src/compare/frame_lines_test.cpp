#include "compare/frame_lines.h"

#include <gmock/gmock.h>

#include <cmath>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::IsNan;
using testing::Key;

constexpr std::string_view kLine =
    R"({"slot":"rgb","pass":"measure","index":3,"id":"a \"b\", {c}","started_ns":5000000000,)"
    R"("acquire_ns":250000,"infer_ns":2000000,"latency_ns":2500000,"timestamp_ns":null,)"
    R"("detections":4})";

auto samples(std::initializer_list<std::string_view> lines) {
  FrameLines frames;
  for (const auto line : lines) frames.add(line);
  return frames.take();
}

TEST(FrameLines, EveryDurationIsAMetric) {
  const auto all = samples({kLine});
  const auto& rgb = all.at("rgb");
  EXPECT_THAT(rgb, ElementsAre(Key("index"), Key("latency_ms"), Key("stages_ms.acquire"),
                               Key("stages_ms.infer"), Key("started_seconds")));
  EXPECT_THAT(rgb.at("latency_ms"), ElementsAre(2.5));
  EXPECT_THAT(rgb.at("stages_ms.infer"), ElementsAre(2.0));
  EXPECT_THAT(rgb.at("stages_ms.acquire"), ElementsAre(0.25));
  EXPECT_THAT(rgb.at("index"), ElementsAre(3.0));
}

TEST(FrameLines, StartsCountFromTheFirstFrameToTheNanosecond) {
  const auto all = samples({R"({"slot":"rgb","started_ns":9007199254740993,"latency_ns":1})",
                            R"({"slot":"rgb","started_ns":9007199254740996,"latency_ns":1})"});
  EXPECT_THAT(all.at("rgb").at("started_seconds"), ElementsAre(0.0, testing::DoubleEq(3e-9)));
}

TEST(FrameLines, OnlyMeasuredFramesThatWereNotDropped) {
  const auto all =
      samples({R"({"slot":"rgb","pass":"solo","latency_ns":1000000})",
               R"({"slot":"rgb","pass":"measure","latency_ns":2000000})",
               R"({"slot":"rgb","pass":"measure","dropped":true,"latency_ns":3000000})",
               R"({"slot":"rgb","pass":"measure","dropped":false,"latency_ns":4000000})"});
  EXPECT_THAT(all.at("rgb").at("latency_ms"), ElementsAre(2.0, 4.0));
}

TEST(FrameLines, AStageThatAFrameLacksIsNoNumberThere) {
  const auto all = samples({R"({"slot":"a","latency_ns":1000000})",
                            R"({"slot":"a","latency_ns":2000000,"compute_ns":1500000})",
                            R"({"slot":"a","latency_ns":null,"compute_ns":1000000})"});
  EXPECT_THAT(all.at("a").at("latency_ms"), ElementsAre(1.0, 2.0, IsNan()));
  EXPECT_THAT(all.at("a").at("stages_ms.compute"), ElementsAre(IsNan(), 1.5, 1.0));
}

TEST(FrameLines, MomentsAreNoStages) {
  const auto all = samples(
      {R"({"slot":"a","latency_ns":1000000,"scheduled_ns":7,"timestamp_ns":8,"started_ns":9})"});
  EXPECT_THAT(all.at("a"), ElementsAre(Key("latency_ms"), Key("started_seconds")));
}

TEST(FrameLines, WhatTheScanDoesNotKnowGoesToTheParser) {
  const auto all = samples({R"({"slot":"r\u0067b","latency_ns":1e6,"boxes":[{"x":1}]})",
                            R"( { "slot" : "rgb" , "latency_ns" : 2.5e6 } )"});
  EXPECT_THAT(all.at("rgb").at("latency_ms"), ElementsAre(1.0, 2.5));
}

TEST(FrameLines, SkipsWhatIsNoFrame) {
  const std::string binary("\x00\xff{\"slot\":\x01", 11);
  for (const auto line :
       {std::string_view(), std::string_view("[]"), std::string_view("17"), std::string_view("{}"),
        std::string_view(R"({"slot":7,"latency_ns":"x"})"), std::string_view("{\"latency_ns\":"),
        std::string_view(R"({"slot":"rgb","latency_ns":NaN})"), std::string_view(binary),
        kLine.substr(0, kLine.size() - 1), kLine.substr(0, 60)})
    EXPECT_THAT(samples({line}), IsEmpty()) << line;
}

TEST(FrameLines, TellsDamageFromWhatIsNotItsBusiness) {
  FrameLines frames;
  for (const auto* line :
       {"", " \r", "{}", R"({"slot":"rgb","note":"x"})", R"({"slot":"a","latency_ns":null})",
        R"({"slot":"a","latency_ns":0})", R"({"slot":"a","pass":"solo","latency_ns":-1})",
        R"({"slot":"a","dropped":true,"given_up_ns":5,"latency_ns":-1})",
        R"({"slot":"a","latency_ns":5,"timestamp_ns":-1})"})
    EXPECT_TRUE(frames.add(line)) << line;
  for (const auto* line :
       {"null", "[]", "17", "{\"latency_ns\":", R"({"slot":"a","latency_ns":-1})",
        R"({"slot":"a","latency_ns":1e400})", R"({"slot":"a","latency_ns":-2.5e6})",
        R"({"slot":"a","latency_ns":5,"infer_ns":-1})", R"({"slot":"a","latency_ns":"5"})",
        R"({"slot":"a","latency_ns":true})", R"({"slot":"a","latency_ns":false})",
        R"({"slot":7,"latency_ns":5,"boxes":[]})"})
    EXPECT_FALSE(frames.add(line)) << line;
  EXPECT_THAT(frames.take().at("a").at("latency_ms"), ElementsAre(0.0, testing::DoubleEq(5e-6)));
}

TEST(FrameLines, EveryCutOfALineIsHarmless) {
  for (std::size_t n = 0; n < kLine.size(); ++n)
    EXPECT_THAT(samples({kLine.substr(0, n)}), IsEmpty()) << n;
}

TEST(FrameLines, NumbersBeyondAllBounds) {
  const auto all = samples(
      {R"({"slot":"a","started_ns":-9223372036854775808,"latency_ns":1000000})",
       R"({"slot":"a","started_ns":9223372036854775807,"latency_ns":99999999999999999999})"});
  EXPECT_THAT(all.at("a").at("latency_ms"), ElementsAre(1.0, testing::DoubleEq(1e14)));
  EXPECT_GT(all.at("a").at("started_seconds")[1], 1e10);
}

}  // namespace
}  // namespace jetmeter
