#include "telemetry/board_power.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetmeter/telemetry.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

struct Module {
  std::string name;
  std::vector<std::string> rails;
  std::string rule;
  std::vector<std::size_t> summed;
};

class EveryModule : public testing::TestWithParam<Module> {};

TEST_P(EveryModule, HasItsOwnTotal) {
  const auto rule = find_board_power(GetParam().rails);
  ASSERT_TRUE(rule);
  EXPECT_EQ(rule->name, GetParam().rule);
  EXPECT_EQ(rule->rails, GetParam().summed);
  EXPECT_EQ(board_power_rule(GetParam().rails), GetParam().rule);
}

INSTANTIATE_TEST_SUITE_P(
    , EveryModule,
    testing::Values(
        Module{"OrinNanoAndNx", {"VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"}, "VDD_IN", {0}},
        Module{"AgxOrin",
               {"VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0", "VDDQ_VDD2_1V8AO"},
               "VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0",
               {0, 1, 2}},
        Module{"AgxThor", {"VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0", "VIN"}, "VIN", {3}},
        Module{"AgxThorWithoutVin",
               {"VDD_GPU", "VDD_CPU_SOC_MSS", "VIN_SYS_5V0"},
               "VDD_GPU + VDD_CPU_SOC_MSS + VIN_SYS_5V0",
               {0, 1, 2}},
        Module{"XavierNx", {"VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC"}, "VDD_IN", {0}},
        Module{"AgxXavier",
               {"GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V"},
               "GPU + CPU + SOC + CV + VDDRQ + SYS5V",
               {0, 1, 2, 3, 4, 5}},
        Module{"Nano", {"POM_5V_IN", "POM_5V_GPU", "POM_5V_CPU"}, "POM_5V_IN", {0}},
        Module{
            "Tx2",
            {"VDD_SYS_GPU", "VDD_SYS_SOC", "VDD_4V0_WIFI", "VDD_IN", "VDD_SYS_CPU", "VDD_SYS_DDR"},
            "VDD_IN",
            {3}}),
    [](const auto& test) { return test.param.name; });

TEST(BoardPower, TheOrderOfTheRailsDoesNotMatter) {
  const std::vector<std::string> rails{"VDDQ_VDD2_1V8AO", "VIN_SYS_5V0", "VDD_CPU_CV",
                                       "VDD_GPU_SOC"};
  const auto rule = find_board_power(rails);
  ASSERT_TRUE(rule);
  EXPECT_THAT(rule->rails, ElementsAre(3, 2, 1)) << "VDDQ is fed from VIN_SYS_5V0";
  EXPECT_EQ(rule->name, "VDD_GPU_SOC + VDD_CPU_CV + VIN_SYS_5V0");
}

TEST(BoardPower, IsUnknownWhenARailOfTheSumIsNotMeasured) {
  EXPECT_FALSE(find_board_power(std::vector<std::string>{"VDD_GPU_SOC", "VDD_CPU_CV"}));
  EXPECT_FALSE(
      find_board_power(std::vector<std::string>{"GPU", "CPU", "SOC", "CV", "VDDRQ", "NC"}));
  EXPECT_FALSE(find_board_power(std::vector<std::string>{"VDD_CPU_GPU_CV", "VDD_SOC"}));
}

TEST(BoardPower, UnknownRailsAreNeverSummed) {
  EXPECT_FALSE(find_board_power({}));
  EXPECT_FALSE(board_power_rule({}));
  EXPECT_FALSE(find_board_power(std::vector<std::string>{"power_meter"}));
  EXPECT_FALSE(find_board_power(std::vector<std::string>{"package-0", "dram"}));
  EXPECT_FALSE(find_board_power(std::vector<std::string>{"", "vdd_in", "VDD_IN ", "VDD_IN-2"}));
}

TEST(BoardPower, ARailMeasuredTwiceCountsOnce) {
  const std::vector<std::string> rails{"GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V", "GPU", "CPU-2"};
  EXPECT_THAT(find_board_power(rails)->rails, ElementsAre(0, 1, 2, 3, 4, 5));
}

}  // namespace
}  // namespace jetmeter
