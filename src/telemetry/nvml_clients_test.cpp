#include "telemetry/nvml_clients.h"

#include <gmock/gmock.h>

#include <array>
#include <cstring>
#include <map>

#include "telemetry/nvml_test.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kOneGpu = "nvmlDeviceGetCount_v2 - 1\n";

std::string one_gpu(std::string_view answers) {
  return std::string(kOneGpu) + std::string(answers);
}

std::map<int, std::uint64_t> sizes(const Result<GpuClients>& clients) {
  std::map<int, std::uint64_t> sizes;
  EXPECT_TRUE(clients) << clients.error().what;
  if (!clients) return sizes;
  for (const auto& client : clients->clients) sizes[client.pid] = client.bytes;
  EXPECT_EQ(sizes.size(), clients->clients.size()) << "every process once";
  return sizes;
}

using Sizes = std::map<int, std::uint64_t>;

std::string error_on(const BoardCopy& board) {
  const auto clients = nvml_gpu_clients(board.host());
  return clients ? "it answers" : clients.error().what;
}

// 4243 is in both lists of GPU 0 and counts once; 4242 is on both GPUs and counts twice.
TEST(NvmlClients, CountsEveryProcessOnceOnEachGpu) {
  const BoardWithNvml board("x86-two-a100");
  board.write("/proc/4242/comm", "train\n");
  const auto clients = nvml_gpu_clients(board.host());
  EXPECT_EQ(sizes(clients), (Sizes{{4242, 17179869184 + 536870912}, {4243, 1073741824}}));
  ASSERT_TRUE(clients);
  EXPECT_EQ(clients->from, "NVML");
  EXPECT_EQ(clients->clients[0].name, "train");
  EXPECT_EQ(clients->clients[1].name, "") << "gone, or of another container";
}

TEST(NvmlClients, OfTwoListsTheLargerSizeCounts) {
  const NvmlAlone board(
      one_gpu("nvmlDeviceGetComputeRunningProcesses 0 7:500 8:100 9:-\n"
              "nvmlDeviceGetGraphicsRunningProcesses 0 7:300 8:200 9:50\n"));
  EXPECT_EQ(sizes(nvml_gpu_clients(board.host())), (Sizes{{7, 500}, {8, 200}, {9, 50}}));
}

TEST(NvmlClients, ThorListsWhatComputes) {
  const NvmlAlone board(kThorAnswers);
  const auto clients = nvml_gpu_clients(board.host());
  EXPECT_EQ(sizes(clients), (Sizes{{2651, 17179869184}}));
  EXPECT_EQ(clients->from, "NVML");
}

TEST(NvmlClients, DriversThatWriteOtherEntriesAreUnderstood) {
  for (const auto* bytes : {"16", "24", "32"}) {
    const NvmlAlone board(one_gpu("process_entry_bytes - " + std::string(bytes) +
                                  "\nnvmlDeviceGetComputeRunningProcesses 0 10:1 11:2 12:3\n"));
    EXPECT_EQ(sizes(nvml_gpu_clients(board.host())), (Sizes{{10, 1}, {11, 2}, {12, 3}})) << bytes;
  }
  const NvmlAlone old(one_gpu("process_entry_bytes - 16\n"
                              "nvmlDeviceGetComputeRunningProcesses 0 10:1 11:2\n"),
                      JM_FAKE_NVML_OLD);
  EXPECT_EQ(sizes(nvml_gpu_clients(old.host())), (Sizes{{10, 1}, {11, 2}}));
}

TEST(NvmlClients, NobodyOnTheGpuIsAnAnswer) {
  const NvmlAlone board(one_gpu("nvmlDeviceGetComputeRunningProcesses 0\n"));
  EXPECT_EQ(sizes(nvml_gpu_clients(board.host())), Sizes{});
}

TEST(NvmlClients, AnUnknownSizeIsLeftOutAndSaid) {
  const NvmlAlone board(
      "nvmlDeviceGetCount_v2 - 2\nnvmlDeviceGetComputeRunningProcesses 0 7:500 8:- 9:10\n"
      "nvmlDeviceGetComputeRunningProcesses 1 8:300 9:-\n");
  const auto clients = nvml_gpu_clients(board.host());
  EXPECT_EQ(sizes(clients), (Sizes{{7, 500}})) << "a part of 8 and of 9 is not known";
  EXPECT_EQ(clients->from, "NVML (not the size of 2 processes)");
}

