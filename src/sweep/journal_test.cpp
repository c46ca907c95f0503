#include <gmock/gmock.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <limits>
#include <thread>

#include "jetmeter/sweep.h"
#include "support/temp_dir.h"
#include "support/without_root.h"
#include "sweep/journal_text.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<SweepStep> plan(std::uint64_t seed = 1, int repeats = 1) {
  const std::vector<SweepAxis> axes{{"", {"a.onnx", "b.onnx"}}, {"threads", {"1", "2"}}};
  return plan_sweep(axes, {.seed = seed, .repeats = repeats}).value();
}

StepResult result_of(const SweepStep& step, std::string status = "completed") {
  StepResult result;
  result.id = step.id;
  result.digest = step.digest;
  result.values = step.values;
  result.repeat = step.repeat;
  result.reason = status == "completed" ? "" : "the model cannot be read";
  result.exit_code = status == "completed" ? 0 : 2;
  result.status = std::move(status);
  result.seconds = 1.5;
  result.out = step.id;
  return result;
}

std::vector<std::string> ids(const std::vector<StepResult>& results) {
  std::vector<std::string> all;
  for (const auto& result : results) all.push_back(result.id);
  return all;
}

std::string error_of(const std::filesystem::path& path, const std::vector<SweepStep>& steps,
                     bool resume = true) {
  const auto writer = JournalWriter::open(path, steps, resume);
  return writer ? "no error" : writer.error().what;
}

// No file of this process may grow beyond this, as on a full disk, while one of these lives.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

TEST(SweepJournal, HoldsWhatWasAdded) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  const auto steps = plan();
  {
    auto writer = JournalWriter::open(path, steps, false).value();
    EXPECT_TRUE(writer.done().empty());
    ASSERT_TRUE(writer.add(result_of(steps[0])));
    ASSERT_TRUE(writer.add(result_of(steps[1], "failed")));
  }
  const auto journal = read_journal(path).value();
  EXPECT_EQ(journal.plan_digest, plan_digest(steps));
  EXPECT_EQ(journal.steps, 4);
  EXPECT_EQ(journal.torn_lines, 0);
  ASSERT_EQ(journal.results.size(), 2u);
  const auto& failed = journal.results[1];
  EXPECT_EQ(failed.id, steps[1].id);
  EXPECT_EQ(failed.digest, steps[1].digest);
  EXPECT_EQ(failed.status, "failed");
  EXPECT_EQ(failed.reason, "the model cannot be read");
  EXPECT_EQ(failed.exit_code, 2);
  EXPECT_EQ(failed.seconds, 1.5);
  EXPECT_EQ(failed.out, steps[1].id);
  EXPECT_EQ(failed.values, steps[1].values);
  EXPECT_EQ(failed.repeat, 1);
}

TEST(SweepJournal, ResumesInAnyOrderAndRunsFailedStepsAgain) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  const auto steps = plan(1, 2), other_order = plan(7, 2);
  {
    auto writer = JournalWriter::open(path, steps, false).value();
    ASSERT_TRUE(writer.add(result_of(steps[0], "failed")));
    ASSERT_TRUE(writer.add(result_of(steps[5])));
    ASSERT_TRUE(writer.add(result_of(steps[2])));
    ASSERT_TRUE(writer.add(result_of(steps[2])));
  }
  const auto writer = JournalWriter::open(path, other_order, true).value();
  EXPECT_THAT(ids(writer.done()), ElementsAre(steps[5].id, steps[2].id));
}

TEST(SweepJournal, RefusesAJournalThatWasNotMeant) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  ASSERT_TRUE(JournalWriter::open(path, plan(), true)) << "nothing to resume is a beginning";
  EXPECT_EQ(error_of(path, plan(), false),
            "there is a sweep's journal already, '" + path.string() +
                "'; go on with it by --resume, or name another folder");
  EXPECT_EQ(error_of(path, plan(1, 2)),
            "the journal '" + path.string() +
                "' is of another sweep (4 steps there, 8 here); resume with the options of then, "
                "or name another folder");
  for (const std::string text :
       {"hello\n", "\n", "{}\n", "[1]\n", "no newline", "{\"schema\":1}\n", "\xff\xfe\x00"}) {
    const auto file = dir.write("other.txt", text);
    EXPECT_EQ(error_of(file, plan()), "'" + file.string() +
                                          "' is not the journal of a sweep; name "
                                          "another place");
    EXPECT_EQ(read_text(file), text) << "it was left as it was";
  }
  const auto newer = dir.write("newer", "{\"schema\":\"jetmeter.sweep/2\",\"plan\":\"x\"}\n");
  EXPECT_THAT(error_of(newer, plan()), HasSubstr("is of another version of jetmeter"));
}

