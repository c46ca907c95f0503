#include "run/thermal_limits.h"

#include <gmock/gmock.h>

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
  int i = 0;
  for (const auto& [kind, millidegrees] : trips) {
    const auto trip = folder + "/trip_point_" + std::to_string(i++);
    board.write(trip + "_type", kind + "\n");
    board.write(trip + "_temp", millidegrees + "\n");
  }
}

TEST(ThrottleTemperatures, AreNotKnownOfAStrangeMachine) {
  BoardCopy board;
  EXPECT_THAT(throttle_temperatures(board.host(), {}, kZones), IsEmpty());
  Machine other;
  other.board = Board{"Raspberry Pi 5", {}, {}};
  EXPECT_THAT(throttle_temperatures(board.host(), other, kZones), IsEmpty());
}

TEST(ThrottleTemperatures, OfAnOrinAre99) {
  BoardCopy board;
  EXPECT_THAT(throttle_temperatures(board.host(), orin(), kZones),
              ElementsAre(Pair("cpu-thermal", 99), Pair("tj-thermal", 99)));
  const std::vector<std::string> of_the_tool{"tj", "gpu", "tboard"};
  EXPECT_THAT(throttle_temperatures(board.host(), orin(), of_the_tool),
              ElementsAre(Pair("gpu", 99), Pair("tj", 99)));
  const std::vector<std::string> of_jetpack_5{"CPU-therm", "tj-therm", "Tboard_tegra"};
  EXPECT_THAT(throttle_temperatures(board.host(), orin(), of_jetpack_5),
              ElementsAre(Pair("CPU-therm", 99), Pair("tj-therm", 99)));
  const std::vector<std::string> of_both{"cpu", "tj", "tj-thermal"};
  EXPECT_THAT(throttle_temperatures(board.host(), orin(), of_both),
              ElementsAre(Pair("cpu", 99), Pair("tj-thermal", 99)));
}

TEST(ThrottleTemperatures, AreTheLowestTripThatSlowsDown) {
  BoardCopy board;
  write_zone(board, 20, "cpu-thermal",
             {{"active", "61000"}, {"hot", "101000"}, {"passive", "95500"}, {"critical", "90000"}});
  write_zone(board, 21, "x86_pkg_temp", {{"passive", "0"}, {"passive", "-274000"}});
  write_zone(board, 22, "tj-thermal", {{"passive", "junk"}, {"hot", "255000"}});
  EXPECT_THAT(throttle_temperatures(board.host(), {}, kZones),
              ElementsAre(Pair("cpu-thermal", 95.5)));
  EXPECT_THAT(throttle_temperatures(board.host(), orin(), kZones),
              ElementsAre(Pair("cpu-thermal", 95.5), Pair("tj-thermal", 99)));
}

TEST(ThrottleTemperatures, TwoZonesOfOneTypeCannotBeToldApart) {
  BoardCopy board;
  write_zone(board, 20, "x86_pkg_temp", {{"passive", "85000"}});
  write_zone(board, 21, "x86_pkg_temp", {{"passive", "95000"}});
  EXPECT_THAT(throttle_temperatures(board.host(), {}, kZones), IsEmpty());
}

}  // namespace
}  // namespace jetmeter
