#include "run/sample_lines.h"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

LoadSample done() {
  LoadSample sample;
  sample.index = 41;
  sample.lane = 2;
  sample.scheduled_ns = 1'000'000'000'123;
  sample.began_ns = 1'000'000'000'200;
  sample.ended_ns = 1'000'000'001'000;
  sample.stages.set(Stage::enqueue, Nanoseconds(0));
  sample.stages.set(Stage::compute, Nanoseconds(790));
  return sample;
}

TEST(SampleLines, AreWhatWasMeasured) {
  SampleLines lines("model", "measure");
  lines.add(done());
  EXPECT_EQ(lines.text(),
            R"({"slot":"model","pass":"measure","index":41,"lane":2,)"
            R"("scheduled_ns":1000000000123,"started_ns":1000000000200,"latency_ns":877,)"
            R"("enqueue_ns":0,"compute_ns":790})");
}

TEST(SampleLines, OfWhatWasDroppedHaveNoLatency) {
  SampleLines lines("model", "measure");
  auto sample = done();
  sample.outcome = Outcome::dropped;
  lines.add(sample);
  EXPECT_EQ(lines.text(),
            R"({"slot":"model","pass":"measure","index":41,"lane":2,)"
            R"("scheduled_ns":1000000000123,"dropped":true,"given_up_ns":1000000001000})");
}

TEST(SampleLines, AreOneToASampleUntilTheyAreCleared) {
  SampleLines lines("model", "measure");
  EXPECT_EQ(lines.text(), "");
  lines.add(done());
  const std::string one(lines.text());
  lines.add(done());
  EXPECT_EQ(lines.text(), one + "\n" + one);
  lines.clear();
  lines.add(done());
  EXPECT_EQ(lines.text(), one);
}

TEST(SampleLines, AreJsonWhateverTheSlotIsCalledAndTheClockShows) {
  SampleLines lines("a \"b\"\n\xff", "measure");
  auto sample = done();
  sample.index = std::numeric_limits<std::int64_t>::max();
  sample.scheduled_ns = std::numeric_limits<std::int64_t>::min();
  sample.outcome = Outcome::dropped;
  lines.add(sample);
  const auto parsed = nlohmann::json::parse(lines.text());
  EXPECT_EQ(parsed["slot"].get<std::string>().substr(0, 6), "a \"b\"\n");
  EXPECT_EQ(parsed["index"], sample.index);
  EXPECT_EQ(parsed["scheduled_ns"], sample.scheduled_ns);
}

}  // namespace
}  // namespace jetmeter