TEST(SweepJournal, NamesTheFirstOptionThatAnotherSweepHadOtherwise) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  const auto plan_of = [](std::vector<SweepAxis> axes) { return plan_sweep(axes, {}).value(); };
  const auto steps = plan_of({{"", {"a.onnx"}}, {"min-count", {"5"}}, {"threads", {"1", "2"}}});
  {
    auto writer = JournalWriter::open(path, steps, false).value();
    for (const auto& step : steps) ASSERT_TRUE(writer.add(result_of(step)));
  }
  EXPECT_THAT(
      error_of(path, plan_of({{"", {"a.onnx"}}, {"min-count", {"6"}}, {"threads", {"1", "2"}}})),
      HasSubstr("(2 steps there, 2 here; --min-count is 5 there, 6 here); resume"));
  EXPECT_THAT(
      error_of(path, plan_of({{"", {"b.onnx"}}, {"min-count", {"5"}}, {"threads", {"1", "2"}}})),
      HasSubstr("; the model is a.onnx there, b.onnx here)"));
  EXPECT_THAT(
      error_of(path, plan_of({{"", {"a.onnx"}}, {"min-count", {"5"}}, {"threads", {"2", "4"}}})),
      HasSubstr("; --threads is 1 or 2 there, 2 or 4 here)"));
  EXPECT_THAT(error_of(path, plan_of({{"", {"a.onnx"}}, {"threads", {"1", "2"}}})),
              HasSubstr("; --min-count is 5 there, not given here)"));
}

TEST(SweepJournal, RefusesWhatIsNoFile) {
  const TempDir dir;
  EXPECT_THAT(error_of(dir.path(), plan()), HasSubstr("Is a directory"));
  EXPECT_THAT(read_journal(dir.path()).error().what, HasSubstr("it is not a file"));
  EXPECT_THAT(error_of(dir.path() / "no" / "folder", plan()), HasSubstr("No such file"));
  EXPECT_THAT(read_journal(dir.path() / "none").error().what, HasSubstr("No such file"));
  const auto pipe = dir.path() / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(error_of(pipe, plan()), HasSubstr("it is not a file"));
  EXPECT_THAT(read_journal(pipe).error().what, HasSubstr("it is not a file"));
  const auto empty = dir.write("empty", "");
  EXPECT_THAT(read_journal(empty).error().what, HasSubstr("nothing was written"));
  const auto locked = dir.write("locked", "");
  std::filesystem::permissions(locked, std::filesystem::perms::none);
  std::filesystem::permissions(dir.path(), std::filesystem::perms::all);
  const WithoutRoot user;
  if (!user.done()) GTEST_SKIP() << "cannot become another user";
  EXPECT_THAT(error_of(locked, plan()), HasSubstr("Permission denied"));
}

TEST(SweepJournal, IsUsedByOneWriterAtATime) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  {
    auto first = JournalWriter::open(path, plan(), false).value();
    auto moved = std::move(first);
    EXPECT_EQ(error_of(path, plan()), "cannot use the sweep's journal '" + path.string() +
                                          "': another jetmeter is at it; wait for its end, or "
                                          "name another folder");
    EXPECT_TRUE(moved.add(result_of(plan()[0])));
    EXPECT_EQ(read_journal(path).value().results.size(), 1u) << "readers need no lock";
  }
  EXPECT_EQ(error_of(path, plan()), "no error");
}

// Lengths that a death in the middle of a line can leave: all around the ends of lines, some of the
// others.
TEST(SweepJournal, GoesOnBehindATornLine) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  const auto steps = plan();
  const auto header = journal_header(plan_digest(steps), steps.size());
  const auto whole = header + journal_line(result_of(steps[0]));
  const auto text = whole + journal_line(result_of(steps[1]));
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const bool at_end = cut == 0 || text[cut - 1] == '\n';
    const bool before_end = cut < text.size() && text[cut] == '\n';
    if (!at_end && !before_end && cut % 37 != 1) continue;
    dir.write("sweep.jsonl", text.substr(0, cut));
    {
      auto writer = JournalWriter::open(path, steps, true).value();
      ASSERT_EQ(writer.torn_lines(), at_end ? 0 : 1) << cut;
      ASSERT_EQ(writer.done().size(), cut < whole.size() ? 0u : cut < text.size() ? 1u : 2u);
      ASSERT_TRUE(writer.add(result_of(steps[2])));
    }
    const auto journal = read_journal(path).value();
    ASSERT_EQ(journal.torn_lines, 0) << cut;
    ASSERT_EQ(journal.results.back().id, steps[2].id);
  }
}

TEST(SweepJournal, ATornHeaderNeedsNoResume) {
  const TempDir dir;
  const auto steps = plan();
  const auto header = journal_header(plan_digest(steps), steps.size());
  for (const auto& text : {header.substr(0, 9), header.substr(0, 40), std::string(70, '\0')}) {
    const auto file = dir.write("sweep.jsonl", text);
    EXPECT_EQ(error_of(file, steps, false), "no error");
    EXPECT_EQ(read_text(file), header);
  }
}

