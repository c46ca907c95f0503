#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>

#include "jetmeter/processes.h"
#include "support/without_root.h"
#include "telemetry/source_test.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::uint64_t kKibibyte = 1024, kMebibyte = 1024 * kKibibyte;

constexpr std::string_view kStat =
    "812 (my model) S 800 812 800 34816 812 4194304 15734 21 307 4 1203 88 0 0 20 0 9 0 5000\n";
constexpr std::string_view kStatus =
    "Name:\tmy model\nState:\tS (sleeping)\nVmPeak:\t 9000000 kB\nVmHWM:\t 1400000 kB\n"
    "VmRSS:\t 1300032 kB\nVmSwap:\t     512 kB\nThreads:\t9\n";
constexpr std::string_view kRollup =
    "aaaac3a50000-fffff5e8f000 ---p 00000000 00:00 0    [rollup]\n"
    "Rss:             1300004 kB\nPss:             1250001 kB\nPss_Anon:        1000000 kB\n";

// Resident, and what of it can be shared.
std::string statm_of(std::uint64_t rss_kib, std::uint64_t shareable_kib) {
  const auto kib = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)) / kKibibyte;
  return "2250000 " + std::to_string(rss_kib / kib) + ' ' + std::to_string(shareable_kib / kib) +
         " 1 0 400000 0\n";
}

BoardCopy& add_process(BoardCopy& board) {
  board.write("/proc/812/stat", kStat);
  board.write("/proc/812/status", kStatus);
  board.write("/proc/812/statm", statm_of(1300032, 4032));
  board.write("/proc/812/smaps_rollup", kRollup);
  return board;
}

TEST(ReadProcess, TakesEveryNumberFromItsFile) {
  BoardCopy board;
  const auto memory = read_process(add_process(board).host(), 812);
  ASSERT_TRUE(memory) << memory.error().what;
  EXPECT_EQ(memory->pss_bytes, 1250001 * kKibibyte);
  EXPECT_EQ(memory->why_no_pss, "");
  EXPECT_EQ(memory->rss_bytes, 1300032 * kKibibyte);
  EXPECT_EQ(memory->peak_rss_bytes, 1400000 * kKibibyte);
  EXPECT_EQ(memory->swap_bytes, 512 * kKibibyte);
  EXPECT_EQ(memory->threads, 9);
  EXPECT_EQ(memory->minor_faults, 15734);
  EXPECT_EQ(memory->major_faults, 307);
  const auto ticks_per_second = static_cast<double>(::sysconf(_SC_CLK_TCK));
  EXPECT_DOUBLE_EQ(memory->cpu_seconds.value(), (1203 + 88) / ticks_per_second);
}

TEST(ReadProcess, AnOldKernelHasNoPss) {
  BoardCopy board;
  add_process(board).remove("/proc/812/smaps_rollup");
  const auto memory = read_process(board.host(), 812);
  ASSERT_TRUE(memory);
  EXPECT_FALSE(memory->pss_bytes);
  EXPECT_EQ(memory->why_no_pss, "this kernel has no smaps_rollup (Linux 4.14 brought it)");
  EXPECT_EQ(memory->rss_bytes, 1300032 * kKibibyte);
}

TEST(ReadProcess, DoesWithoutStatus) {
  BoardCopy board;
  add_process(board).remove("/proc/812/status");
  const auto memory = read_process(board.host(), 812);
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->rss_bytes, 1300032 * kKibibyte);
  EXPECT_FALSE(memory->peak_rss_bytes);
  EXPECT_EQ(memory->threads, 9);
}

TEST(ReadProcess, TheMemoryOfAKernelThreadIsAbsentNotZero) {
  BoardCopy board;
  board.write("/proc/2/stat", "2 (kthreadd) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 0\n");
  board.write("/proc/2/status", "Name:\tkthreadd\nThreads:\t1\n");
  board.write("/proc/2/statm", "0 0 0 0 0 0 0\n");
  board.write("/proc/2/smaps_rollup", "");
  const auto memory = read_process(board.host(), 2);
  ASSERT_TRUE(memory);
  EXPECT_FALSE(memory->rss_bytes);
  EXPECT_FALSE(memory->pss_bytes);
  EXPECT_THAT(memory->why_no_pss, HasSubstr("holds nothing that can be read"));
  EXPECT_EQ(memory->minor_faults, 0);
}

TEST(ReadProcess, SaysThatThereIsNone) {
  const BoardCopy board;
  for (const ProcessId pid : {812, 0, -1}) {
    const auto memory = read_process(board.host(), pid);
    ASSERT_FALSE(memory) << pid;
    EXPECT_THAT(memory.error().what, StartsWith("there is no process " + std::to_string(pid)));
    EXPECT_FALSE(open_process(board.host(), pid)) << pid;
  }
}

