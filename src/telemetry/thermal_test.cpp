#include <gtest/gtest.h>

#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind thermal_source;
namespace {

TEST(Thermal, ConvertsMillidegrees) {
  const BoardCopy board("orin-nano-super");
  const auto source = thermal_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_NEAR(*read_once(**source)["temperature.tj-thermal"], 58.312, 1e-9);
}

TEST(Thermal, SensorThatIsSwitchedOffIsAbsentUntilItComesBack) {
  const BoardCopy board("orin-nano-super");
  const auto source = thermal_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_FALSE(read_once(**source).at("temperature.cv0-thermal"));
  const std::string file = "/sys/class/thermal/thermal_zone2/temp";
  board.write(file, "43000\n");
  EXPECT_NEAR(*read_once(**source).at("temperature.cv0-thermal"), 43, 1e-9);
  board.write(file, "-256000\n");
  EXPECT_FALSE(read_once(**source).at("temperature.cv0-thermal"));
  board.write(file, "-45000\n");
  EXPECT_NEAR(*read_once(**source).at("temperature.cv0-thermal"), -45, 1e-9);
}

TEST(Thermal, NothingIsAsColdAsMinus200Degrees) {
  const BoardCopy board;
  const std::string file = "/sys/class/thermal/thermal_zone0/temp";
  board.write(file, "-199999\n");
  const auto source = thermal_source.open(board.host());
  ASSERT_TRUE(source);
  EXPECT_NEAR(*read_once(**source).at("temperature.thermal_zone0"), -199.999, 1e-9)
      << "a zone without a type has its folder's name";
  board.write(file, "-200000\n");
  EXPECT_FALSE(read_once(**source).at("temperature.thermal_zone0"));
  board.write(file, "0\n");
  EXPECT_EQ(read_once(**source).at("temperature.thermal_zone0"), 0);
}

TEST(Thermal, ZoneWithoutATemperatureIsLeftOut) {
  const BoardCopy board;
  board.write("/sys/class/thermal/thermal_zone0/type", "cpu-thermal");
  board.write("/sys/class/thermal/cooling_device0/temp", "1000");
  const auto source = thermal_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_NE(source.error().what.find("no thermal zone"), std::string::npos);
}

TEST(Thermal, TellsZonesOfOneTypeApart) {
  const BoardCopy board("x86-host");
  const auto source = thermal_source.open(board.host());
  ASSERT_TRUE(source);
  const auto reading = read_once(**source);
  EXPECT_NEAR(*reading.at("temperature.acpitz"), 27.8, 1e-9);
  EXPECT_NEAR(*reading.at("temperature.acpitz-2"), 29.8, 1e-9);
}

TEST(Thermal, ZonesComeInNumericOrder) {
  const BoardCopy board;
  for (const auto* zone : {"10", "2", "1"}) {
    const auto folder = std::string("/sys/class/thermal/thermal_zone") + zone;
    board.write(folder + "/temp", "20000\n");
    board.write(folder + "/type", std::string("zone") + zone);
  }
  const auto source = thermal_source.open(board.host());
  ASSERT_TRUE(source);
  const auto channels = (*source)->channels();
  EXPECT_EQ(channels[0].name, "temperature.zone1");
  EXPECT_EQ(channels[1].name, "temperature.zone2");
  EXPECT_EQ(channels[2].name, "temperature.zone10");
}

}  // namespace
}  // namespace jetmeter
