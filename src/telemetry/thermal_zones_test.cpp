#include "jetmeter/thermal_zones.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

TEST(ZoneUnit, IsTheSameOfEveryJetPack) {
  for (const auto* cpu : {"cpu-thermal", "CPU-therm", "CPU", "cpu", "CPU-THERMAL"})
    EXPECT_EQ(zone_unit(cpu), "cpu") << cpu;
  EXPECT_EQ(zone_unit("tj-therm"), "tj");
  EXPECT_EQ(zone_unit("SOC0-therm"), "soc0");
  for (const auto* board : {"Tboard_tegra", "Tboard", "tboard-thermal"})
    EXPECT_EQ(zone_unit(board), "tboard") << board;
}

TEST(ZoneUnit, OfAnotherFormIsTheName) {
  EXPECT_EQ(zone_unit("thermal-fan-est"), "thermal-fan-est");
  EXPECT_EQ(zone_unit("x86_pkg_temp"), "x86_pkg_temp");
  EXPECT_EQ(zone_unit("-therm"), "-therm");
  EXPECT_EQ(zone_unit("_tegra"), "_tegra");
  EXPECT_EQ(zone_unit("thermal"), "thermal");
  EXPECT_EQ(zone_unit(""), "");
}

TEST(ConstantZone, IsThePmicOfTheKernelAndOfTheTool) {
  for (const auto* zone : {"PMIC-Die", "PMIC", "pmic-thermal"})
    EXPECT_TRUE(is_constant_zone(zone)) << zone;
  for (const auto* zone :
       {"CPU-therm", "AO-therm", "thermal-fan-est", "Tboard_tegra", "acpitz", ""})
    EXPECT_FALSE(is_constant_zone(zone)) << zone;
}

}  // namespace
}  // namespace jetmeter