TEST(SweepJournal, DamagedLinesAreCountedAndTheirStepsRunAgain) {
  const TempDir dir;
  const auto steps = plan();
  auto text = journal_header(plan_digest(steps), steps.size());
  text += "{\"id\":\"x\"}\n\n[]\n" + std::string(20, '\0') + "\n";
  text += "{\"id\":\"a\",\"digest\":\"b\",\"status\":\"completed\",\"exit_code\":1e99}\n";
  text += journal_line(result_of(steps[0])) + "\xff\xff";
  const auto journal = read_journal(dir.write("sweep.jsonl", text)).value();
  EXPECT_EQ(journal.torn_lines, 6);
  EXPECT_THAT(ids(journal.results), ElementsAre(steps[0].id));
}

TEST(SweepJournal, KeepsWhatAFullDiskRefusesAndWritesItLater) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  const auto steps = plan();
  auto writer = JournalWriter::open(path, steps, false).value();
  ASSERT_TRUE(writer.add(result_of(steps[0])));
  const auto before = read_text(path).value();
  Result<void> second, third;
  {
    const FileSizeLimit full(before.size() + 10);
    second = writer.add(result_of(steps[1]));
    third = writer.add(result_of(steps[2]));
  }
  ASSERT_FALSE(second);
  ASSERT_FALSE(third);
  EXPECT_EQ(second.error().what,
            "cannot write the sweep's journal '" + path.string() + "': File too large");
  EXPECT_EQ(read_text(path), before) << "no part of a line is left";
  ASSERT_TRUE(writer.add(result_of(steps[3])));
  EXPECT_THAT(ids(read_journal(path).value().results),
              ElementsAre(steps[0].id, steps[1].id, steps[2].id, steps[3].id));
}

TEST(SweepJournal, ADiskThatIsFullFromTheBeginningIsAnError) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  std::string error;
  {
    const FileSizeLimit full(5);
    error = error_of(path, plan(), false);
  }
  EXPECT_THAT(error, HasSubstr("File too large"));
  EXPECT_EQ(error_of(path, plan(), false), "no error") << "nothing stands in the way of a retry";
}

TEST(SweepJournal, SurvivesTheDeathOfItsWriter) {
  const TempDir dir;
  const auto path = dir.path() / "sweep.jsonl";
  const auto steps = plan();
  int told[2];
  ASSERT_EQ(pipe(told), 0);
  const pid_t child = fork();
  if (child == 0) {
    auto writer = JournalWriter::open(path, steps, false);
    for (int i = 0; writer; ++i) {
      if (!writer->add(result_of(steps[static_cast<std::size_t>(i % 4)]))) _exit(1);
      if (write(told[1], "x", 1) != 1) _exit(1);
    }
    _exit(1);
  }
  char byte = 0;
  for (int i = 0; i < 25; ++i) ASSERT_EQ(read(told[0], &byte, 1), 1);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  close(told[0]);
  close(told[1]);
  const auto writer = JournalWriter::open(path, steps, true);
  ASSERT_TRUE(writer) << "its lock died with it";
  EXPECT_LE(writer->torn_lines(), 1);
  EXPECT_EQ(writer->done().size(), 4u);
  EXPECT_GE(read_journal(path).value().results.size(), 25u);
}

TEST(SweepJournal, NamesThatAreNotUtf8DoNotStopIt) {
  auto result = result_of(plan()[0]);
  result.out = "caf\xe9";
  result.values = {{"", "caf\xe9.onnx"}};
  result.seconds = std::numeric_limits<double>::quiet_NaN();
  const auto steps = plan();
  const auto text = journal_header(plan_digest(steps), steps.size()) + journal_line(result);
  const auto journal = parse_journal(text).value().journal;
  ASSERT_EQ(journal.results.size(), 1u);
  EXPECT_EQ(journal.results[0].digest, result.digest);
}

TEST(FreshStepFolder, LeavesEarlierAttemptsAlone) {
  const TempDir dir;
  const SweepStep step{"001-a", "x", {}, 1};
  EXPECT_EQ(fresh_step_folder(dir.path(), step), dir.path() / "001-a");
  std::filesystem::create_directory(dir.path() / "001-a");
  EXPECT_EQ(fresh_step_folder(dir.path(), step), dir.path() / "001-a") << "it is empty";
  dir.write("001-a/run.log", "x");
  dir.write("001-a.2", "a file");
  EXPECT_EQ(fresh_step_folder(dir.path(), step), dir.path() / "001-a.3");
}

}  // namespace
}  // namespace jetmeter
