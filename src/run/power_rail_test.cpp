#include "run/power_rail.h"

#include <gmock/gmock.h>

namespace jetmeter {
namespace {

using testing::ElementsAre;

std::vector<ChannelReport> channels(std::initializer_list<std::string> names) {
  std::vector<ChannelReport> all;
  for (const auto& name : names) all.push_back({name, Unit::watt, 0, {}, {}, {}, {}, {}});
  return all;
}

// "NAME: CHANNEL CHANNEL" of each rail, in their order.
std::vector<std::string> rails(std::initializer_list<std::string> names, std::string_view device) {
  std::vector<std::string> all;
  for (const auto& rail : power_rails(channels(names), device)) {
    all.push_back(rail.name + ":");
    for (const auto& channel : rail.channels) all.back() += " " + channel;
  }
  return all;
}

TEST(PowerRail, OfAJetsonIsItsBoardWhateverTheSlotRunsOn) {
  for (const auto* device : {"cpu", "cuda:0", "tensorrt:0", "openvino"})
    EXPECT_THAT(
        rails({"power.VDD_IN", "power.VDD_CPU_GPU_CV", "power.VDD_SOC", "power.board"}, device),
        ElementsAre("VDD_IN: power.board"));
}

TEST(PowerRail, OfHwmonGoesBeforeWhatTegrastatsSaysOfTheSameBoard) {
  EXPECT_THAT(rails({"tegrastats.power.VDD_IN", "tegrastats.power.VDD_SOC",
                     "tegrastats.power.board", "power.VDD_IN", "power.board"},
                    "cuda:0"),
              ElementsAre("VDD_IN: power.board", "VDD_IN (tegrastats): tegrastats.power.board"));
}

TEST(PowerRail, OfABoardThatOnlyTegrastatsMeasures) {
  EXPECT_THAT(
      rails({"tegrastats.power.VDD_GPU_SOC", "tegrastats.power.VDD_CPU_CV",
             "tegrastats.power.VIN_SYS_5V0", "tegrastats.power.board"},
            "cuda:0"),
      ElementsAre("VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0 (tegrastats): tegrastats.power.board"));
}

TEST(PowerRail, OfAMachineIsItsMeterThenWhatTheSlotRunsOn) {
  const auto all = {std::string("power.power_meter"), std::string("power.package-0"),
                    std::string("power.core"), std::string("power.gpu0"),
                    std::string("power.gpu1")};
  EXPECT_THAT(rails(all, "cpu"), ElementsAre("power_meter (whole machine): power.power_meter",
                                             "CPU package (RAPL): power.package-0"));
  EXPECT_THAT(rails(all, "cuda:1"), ElementsAre("power_meter (whole machine): power.power_meter",
                                                "GPU 1 (NVML): power.gpu1"));
}

TEST(PowerRail, OfSeveralMetersIsNotKnownToBeTheMachine) {
  EXPECT_THAT(rails({"power.power_meter", "power.power_meter-2", "power.package-0"}, "cpu"),
              ElementsAre("CPU package (RAPL): power.package-0"));
}

TEST(PowerRail, OfACpuSumsPackagesAndNothingThatIsInThem) {
  EXPECT_THAT(rails({"power.package-0", "power.package-0-core", "power.package-0-dram",
                     "power.package-1", "power.package-1-core", "power.psys"},
                    "cpu"),
              ElementsAre("2 CPU packages (RAPL): power.package-0 power.package-1"));
  EXPECT_THAT(rails({"power.package-0-die-0", "power.package-0-die-1"}, "cpu"),
              ElementsAre("2 CPU packages (RAPL): power.package-0-die-0 power.package-0-die-1"));
}

TEST(PowerRail, OfAGpuIsNeverThatOfAnotherDevice) {
  EXPECT_THAT(rails({"power.gpu0", "power.package-0"}, "cuda"),
              ElementsAre("GPU 0 (NVML): power.gpu0"));
  EXPECT_THAT(rails({"power.gpu0", "power.package-0"}, "cuda:1"), ElementsAre());
  EXPECT_THAT(rails({"power.gpu0", "power.package-0"}, "rocm"), ElementsAre());
  EXPECT_THAT(rails({"power.gpu0", "power.package-0"}, ""), ElementsAre());
}

TEST(PowerRail, IsNoneWhereOnlyPartsAreMeasured) {
  EXPECT_THAT(rails({"power.VDD_SOC", "power.core", "power.BAT0", "temperature.cpu"}, "cpu"),
              ElementsAre());
}

TEST(PowerRail, AnyTellsWhetherThereIsAnIdleToMeasure) {
  EXPECT_TRUE(any_power_rail(channels({"power.board", "power.VDD_IN"})));
  EXPECT_TRUE(any_power_rail(channels({"power.power_meter"})));
  EXPECT_TRUE(any_power_rail(channels({"power.package-0"})));
  EXPECT_TRUE(any_power_rail(channels({"power.gpu3"})));
  EXPECT_TRUE(any_power_rail(channels({"tegrastats.power.VDD_IN", "tegrastats.power.board"})));
  EXPECT_FALSE(any_power_rail(channels({"power.core", "power.gpu_sensor", "load.cpu"})));
  EXPECT_FALSE(any_power_rail({}));
}

TEST(PowerRail, PartsAddUpForAsLongAsAllAreTold) {
  const std::vector<std::optional<Energy>> two{Energy{20, 2}, Energy{30, 1}};
  const auto sum = sum_of(two);
  ASSERT_TRUE(sum);
  EXPECT_DOUBLE_EQ(sum->covered_seconds, 1);
  EXPECT_DOUBLE_EQ(sum->joules, 40);
  const std::vector<std::optional<Energy>> one_silent{Energy{20, 2}, std::nullopt};
  EXPECT_FALSE(sum_of(one_silent));
  EXPECT_FALSE(sum_of({}));
}

}  // namespace
}  // namespace jetmeter
