#include "telemetry/tegrastats_channels.h"

#include <gtest/gtest.h>

#include <map>

#include "support/watch_heap.h"
#include "telemetry/test_tegrastats_lines.h"

namespace jetmeter {
namespace {

constexpr const char* kBoard = "tegrastats.power.board";

// What the channels of the line `first` say of the line `text`.
std::map<std::string, std::optional<double>> said(std::string_view first, std::string_view text) {
  TegrastatsLine line;
  EXPECT_TRUE(parse_tegrastats(first, line)) << first;
  const TegrastatsChannels fields(line);
  EXPECT_TRUE(parse_tegrastats(text, line)) << text;
  std::vector<std::optional<double>> values(fields.channels().size());
  fields.fill(line, values);
  std::map<std::string, std::optional<double>> all;
  for (std::size_t i = 0; i < values.size(); ++i) all[fields.channels()[i].name] = values[i];
  return all;
}
std::map<std::string, std::optional<double>> said(std::string_view text) {
  return said(text, text);
}

TEST(TegrastatsChannels, BoardIsTheRailThatFeedsTheOthers) {
  EXPECT_NEAR(
      *said("RAM 1/2MB VDD_CPU_GPU_CV 7104mW/1mW VDD_IN 16321mW/1mW VDD_SOC 3120mW/1mW").at(kBoard),
      16.321, 1e-9);
  EXPECT_NEAR(*said("RAM 1/2MB POM_5V_IN 1750/1628 POM_5V_GPU 0/0 POM_5V_CPU 366/406").at(kBoard),
              1.75, 1e-9);
}

TEST(TegrastatsChannels, BoardOfThorIsItsInputWhereThatIsTold) {
  const std::string three =
      "RAM 1/2MB VDD_GPU 37528mW/37528mW VDD_CPU_SOC_MSS 18961mW/18961mW "
      "VIN_SYS_5V0 18331mW/18331mW";
  EXPECT_NEAR(*said(three + " VIN 87426mW/43713mW").at(kBoard), 87.426, 1e-9);
  EXPECT_NEAR(*said(three).at(kBoard), 74.820, 1e-9);
}

TEST(TegrastatsChannels, BoardOfAgxOrinLeavesOutWhatAnotherRailFeeds) {
  EXPECT_NEAR(*said("RAM 1/2MB VDD_GPU_SOC 2399mW/1mW VDD_CPU_CV 400mW/1mW VIN_SYS_5V0 4032mW/1mW "
                    "NC 0mW/0mW VDDQ_VDD2_1V8AO 301mW/301mW NC 0mW/0mW")
                   .at(kBoard),
              6.831, 1e-9);
}

TEST(TegrastatsChannels, BoardIsUnknownWithoutARailOfItsSum) {
  const std::string_view whole =
      "RAM 1/2MB VDD_GPU_SOC 2000mW/1mW VDD_CPU_CV 400mW/1mW VIN_SYS_5V0 4000mW/1mW";
  const std::string_view part = "RAM 1/2MB VDD_GPU_SOC 2000mW/1mW VDD_CPU_CV 400mW/1mW";
  EXPECT_EQ(said(whole, part).at(kBoard), std::nullopt);
  EXPECT_EQ(said(part).count(kBoard), 0U);
  EXPECT_EQ(said("RAM 1/2MB board 5mW/5mW").count(kBoard), 0U) << "a rail of that name is a rail";
}

// Without root the tool writes a load of 0 and no clock, whatever the memory does.
TEST(TegrastatsChannels, MemoryControllerWithoutAClockTellsNoLoadOfZero) {
  EXPECT_EQ(said("RAM 1/2MB EMC_FREQ 0% GR3D_FREQ 0%").at("tegrastats.load.emc"), std::nullopt);
  EXPECT_EQ(said("RAM 1/2MB EMC_FREQ 0% GR3D_FREQ 0%").at("tegrastats.load.gpu"), 0.0);
  EXPECT_EQ(said("RAM 1/2MB EMC_FREQ 0%@204").at("tegrastats.load.emc"), 0.0);
  EXPECT_EQ(said("RAM 1/2MB EMC_FREQ 7%").at("tegrastats.load.emc"), 7.0);
}

TEST(TegrastatsChannels, WhatIsGatedHasNoClock) {
  const auto gated = said("RAM 1/2MB EMC_FREQ 0%@0 GR3D_FREQ 0%@0 GR3D2_FREQ 0%@0 NVDEC0_FREQ @0");
  for (const auto* clock : {"emc", "gpu", "nvdec0"})
    EXPECT_EQ(gated.at(std::string("tegrastats.clock.") + clock), std::nullopt) << clock;
  EXPECT_EQ(gated.at("tegrastats.load.gpu"), 0.0);
  EXPECT_EQ(gated.at("tegrastats.load.emc"), std::nullopt);
  EXPECT_EQ(said("RAM 1/2MB GR3D_FREQ @[0,0,0]").at("tegrastats.clock.gpu"), std::nullopt);
  EXPECT_EQ(said("RAM 1/2MB GR3D_FREQ 1%@0 GR3D2_FREQ 1%@204").at("tegrastats.clock.gpu"), 204e6);
}

TEST(TegrastatsChannels, FillingAllocatesNothing) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands where the heap would be watched";
  TegrastatsLine line;
  for (const auto& published : kPublishedLines) {
    ASSERT_TRUE(parse_tegrastats(published.text, line));
    const TegrastatsChannels fields(line);
    std::vector<std::optional<double>> values(fields.channels().size());
    EXPECT_EQ(watch_heap([&] { fields.fill(line, values); }).allocations, 0) << published.board;
  }
}

}  // namespace
}  // namespace jetmeter
