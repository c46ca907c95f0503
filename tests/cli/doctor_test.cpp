// doctor looks and tells; it changes nothing and fails for nothing but a wrong request.
#include <gmock/gmock.h>

#include "support/board_copy.h"
#include "support/no_file.h"
#include "support/program.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kBoard = JM_BOARDS "/orin-nano-super";

TEST(Doctor, DescribesThisMachine) {
  const Workplace place;
  const auto result = run_program({"doctor"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const auto* title : {"Machine\n", "Backends\n", "Sensors\n",
                            "What would distort a measurement now\n", "Recommended settings\n"})
    EXPECT_THAT(result.out, HasSubstr(title));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Doctor, JsonIsOneDocument) {
  const Workplace place;
  const auto by_flag = run_program({"doctor", "--json", "--board", kBoard}, place);
  EXPECT_EQ(by_flag.exit_code, 0) << by_flag.err;
  const auto document = nlohmann::json::parse(by_flag.out);
  EXPECT_EQ(document.at("recorded"), true);
  EXPECT_EQ(document.at("machine").at("board").at("module"), "Jetson Orin Nano 8GB Super");
  EXPECT_FALSE(document.at("backends").empty());
  EXPECT_EQ(run_program({"doctor", "--format", "json", "--board", kBoard}, place).out, by_flag.out);
}

TEST(Doctor, SaysThatTheBackendsAreNotOfTheRecordedBoard) {
  const Workplace place;
  const auto result = run_program({"doctor", "--board", kBoard}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("of this machine and not of the recorded one"));
  EXPECT_THAT(result.out, HasSubstr("$ sudo jetson_clocks\n"));
}

TEST(Doctor, ShowsTheGpuOfARecordedServer) {
  const Workplace place;
  const auto result = run_program({"doctor", "--board", JM_BOARDS "/x86-nvidia"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("NVIDIA L40S"));
  EXPECT_THAT(result.out, HasSubstr("VRAM 0 45.0 GiB, 32.4 GiB can be had"));
}

TEST(Doctor, ShowsTheGpusOfAServerWithTwo) {
  const Workplace place;
  const auto result = run_program({"doctor", "--board", JM_BOARDS "/x86-two-a100"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("NVIDIA A100-SXM4-80GB"));
  EXPECT_THAT(result.out, HasSubstr("VRAM 0 80.0 GiB, 60.0 GiB can be had"));
  EXPECT_THAT(result.out, testing::ContainsRegex("VRAM 1[ \n]+80.0 GiB,[ \n]+79.4 GiB"));
}

TEST(Doctor, StrictFailsWhileAWarningStands) {
  const Workplace place;
  const auto result = run_program({"doctor", "--strict", "--board", kBoard}, place);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("warning"));
}

TEST(Doctor, RefusesWhatIsNoBoard) {
  const Workplace place;
  place.write("folder/readme.txt", "no machine here");
  for (const auto* name : {"nowhere", "folder", "folder/readme.txt"}) {
    const auto result = run_program({"doctor", "--board", name}, place);
    EXPECT_EQ(result.exit_code, 1) << name;
    EXPECT_THAT(result.err, HasSubstr(name));
    EXPECT_EQ(count_lines(result.err), 1U) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

TEST(Doctor, DescribesABoardWhoseFilesAreNone) {
  const Workplace place;
  for (const auto& [name, put] : kNoFiles) {
    const BoardCopy board("orin-nano-super");
    for (const auto& file : files_below(board.host().root)) put(file);
    const auto result = run_program({"doctor", "--board", board.host().root.string()}, place);
    EXPECT_EQ(result.exit_code, 0) << name << ": " << result.err;
    EXPECT_THAT(result.out, HasSubstr("Sensors\n")) << name;
  }
}

TEST(Doctor, RefusesNonsense) {
  const Workplace place;
  EXPECT_EQ(run_program({"doctor", "--format", "pdf"}, place).exit_code, 1);
  EXPECT_EQ(run_program({"doctor", "--jsno"}, place).exit_code, 1);
  EXPECT_EQ(run_program({"doctor", "please"}, place).exit_code, 1);
}

}  // namespace
}  // namespace jetmeter
