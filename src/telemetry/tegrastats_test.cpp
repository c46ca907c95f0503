#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "telemetry/source_test.h"
#include "telemetry/tegrastats_source.h"

namespace jetmeter {
extern const SourceKind tegrastats_source;
namespace {

using testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::string_view kTool = "/usr/bin/tegrastats";

class HandClock : public Clock {
 public:
  Nanoseconds monotonic() const override { return now; }
  WallTime wall() const override { return {}; }
  Nanoseconds now{5s};
};

// A board whose tegrastats is a script of the test's; `$line` is a good line.
class FakeTool {
 public:
  explicit FakeTool(std::string_view script) {
    board_.write(kTool,
                 "#!/bin/sh\n"
                 "cd \"${0%/*}\" || exit\n"
                 "line='RAM 100/200MB (lfb 2x4MB) CPU [50%@1000,off] GR3D_FREQ 7%@[300,306] "
                 "NVENC off VIC 36%@115 tj@58.5C CV0@-256C VDD_IN 5000mW/4000mW NC 0mW/0mW'\n" +
                     std::string(script) + "\n");
    ::chmod(path().c_str(), 0755);
  }

  std::filesystem::path path() const { return board_.host().path(kTool); }
  Host host() const { return board_.host(); }
  HandClock& clock() { return clock_; }

  Result<std::unique_ptr<Source>> open(Nanoseconds first_line_within = 20s) {
    return open_tegrastats(host(), {1s, first_line_within, &clock_});
  }
  // The number that the script wrote into a file beside itself.
  pid_t pid(std::string_view file) const {
    return static_cast<pid_t>(read_number(path().parent_path() / file).value_or(0));
  }

