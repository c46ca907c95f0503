#include "jetmeter/memory_limit.h"

#include <gmock/gmock.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "support/board_copy.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

constexpr std::uint64_t kMiB = 1024 * 1024;

// Runs in a child under the limit: maps and touches so much. Its exit code: 0 it could, 3 the
// mapping was refused, 4 it could not enter.
int status_of_a_child_that_takes(std::size_t bytes, const MemoryLimit& limit) {
  const pid_t pid = fork();
  if (pid == 0) {
    if (!limit.enter()) _exit(4);
    void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) _exit(3);
    for (std::size_t i = 0; i < bytes; i += 4096) static_cast<volatile char*>(memory)[i] = 1;
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return status;
}

MemoryLimit::Options options(std::uint64_t bytes, Limiter limiter) {
  return {bytes, limiter, true, "jetmeter-test-" + std::to_string(getpid())};
}

TEST(MemoryLimit, RlimitRefusesWhatPassesIt) {
  const auto limit = MemoryLimit::prepare({}, options(64 * kMiB, Limiter::rlimit));
  EXPECT_EQ(limit.budget().enforcement, Enforcement::hard);
  EXPECT_EQ(limit.budget().mechanism, "RLIMIT_DATA");
  EXPECT_EQ(limit.budget().limit_bytes, 64 * kMiB);
  EXPECT_EQ(limit.kills(), std::nullopt);
  const int within = status_of_a_child_that_takes(16 * kMiB, limit);
  const int beyond = status_of_a_child_that_takes(65 * kMiB, limit);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer reserves more than the limit for itself: " << within << beyond;
#endif
  ASSERT_TRUE(WIFEXITED(within));
  EXPECT_EQ(WEXITSTATUS(within), 0);
  ASSERT_TRUE(WIFEXITED(beyond));
  EXPECT_EQ(WEXITSTATUS(beyond), 3);
}

TEST(MemoryLimit, TheKernelKillsInAGroupAndTheGroupTells) {
  const auto limit = MemoryLimit::prepare({}, options(64 * kMiB, Limiter::cgroup));
  if (limit.budget().enforcement != Enforcement::hard)
    GTEST_SKIP() << "no memory cgroup can be made here: " << limit.budget().mechanism;
  EXPECT_THAT(limit.budget().mechanism, HasSubstr("cgroup v"));
  const int within = status_of_a_child_that_takes(16 * kMiB, limit);
  EXPECT_TRUE(WIFEXITED(within) && WEXITSTATUS(within) == 0) << within;
  EXPECT_EQ(limit.kills(), 0);
  const int beyond = status_of_a_child_that_takes(256 * kMiB, limit);
  ASSERT_TRUE(WIFSIGNALED(beyond)) << beyond;
  EXPECT_EQ(WTERMSIG(beyond), SIGKILL);
  EXPECT_EQ(limit.kills(), 1);
  if (const auto peak = limit.peak_bytes()) {
    EXPECT_GE(*peak, 60 * kMiB);
    EXPECT_LE(*peak, 64 * kMiB);
  }
}

TEST(MemoryLimit, ItsGroupIsGoneAfterwards) {
  const auto group = "jetmeter-test-" + std::to_string(getpid());
  const auto find = [&] {
    // A walk ends where anybody removes a group at the same moment.
    for (int attempt = 0; attempt < 100; ++attempt) {
      int found = 0;
      std::error_code error;
      for (std::filesystem::recursive_directory_iterator it("/sys/fs/cgroup", error), end;
           !error && it != end; it.increment(error))
        found += it->path().filename() == group;
      if (!error) return found;
    }
    return -1;
  };
  {
    const auto limit = MemoryLimit::prepare({}, options(64 * kMiB, Limiter::cgroup));
    EXPECT_EQ(find(), limit.budget().enforcement == Enforcement::hard ? 1 : 0);
  }
  EXPECT_EQ(find(), 0);
}

