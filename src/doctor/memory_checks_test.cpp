// Memory: what is left, swap, fragments, who holds the GPU's: each check both ways, on facts of
// which one is wrong.
#include <gmock/gmock.h>

#include "doctor/checks.h"
#include "doctor/test_facts.h"
#include "doctor/test_finding.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(MemoryAvailable, WarnsBelowAFifth) {
  auto facts = sound_facts();
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5);
  EXPECT_EQ(finding(facts, "memory_available").severity, Severity::warning);
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5 + kMiB);
  EXPECT_EQ(finding(facts, "memory_available").severity, Severity::ok);
  EXPECT_EQ(finding(facts, "memory_available").what, "1.60 GiB of 8.00 GiB can be had (20 %)");
  facts.ledger.pools[0].available.reset();
  EXPECT_EQ(finding(facts, "memory_available").severity, Severity::unknown);
}

TEST(MemoryAvailable, SaysWhyAndWhoHoldsTheMemory) {
  auto facts = sound_orin();
  facts.ledger.pools[0].available = PoolBytes(kGiB);
  facts.gpu_users = GpuUsers{"nvmap", {{{812, "vllm", 4 * kGiB}, false}}};
  EXPECT_EQ(finding(facts, "memory_available").why,
            "20 % is the reserve that jetmeter keeps: below it a peak of anything else makes the "
            "kernel reclaim pages that are in use, swap, or kill. To get memory back: end vllm "
            "(812), which holds 4.00 GiB; `ps -eo rss,pid,comm --sort=-rss | head` shows the "
            "largest processes");
  facts.gpu_users = fail("needs root: this user may not read it");
  EXPECT_THAT(finding(facts, "memory_available").why, HasSubstr("To get memory back: `ps -eo rss"));
}

TEST(Swap, WarnsWhilePagesMove) {
  auto facts = sound_facts();
  set_channel(facts, "memory.swap_used", Unit::byte, 1.0 * kGiB);
  EXPECT_EQ(finding(facts, "swap").severity, Severity::note);
  EXPECT_EQ(finding(facts, "swap").command, "sudo swapoff -a && sudo swapon -a");
  set_channel(facts, "swap.in", Unit::byte, 0, 2.0 * kMiB);
  EXPECT_EQ(finding(facts, "swap").severity, Severity::warning);
  EXPECT_EQ(finding(facts, "swap").what, "swapping now, 2.00 MiB/s, with 1.00 GiB swapped out");
  // There would be no room for what comes back.
  set_channel(facts, "memory.swap_used", Unit::byte, 4.0 * kGiB);
  EXPECT_EQ(finding(facts, "swap").command, "");
  drop_channel(facts, "memory.swap_used");
  EXPECT_EQ(finding(facts, "swap").severity, Severity::unknown);
}

// No fstab names zram: what `swapoff -a` takes away of it `swapon -a` does not bring back.
TEST(Swap, IsNotEmptiedWhereItIsZram) {
  auto facts = sound_orin();
  set_channel(facts, "memory.swap_used", Unit::byte, 8.0 * kMiB);
  facts.gpu_users = GpuUsers{"nvmap", {{{812, "vllm", 4 * kGiB}, false}}};
  facts.swap = std::vector<SwapArea>{{"/swapfile", 4 * kGiB, 8 * kMiB}};
  EXPECT_EQ(finding(facts, "swap").command, "sudo swapoff -a && sudo swapon -a");
  EXPECT_THAT(finding(facts, "swap").why, Not(HasSubstr("First get")));
  facts.swap->push_back({"/dev/zram0", 2 * kGiB, 0});
  EXPECT_EQ(finding(facts, "swap").command, "");
  EXPECT_THAT(finding(facts, "swap").why,
              HasSubstr(". First get memory back: end vllm (812), which holds 4.00 GiB; `ps"));
  facts.swap = fail("there is no '/proc/swaps'");
  EXPECT_EQ(finding(facts, "swap").command, "") << "it may be zram";
}

TEST(Swap, IsNotEmptiedIntoTheReserve) {
  auto facts = sound_facts();
  set_channel(facts, "memory.swap_used", Unit::byte, 8.0 * kMiB);
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5 - kMiB);
  EXPECT_EQ(finding(facts, "swap").command, "");
  EXPECT_THAT(finding(facts, "swap").why, HasSubstr("First get memory back: `ps -eo rss"));
  facts.ledger.pools[0].available = PoolBytes(8 * kGiB / 5 + kMiB);
  EXPECT_EQ(finding(facts, "swap").command, "sudo swapoff -a && sudo swapon -a");
}

