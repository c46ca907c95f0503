// The monitor as a person and as a script see it.
#include <gmock/gmock.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <utmp.h>

#include "support/board_copy.h"
#include "support/no_file.h"
#include "support/program.h"

namespace jetmeter {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string kBoards = std::string(JM_TESTS_DIR) + "/boards/";

TEST(Monitor, PrintsOneScreenWithoutEscapeSequences) {
  const Workplace place;
  const auto result = run_program({"monitor", "--once", "--interval", "200ms"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("Memory"));
  EXPECT_THAT(result.out, HasSubstr("Processes"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Monitor, OfABoardSaysWhatIsAPartOfWhat) {
  const Workplace place;
  const auto result =
      run_program({"monitor", "--board", kBoards + "orin-nano-super", "--once"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("Jetson Orin Nano 8GB Super (p3767-0005) "));
  EXPECT_THAT(result.out, HasSubstr("one DRAM for CPU and GPU"));
  EXPECT_THAT(result.out, HasSubstr("of which page cache"));
  EXPECT_THAT(result.out, HasSubstr("Linux 5.15.148-tegra\n")) << "a pipe has no width to cut at";
}

TEST(Monitor, OfARecordedServerShowsTheMemoryOfEachGpu) {
  const Workplace place;
  const auto result =
      run_program({"monitor", "--board", kBoards + "x86-two-a100", "--once"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("NVIDIA A100-SXM4-80GB"));
  EXPECT_THAT(result.out, testing::ContainsRegex("VRAM 0 .* 80.0 GiB  20.0 GiB in use, 25 %"));
  EXPECT_THAT(result.out, testing::ContainsRegex("VRAM 1 .* 80.0 GiB  620 MiB in use, 1 %"));
}

TEST(Monitor, OfABoardWhoseFilesAreNone) {
  const Workplace place;
  for (const auto& [name, put] : kNoFiles) {
    const BoardCopy board("orin-nano-super");
    for (const auto& file : files_below(board.host().root)) put(file);
    const auto result = run_program(
        {"monitor", "--board", board.host().root.string(), "--once", "--interval", "100ms"}, place);
    EXPECT_EQ(result.exit_code, 0) << name << ": " << result.err;
    EXPECT_THAT(result.out, HasSubstr("Not here: ")) << name;
  }
}

TEST(Monitor, PrintsOneJsonDocument) {
  const Workplace place;
  const auto result = run_program(
      {"monitor", "--once", "--format", "json", "--board", kBoards + "x86-host"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_EQ(json.at("schema"), "jetmeter.monitor/1");
  EXPECT_EQ(json.at("memory").at("architecture"), "host");
  EXPECT_TRUE(json.at("recording").is_null());
  const auto brief =
      run_program({"monitor", "--once", "--json", "--board", kBoards + "x86-host"}, place);
  EXPECT_EQ(brief.exit_code, 0) << brief.err;
  EXPECT_EQ(nlohmann::json::parse(brief.out).at("schema"), "jetmeter.monitor/1");
}

TEST(Monitor, LogsAndReplaysWhatItLogged) {
  const Workplace place;
  const auto log = run_program(
      {"monitor", "--log", "x.jsonl", "--duration", "500ms", "--interval", "100ms"}, place);
  EXPECT_EQ(log.exit_code, 0) << log.err;
  EXPECT_THAT(log.err, HasSubstr("lines in 'x.jsonl'"));
  const auto lines = read_json_lines(place / "x.jsonl");
  ASSERT_GE(lines.size(), 2U);
  EXPECT_TRUE(lines[0].contains("monotonic_ns"));
  const auto shown = run_program({"monitor", "--replay", "x.jsonl", "--once"}, place);
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("recording 100 %, ended"));
}

TEST(Monitor, LogsRowsOfOneLength) {
  const Workplace place;
  const auto log =
      run_program({"monitor", "--log", "x.csv", "--duration", "1s", "--interval", "100ms"}, place);
  EXPECT_EQ(log.exit_code, 0) << log.err;
  std::istringstream rows(slurp(place / "x.csv"));
  std::string header;
  std::getline(rows, header);
  EXPECT_THAT(header, StartsWith("time,monotonic_ns,memory.total"));
  EXPECT_THAT(header, HasSubstr("load.cpu"));
  EXPECT_THAT(header, EndsWith(",gap"));
  EXPECT_EQ(log.err.find("not in"), std::string::npos) << log.err;
  const auto commas = std::count(header.begin(), header.end(), ',');
  int count = 0;
  for (std::string row; std::getline(rows, row); ++count)
    EXPECT_EQ(std::count(row.begin(), row.end(), ','), commas) << row;
  EXPECT_GE(count, 2);
}

TEST(Monitor, CountsTheGarbageInARecording) {
  const Workplace place;
  place.write("run/metrics.jsonl",
              "garbage\n"
              R"({"monotonic_ns":1,"source":"a\u001b[2J","values":{"load.cpu":42,"\u001b]0;":1}})"
              "\n\xff\n");
  const auto result = run_program({"monitor", "--replay", "run"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("2 lines not understood"));
  EXPECT_THAT(result.out, HasSubstr("42 %"));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Monitor, TurnsALogOfTegrastatsIntoACsv) {
  const Workplace place;
  place.write("t.log",
              "RAM 1024/2048MB (lfb 2x4MB) CPU [10%@729,off] GR3D_FREQ 7% VDD_IN 4000/4000\n"
              "RAM 1025/2048MB (lfb 2x4MB) CPU [20%@729,off] GR3D_FREQ 9% VDD_IN 5000/4500\n");
  const auto result =
      run_program({"monitor", "--replay", "t.log", "--once", "--log", "t.csv"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("one DRAM for CPU and GPU"));
  EXPECT_EQ(count_lines(slurp(place / "t.csv")), 3U);
  EXPECT_THAT(slurp(place / "t.csv"), HasSubstr("tegrastats.power.VDD_IN"));
}

TEST(Monitor, KeepsTheTimesOfADatedLogOfTegrastats) {
  const Workplace place;
  const std::string rest = " RAM 1024/2048MB (lfb 2x4MB) CPU [10%@729,off] VDD_IN 4000mW/4000mW\n";
  place.write("t.log", "07-21-2025 16:33:42" + rest + "07-21-2025 16:33:43" + rest);
  const auto shown =
      run_program({"monitor", "--replay", "t.log", "--once", "--log", "t.csv"}, place);
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr(" 2025-07-21 16:33:43 local time\n"));
  EXPECT_THAT(slurp(place / "t.csv"), HasSubstr("\n2025-07-21T16:33:42,0,"));
  EXPECT_THAT(slurp(place / "t.csv"), HasSubstr("\n2025-07-21T16:33:43,1000000000,"));
  const auto json = nlohmann::json::parse(
      run_program({"monitor", "--replay", "t.log", "--once", "--format", "json"}, place).out);
  EXPECT_EQ(json.at("time"), "2025-07-21T16:33:43");
}

TEST(Monitor, NamesTheWordsOfATegrastatsOfTomorrow) {
  const Workplace place;
  place.write(
      "t.log",
      "RAM 1024/2048MB CPU [10%@729] VDD_IN 4000mW/4000mW NPU0 7%@300 \x1b[2J LPDDR6 nap\n");
  const auto shown = run_program({"monitor", "--replay", "t.log", "--once"}, place);
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.out,
              HasSubstr("tegrastats: 5 words not understood: NPU0, 7%@300, ?[2J, LPDDR6, nap"));
  EXPECT_THAT(shown.out, HasSubstr("board"));
  const auto json = nlohmann::json::parse(
      run_program({"monitor", "--replay", "t.log", "--once", "--format", "json"}, place).out);
  ASSERT_EQ(json.at("unknown_words").size(), 1U);
  EXPECT_EQ(json["unknown_words"][0]["source"], "tegrastats");
  EXPECT_EQ(json["unknown_words"][0]["count"], 5);
  EXPECT_EQ(json["unknown_words"][0]["words"][0], "NPU0");
}

TEST(Monitor, KeepsTheGapsOfARecordingInACsv) {
  const Workplace place;
  place.write("x.jsonl", R"({"monotonic_ns":1,"source":"cpu","values":{"load.cpu":42}})"
                         "\n"
                         R"({"monotonic_ns":2,"source":"cpu","gap":"no value"})"
                         "\n");
  const auto result =
      run_program({"monitor", "--replay", "x.jsonl", "--once", "--log", "x.csv"}, place);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(slurp(place / "x.csv"), "time,monotonic_ns,load.cpu,gap\n,1,42,\n,2,,cpu: no value\n");
}

TEST(Monitor, GoesOnWhenTheDiskOfItsLogIsFull) {
  const Workplace place;
  const auto result = run_program(
      {"monitor", "--log", "/dev/full", "--duration", "300ms", "--interval", "100ms"}, place);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("error: the log '/dev/full' ends here: No space left on device\n"));
  EXPECT_THAT(result.err, HasSubstr("0 lines in '/dev/full'"));
  EXPECT_THAT(result.out, HasSubstr("Memory"));
}

TEST(Monitor, SaysThatItsLogIsNotWholeAlsoWhenItIsQuiet) {
  const Workplace place;
  place.write("t.log",
              "RAM 1024/2048MB (lfb 2x4MB) CPU [10%@729,off] GR3D_FREQ 7% VDD_IN 4000/4000\n");
  for (const auto* form : {"/dev/full", "full.csv"}) {
    std::error_code there;
    std::filesystem::create_symlink("/dev/full", place.path() / "full.csv", there);
    const auto result =
        run_program({"monitor", "-q", "--once", "--replay", "t.log", "--log", form}, place);
    EXPECT_EQ(result.exit_code, 2) << form;
    EXPECT_THAT(result.err, HasSubstr("No space left on device"));
    EXPECT_EQ(count_lines(result.err), 1U) << result.err;
  }
}

struct WrongCall {
  const char* name;
  std::vector<std::string> arguments;
  const char* says;
};
class WrongMonitor : public testing::TestWithParam<WrongCall> {};

TEST_P(WrongMonitor, GetsOneSentenceAndCodeOne) {
  const Workplace place;
  place.write("text", "no readings\n");
  place.write("folder/x", "");
  auto words = GetParam().arguments;
  words.insert(words.begin(), "monitor");
  const auto result = run_program(words, place);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr(GetParam().says));
  EXPECT_EQ(count_lines(result.err), 1U) << result.err;
  EXPECT_EQ(result.out, "");
}

INSTANTIATE_TEST_SUITE_P(
    , WrongMonitor,
    testing::Values(WrongCall{"Interval", {"--interval", "1ms"}, "100ms is the least"},
                    WrongCall{"IntervalText", {"--interval", "soon"}, "is not a duration"},
                    WrongCall{"Duration", {"--duration", "0"}, "--duration"},
                    WrongCall{"Speed", {"--speed", "0"}, "--speed"},
                    WrongCall{"Replay", {"--replay", "none"}, "no such file"},
                    WrongCall{"ReplayOfText", {"--replay", "text"}, "no line of it is a reading"},
                    WrongCall{"ReplayOfADevice",
                              {"--replay", "/dev/zero"},
                              "'/dev/zero': it is neither a file nor a pipe"},
                    WrongCall{"ReplayOfFolder", {"--replay", "folder"}, "neither metrics.jsonl"},
                    WrongCall{
                        "Both", {"--replay", "text", "--board", "folder"}, "give one of them"},
                    WrongCall{"Log", {"--log", "none/x.csv"}, "cannot write the log"},
                    WrongCall{"LogThatExists", {"--log", "text"}, "holds something already"},
                    WrongCall{"JsonWithoutOnce", {"--format", "json"}, "goes with --once"},
                    WrongCall{"BriefJsonWithoutOnce", {"--json"}, "goes with --once"},
                    WrongCall{"Format", {"--once", "--format", "xml"}, "--format"}),
    [](const auto& test) { return std::string(test.param.name); });

// A program with a terminal of its own, whose other end the test holds.
class OnTerminal {
 public:
  explicit OnTerminal(std::vector<std::string> words, const Program::Environment& environment = {},
                      winsize size = {24, 80, 0, 0}) {
    words.insert(words.begin(), JM_PROGRAM);
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    // Before the program can have changed it.
    int other_end = -1;
    if (openpty(&terminal_, &other_end, nullptr, nullptr, &size) != 0) return;
    tcgetattr(other_end, &before_);
    pid_ = fork();
    if (pid_ == 0) {
      close(terminal_);
      login_tty(other_end);
      setenv("LC_ALL", "C.UTF-8", 1);
      setenv("TERM", "xterm", 1);
      unsetenv("NO_COLOR");
      for (const auto& [name, value] : environment) setenv(name.c_str(), value.c_str(), 1);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(other_end);
    fcntl(terminal_, F_SETFL, O_NONBLOCK);
  }
  ~OnTerminal() {
    if (pid_ > 0) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
    }
    close(terminal_);
  }
  OnTerminal(const OnTerminal&) = delete;
  OnTerminal& operator=(const OnTerminal&) = delete;

  // Everything that was written so far.
  const std::string& text() {
    char buffer[4096];
    for (ssize_t n = 0; (n = read(terminal_, buffer, sizeof buffer)) > 0;)
      text_.append(buffer, static_cast<std::size_t>(n));
    return text_;
  }
  bool shows(const std::string& what) {
    return eventually([&] { return text().find(what) != std::string::npos; });
  }
  void forget() {
    text();
    text_.clear();
  }
  void press(const std::string& keys) const {
    ASSERT_EQ(write(terminal_, keys.data(), keys.size()), static_cast<ssize_t>(keys.size()));
  }
  void signal(int number) const { kill(pid_, number); }
  // The kernel tells the program with SIGWINCH.
  void resize(unsigned short width, unsigned short height) const {
    const winsize size{height, width, 0, 0};
    ASSERT_EQ(ioctl(terminal_, TIOCSWINSZ, &size), 0);
  }
  // The exit code; -1 when it did not end.
  int wait() {
    int status = 0;
    const bool ended = eventually([&] {
      text();
      return waitpid(pid_, &status, WNOHANG) == pid_;
    });
    if (!ended) return -1;
    pid_ = -1;
    text();
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }
  // Echo and line editing are as they were.
  bool is_restored() const {
    termios now{};
    return tcgetattr(terminal_, &now) == 0 && now.c_lflag == before_.c_lflag;
  }

 private:
  pid_t pid_ = -1;
  int terminal_ = -1;
  termios before_{};
  std::string text_;
};

const std::string kLeave = "\x1b[?25h\x1b[?1049l";

std::vector<std::string> monitor_of_board() {
  return {"monitor", "--board", kBoards + "orin-nano-super", "--interval", "100ms"};
}

TEST(MonitorOnATerminal, DrawsFollowsItsSizeAndQuits) {
  OnTerminal terminal(monitor_of_board());
  ASSERT_TRUE(terminal.shows("\x1b[?1049h")) << terminal.text();
  ASSERT_TRUE(terminal.shows("q quit")) << terminal.text();
  EXPECT_THAT(terminal.text(), HasSubstr("Jetson Orin Nano 8GB Super (p3767-0005)"));
  terminal.resize(40, 10);
  EXPECT_TRUE(terminal.shows("40 x 10 cells: too small"));
  terminal.forget();
  terminal.resize(120, 40);
  EXPECT_TRUE(terminal.shows("q quit"));
  terminal.press("h");
  EXPECT_TRUE(terminal.shows("Sources that are not here"));
  terminal.press("h\x1b[A+");
  EXPECT_TRUE(terminal.shows("interval 200 ms"));
  terminal.press("p");
  EXPECT_TRUE(terminal.shows("paused"));
  terminal.press("q");
  EXPECT_EQ(terminal.wait(), 0);
  EXPECT_THAT(terminal.text(), EndsWith(kLeave));
  EXPECT_TRUE(terminal.is_restored());
}

TEST(MonitorOnATerminal, ScrollsItsHelp) {
  OnTerminal terminal(monitor_of_board(), {}, {16, 80, 0, 0});
  ASSERT_TRUE(terminal.shows("q quit")) << terminal.text();
  terminal.press("h");
  ASSERT_TRUE(terminal.shows("j k, arrows, space: scroll")) << terminal.text();
  ASSERT_TRUE(terminal.shows(" 1-"));
  terminal.forget();
  terminal.press("\x1b[B");
  EXPECT_TRUE(terminal.shows(" 2-")) << terminal.text();
  terminal.press("\x1b[6~");
  EXPECT_TRUE(terminal.shows("Sources that are not here")) << terminal.text();
  terminal.forget();
  terminal.press(" hp");
  EXPECT_TRUE(terminal.shows("paused")) << "and space did not pause it";
  terminal.press("q");
  EXPECT_EQ(terminal.wait(), 0);
}

TEST(MonitorOnATerminal, PrintsOnceWithinItsColumns) {
  auto words = monitor_of_board();
  words.emplace_back("--once");
  OnTerminal once(words, {{"NO_COLOR", "1"}}, {10, 40, 0, 0});
  EXPECT_EQ(once.wait(), 0);
  EXPECT_THAT(once.text(), HasSubstr("Temperature"));
  std::istringstream lines(once.text());
  for (std::string line; std::getline(lines, line);) {
    const auto cells = std::ranges::count_if(
        line, [](char c) { return c != '\r' && (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
    EXPECT_LE(cells, 40) << line;
  }
}

TEST(MonitorOnATerminal, HasNoColoursWhereTheyAreRefused) {
  OnTerminal with(monitor_of_board(), {{"NO_COLOR", ""}});
  ASSERT_TRUE(with.shows("q quit"));
  EXPECT_THAT(with.text(), HasSubstr("\x1b[1m"));
  OnTerminal without(monitor_of_board(), {{"NO_COLOR", "1"}});
  ASSERT_TRUE(without.shows("q quit"));
  EXPECT_THAT(without.text(), Not(HasSubstr("\x1b[1m")));
}

TEST(MonitorOnADumbTerminal, PointsToOnce) {
  OnTerminal follows(monitor_of_board(), {{"TERM", "dumb"}});
  EXPECT_EQ(follows.wait(), 1);
  EXPECT_THAT(follows.text(), StartsWith("error: this terminal is dumb"));
  EXPECT_THAT(follows.text(), HasSubstr("give --once"));
  EXPECT_EQ(count_lines(follows.text()), 1U);
}

TEST(MonitorOnADumbTerminal, PrintsOnceWithoutEscapeSequences) {
  auto words = monitor_of_board();
  words.emplace_back("--once");
  OnTerminal once(words, {{"TERM", "dumb"}});
  EXPECT_EQ(once.wait(), 0);
  EXPECT_THAT(once.text(), HasSubstr("Memory"));
  EXPECT_THAT(once.text(), Not(HasSubstr("\x1b")));
}

TEST(MonitorOnATerminal, IsGivenBackAfterEverySignal) {
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) {
    OnTerminal terminal(monitor_of_board());
    ASSERT_TRUE(terminal.shows("q quit")) << terminal.text();
    terminal.signal(number);
    EXPECT_EQ(terminal.wait(), 0) << number;
    EXPECT_THAT(terminal.text(), EndsWith(kLeave));
    EXPECT_TRUE(terminal.is_restored());
  }
}

TEST(MonitorOnATerminal, QuitsOnEscapeAndAfterItsTime) {
  OnTerminal escape(monitor_of_board());
  ASSERT_TRUE(escape.shows("q quit"));
  escape.press("\x1b");
  EXPECT_EQ(escape.wait(), 0);
  auto words = monitor_of_board();
  words.insert(words.end(), {"--duration", "300ms"});
  OnTerminal timed(words);
  EXPECT_EQ(timed.wait(), 0);
  EXPECT_THAT(timed.text(), EndsWith(kLeave));
}

TEST(MonitorOnATerminal, GoesOnWithoutItsLogUntilItIsToldToEnd) {
  auto words = monitor_of_board();
  words.insert(words.end(), {"--log", "/dev/full"});
  OnTerminal terminal(words);
  ASSERT_TRUE(terminal.shows("ends here: No space left on device")) << terminal.text();
  terminal.forget();
  terminal.press("h");
  EXPECT_TRUE(terminal.shows("Sources that are not here"));
  terminal.press("q");
  EXPECT_EQ(terminal.wait(), 2);
  EXPECT_TRUE(terminal.is_restored());
}

TEST(MonitorOnATerminal, PlaysARecordingToItsEnd) {
  const Workplace place;
  const auto file =
      place.write("x.jsonl", R"({"monotonic_ns":1000000000,"source":"a","values":{"load.cpu":11}})"
                             "\n"
                             R"({"monotonic_ns":9000000000,"source":"a","values":{"load.cpu":77}})"
                             "\n");
  OnTerminal terminal({"monitor", "--replay", file, "--speed", "64", "--interval", "100ms"});
  EXPECT_TRUE(terminal.shows("77 %")) << terminal.text();
  EXPECT_TRUE(terminal.shows("ended"));
  terminal.press("q");
  EXPECT_EQ(terminal.wait(), 0);
}

}  // namespace
}  // namespace jetmeter
