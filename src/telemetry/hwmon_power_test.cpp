#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind hwmon_power_source;
namespace {

Reading read_board(const BoardCopy& board) {
  const auto source = hwmon_power_source.open(board.host());
  EXPECT_TRUE(source) << source.error().what;
  return source ? read_once(**source) : Reading();
}

TEST(HwmonPower, MultipliesMillivoltsByMilliamps) {
  const BoardCopy board("orin-nano-super");
  const auto watts = read_board(board);
  // The published line says 16321, 7104 and 3120 mW.
  EXPECT_NEAR(*watts.at("power.VDD_IN"), 16.321, 0.005);
  EXPECT_NEAR(*watts.at("power.VDD_CPU_GPU_CV"), 7.104, 0.005);
  EXPECT_NEAR(*watts.at("power.VDD_SOC"), 3.120, 0.005);
  EXPECT_EQ(watts.size(), 3u) << "sums of shunts are no rails";
}

TEST(HwmonPower, LeavesOutChannelsThatAreNotConnected) {
  const BoardCopy board("orin-nano-super");
  board.write("/sys/class/hwmon/hwmon1/in3_label", "NC\n");
  EXPECT_EQ(read_board(board).size(), 2u);
}

TEST(HwmonPower, TakesTheLabelOfTheCurrentWhereTheVoltageHasNone) {
  const BoardCopy board("orin-nano-super");
  board.remove("/sys/class/hwmon/hwmon1/in3_label");
  board.write("/sys/class/hwmon/hwmon1/curr3_label", "VDD_SOC\n");
  EXPECT_TRUE(read_board(board).at("power.VDD_SOC"));
}

TEST(HwmonPower, OneUnreadableHalfMakesTheRailAbsent) {
  const BoardCopy board("orin-nano-super");
  board.write("/sys/class/hwmon/hwmon1/curr1_input", "");
  const auto watts = read_board(board);
  EXPECT_FALSE(watts.at("power.VDD_IN"));
  EXPECT_TRUE(watts.at("power.VDD_SOC"));
}

TEST(HwmonPower, ConvertsMicrowattsOfOtherChips) {
  const BoardCopy board("x86-host");
  EXPECT_NEAR(*read_board(board).at("power.power_meter"), 41.5, 1e-9);
}

TEST(HwmonPower, PrefersTheReadingToItsOwnAverage) {
  const BoardCopy board;
  const std::string chip = "/sys/class/hwmon/hwmon3/";
  board.write(chip + "name", "ina238\n");
  board.write(chip + "power1_input", "43713000\n");
  board.write(chip + "power1_average", "1000000\n");
  board.write(chip + "power1_label", "VIN\n");
  board.write(chip + "power1_crit", "9000000\n");
  const auto watts = read_board(board);
  ASSERT_EQ(watts.size(), 1u);
  EXPECT_NEAR(*watts.at("power.VIN"), 43.713, 1e-9);
}

TEST(HwmonPower, ReadsTheOlderDriverOfJetPack4) {
  const BoardCopy board;
  const std::string device = "/sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0/";
  board.write(device + "rail_name_0", "POM_5V_IN\n");
  board.write(device + "in_power0_input", "1750\n");
  board.write(device + "rail_name_1", "POM_5V_GPU\n");
  board.write(device + "in_power1_input", "0\n");
  const auto watts = read_board(board);
  EXPECT_NEAR(*watts.at("power.POM_5V_IN"), 1.75, 1e-9);
  EXPECT_EQ(*watts.at("power.POM_5V_GPU"), 0)
      << "a gated rail takes nothing, and that is a reading";
}

}  // namespace
}  // namespace jetmeter
