#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetmeter/processes.h"
#include "support/board_copy.h"
#include "support/without_root.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr std::string_view kClients = "/sys/kernel/debug/nvmap/iovmm/clients";

TEST(GpuClients, AreThoseOfNvmapOnAnOrin) {
  const BoardCopy board;
  board.write(kClients, "user trtexec 4711 1849344K\nuser Xorg 1214 0K\ntotal 1873020K\n");
  const auto gpu = read_gpu_clients(board.host());
  ASSERT_TRUE(gpu) << gpu.error().what;
  EXPECT_EQ(gpu->from, "nvmap");
  ASSERT_EQ(gpu->clients.size(), 2u);
  EXPECT_EQ(gpu->clients[0].pid, 4711);
  EXPECT_EQ(gpu->clients[0].name, "trtexec");
  EXPECT_EQ(gpu->clients[0].bytes, 1849344u * 1024);
  EXPECT_EQ(gpu->clients[1].bytes, 0u);
  EXPECT_EQ(gpu->total_bytes, 1873020u * 1024);
}

TEST(GpuClients, NobodyIsAnAnswerWhereTheGpuUsesNvmap) {
  const BoardCopy board;
  board.write(kClients, "CLIENT PROCESS PID SIZE\ntotal 0K\n");
  board.write("/proc/meminfo", "MemTotal: 7800000 kB\nNvMapMemUsed: 0 kB\n");
  const auto gpu = read_gpu_clients(board.host());
  ASSERT_TRUE(gpu) << gpu.error().what;
  EXPECT_TRUE(gpu->clients.empty());
}

TEST(GpuClients, ZerosOfThorAreUnknown) {
  const BoardCopy board;
  board.write(kClients, "user ollama 812 0K\ntotal 0K\n");
  board.write("/proc/meminfo", "MemTotal: 128700000 kB\n");
  const auto gpu = read_gpu_clients(board.host());
  ASSERT_FALSE(gpu);
  EXPECT_THAT(gpu.error().what, HasSubstr("nvmap holds nothing"));
}

TEST(GpuClients, AreUnknownWhereNobodyTells) {
  const auto gpu = read_gpu_clients(BoardCopy("x86-host").host());
  ASSERT_FALSE(gpu);
  EXPECT_THAT(gpu.error().what,
              AllOf(StartsWith("GPU memory of processes is unknown: no libnvidia-ml.so.1"),
                    HasSubstr("NVML"), Not(HasSubstr("nvmap"))));
  const BoardCopy orin("orin-nano-super");
  orin.remove(kClients);
  EXPECT_THAT(read_gpu_clients(orin.host()).error().what,
              AllOf(StartsWith("GPU memory of processes is unknown: there is no '"),
                    HasSubstr("NVML"), HasSubstr("nvmap")));
}

TEST(GpuClients, OfARecordedServerAreThoseOfItsTool) {
  const auto gpu = read_gpu_clients(BoardCopy("x86-nvidia").host());
  ASSERT_TRUE(gpu) << gpu.error().what;
  EXPECT_EQ(gpu->from, "nvidia-smi");
  EXPECT_TRUE(gpu->clients.empty());
  EXPECT_EQ(read_gpu_clients(BoardCopy("x86-two-a100").host()).error().what,
            "GPU memory of processes is unknown: the recorded nvidia-smi does not list the "
            "processes");
}

TEST(GpuClients, SayThatNvmapNeedsRoot) {
  const BoardCopy board("orin-nano-super");
  using std::filesystem::perms;
  std::filesystem::permissions(board.host().root,
                               perms::group_read | perms::group_exec | perms::others_exec,
                               std::filesystem::perm_options::add);
  const auto debugfs = board.host().path("/sys/kernel/debug");
  std::filesystem::permissions(debugfs, std::filesystem::perms::none);
  const auto error_without_root = [&] {
    const WithoutRoot user;
    const auto gpu = read_gpu_clients(board.host());
    return gpu ? "it answered" : gpu.error().what;
  };
  EXPECT_THAT(error_without_root(), HasSubstr("needs root: "));
  std::filesystem::permissions(debugfs, std::filesystem::perms::owner_all);
}

TEST(GpuClients, AreUnknownWhereTheListIsGarbage) {
  const BoardCopy board("orin-nano-super");
  for (const auto& text : {std::string(), std::string("\x00\xff", 2), std::string(50000, 'K')}) {
    board.write(kClients, text);
    const auto gpu = read_gpu_clients(board.host());
    ASSERT_FALSE(gpu);
    EXPECT_THAT(gpu.error().what, HasSubstr("is no list of nvmap's clients"));
  }
  board.remove(kClients);
  std::filesystem::create_directory(board.host().path(kClients));
  EXPECT_FALSE(read_gpu_clients(board.host()));
}

class HandClock : public Clock {
 public:
  Nanoseconds monotonic() const override { return now; }
  WallTime wall() const override { return {}; }
  Nanoseconds now{std::chrono::hours(1)};
};

TEST(RecentGpuClients, AreOneListForAllWhoAskWithinHalfASecond) {
  const BoardCopy board;
  HandClock clock;
  const auto bytes = [&] {
    const auto gpu = recent_gpu_clients(board.host(), clock);
    return gpu ? gpu->clients.at(0).bytes : 0;
  };
  board.write(kClients, "user trtexec 4711 1K\ntotal 1K\n");
  EXPECT_EQ(bytes(), 1024u);
  board.write(kClients, "user trtexec 4711 2K\ntotal 2K\n");
  clock.now += std::chrono::milliseconds(499);
  EXPECT_EQ(bytes(), 1024u);
  clock.now += std::chrono::milliseconds(1);
  EXPECT_EQ(bytes(), 2048u);
  board.remove(kClients);
  EXPECT_EQ(bytes(), 2048u);
  clock.now += std::chrono::milliseconds(500);
  EXPECT_FALSE(recent_gpu_clients(board.host(), clock));
}

TEST(RecentGpuClients, OfAnotherMachineAreReadAnew) {
  const BoardCopy board, other;
  const HandClock clock;
  board.write(kClients, "user trtexec 4711 1K\ntotal 1K\n");
  other.write(kClients, "user Xorg 812 2K\ntotal 2K\n");
  EXPECT_EQ(recent_gpu_clients(board.host(), clock)->clients.at(0).name, "trtexec");
  EXPECT_EQ(recent_gpu_clients(other.host(), clock)->clients.at(0).name, "Xorg");
}

}  // namespace
}  // namespace jetmeter
