#include "telemetry/board.h"

#include <gmock/gmock.h>

#include "support/board_copy.h"
#include "support/no_file.h"
#include "support/real_data.h"

namespace jetmeter {
namespace {

using testing::Optional;

TEST(ParseL4t, JoinsReleaseAndRevision) {
  EXPECT_THAT(parse_l4t("# R36 (release), REVISION: 4.7, GCID: 42132812, BOARD: generic\n"),
              Optional(std::string("36.4.7")));
  EXPECT_THAT(parse_l4t("# R32 (release), REVISION: 7.1, GCID: 29818004, BOARD: t210ref"),
              Optional(std::string("32.7.1")));
}

TEST(ParseL4t, IsAbsentForAnythingElse) {
  for (const auto* text : {"", "# R36", "REVISION: 4.7,",
                           "# R36 (release), REVISION: ", "# R (release), REVISION: 1.0,",
                           "# R36 (release), REVISION: \xff.1,", "\nR36 (release), REVISION: 4.7,"})
    EXPECT_FALSE(parse_l4t(text)) << text;
}

TEST(JetpackOf, KnowsItsTableAndNothingElse) {
  EXPECT_THAT(jetpack_of("36.4.4"), Optional(std::string("6.2.1")));
  EXPECT_THAT(jetpack_of("38.4.0"), Optional(std::string("7.1")));
  EXPECT_THAT(jetpack_of("32.7.3"), Optional(std::string("4.6.3")));
  EXPECT_FALSE(jetpack_of("36.4"));
  EXPECT_FALSE(jetpack_of(""));
}

TEST(ReadBoard, BoardOfAnotherMakerIsNoTegra) {
  const BoardCopy board;
  board.write("/sys/firmware/devicetree/base/model", std::string("Raspberry Pi 5\0", 15));
  board.write("/sys/firmware/devicetree/base/compatible",
              std::string("raspberrypi,5\0brcm,bcm2712\0", 27));
  const auto facts = read_board(board.host());
  ASSERT_TRUE(facts.board);
  EXPECT_EQ(facts.board->model, "Raspberry Pi 5");
  EXPECT_FALSE(facts.tegra);
  EXPECT_FALSE(facts.board->l4t);
}

TEST(ReadBoard, ContainerThatShowsOnlyTheReleaseIsStillAJetson) {
  const BoardCopy board("orin-nano-super");
  board.remove("/proc/device-tree");
  const auto facts = read_board(board.host());
  EXPECT_TRUE(facts.tegra);
  ASSERT_TRUE(facts.board);
  EXPECT_THAT(facts.board->jetpack, Optional(std::string("6.2")));
}

constexpr std::string_view kRelease = "/etc/nv_tegra_release", kPackages = "/var/lib/dpkg/status";
constexpr std::string_view kL4tCore =
    "Package: nvidia-l4t-core\nStatus: install ok installed\nVersion: 36.4.4-20250616085344\n\n";

// The list of a desktop is longer than what is read of a file of the machine in one piece.
TEST(ReadBoard, ReleaseIsThatOfThePackageWhereItsFileIsMissing) {
  const BoardCopy board("orin-nano-super");
  board.remove(kRelease);
  EXPECT_FALSE(read_board(board.host()).board.value().l4t);
  std::string packages;
  while (packages.size() <= kLargestText)
    packages += "Package: p\nStatus: install ok installed\nDepends: " + std::string(4000, 'd') +
                "\nVersion: 1.2-3\n\n";
  board.write(kPackages, packages + std::string(kL4tCore));
  const auto facts = read_board(board.host());
  EXPECT_EQ(facts.board.value().l4t, "36.4.4");
  EXPECT_EQ(facts.board.value().jetpack, "6.2.1");
}

TEST(ReadBoard, ReleaseOfTheFileCountsBeforeThatOfThePackage) {
  const BoardCopy board("orin-nano-super");
  board.write(kPackages, kL4tCore);
  EXPECT_EQ(read_board(board.host()).board.value().l4t, "36.4.3");
}

TEST(ReadBoard, ContainerThatShowsOnlyKernelAndPackagesIsAJetson) {
  const BoardCopy board;
  board.write("/proc/sys/kernel/osrelease", "5.15.148-tegra\n");
  EXPECT_FALSE(read_board(board.host()).tegra) << "whose kernel that is need not be NVIDIA's";
  board.write(kPackages, kL4tCore);
  const auto facts = read_board(board.host());
  EXPECT_TRUE(facts.tegra);
  EXPECT_EQ(facts.board.value().l4t, "36.4.4");
  board.write("/proc/sys/kernel/osrelease", "6.1.0-18-amd64\n");
  EXPECT_FALSE(read_board(board.host()).tegra) << "where a Jetson's system is built";
}

TEST(ReadBoard, PackagesThatAreNoFileAreNone) {
  for (const auto& [name, put] : kNoFiles) {
    const BoardCopy board("orin-nano-super");
    board.remove(kRelease);
    board.write(kPackages, kL4tCore);
    put(board.host().path(kPackages));
    const auto facts = read_board(board.host());
    EXPECT_FALSE(facts.board.value().l4t) << name;
  }
}

TEST(RealBoards, EveryReleaseFileGivesItsReleaseAndJetPack) {
  const auto folder = real_data("telemetry/nv_tegra_release");
  JM_SKIP_WITHOUT(folder);
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto l4t = parse_l4t(read_text(entry.path()).value_or(""));
    ASSERT_TRUE(l4t) << entry.path();
    const auto name = entry.path().filename().string();
    EXPECT_TRUE(name.starts_with("r" + *l4t)) << name << " says " << *l4t;
    EXPECT_TRUE(jetpack_of(*l4t)) << *l4t;
    ++files;
  }
  EXPECT_GT(files, 0);
}

TEST(RealBoards, ModelStringsEndAtTheirNul) {
  const auto file = real_data("telemetry/device_tree_model/agx_orin.bin");
  JM_SKIP_WITHOUT(file);
  const BoardCopy board;
  board.write("/proc/device-tree/model", read_text(file).value_or(""));
  const auto facts = read_board(board.host());
  ASSERT_TRUE(facts.board);
  EXPECT_EQ(facts.board->model, "NVIDIA Jetson AGX Orin Developer Kit");
}

}  // namespace
}  // namespace jetmeter
