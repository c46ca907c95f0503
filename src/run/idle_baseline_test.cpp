#include "run/idle_baseline.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::Optional;

constexpr Nanoseconds kSecond = std::chrono::seconds(1);
constexpr TimeSpan kIdle{Nanoseconds(0), 3 * kSecond};

// One reading a second, the first at the first second.
std::vector<HistoryPoint> readings(std::initializer_list<double> values) {
  std::vector<HistoryPoint> points;
  Nanoseconds at{0};
  for (const double value : values) points.push_back({at += kSecond, value});
  return points;
}

TEST(WhatWasBusy, IsNothingOnAMachineThatIsIdleOrSilent) {
  EXPECT_FALSE(what_was_busy({}, kIdle));
  EXPECT_FALSE(what_was_busy(
      {{"load.gpu", readings({0, 20, 40, 99})}, {"load.cpu", readings({5, 5, 5})}}, kIdle))
      << "20 %, not more; and what came later is ours";
  EXPECT_FALSE(what_was_busy({{"load.gpu", readings({99})}}, kIdle)) << "one reading";
}

TEST(WhatWasBusy, NamesTheGpuAndTheCpu) {
  EXPECT_THAT(what_was_busy({{"load.gpu", readings({99, 99, 99})}}, kIdle),
              Optional(std::string("the GPU was 99 % busy")));
  EXPECT_THAT(what_was_busy({{"load.gpu0", readings({30, 32, 31})},
                             {"load.cpu", readings({60, 60, 60})},
                             {"load.cpu0", readings({99, 99, 99})}},
                            kIdle),
              Optional(std::string("the GPU was 31 % busy and the CPU was 60 % busy")));
}

TEST(GpusWithLoad, AreThoseOfTheToolToo) {
  EXPECT_THAT(gpus_with_load({{"load.gpu1", readings({1})},
                              {"tegrastats.load.gpu", readings({1})},
                              {"load.cpu", readings({1})},
                              {"load.emc", readings({1})}}),
              ElementsAre("gpu", "gpu1"));
}

}  // namespace
}  // namespace jetmeter
