#include "telemetry/recorded_gpu.h"

#include <gmock/gmock.h>

#include "support/board_copy.h"

namespace jetmeter {
namespace {

constexpr std::string_view kFile = "/tool/nvidia_smi.txt";

constexpr std::string_view kFirst =
    "GPU 00000000:01:00.0\n"
    "    Temperature\n"
    "        GPU Current Temp                  : 62 C\n"
    "        GPU Slowdown Temp                 : 89 C\n"
    "    Max Clocks\n"
    "        SM                                : 1410 MHz\n"
    "    Processes\n"
    "        GPU instance ID                   : N/A\n"
    "        Process ID                        : 4242\n"
    "            Type                          : C\n"
    "            Name                          : /usr/bin/python3\n"
    "            Used GPU Memory               : 16384 MiB\n"
    "        Process ID                        : 4243\n"
    "            Type                          : C+G\n"
    "            Name                          : firefox\n"
    "            Used GPU Memory               : N/A\n";

constexpr std::string_view kSecond =
    "GPU 00000000:02:00.0\n"
    "    Temperature\n"
    "        GPU Slowdown Temp                 : N/A\n"
    "    Processes\n"
    "        Process ID                        : 4242\n"
    "            Name                          : /usr/bin/python3\n"
    "            Used GPU Memory               : 512 MiB\n";

TEST(RecordedGpuClients, AreThoseOfAllGpus) {
  const BoardCopy board;
  board.write(kFile, std::string(kFirst) + std::string(kSecond));
  const auto users = recorded_gpu_clients(board.host());
  ASSERT_TRUE(users);
  ASSERT_EQ(users->clients.size(), 1u);
  EXPECT_EQ(users->clients[0].pid, 4242);
  EXPECT_EQ(users->clients[0].name, "python3");
  EXPECT_EQ(users->clients[0].bytes, std::uint64_t{16384 + 512} << 20);
  EXPECT_EQ(users->from, "nvidia-smi (not the size of 1 of its processes)");
}

TEST(RecordedGpuClients, AreNoneWhereTheToolSaysNone) {
  const auto users = recorded_gpu_clients(BoardCopy("x86-nvidia").host());
  ASSERT_TRUE(users);
  EXPECT_TRUE(users->clients.empty());
  EXPECT_EQ(users->from, "nvidia-smi");
}

TEST(RecordedGpuClients, AreUnknownWhereOneGpuDoesNotTell) {
  const BoardCopy board;
  EXPECT_FALSE(recorded_gpu_clients(board.host()));
  EXPECT_FALSE(recorded_gpu_clients(Host()));
  EXPECT_FALSE(recorded_gpu_clients(BoardCopy("x86-two-a100").host()));
  board.write(kFile,
              std::string(kFirst) + "GPU 00000000:02:00.0\n    Product Name : NVIDIA A100\n");
  EXPECT_FALSE(recorded_gpu_clients(board.host()));
  const std::string list = "GPU 00000000:01:00.0\n    Processes\n        ";
  for (const auto* process : {"Process ID : 7\n", "Process ID : 0\n Used GPU Memory : 1 MiB\n",
                              "Process ID : 99999999999\n", "Used GPU Memory : 5 MiB\n"}) {
    board.write(kFile, list + process);
    EXPECT_FALSE(recorded_gpu_clients(board.host())) << process;
  }
}

TEST(RecordedGpuClients, DoNotTakeTheSizeOfAnother) {
  const BoardCopy board;
  board.write(kFile,
              "GPU 00000000:01:00.0\n    Processes\n        Process ID : 7\n"
              "            Used GPU Memory : 5 MiB\n        Process ID : -1\n"
              "            Used GPU Memory : 9 MiB\n");
  const auto users = recorded_gpu_clients(board.host());
  ASSERT_TRUE(users);
  ASSERT_EQ(users->clients.size(), 1u);
  EXPECT_EQ(users->clients[0].bytes, std::uint64_t{5} << 20);
}

TEST(RecordedGpuTrips, AreAtTheSlowdownTemperature) {
  const BoardCopy board;
  board.write(kFile, std::string(kFirst) + std::string(kSecond));
  const auto trips = recorded_gpu_trips(board.host());
  ASSERT_EQ(trips.size(), 1u);
  EXPECT_EQ(trips[0].zone, "gpu0");
  EXPECT_EQ(trips[0].celsius, 89);
  EXPECT_TRUE(recorded_gpu_trips(Host()).empty());
}

}  // namespace
}  // namespace jetmeter
