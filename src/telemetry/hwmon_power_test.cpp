#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind hwmon_power_source;
namespace {

using testing::ElementsAre;
using testing::Key;
using testing::UnorderedElementsAre;

constexpr std::string_view kClass = "/sys/class/hwmon/";
constexpr std::string_view kDriver = "/sys/bus/i2c/drivers/ina3221/";

struct RailFiles {
  std::string label, millivolts, milliamps;
};

// The three channels of an INA3221 and the sums that the driver adds.
void add_ina3221(const BoardCopy& board, const std::string& chip,
                 const std::vector<RailFiles>& rails) {
  board.write(chip + "/name", "ina3221\n");
  for (std::size_t i = 0; i < rails.size(); ++i) {
    const auto n = std::to_string(i + 1);
    board.write(chip + "/in" + n + "_label", rails[i].label + "\n");
    board.write(chip + "/in" + n + "_input", rails[i].millivolts + "\n");
    board.write(chip + "/curr" + n + "_input", rails[i].milliamps + "\n");
  }
  board.write(chip + "/in7_label", "sum of shunt voltages\n");
  board.write(chip + "/in7_input", "3\n");
  board.write(chip + "/curr4_input", "10560\n");
}

// A published reading of an AGX Orin.
void add_agx_orin(const BoardCopy& board) {
  add_ina3221(board, std::string(kDriver) + "1-0040/hwmon/hwmon3",
              {{"VDD_GPU_SOC", "843", "6170"},
               {"VDD_CPU_CV", "780", "3437"},
               {"VIN_SYS_5V0", "4968", "953"}});
  add_ina3221(board, std::string(kDriver) + "1-0041/hwmon/hwmon4",
              {{"NC", "0", "0"}, {"VDDQ_VDD2_1V8AO", "1800", "341"}, {"NC", "0", "0"}});
}

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
  EXPECT_EQ(watts.at("power.board"), watts.at("power.VDD_IN"));
  EXPECT_EQ(watts.size(), 4u) << "sums of shunts are no rails";
}

TEST(HwmonPower, LeavesOutChannelsThatAreNotConnected) {
  const BoardCopy board("orin-nano-super");
  board.write("/sys/class/hwmon/hwmon1/in3_label", "NC\n");
  EXPECT_EQ(read_board(board).size(), 3u);
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
  EXPECT_FALSE(watts.at("power.board"));
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
  EXPECT_THAT(watts, ElementsAre(Key("power.VIN"), Key("power.board")));
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
  EXPECT_NEAR(*watts.at("power.board"), 1.75, 1e-9);
}

TEST(HwmonPower, ReadsAnAgxOrinThroughItsDriversFolder) {
  const BoardCopy board;
  add_agx_orin(board);
  const auto watts = read_board(board);
  EXPECT_NEAR(*watts.at("power.VDD_GPU_SOC"), 5.20131, 1e-9);
  EXPECT_NEAR(*watts.at("power.VDD_CPU_CV"), 2.68086, 1e-9);
  EXPECT_NEAR(*watts.at("power.VIN_SYS_5V0"), 4.734504, 1e-9);
  EXPECT_NEAR(*watts.at("power.VDDQ_VDD2_1V8AO"), 0.6138, 1e-9);
  EXPECT_NEAR(*watts.at("power.board"), 12.616674, 1e-9) << "VDDQ_VDD2_1V8AO is in VIN_SYS_5V0";
  EXPECT_EQ(watts.size(), 5u);
}

TEST(HwmonPower, TheBoardIsAbsentWhileOneOfItsRailsIs) {
  const BoardCopy board;
  add_agx_orin(board);
  const auto source = hwmon_power_source.open(board.host());
  ASSERT_TRUE(source);
  const auto current = std::string(kDriver) + "1-0040/hwmon/hwmon3/curr2_input";
  board.write(current, "");
  EXPECT_FALSE(read_once(**source).at("power.board"));
  EXPECT_TRUE(read_once(**source).at("power.VIN_SYS_5V0"));
  board.write(current, "3437\n");
  EXPECT_NEAR(*read_once(**source).at("power.board"), 12.616674, 1e-9);
  board.write(std::string(kDriver) + "1-0041/hwmon/hwmon4/in2_input", "");
  EXPECT_NEAR(*read_once(**source).at("power.board"), 12.616674, 1e-9) << "not one of its rails";
}

TEST(HwmonPower, ARailThatTwoPathsLeadToIsOne) {
  const BoardCopy board;
  add_agx_orin(board);
  const auto folder = board.host().path(kClass);
  std::filesystem::create_directories(folder);
  std::filesystem::create_directory_symlink("../../bus/i2c/drivers/ina3221/1-0040/hwmon/hwmon3",
                                            folder / "hwmon3");
  EXPECT_EQ(read_board(board).size(), 5u);
  // A copy, as in a recorded tree.
  std::filesystem::copy(board.host().path(std::string(kDriver) + "1-0041/hwmon/hwmon4"),
                        folder / "hwmon4", std::filesystem::copy_options::recursive);
  EXPECT_EQ(read_board(board).size(), 5u);
}

TEST(HwmonPower, TwoChipsWithOneLabelAreTwoRails) {
  const BoardCopy board;
  add_ina3221(board, std::string(kClass) + "hwmon0", {{"VDD_IN", "5000", "1000"}});
  add_ina3221(board, std::string(kClass) + "hwmon1", {{"VDD_IN", "5000", "3000"}});
  const auto watts = read_board(board);
  EXPECT_NEAR(*watts.at("power.VDD_IN"), 5, 1e-9);
  EXPECT_NEAR(*watts.at("power.VDD_IN-2"), 15, 1e-9);
  EXPECT_NEAR(*watts.at("power.board"), 5, 1e-9);
}

TEST(HwmonPower, UnknownRailsHaveNoBoard) {
  const BoardCopy board;
  add_ina3221(board, std::string(kClass) + "hwmon0",
              {{"CARRIER_12V", "12000", "1000"}, {"board", "5000", "1000"}, {"NC", "0", "0"}});
  EXPECT_THAT(read_board(board),
              UnorderedElementsAre(Key("power.CARRIER_12V"), Key("power.board-rail")));
}

TEST(HwmonPower, OnThorTheUnlabelledChipMeasuresTheInput) {
  const BoardCopy board;
  board.write(std::string(kClass) + "hwmon1/name", "ina238\n");
  board.write(std::string(kClass) + "hwmon1/power1_input", "87426000\n");
  EXPECT_THAT(read_board(board), ElementsAre(Key("power.ina238"))) << "elsewhere it is unknown";
  add_ina3221(board, std::string(kClass) + "hwmon4",
              {{"VDD_GPU", "1000", "37528"},
               {"VDD_CPU_SOC_MSS", "1000", "18961"},
               {"VIN_SYS_5V0", "5000", "3666"}});
  EXPECT_NEAR(*read_board(board).at("power.VIN"), 87.426, 1e-9);
  EXPECT_NEAR(*read_board(board).at("power.board"), 87.426, 1e-9);
}

TEST(HwmonPower, LeavesOutWhatAUsbPortHasNegotiated) {
  const BoardCopy board;
  board.write(std::string(kClass) + "hwmon2/name", "ucsi_source_psy_1_00081\n");
  board.write(std::string(kClass) + "hwmon2/power1_input", "15000000\n");
  EXPECT_FALSE(hwmon_power_source.open(board.host()));
}

}  // namespace
}  // namespace jetmeter
