#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "support/without_root.h"
#include "telemetry/source_test.h"

namespace jetmeter {
extern const SourceKind rapl_source;
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::StartsWith;

constexpr std::string_view kFolder = "/sys/class/powercap/";

void add_zone(const BoardCopy& board, const std::string& zone, const std::string& name,
              std::string_view microjoules, std::string_view largest = "262143328850\n") {
  const auto folder = std::string(kFolder) + zone;
  board.write(folder + "/name", name + "\n");
  board.write(folder + "/energy_uj", microjoules);
  if (!largest.empty()) board.write(folder + "/max_energy_range_uj", largest);
}

std::unique_ptr<Source> open_rapl(const BoardCopy& board) {
  auto source = rapl_source.open(board.host());
  EXPECT_TRUE(source) << source.error().what;
  return source ? std::move(*source) : nullptr;
}

TEST(Rapl, IsAbsentAtTheFirstReadingAndAPowerAtTheSecond) {
  const BoardCopy board("x86-host");
  const auto source = open_rapl(board);
  EXPECT_EQ(read_once(*source), (Reading{{"power.package-0", {}}, {"power.core", {}}}));
  board.one_second_later();
  const auto watts = read_once(*source);
  EXPECT_GT(*watts.at("power.package-0"), 0);
  EXPECT_GT(*watts.at("power.core"), 0);
}

TEST(Rapl, GoesOnWhenTheCounterWraps) {
  const BoardCopy board;
  add_zone(board, "intel-rapl:0", "package-0", "262143328849\n");
  const auto source = open_rapl(board);
  read_once(*source);
  board.write("/sys/class/powercap/intel-rapl:0/energy_uj", "1000000\n");
  EXPECT_GT(*read_once(*source).at("power.package-0"), 0);
}

TEST(Rapl, IsAbsentWhenTheCounterGoesBackAndDoesNotSayWhereItEnds) {
  const BoardCopy board;
  add_zone(board, "intel-rapl:0", "package-0", "500\n", "");
  const auto source = open_rapl(board);
  read_once(*source);
  board.write("/sys/class/powercap/intel-rapl:0/energy_uj", "400\n");
  EXPECT_FALSE(read_once(*source).at("power.package-0"));
  board.write("/sys/class/powercap/intel-rapl:0/energy_uj", "450\n");
  EXPECT_TRUE(read_once(*source).at("power.package-0"));
}

TEST(Rapl, IsAbsentOnceMoreAfterAReadingThatFailed) {
  const BoardCopy board;
  add_zone(board, "intel-rapl:0", "package-0", "500\n");
  const auto source = open_rapl(board);
  read_once(*source);
  for (const auto* failed : {"", "-5\n", "12x\n", "99999999999999999999999\n"}) {
    board.write("/sys/class/powercap/intel-rapl:0/energy_uj", failed);
    EXPECT_FALSE(read_once(*source).at("power.package-0")) << failed;
    board.write("/sys/class/powercap/intel-rapl:0/energy_uj", "600\n");
    EXPECT_FALSE(read_once(*source).at("power.package-0")) << failed;
    board.write("/sys/class/powercap/intel-rapl:0/energy_uj", "700\n");
    EXPECT_GT(read_once(*source).at("power.package-0"), 0.0) << failed;
  }
}

TEST(Rapl, IsAbsentWhileAPackagesCounterStandsStill) {
  const BoardCopy board;
  add_zone(board, "intel-rapl:0", "package-0", "500\n");
  add_zone(board, "intel-rapl:0:0", "core", "300\n");
  const auto source = open_rapl(board);
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(read_once(*source), (Reading{{"power.package-0", {}}, {"power.core", {}}})) << i;
}

TEST(Rapl, IsOfAllTheTimeThatTheCounterStoodOnceItMoves) {
  const BoardCopy board;
  add_zone(board, "intel-rapl:0", "package-0", "1000000\n");
  const auto source = open_rapl(board);
  const auto before = system_clock().monotonic();
  read_once(*source);
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_FALSE(read_once(*source).at("power.package-0"));
  board.write("/sys/class/powercap/intel-rapl:0/energy_uj", "2000000\n");
  const auto watts = read_once(*source).at("power.package-0");
  const auto whole = std::chrono::duration<double>(system_clock().monotonic() - before).count();
  ASSERT_TRUE(watts);
  EXPECT_GE(*watts, 1 / whole);
  EXPECT_LE(*watts, 1 / 0.020) << "1 J over 20 ms at least";
}

TEST(Rapl, APartMayTakeNothingWhileItsPackageTakesSome) {
  const BoardCopy board;
  add_zone(board, "intel-rapl:0", "package-0", "500\n");
  add_zone(board, "intel-rapl:0:0", "uncore", "300\n");
  const auto source = open_rapl(board);
  read_once(*source);
  board.write("/sys/class/powercap/intel-rapl:0/energy_uj", "600\n");
  const auto watts = read_once(*source);
  EXPECT_GT(watts.at("power.package-0"), 0.0);
  EXPECT_EQ(watts.at("power.uncore"), 0.0);
}

TEST(Rapl, SaysWhichPackageAPartBelongsToWhereThereAreTwo) {
  const BoardCopy board;
  add_zone(board, "intel-rapl:0", "package-0", "1\n");
  add_zone(board, "intel-rapl:0:0", "dram", "1\n");
  add_zone(board, "intel-rapl:1", "package-1", "1\n");
  add_zone(board, "intel-rapl:1:0", "dram", "1\n");
  EXPECT_THAT(read_once(*open_rapl(board)),
              ElementsAre(Key("power.package-0"), Key("power.package-0-dram"),
                          Key("power.package-1"), Key("power.package-1-dram")));
}

TEST(Rapl, LeavesOutTheSecondWayToTheSamePackage) {
  const BoardCopy board;
  add_zone(board, "intel-rapl", "control", "1\n");
  add_zone(board, "intel-rapl:0", "package-0", "1\n");
  add_zone(board, "intel-rapl-mmio:0", "package-0", "1\n");
  EXPECT_THAT(read_once(*open_rapl(board)), ElementsAre(Key("power.package-0")));
}

TEST(Rapl, IsNotTheBoardsPower) {
  const auto source = open_rapl(BoardCopy("x86-host"));
  for (const auto& channel : source->channels()) EXPECT_NE(channel.name, "power.board");
}

TEST(Rapl, SaysThatOnlyRootMayReadIt) {
  const BoardCopy board("x86-host");
  for (const auto* zone : {"intel-rapl:0", "intel-rapl:0:0"})
    std::filesystem::permissions(board.host().path(std::string(kFolder) + zone + "/energy_uj"),
                                 std::filesystem::perms::none);
  // The copy's own folder is closed to others; only the counters are to be.
  std::filesystem::permissions(board.host().root, std::filesystem::perms(0755));
  const WithoutRoot user;
  ASSERT_TRUE(user.done());
  const auto source = rapl_source.open(board.host());
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, AllOf(StartsWith("needs root: "), HasSubstr("energy_uj")));
}

TEST(Rapl, SaysThatOtherProcessorsHaveNone) {
  const auto source = rapl_source.open(BoardCopy("orin-nano-super").host());
  ASSERT_FALSE(source);
  EXPECT_THAT(source.error().what, HasSubstr("only x86 processors have them"));
}

}  // namespace
}  // namespace jetmeter