TEST(ReadProcess, SaysThatItHasEnded) {
  BoardCopy board;
  add_process(board).write("/proc/812/stat", "812 (my model) Z 1 2 3 4 5 6 7 8 9 10 11\n");
  const auto memory = read_process(board.host(), 812);
  ASSERT_FALSE(memory);
  EXPECT_THAT(memory.error().what, StartsWith("process 812 has ended"));
}

TEST(ReadProcess, SurvivesGarbageAndFolders) {
  BoardCopy board;
  add_process(board);
  for (const auto& text :
       {std::string(), std::string("\x00\xff:\x80", 4), std::string(100000, '9'),
        std::string("VmRSS: -1 kB\nThreads: 99999999999\nPss: 12\n"), std::string(100000, ')')}) {
    for (const auto* file : {"stat", "status", "statm", "smaps_rollup"})
      board.write(std::string("/proc/812/") + file, text);
    EXPECT_FALSE(read_process(board.host(), 812)) << text.substr(0, 40);
  }
  for (const auto* file : {"stat", "status", "statm", "smaps_rollup"}) {
    board.remove(std::string("/proc/812/") + file);
    std::filesystem::create_directory(board.host().path(std::string("/proc/812/") + file));
  }
  EXPECT_FALSE(read_process(board.host(), 812));
}

TEST(OpenProcess, HasTheSameNumbersAsChannels) {
  BoardCopy board;
  const auto source = open_process(add_process(board).host(), 812);
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ(read_once(**source), (Reading{{"process.pss", 1250001.0 * kKibibyte},
                                          {"process.rss", 1300032.0 * kKibibyte},
                                          {"process.threads", 9.0},
                                          {"process.minor_faults", 15734.0},
                                          {"process.major_faults", 307.0},
                                          {"process.cpu_seconds", 12.91}}));
  EXPECT_EQ((*source)->channels()[0].unit, Unit::byte);
  EXPECT_EQ((*source)->channels()[3].unit, Unit::count);
  EXPECT_EQ((*source)->channels()[5].unit, Unit::second);
}

TEST(OpenProcessCounters, ReadsAllButPss) {
  BoardCopy board;
  const auto source = open_process_counters(add_process(board).host(), 812);
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ(read_once(**source), (Reading{{"process.rss", 1300032.0 * kKibibyte},
                                          {"process.threads", 9.0},
                                          {"process.minor_faults", 15734.0},
                                          {"process.major_faults", 307.0},
                                          {"process.cpu_seconds", 12.91}}));
  EXPECT_FALSE(open_process_counters(board.host(), 0));
}

constexpr std::string_view kSmaps =
    "5580000000-5580010000 r-xp 00000000 b3:01 1234 /usr/bin/model\n"
    "Rss:                 4 kB\nPss:                 1 kB\nSwapPss:             9 kB\n"
    "7f80000000-7f80100000 rw-p 00000000 00:00 0 \n"
    "Rss:           1300000 kB\nPss:           1250000 kB\n";

// Linux 4.9, of JetPack 4.
TEST(OpenProcess, AddsUpSmapsWhereThereIsNoRollup) {
  BoardCopy board;
  add_process(board).remove("/proc/812/smaps_rollup");
  board.write("/proc/812/smaps", kSmaps);
  const auto source = open_process(board.host(), 812);
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_EQ(read_once(**source).at("process.pss"), 1250001.0 * kKibibyte);
  const auto walk = walk_pages(board.host(), 812);
  EXPECT_EQ(walk.pss_bytes, 1250001 * kKibibyte);
  EXPECT_EQ(walk.rss_bytes, 1300004 * kKibibyte);
}

TEST(OpenProcess, SmapsThatIsTooLongIsWalkedOnce) {
  BoardCopy board;
  add_process(board).remove("/proc/812/smaps_rollup");
  board.write("/proc/812/smaps", std::string(kSmaps) + std::string(9 << 20, 'x'));
  const auto source = open_process(board.host(), 812).value();
  EXPECT_FALSE(read_once(*source).at("process.pss"));
  board.write("/proc/812/smaps", kSmaps);
  EXPECT_FALSE(read_once(*source).at("process.pss"));
}

TEST(WalkPages, IsAbsentWhereTheKernelTellsNothing) {
  BoardCopy board;
  add_process(board).remove("/proc/812/smaps_rollup");
  EXPECT_FALSE(walk_pages(board.host(), 812).pss_bytes);
  EXPECT_FALSE(walk_pages(board.host(), 813).rss_bytes);
  board.write("/proc/812/smaps_rollup", kRollup);
  board.write("/proc/812/smaps", "Rss: 9 kB\nPss: 9 kB\n");
  EXPECT_EQ(walk_pages(board.host(), 812).pss_bytes, 1250001 * kKibibyte) << "the cheaper one";
}