TEST(NvmlClients, SaysEverythingThatItLeavesOut) {
  const NvmlAlone board(
      "nvmlDeviceGetCount_v2 - 2\nnvmlDeviceGetComputeRunningProcesses 0 7:500 8:-\n"
      "nvmlDeviceGetHandleByIndex_v2 1 error 15\n");
  const auto clients = nvml_gpu_clients(board.host());
  EXPECT_EQ(sizes(clients), (Sizes{{7, 500}}));
  EXPECT_EQ(clients->from, "NVML (not of GPU 1: GPU is lost; not the size of 1 process)");
}

TEST(NvmlClients, WithoutAnySizeItFails) {
  const NvmlAlone board(one_gpu("nvmlDeviceGetComputeRunningProcesses 0 8:- 9:-\n"));
  EXPECT_EQ(error_on(board), "NVML lists 2 processes on the GPU and tells the size of none");
}

TEST(NvmlClients, FailsInNvmlsWords) {
  EXPECT_THAT(error_on(BoardCopy()), HasSubstr("no libnvidia-ml.so.1"));
  EXPECT_EQ(error_on(NvmlAlone(kOrinAnswers)),
            "NVML lists processes of no GPU: GPU 0 (Orin (nvgpu)): Not Supported");
  EXPECT_EQ(error_on(NvmlAlone("nvmlDeviceGetCount_v2 - 0\n")), "NVML finds no GPU");
}

TEST(NvmlClients, NobodyWhoDrawsDoesNotMeanNobodyWhoComputes) {
  const NvmlAlone board(
      one_gpu("nvmlDeviceGetComputeRunningProcesses 0 error 4\n"
              "nvmlDeviceGetGraphicsRunningProcesses 0\n"));
  EXPECT_EQ(error_on(board), "NVML lists processes of no GPU: GPU 0: Insufficient Permissions");
}

TEST(NvmlClients, SaysWhichGpuDidNotAnswer) {
  const NvmlAlone board(
      "nvmlDeviceGetCount_v2 - 2\nnvmlDeviceGetComputeRunningProcesses 0 7:500\n"
      "nvmlDeviceGetHandleByIndex_v2 1 error 15\n");
  const auto clients = nvml_gpu_clients(board.host());
  EXPECT_EQ(sizes(clients), (Sizes{{7, 500}}));
  EXPECT_EQ(clients->from, "NVML (not of GPU 1: GPU is lost)");
}

TEST(NvmlClients, EntriesOfNoKnownSizeAreNotGuessedAt) {
  const NvmlAlone board(
      one_gpu("process_entry_bytes - 20\n"
              "nvmlDeviceGetComputeRunningProcesses 0 10:1 11:2\n"));
  EXPECT_THAT(error_on(board), HasSubstr("GPU 0: its list of processes is not of a form"));
}

struct Entry {
  std::uint32_t pid = 0, padding = 0;
  std::uint64_t bytes = 0;
};

template <std::size_t n>
std::vector<std::byte> buffer_with(const std::array<Entry, n>& entries, std::size_t stride) {
  std::vector<std::byte> buffer(n * kLargestNvmlEntry, kUnwritten);
  std::fill_n(buffer.begin(), n * stride, std::byte{0});
  for (std::size_t i = 0; i < n; ++i) std::memcpy(&buffer[i * stride], &entries[i], 16);
  return buffer;
}

TEST(NvmlProcesses, TheWrittenPartTellsTheSizeOfAnEntry) {
  constexpr std::array<Entry, 2> kTwo{{{1, 0, 100}, {2, 0, ~0ULL}}};
  const NvmlProcess first{1, 100}, second{2, std::nullopt};
  for (const std::size_t stride : {16u, 24u, 32u})
    EXPECT_THAT(parse_nvml_processes(buffer_with(kTwo, stride), 2),
                testing::Optional(ElementsAre(first, second)))
        << stride;
  EXPECT_EQ(parse_nvml_processes(buffer_with(kTwo, 20), 2), std::nullopt);
}

TEST(NvmlProcesses, BearsWhatIsNotThere) {
  EXPECT_THAT(parse_nvml_processes({}, 0), testing::Optional(ElementsAre()));
  EXPECT_EQ(parse_nvml_processes({}, 3), std::nullopt);
  const std::vector<std::byte> untouched(64, kUnwritten);
  EXPECT_EQ(parse_nvml_processes(untouched, 2), std::nullopt) << "success, and nothing written";
}

TEST(NvmlProcesses, RefusesProcessesThatCannotBe) {
  constexpr std::array<Entry, 1> kBad{{{0xFFFFFFFF, 0, 100}}};
  EXPECT_EQ(parse_nvml_processes(buffer_with(kBad, 24), 1), std::nullopt);
}

}  // namespace
}  // namespace jetmeter
