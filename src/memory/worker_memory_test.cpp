#include "jetmeter/worker_memory.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "telemetry/source_test.h"

namespace jetmeter {
namespace {

constexpr double kKiB = 1024;
constexpr std::string_view kClients = "/sys/kernel/debug/nvmap/iovmm/clients";

struct BoardWithWorker : BoardCopy {
  BoardWithWorker() {
    write("/proc/812/stat", "812 (jetmeter) S 800 812 812 0 -1 0 15 0 3 0 120 8 0 0 20 0 9 0\n");
    write("/proc/812/status", "VmRSS:\t 130000 kB\nRssFile:\t 9 kB\nRssShmem:\t 0 kB\n");
    write("/proc/812/smaps_rollup", "Rss: 130000 kB\nPss: 125000 kB\n");
  }
};

bool has_gpu_channel(const Source& source) {
  for (const auto& channel : source.channels())
    if (channel.name == kProcessGpuChannel) return true;
  return false;
}

TEST(WorkerMemory, AddsWhatNvmapTellsOfTheProcess) {
  const BoardWithWorker board;
  board.write(kClients, "user jetmeter 812 800000K\nuser Xorg 7 5K\ntotal 800005K\n");
  const auto source = open_worker_memory(board.host(), 812);
  ASSERT_TRUE(source) << source.error().what;
  const auto reading = read_once(**source);
  EXPECT_EQ(reading.at(std::string(kProcessGpuChannel)), 800000 * kKiB);
  EXPECT_EQ(reading.at(std::string(kFootprintChannel)), 925000 * kKiB);
}

TEST(WorkerMemory, AProcessThatTheDriverDoesNotListHoldsNothingThere) {
  const BoardWithWorker board;
  board.write(kClients, "user Xorg 7 5K\ntotal 5K\n");
  const auto reading = read_once(*open_worker_memory(board.host(), 812).value());
  EXPECT_EQ(reading.at(std::string(kProcessGpuChannel)), 0.0);
  EXPECT_EQ(reading.at(std::string(kFootprintChannel)), 125000 * kKiB);
}

// Whether PSS is all of it hangs on the device that it runs on, which nobody knows yet.
TEST(WorkerMemory, HasNoGpuChannelWhereNobodyTells) {
  const BoardWithWorker board;
  const auto source = open_worker_memory(board.host(), 812);
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_FALSE(has_gpu_channel(**source));
  EXPECT_EQ(read_once(**source).at(std::string(kFootprintChannel)), 125000 * kKiB);
}

TEST(WorkerMemory, WhenTheDriverFallsSilentTheFootprintIsAbsent) {
  const BoardWithWorker board;
  board.write(kClients, "user jetmeter 812 800000K\ntotal 800000K\n");
  const auto source = open_worker_memory(board.host(), 812);
  ASSERT_TRUE(source) << source.error().what;
  EXPECT_TRUE(has_gpu_channel(**source));
  board.remove(kClients);
  std::this_thread::sleep_for(std::chrono::milliseconds(550));  // lists are kept for half a second
  const auto reading = read_once(**source);
  EXPECT_FALSE(reading.at(std::string(kProcessGpuChannel)));
  EXPECT_FALSE(reading.at(std::string(kFootprintChannel)));
}

}  // namespace
}  // namespace jetmeter