TEST(Zram, IsNoted) {
  auto facts = sound_orin();
  facts.swap = std::vector<SwapArea>{{"/dev/zram0", 2 * kGiB, kMiB}, {"/swapfile", 4 * kGiB, 0}};
  EXPECT_EQ(finding(facts, "zram").severity, Severity::note);
  EXPECT_EQ(finding(facts, "zram").what, "2.00 GiB of swap are zram, 1.00 MiB in use");
  // The unit has ended when the areas are there: to stop it takes none away.
  EXPECT_EQ(finding(facts, "zram").command, "sudo systemctl disable nvzramconfig");
  EXPECT_THAT(finding(facts, "zram").why, HasSubstr("takes effect at the next boot"));
  facts.swap = std::vector<SwapArea>{{"/swapfile", 4 * kGiB, 0}};
  EXPECT_EQ(finding(facts, "zram").severity, Severity::ok);
}

TEST(PageCache, IsNotedFromAQuarterOn) {
  auto facts = sound_orin();
  set_channel(facts, "memory.cached", Unit::byte, 2.0 * kGiB);
  EXPECT_EQ(finding(facts, "page_cache").severity, Severity::note);
  EXPECT_THAT(finding(facts, "page_cache").command, HasSubstr("drop_caches"));
}

TEST(LargestFreeBlock, GrowsWorseAsItShrinks) {
  auto facts = sound_orin();
  set_channel(facts, "memory.largest_free_block", Unit::byte, 2.0 * kMiB);
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::note);
  set_channel(facts, "memory.largest_free_block", Unit::byte, 512.0 * 1024);
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::warning);
  drop_channel(facts, "memory.largest_free_block");
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::unknown);
}

// With as much free in all, one block of the largest size is where NvMap begins to fail.
TEST(LargestFreeBlock, GrowsWorseAsThereAreFewerOfThem) {
  auto facts = sound_orin();
  const auto with = [&](double size, double blocks) {
    set_channel(facts, "memory.largest_free_block", Unit::byte, size);
    set_channel(facts, "memory.largest_free_blocks", Unit::count, blocks);
    return finding(facts, "largest_free_block");
  };
  EXPECT_EQ(with(4.0 * kMiB, 12).severity, Severity::ok);
  EXPECT_EQ(with(4.0 * kMiB, 12).what, "largest free blocks: 12 of 4.00 MiB");
  EXPECT_EQ(with(4.0 * kMiB, 3).severity, Severity::note);
  EXPECT_EQ(with(4.0 * kMiB, 1).severity, Severity::note);
  EXPECT_EQ(with(2.0 * kMiB, 1).severity, Severity::warning);
  EXPECT_EQ(with(0, 0).severity, Severity::warning);
  drop_channel(facts, "memory.largest_free_blocks");
  set_channel(facts, "memory.largest_free_block", Unit::byte, 4.0 * kMiB);
  EXPECT_EQ(finding(facts, "largest_free_block").severity, Severity::note) << "one, at least";
}

TEST(GpuMemoryUsers, ThoseWhoAreGoneAreLeftovers) {
  auto facts = sound_orin();
  facts.gpu_users = GpuUsers{"nvmap", {{{4711, "trtexec", 512 * kMiB}, false}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").severity, Severity::warning);
  EXPECT_THAT(finding(facts, "gpu_memory_users").what, HasSubstr("trtexec (4711) 512 MiB"));
  facts.gpu_users = GpuUsers{"nvmap", {{{1214, "Xorg", 17 * kMiB}, false}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").severity, Severity::note);
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "sudo systemctl isolate multi-user.target");
  EXPECT_EQ(finding(facts, "memory_available").command, "");
  facts.gpu_users = GpuUsers{
      "nvmap", {{{4711, "trtexec", 512 * kMiB}, false}, {{1214, "Xorg", 17 * kMiB}, false}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "ps -fp 4711,1214");
  EXPECT_THAT(finding(facts, "gpu_memory_users").why, HasSubstr("stop them first"));
  facts.gpu_users = GpuUsers{"nvmap", {{{4711, "trtexec", 512 * kMiB}, true}}};
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "sudo reboot");
  facts.gpu_users = fail("there is no nvmap");
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "");
  facts.gpu_users = fail("needs root: this user may not read it");
  EXPECT_EQ(finding(facts, "gpu_memory_users").severity, Severity::unknown);
  EXPECT_EQ(finding(facts, "gpu_memory_users").command, "sudo jetmeter doctor");
}

TEST(HugePages, AreNotedWhenGivenUnasked) {
  auto facts = sound_facts();
  facts.huge_pages = std::string("always");
  EXPECT_EQ(finding(facts, "huge_pages").severity, Severity::note);
}

}  // namespace
}  // namespace jetmeter
