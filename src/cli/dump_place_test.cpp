#include "cli/dump_place.h"

#include <gmock/gmock.h>

#include <fstream>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

std::string why(const Result<void>& checked) {
  return checked ? "" : checked.error().what;
}

TEST(DumpPlace, IsWhereNothingIs) {
  const TempDir dir;
  EXPECT_EQ(why(check_dump_place("", "")), "");
  EXPECT_EQ(why(check_dump_place(dir.path() / "out.npz", "")), "");
  EXPECT_EQ(why(check_dump_place("a-name-that-nothing-has.npz", "")), "");
  std::ofstream(dir.path() / "there.npz") << "x";
  EXPECT_THAT(why(check_dump_place(dir.path() / "there.npz", "")),
              HasSubstr("is there already and is not overwritten"));
  std::filesystem::create_symlink("nowhere", dir.path() / "link.npz");
  EXPECT_THAT(why(check_dump_place(dir.path() / "link.npz", "")), HasSubstr("is there already"));
}

TEST(DumpPlace, NeedsItsFolder) {
  const TempDir dir;
  EXPECT_THAT(why(check_dump_place(dir.path(), "")), HasSubstr("is a folder"));
  EXPECT_THAT(why(check_dump_place(dir.path() / "none/", "")), HasSubstr("is a folder"));
  EXPECT_THAT(why(check_dump_place(dir.path() / "none/out.npz", "")),
              HasSubstr("there is no folder"));
  EXPECT_EQ(why(check_dump_place(dir.path() / "run/out.npz", dir.path() / "run")), "")
      << "the run makes its folder";
  EXPECT_EQ(why(check_dump_place(dir.path() / "run/out.npz", dir.path() / "x/../run/")), "");
}

TEST(DumpPlace, OfARepetitionIsANameThatNoFileOfARunHas) {
  EXPECT_EQ(dump_of_repetition("/there/out.npz"), "out.npz");
  EXPECT_EQ(dump_of_repetition("../report.json"), "report.json.npz");
  EXPECT_EQ(dump_of_repetition("out"), "out.npz");
}

TEST(DumpPlace, OfASweepIsANameAlone) {
  EXPECT_EQ(why(check_dump_name("")), "");
  EXPECT_EQ(why(check_dump_name("out.npz")), "");
  for (const auto* typed : {"a/out.npz", "/out.npz", "./out.npz", "out.npz/"})
    EXPECT_THAT(why(check_dump_name(typed)), HasSubstr("name the file alone")) << typed;
  for (const auto* typed : {"report.json", "out", ".npz", ".."})
    EXPECT_THAT(why(check_dump_name(typed)), HasSubstr("has to end in .npz")) << typed;
}

}  // namespace
}  // namespace jetmeter
