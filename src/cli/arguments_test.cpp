#include "cli/arguments.h"

#include <gtest/gtest.h>

namespace jetmeter {
namespace {

using Words = std::vector<std::string>;

TEST(WithDashes, ChangesNamesAndLeavesValues) {
  EXPECT_EQ(with_dashes({"detect", "--rgb_source=a_b.mp4", "--max_frames", "my_dir", "-q"}),
            (Words{"detect", "--rgb-source=a_b.mp4", "--max-frames", "my_dir", "-q"}));
}

TEST(Unexpected, NamesTheOptionThatWasProbablyMeant) {
  CLI::App app("", "detect");
  int value = 0;
  app.add_option("--max-frames", value);
  EXPECT_EQ(unexpected(app, {"3", "--max-framse=3"}),
            "detect has no option '--max-framse'; did you mean --max-frames?; see jetmeter detect "
            "--help");
  EXPECT_EQ(unexpected(app, {"--zzz"}), "detect has no option '--zzz'; see jetmeter detect --help");
  EXPECT_EQ(unexpected(app, {"stray"}), "detect takes no 'stray'; see jetmeter detect --help");
}

TEST(Unexpected, KnowsTheProgramItselfAndTheCommandsInsideACommand) {
  CLI::App app("", kProgramName);
  EXPECT_EQ(unexpected(app, {"--hepl"}),
            "jetmeter has no option '--hepl'; did you mean --help?; see jetmeter --help");
  const auto* cost = app.add_subcommand("model")->add_subcommand("cost");
  EXPECT_EQ(unexpected(*cost, {"--zzz"}),
            "model cost has no option '--zzz'; see jetmeter model cost --help");
}

TEST(NoSubcommand, SaysWhatStandsInItsPlace) {
  CLI::App app("", kProgramName);
  auto* model = app.add_subcommand("model");
  model->add_subcommand("cost");
  EXPECT_EQ(no_subcommand(*model, {"cst", "x"}),
            "there is no subcommand 'cst'; did you mean cost?; there are cost");
  EXPECT_EQ(no_subcommand(*model, {"--hepl"}),
            "model has no option '--hepl'; did you mean --help?; see jetmeter model --help");
}

TEST(UnknownSubcommand, ListsThemAllButTheHidden) {
  CLI::App app;
  app.add_subcommand("detect");
  app.add_subcommand("report");
  app.add_subcommand("worker")->group("");
  EXPECT_EQ(unknown_subcommand(app, "detec"),
            "there is no subcommand 'detec'; did you mean detect?; there are detect, report");
}

TEST(ShellWords, CanBeTypedAgain) {
  EXPECT_EQ(shell_words({"detect", "--out=a b", "it's", ""}), "detect '--out=a b' 'it'\\''s' ''");
}

}  // namespace
}  // namespace jetmeter
