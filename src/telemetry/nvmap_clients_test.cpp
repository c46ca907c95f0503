#include "telemetry/nvmap_clients.h"

#include <gtest/gtest.h>

#include <string>

namespace jetmeter {
namespace {

constexpr std::uint64_t kKibibyte = 1024;

constexpr std::string_view kPublished =
    "CLIENT                        PROCESS      PID        SIZE\n"
    "user                         gpu_burn     7979   23525644K\n"
    "user                      gnome_shell     8119       5800K\n"
    "user                             Xorg     2651      17876K\n"
    "total                                            23549320K\n";

void expect_client(const GpuClient& client, ProcessId pid, std::string_view name,
                   std::uint64_t bytes) {
  EXPECT_EQ(client.pid, pid);
  EXPECT_EQ(client.name, name);
  EXPECT_EQ(client.bytes, bytes);
}

TEST(NvmapClients, ReadsThePublishedList) {
  const auto list = parse_nvmap_clients(kPublished);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->clients.size(), 3u);
  expect_client(list->clients[0], 7979, "gpu_burn", 23525644 * kKibibyte);
  expect_client(list->clients[1], 8119, "gnome_shell", 5800 * kKibibyte);
  expect_client(list->clients[2], 2651, "Xorg", 17876 * kKibibyte);
  EXPECT_EQ(list->total_bytes, 23549320 * kKibibyte);
}

TEST(NvmapClients, NamesMayBeCutAndHoldColonsSpacesAndNumbers) {
  const auto list = parse_nvmap_clients(
      "user   VLLM::EngineCor  1792595   14617792K\n"
      "user   worker 3   812   1024K\n"
      "user   12 34K   813   1K\n"
      "user   total   814   2K\n"
      "VLLM::EngineCor  815   3K\n"
      "total   14618822K\n");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->clients.size(), 5u);
  expect_client(list->clients[0], 1792595, "VLLM::EngineCor", 14617792 * kKibibyte);
  expect_client(list->clients[1], 812, "worker 3", 1024 * kKibibyte);
  expect_client(list->clients[2], 813, "12 34K", 1 * kKibibyte);
  expect_client(list->clients[3], 814, "total", 2 * kKibibyte);
  expect_client(list->clients[4], 815, "VLLM::EngineCor", 3 * kKibibyte);
  EXPECT_EQ(list->total_bytes, 14618822 * kKibibyte);
}

TEST(NvmapClients, KnowsThreeUnitsAndGuessesNone) {
  const auto list = parse_nvmap_clients(
      "user a 1 3K\nuser b 2 3M\nuser c 3 3G\nuser d 4 3\nuser e 5 3T\nuser f 6 K\n");
  ASSERT_TRUE(list);
  ASSERT_EQ(list->clients.size(), 3u);
  EXPECT_EQ(list->clients[0].bytes, 3072u);
  EXPECT_EQ(list->clients[1].bytes, 3145728u);
  EXPECT_EQ(list->clients[2].bytes, 3221225472u);
  EXPECT_FALSE(list->total_bytes);
}

TEST(NvmapClients, AProcessWithTwoClientsIsOne) {
  const auto list = parse_nvmap_clients("user a 7 10K\nuser b 8 1K\nuser a 7 5K\ntotal 16K\n");
  ASSERT_EQ(list->clients.size(), 2u);
  expect_client(list->clients[0], 7, "a", 15 * kKibibyte);
}

TEST(NvmapClients, TheKernelIsNoProcess) {
  const auto list = parse_nvmap_clients("nvgpu   kernel   0   64K\ntotal   64K\n");
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->clients.empty());
  EXPECT_EQ(list->total_bytes, 64 * kKibibyte);
}

TEST(NvmapClients, ZeroIsAReading) {
  const auto list = parse_nvmap_clients("user a 7 0K\ntotal 0K\n");
  expect_client(list->clients.at(0), 7, "a", 0);
  EXPECT_EQ(list->total_bytes, 0u);
}

TEST(NvmapClients, ANameThatBreaksTheLineFakesNoTotal) {
  const auto list = parse_nvmap_clients("user x\ntotal 5K\nevil 812 7K\ntotal 900K\n");
  EXPECT_EQ(list->total_bytes, 900 * kKibibyte);
  ASSERT_EQ(list->clients.size(), 1u);
  EXPECT_EQ(list->clients[0].bytes, 7 * kKibibyte);
}

TEST(NvmapClients, TheNoteBelowIsNotRead) {
  const auto text = std::string(kPublished) +
                    "Note: total memory is precise account of pages allocated by NvMap.\n"
                    "It doesn't match with all clients \"SIZE\" accumulated\n";
  EXPECT_EQ(parse_nvmap_clients(text)->clients.size(), 3u);
  EXPECT_EQ(parse_nvmap_total(text), 23549320 * kKibibyte);
}

TEST(NvmapClients, NamesStayPrintable) {
  const auto list = parse_nvmap_clients("user a\x1b[31m\xff 7 10K\n");
  EXPECT_EQ(list->clients.at(0).name, "a?[31m?");
}

TEST(NvmapClients, IsAbsentForAnythingElse) {
  for (const auto& text :
       {std::string(), std::string("CLIENT PROCESS PID SIZE\n"), std::string("\x00\xff\n", 3),
        std::string(100000, '9'), std::string(100000, ' '), std::string("10K\n7 10K\ntotal K\n"),
        std::string("user a -7 10K\nuser a 7 -10K\nuser a 99999999999 1K\n"),
        std::string("user a 7 99999999999999999999K\nuser a 7 18446744073709551615K\n")}) {
    EXPECT_FALSE(parse_nvmap_clients(text)) << text.substr(0, 60);
    EXPECT_FALSE(parse_nvmap_total(text)) << text.substr(0, 60);
  }
}

}  // namespace
}  // namespace jetmeter