TEST(OpenProcess, TakesFromStatusWhatTheShortLinesLack) {
  BoardCopy board;
  add_process(board).remove("/proc/812/statm");
  board.write("/proc/812/stat", "812 (my model) S 800 812 800 34816 812 0 15734 21 307 4 1 2\n");
  const auto source = open_process_counters(board.host(), 812);
  ASSERT_TRUE(source) << source.error().what;
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.at("process.rss"), 1300032.0 * kKibibyte);
  EXPECT_EQ(reading.at("process.threads"), 9.0);
}

// Its own memory grew between the two files: what others share is told by the walk that told PSS.
// After a pause, which hangs on what a walk took of the processor, the next reading walks again: a
// test that was held up for so long is tried once more.
TEST(OpenProcess, TakesTheShareOfOthersFromOneReading) {
  BoardCopy board;
  add_process(board);
  const auto second_reading = [&] {
    board.write("/proc/812/statm", statm_of(700032, 128));
    board.write("/proc/812/smaps_rollup", kRollup);
    const auto source = open_process(board.host(), 812).value();
    EXPECT_EQ(read_once(*source).at("process.pss"), 1250001.0 * kKibibyte);
    board.write("/proc/812/statm", statm_of(1300032, 128));
    board.write("/proc/812/smaps_rollup", "Rss: 9 kB\nPss: 9 kB\n");
    return read_once(*source).at("process.pss");
  };
  constexpr double kWalked = 9.0 * kKibibyte;
  auto told = second_reading();
  for (int again = 0; again < 100 && told == kWalked; ++again) told = second_reading();
  constexpr double kOthers = 1300004.0 - 1250001.0;  // KiB, of the walk
  EXPECT_EQ(told, (1300032.0 - kOthers) * kKibibyte);
}