TEST(MemoryLimit, TheUnifiedHierarchyIsPreferredWhereTheControllerIsHandedOn) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "0::/user.slice/session-3.scope\n");
  machine.write("/sys/fs/cgroup/user.slice/session-3.scope/cgroup.subtree_control", "");
  machine.write("/sys/fs/cgroup/user.slice/cgroup.subtree_control", "cpu memory pids\n");
  const auto limit =
      MemoryLimit::prepare(machine.host(), {512 * kMiB, Limiter::automatic, true, "jm"});
  EXPECT_EQ(limit.budget().mechanism, "cgroup v2 memory.max");
  const auto group = machine.host().path("/sys/fs/cgroup/user.slice/jm");
  EXPECT_EQ(read_text(group / "memory.max"), "536870912");
  EXPECT_EQ(read_text(group / "memory.swap.max"), "0");
  machine.write("/sys/fs/cgroup/user.slice/jm/memory.events",
                "low 0\nhigh 0\nmax 7\noom 1\noom_kill 1\n");
  machine.write("/sys/fs/cgroup/user.slice/jm/memory.peak", "500000000\n");
  EXPECT_EQ(limit.kills(), 1);
  EXPECT_EQ(limit.peak_bytes(), 500000000u);
}

TEST(MemoryLimit, TheGroupsOfAKilledRunGoWithTheNextOne) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "4:memory:/jobs\n");
  machine.write("/proc/700/stat", "");
  const auto parent = machine.host().path("/sys/fs/cgroup/memory/jobs");
  const auto make = [&](const char* group) { std::filesystem::create_directories(parent / group); };
  const auto kept = {"jetmeter-700-worker.rgb", "jetmeter-",         "jetmeter-812",
                     "jetmeter-812x-a",         "jetmeter-test-812", "docker-812-a"};
  for (const auto* group : kept) make(group);
  make("jetmeter-812-worker.rgb");
  make("jetmeter-813-worker.thermal");
  machine.write("/sys/fs/cgroup/memory/jobs/jetmeter-814-worker.rgb/held", "");
  const auto limit = MemoryLimit::prepare(machine.host(), {1, Limiter::cgroup, true, "jm"});
  EXPECT_FALSE(std::filesystem::exists(parent / "jetmeter-812-worker.rgb"));
  EXPECT_FALSE(std::filesystem::exists(parent / "jetmeter-813-worker.thermal"));
  EXPECT_TRUE(std::filesystem::exists(parent / "jetmeter-814-worker.rgb")) << "it is in use";
  for (const auto* group : kept) EXPECT_TRUE(std::filesystem::exists(parent / group)) << group;
}

// Linux 4.9, of JetPack 4, counts what it refused and not whom it killed.
TEST(MemoryLimit, WhereKillsAreNotCountedTheGroupTellsWhetherItCameToItsLimit) {
  const BoardCopy machine;
  machine.write("/proc/self/cgroup", "4:memory:/\n");
  const std::string group = "/sys/fs/cgroup/memory/jm/";
  std::filesystem::create_directories(machine.host().path("/sys/fs/cgroup/memory"));
  const auto limit = MemoryLimit::prepare(machine.host(), {64 * kMiB, Limiter::cgroup, true, "jm"});
  ASSERT_EQ(limit.budget().mechanism, "cgroup v1 memory.limit_in_bytes");
  EXPECT_FALSE(limit.reached_limit());
  const auto tell = [&](std::uint64_t refusals, std::uint64_t peak) {
    machine.write(group + "memory.oom_control", "oom_kill_disable 0\nunder_oom 0\n");
    machine.write(group + "memory.failcnt", std::to_string(refusals) + "\n");
    machine.write(group + "memory.max_usage_in_bytes", std::to_string(peak) + "\n");
  };
  tell(12, 64 * kMiB - 4096);
  EXPECT_EQ(limit.kills(), std::nullopt);
  EXPECT_TRUE(limit.reached_limit());
  tell(0, 64 * kMiB);
  EXPECT_FALSE(limit.reached_limit());
  tell(12, 40 * kMiB);
  EXPECT_FALSE(limit.reached_limit());
}

TEST(MemoryLimit, WithoutAGroupAnExplicitLimitIsEnforcedByRlimit) {
  const BoardCopy machine;
  const auto typed = MemoryLimit::prepare(machine.host(), {1, Limiter::automatic, true, "jm"});
  EXPECT_EQ(typed.budget().mechanism, "RLIMIT_DATA");
  const auto by_default =
      MemoryLimit::prepare(machine.host(), {1, Limiter::automatic, false, "jm"});
  EXPECT_EQ(by_default.budget().enforcement, Enforcement::unavailable);
  EXPECT_THAT(by_default.budget().mechanism, HasSubstr("no memory cgroup can be made here"));
  const auto none = MemoryLimit::prepare(machine.host(), {1, Limiter::none, true, "jm"});
  EXPECT_EQ(none.budget().enforcement, Enforcement::unavailable);
  EXPECT_EQ(none.budget().mechanism, "that was not asked for");
  EXPECT_TRUE(none.enter());
}

}  // namespace
}  // namespace jetmeter