 private:
  BoardCopy board_;
  HandClock clock_;
};

// For what another process does in its own time. Fails the test, after long, when it does not.
template <typename Condition>
bool sooner_or_later(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

bool is_silent(Source& source) {
  for (const auto& [name, value] : read_once(source))
    if (value) return false;
  return true;
}

// Gone, or dead and not yet fetched by its parent.
bool is_dead(pid_t pid) {
  const auto stat = read_text("/proc/" + std::to_string(pid) + "/stat");
  return !stat || stat->find(") Z ") != stat->npos || stat->find(") X ") != stat->npos;
}

TEST(Tegrastats, NamesWhatTheToolSaysAsSysfsDoes) {
  const BoardCopy board("orin-nano-super");
  const auto source = tegrastats_source.open(board.host());
  ASSERT_TRUE(source) << source.error().what;
  auto said = read_once(**source);
  EXPECT_EQ(said["tegrastats.memory.total"], 7620.0 * 1024 * 1024);
  EXPECT_EQ(said["tegrastats.memory.used"], 6712.0 * 1024 * 1024);
  EXPECT_EQ(said["tegrastats.memory.largest_free_block"], 4.0 * 1024 * 1024);
  EXPECT_EQ(said["tegrastats.memory.largest_free_blocks"], 12);
  EXPECT_EQ(said["tegrastats.memory.swap_used"], 369.0 * 1024 * 1024);
  EXPECT_EQ(said["tegrastats.load.cpu0"], 38);
  EXPECT_EQ(said["tegrastats.clock.cpu0"], 1497e6);
  EXPECT_EQ(said["tegrastats.load.cpu5"], 0);
  EXPECT_EQ(said["tegrastats.load.emc"], 61);
  EXPECT_EQ(said["tegrastats.clock.emc"], 2133e6);
  EXPECT_EQ(said["tegrastats.load.gpu"], 99);
  EXPECT_EQ(said["tegrastats.clock.gpu"], 612e6);
  EXPECT_EQ(said["tegrastats.clock.ape"], 200e6);
  EXPECT_EQ(said["tegrastats.temperature.tj"], 58.312);
  EXPECT_NEAR(*said["tegrastats.power.VDD_IN"], 16.321, 1e-9) << "the average would be 11.204";
  EXPECT_EQ(said["tegrastats.power.board"], said["tegrastats.power.VDD_IN"]);
  EXPECT_EQ(said["tegrastats.unknown_tokens"], 0);
  EXPECT_EQ(said.count("tegrastats.load.cpu6"), 0u);
}

TEST(Tegrastats, WhatIsOffIsAbsentNotZero) {
  FakeTool tool("echo \"$line\"; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  const auto said = read_once(**source);
  for (const auto* off :
       {"load.cpu1", "clock.cpu1", "load.nvenc", "clock.nvenc", "temperature.CV0"})
    EXPECT_EQ(said.at(std::string("tegrastats.") + off), std::nullopt) << off;
  EXPECT_EQ(said.at("tegrastats.clock.gpu"), 306e6) << "the faster cluster's";
  EXPECT_EQ(said.count("tegrastats.power.NC"), 0u);
}

TEST(Tegrastats, FindsFieldsInAnotherOrderAndLeavesOutWhatIsNotSaid) {
  FakeTool tool(
      "echo \"$line\"; while [ ! -e go ]; do sleep 0.01; done\n"
      "echo 'RAM 150/200MB VDD_IN 6000mW/4000mW CPU [10%@900,20%@800] what tj@60C NVENC 5%@99'\n"
      "touch done; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  std::ofstream(tool.path().parent_path() / "go") << "";
  ASSERT_TRUE(
      sooner_or_later([&] { return read_once(**source)["tegrastats.temperature.tj"] == 60; }));
  auto said = read_once(**source);
  EXPECT_EQ(said["tegrastats.power.VDD_IN"], 6);
  EXPECT_EQ(said["tegrastats.load.cpu1"], 20);
  EXPECT_EQ(said["tegrastats.load.nvenc"], 5);
  EXPECT_FALSE(said["tegrastats.load.gpu"]);
  EXPECT_FALSE(said["tegrastats.memory.largest_free_block"]);
  EXPECT_EQ(said["tegrastats.unknown_tokens"], 1);
}

TEST(Tegrastats, NamesTheWordsThatItDoesNotUnderstand) {
  FakeTool tool("echo \"$line NPU 7%@300 ISP nap LPDDR6\"; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  const auto* unknown = (*source)->unknown_words();
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->count, 5);
  EXPECT_THAT(unknown->words, testing::ElementsAre("NPU", "7%@300", "ISP", "nap", "LPDDR6"));
  EXPECT_EQ(read_once(**source)["tegrastats.unknown_tokens"], 5);
}

TEST(Tegrastats, AsksForALineASecondWithNothingToRead) {
  FakeTool tool(
      "[ \"$*\" = '--interval 1000' ] || exit 1\n"
      "cat\n"
      "echo complaint >&2\n"
      "echo \"$line\"; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
}

TEST(Tegrastats, ValuesGrowOld) {
  FakeTool tool("echo \"$line\"; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  tool.clock().now += 3s;
  EXPECT_FALSE(is_silent(**source));
  tool.clock().now += 1ns;
  EXPECT_TRUE(is_silent(**source));
}

TEST(Tegrastats, GarbageAfterALineDoesNotKeepItYoung) {
  FakeTool tool("echo \"$line\"; exec yes 'RAM in flames'");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_FALSE(is_silent(**source));
  tool.clock().now += 4s;
  EXPECT_TRUE(is_silent(**source));
}

TEST(Tegrastats, FollowsAToolThatFloods) {
  FakeTool tool("i=0; while :; do i=$((i + 1)); echo \"$line A@$((i % 150))C\"; done");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  const auto before = *read_once(**source)["tegrastats.temperature.A"];
  EXPECT_TRUE(
      sooner_or_later([&] { return read_once(**source)["tegrastats.temperature.A"] != before; }));
}

TEST(Tegrastats, PassesOverALineOfAMegabyte) {
  FakeTool tool(
      "printf 'RAM 1/2MB '; head -c 1000000 /dev/zero | tr '\\0' x; echo\n"
      "echo \"$line\"; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ(read_once(**source)["tegrastats.memory.used"], 100.0 * 1024 * 1024);
}

TEST(Tegrastats, IsSilentWhenTheToolIsKilled) {
  // Its own child holds the pipe open.
  FakeTool tool("echo $$ > pid; sleep 1000 & echo \"$line\"; wait");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_FALSE(is_silent(**source));
  ::kill(tool.pid("pid"), SIGKILL);
  EXPECT_TRUE(sooner_or_later([&] { return is_silent(**source); }));
}

TEST(Tegrastats, IsSilentWhenTheToolEnds) {
  FakeTool tool("echo \"$line\"");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_TRUE(sooner_or_later([&] { return is_silent(**source); }));
}

TEST(Tegrastats, LeavesNoProcessBehind) {
  FakeTool tool(
      "trap '' TERM INT HUP; echo $$ > pid\nsleep 1000 & echo $! > child\n"
      "echo \"$line\"; wait");
  auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  ASSERT_GT(tool.pid("pid"), 0);
  ASSERT_GT(tool.pid("child"), 0);
  source->reset();
  EXPECT_TRUE(sooner_or_later([&] { return is_dead(tool.pid("pid")); }));
  EXPECT_TRUE(sooner_or_later([&] { return is_dead(tool.pid("child")); }));
}

TEST(Tegrastats, BeginsAnewWithoutWaitingForALine) {
  FakeTool tool(
      "if [ -e again ]; then while [ ! -e go ]; do sleep 0.01; done; fi\n"
      "touch again; echo $$ > pid; echo \"$line\"; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  const auto first = tool.pid("pid");
  ASSERT_GT(first, 0);
  ASSERT_TRUE((*source)->suspend());
  EXPECT_TRUE(sooner_or_later([&] { return is_dead(first); }));
  EXPECT_TRUE(is_silent(**source));
  ASSERT_TRUE(sooner_or_later([&] { return (*source)->resume().has_value(); }));
  EXPECT_TRUE(is_silent(**source)) << "what the first one said is not said by the second";
  std::ofstream(tool.path().parent_path() / "go") << "";
  EXPECT_TRUE(sooner_or_later([&] { return read_once(**source)["tegrastats.load.gpu"] == 7; }));
}

TEST(Tegrastats, TellsTheCpuTimeOfTheTool) {
  FakeTool tool("echo \"$line\"; while :; do :; done");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  const auto more_than = [&](Nanoseconds before) {
    return sooner_or_later([&] {
      read_once(**source);
      return (*source)->cpu_time_of_programs() > before;
    });
  };
  EXPECT_TRUE(more_than(5ms));
  ASSERT_TRUE((*source)->suspend());
  ASSERT_TRUE(sooner_or_later([&] { return (*source)->resume().has_value(); }));
  const auto of_the_first = (*source)->cpu_time_of_programs();
  EXPECT_GT(of_the_first, 5ms);
  EXPECT_TRUE(more_than(of_the_first + 1ms));
}

TEST(Tegrastats, SaysWhyItDoesNotBeginAnew) {
  FakeTool tool("echo \"$line\"; exec sleep 1000");
  const auto source = tool.open();
  ASSERT_TRUE(source) << source.error().what;
  ASSERT_TRUE((*source)->suspend());
  std::filesystem::remove(tool.path());
  EXPECT_TRUE(sooner_or_later([&] {
    const auto resumed = (*source)->resume();
    return !resumed && resumed.error().what.find("no program '") != std::string::npos;
  }));
}

TEST(Tegrastats, DiesWithTheThreadThatStartedIt) {
  FakeTool tool("echo $$ > pid; echo \"$line\"; sleep 1000");
  Result<std::unique_ptr<Source>> source = fail("not opened");
  std::thread([&] { source = tool.open(); }).join();
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_TRUE(sooner_or_later([&] { return is_dead(tool.pid("pid")); }));
  EXPECT_TRUE(is_silent(**source));
}

TEST(Tegrastats, SaysWhyItDoesNotOpen) {
  EXPECT_THAT(tegrastats_source.open(BoardCopy().host()).error().what, HasSubstr("no program '"));
  const auto why = [](std::string_view script, Nanoseconds within = 20s) {
    FakeTool tool(script);
    const auto source = tool.open(within);
    return source ? std::string("open") : source.error().what;
  };
  EXPECT_THAT(why("exit 3"), HasSubstr("ended before it printed a line (exit code 3)"));
  EXPECT_THAT(why("kill -9 $$"), HasSubstr("ended before it printed a line (signal 9)"));
  EXPECT_THAT(why("exec >&-; sleep 1000"), HasSubstr("it closed its output"));
  const std::string silent = "no line that can be understood came within 100 ms";
  EXPECT_THAT(why("exec sleep 1000", 100ms), HasSubstr(silent));
  EXPECT_THAT(why("exec yes garbage", 100ms), HasSubstr(silent));
  EXPECT_THAT(why("exec cat /dev/zero", 100ms), HasSubstr(silent));
  EXPECT_THAT(why("printf '%s' \"$line\"; exec sleep 1000", 100ms), HasSubstr(silent))
      << "half a line";
}

TEST(Tegrastats, DoesNotRunWhatIsNoProgram) {
  BoardCopy board;
  board.write(kTool, "not a program");
  EXPECT_THAT(tegrastats_source.open(board.host()).error().what, HasSubstr("may not be run"));
  ::chmod(board.host().path(kTool).c_str(), 0755);
  EXPECT_THAT(tegrastats_source.open(board.host()).error().what, HasSubstr("exit code 127"));
  board.remove(kTool);
  std::filesystem::create_directory(board.host().path(kTool));
  EXPECT_THAT(tegrastats_source.open(board.host()).error().what, HasSubstr("no program '"));
}

}  // namespace
}  // namespace jetmeter