// A process of our own that does nothing until it is killed.
class Child {
 public:
  Child() : pid_(::fork()) {
    if (pid_ == 0) {
      ::alarm(60);
      for (;;) ::pause();
    }
  }
  ~Child() { end(); }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  pid_t pid() const { return pid_; }
  // Leaves it as it is until somebody asks how it ended.
  void kill() const {
    ::kill(pid_, SIGKILL);
    siginfo_t info;
    ::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void end() {
    if (pid_ <= 0) return;
    kill();
    ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_;
};

TEST(OpenProcess, IsAbsentFromTheEndOn) {
  Child child;
  const auto pid = child.pid();
  const auto source = open_process(Host(), pid);
  ASSERT_TRUE(source) << source.error().what;
  const Reading nothing{{"process.pss", {}},          {"process.rss", {}},
                        {"process.threads", {}},      {"process.minor_faults", {}},
                        {"process.major_faults", {}}, {"process.cpu_seconds", {}}};
  EXPECT_GT(*read_once(**source).at("process.pss"), 0);
  child.kill();
  EXPECT_EQ(read_once(**source), nothing) << "killed, and nobody has asked yet";
  EXPECT_THAT(read_process(Host(), pid).error().what, HasSubstr("has ended"));
  child.end();
  EXPECT_EQ(read_once(**source), nothing);
  EXPECT_THAT(read_process(Host(), pid).error().what, HasSubstr("there is no process"));
}

TEST(OpenProcess, SaysWhyAForeignProcessHasNoPss) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to have a process that is another user's";
  Child child;
  const WithoutRoot user;
  ASSERT_TRUE(user.done());
  const auto memory = read_process(Host(), child.pid());
  ASSERT_TRUE(memory) << memory.error().what;
  EXPECT_FALSE(memory->pss_bytes);
  EXPECT_THAT(memory->why_no_pss, StartsWith("needs root: "));
  EXPECT_GT(*memory->rss_bytes, 0u);
}

// The long way: the PSS of every mapping, added up.
std::uint64_t pss_of_all_mappings() {
  std::ifstream smaps("/proc/self/smaps");
  std::uint64_t sum = 0, kibibytes = 0;
  for (std::string word; smaps >> word;) {
    if (word == "Pss:" && smaps >> kibibytes) sum += kibibytes * kKibibyte;
  }
  return sum;
}

double rollup_bytes(std::string_view key) {
  std::ifstream rollup("/proc/self/smaps_rollup");
  double kibibytes = 0;
  for (std::string word; rollup >> word;)
    if (word == key && rollup >> kibibytes) break;
  return kibibytes * kKibibyte;
}

// Other processes come and go between two readings, and with them shares of shared pages. Readings
// that mean the same agree as soon as nobody does.
TEST(ReadProcess, AgreesWithTheLongWayOnThisProcess) {
  double expected = 0, apart = 0;
  const auto within = [&] { return std::max(expected / 100, 1.0 * kMebibyte); };
  for (int attempt = 0; attempt < 100; ++attempt) {
    expected = static_cast<double>(pss_of_all_mappings());
    const auto memory = read_process(Host(), ::getpid());
    ASSERT_TRUE(memory && memory->pss_bytes);
    EXPECT_GT(*memory->rss_bytes, 0u);
    EXPECT_GE(*memory->threads, 1);
    const auto source = open_process(Host(), ::getpid());
    ASSERT_TRUE(source);
    const auto told = *read_once(**source).at("process.pss");
    apart = std::max(std::abs(static_cast<double>(*memory->pss_bytes) - expected),
                     std::abs(told - expected));
    if (apart <= within()) break;
  }
  EXPECT_GT(expected, 0);
  EXPECT_LE(apart, within());
}

constexpr auto kSixtyFour = 64 * kMebibyte;

struct ComeAndGone {
  double reserved = 0, touched = 0, returned = 0;  // bytes of PSS more than before
  double faults = 0;
  double others_moved = 0;  // what other processes changed of this one's share of files meanwhile
};

ComeAndGone map_touch_and_unmap() {
  ComeAndGone seen;
  const auto files_before = rollup_bytes("Pss_File:");
  const auto source = open_process(Host(), ::getpid()).value();
  const auto read = [&](const char* channel) {
    const auto moved = std::abs(rollup_bytes("Pss_File:") - files_before);
    seen.others_moved = std::max(seen.others_moved, moved);
    return read_once(*source).at(channel).value();
  };
  const auto before = read("process.pss"), faults_before = read("process.minor_faults");
  void* memory =
      ::mmap(nullptr, kSixtyFour, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  seen.reserved = read("process.pss") - before;
  std::memset(memory, 1, kSixtyFour);
  seen.touched = read("process.pss") - before;
  seen.faults = read("process.minor_faults") - faults_before;
  ::munmap(memory, kSixtyFour);
  seen.returned = read("process.pss") - before;
  read("process.pss");
  return seen;
}

// Every program that starts or ends beside this one moves its share of the libraries' pages, by
// megabytes where it is another test of this binary: only what is seen while they rest counts.
TEST(OpenProcess, SeesSixtyFourMebibytesComeAndGo) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer keeps a shadow of what is touched";
#endif
  auto seen = map_touch_and_unmap();
  for (int again = 0; again < 300 && seen.others_moved > kMebibyte / 4; ++again)
    seen = map_touch_and_unmap();
  if (seen.others_moved > kMebibyte / 4) GTEST_SKIP() << "other programs do not rest";
  EXPECT_NEAR(seen.reserved, 0, 1.0 * kMebibyte);
  EXPECT_NEAR(seen.touched, 1.0 * kSixtyFour, 1.0 * kMebibyte);
  EXPECT_NEAR(seen.returned, 0, 1.0 * kMebibyte);
  EXPECT_GT(seen.faults, 0);
}

double own_cpu_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// The kernel adds up what its scheduler counted and shows it in ticks, cut off twice.
TEST(OpenProcess, CountsTheCpuTimeThatThisProcessTakes) {
  const auto source = open_process(Host(), ::getpid());
  ASSERT_TRUE(source);
  const auto began = own_cpu_seconds();
  while (own_cpu_seconds() - began < 0.2) continue;
  const auto before = own_cpu_seconds();
  const auto told = read_once(**source).at("process.cpu_seconds").value();
  const auto after = own_cpu_seconds();
  EXPECT_GE(told, before - 0.03);
  EXPECT_LE(told, after + 0.03);
}

// A worker is watched from the moment it is forked; then it becomes the program.
TEST(OpenProcess, GoesOnWhenTheProcessBecomesAnotherProgram) {
  int go[2], gone[2];
  ASSERT_EQ(pipe(go), 0);
  ASSERT_EQ(pipe2(gone, O_CLOEXEC), 0);  // closed by exec
  const pid_t child = fork();
  if (child == 0) {
    close(gone[0]);
    char byte = 0;
    if (read(go[0], &byte, 1) == 1) execl("/bin/sleep", "sleep", "60", nullptr);
    _exit(1);
  }
  close(gone[1]);
  auto source = open_process({}, child);
  ASSERT_TRUE(source);
  const auto before = read_once(**source).at("process.pss");
  EXPECT_EQ(write(go[1], "g", 1), 1);
  char byte = 0;
  EXPECT_EQ(read(gone[0], &byte, 1), 0);
  const auto after = read_once(**source).at("process.pss");
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  if (!before) GTEST_SKIP() << "this kernel does not tell PSS";
  EXPECT_TRUE(after);
  for (const int end : {go[0], go[1], gone[0]}) close(end);
}

}  // namespace
}  // namespace jetmeter
