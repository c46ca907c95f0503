#include "jetmeter/thermal_limits.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "jetmeter/telemetry.h"
#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

const std::vector<std::string> kZones{"tj-thermal", "cpu-thermal", "soc0-thermal", "x86_pkg_temp"};

Machine orin() {
  Machine machine;
  machine.board = Board{"NVIDIA Jetson Orin Nano Developer Kit", {}, {}};
  return machine;
}

void write_zone(BoardCopy& board, int number, const std::string& type,
                std::initializer_list<std::pair<std::string, std::string>> trips) {
  const auto folder = "/sys/class/thermal/thermal_zone" + std::to_string(number);
  board.write(folder + "/type", type + "\n");
  board.write(folder + "/temp", "45000\n");
  int i = 0;
  for (const auto& [kind, millidegrees] : trips) {
    const auto trip = folder + "/trip_point_" + std::to_string(i++);
    board.write(trip + "_type", kind + "\n");
    board.write(trip + "_temp", millidegrees + "\n");
  }
}

std::map<std::string, double> limits_of(const BoardCopy& board, const Machine& machine,
                                        std::span<const std::string> zones = kZones) {
  return throttle_temperatures(slowing_trips(board.host()), machine, zones);
}

TEST(ThrottleTemperatures, AreNotKnownOfAStrangeMachine) {
  BoardCopy board;
  EXPECT_THAT(limits_of(board, {}), IsEmpty());
  Machine other;
  other.board = Board{"Raspberry Pi 5", {}, {}};
  EXPECT_THAT(limits_of(board, other), IsEmpty());
}

TEST(ThrottleTemperatures, OfAnOrinAre99) {
  BoardCopy board;
  EXPECT_THAT(limits_of(board, orin()),
              ElementsAre(Pair("cpu-thermal", 99), Pair("tj-thermal", 99)));
  const std::vector<std::string> of_the_tool{"tj", "gpu", "tboard"};
  EXPECT_THAT(limits_of(board, orin(), of_the_tool), ElementsAre(Pair("gpu", 99), Pair("tj", 99)));
  const std::vector<std::string> of_jetpack_5{"CPU-therm", "tj-therm", "Tboard_tegra"};
  EXPECT_THAT(limits_of(board, orin(), of_jetpack_5),
              ElementsAre(Pair("CPU-therm", 99), Pair("tj-therm", 99)));
  const std::vector<std::string> of_both{"cpu", "tj", "tj-thermal"};
  EXPECT_THAT(limits_of(board, orin(), of_both),
              ElementsAre(Pair("cpu", 99), Pair("tj-thermal", 99)));
}

TEST(ThrottleTemperatures, AreTheLowestTripThatSlowsDown) {
  BoardCopy board;
  write_zone(board, 20, "cpu-thermal",
             {{"active", "61000"}, {"hot", "101000"}, {"passive", "95500"}, {"critical", "90000"}});
  write_zone(board, 21, "x86_pkg_temp", {{"passive", "0"}, {"passive", "-274000"}});
  write_zone(board, 22, "tj-thermal", {{"passive", "junk"}, {"hot", "255000"}});
  EXPECT_THAT(limits_of(board, {}), ElementsAre(Pair("cpu-thermal", 95.5)));
  EXPECT_THAT(limits_of(board, orin()),
              ElementsAre(Pair("cpu-thermal", 95.5), Pair("tj-thermal", 99)));
}

TEST(ThrottleTemperatures, TwoZonesOfOneTypeAreToldApartAsTheirReadingsAre) {
  BoardCopy board;
  write_zone(board, 20, "acpitz", {{"passive", "85000"}});
  write_zone(board, 21, "acpitz", {{"passive", "95000"}});
  const auto thermal = std::ranges::find(source_kinds(), "thermal", &SourceKind::name);
  const auto source = (*thermal)->open(board.host());
  ASSERT_TRUE(source) << source.error().what;
  std::vector<std::string> zones;
  for (const auto& channel : (*source)->channels())
    zones.push_back(channel.name.substr(std::string("temperature.").size()));
  EXPECT_THAT(limits_of(board, {}, zones), ElementsAre(Pair("acpitz", 85), Pair("acpitz-2", 95)));
}

}  // namespace
}  // namespace jetmeter
