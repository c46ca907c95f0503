#include "jetmeter/memory.h"

#include <gmock/gmock.h>

#include <concepts>

#include "support/board_copy.h"
#include "telemetry/nvml_test.h"

namespace jetmeter {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;

// The reason for the two types: what cannot be written cannot go wrong.
template <typename A, typename B>
concept CanBeAdded = requires(A a, B b) {
  a + b;
};
static_assert(CanBeAdded<PoolBytes, PoolBytes>);
static_assert(!CanBeAdded<ViewBytes, ViewBytes>);
static_assert(!CanBeAdded<PoolBytes, ViewBytes>);
static_assert(!CanBeAdded<ViewBytes, PoolBytes>);
static_assert(!std::convertible_to<ViewBytes, PoolBytes>);
static_assert(!std::convertible_to<ViewBytes, std::uint64_t>);
static_assert(!std::convertible_to<std::uint64_t, PoolBytes>);

constexpr std::uint64_t kKiB = 1024, kMiB = 1024 * kKiB, kGiB = 1024 * kMiB;

constexpr std::string_view kMeminfo =
    "MemTotal:        7802880 kB\n"
    "MemFree:          200000 kB\n"
    "MemAvailable:    1500000 kB\n"
    "Buffers:           10000 kB\n"
    "Cached:          1200000 kB\n"
    "SwapTotal:       3901440 kB\n"
    "SwapFree:        3500000 kB\n"
    "AnonPages:       3000000 kB\n"
    "SReclaimable:      90000 kB\n"
    "NvMapMemUsed:    2000000 kB\n";

const View* view(const Ledger& ledger, std::string_view name) {
  for (const auto& each : ledger.views)
    if (each.name.starts_with(name)) return &each;
  return nullptr;
}

TEST(Ledger, UnifiedMemoryIsOnePoolAndEverythingElseIsAPartOfIt) {
  const BoardCopy board;
  board.write("/proc/meminfo", kMeminfo);
  const auto ledger = read_ledger(board.host(), MemoryArchitecture::unified);
  ASSERT_EQ(ledger.pools.size(), 1u);
  EXPECT_EQ(ledger.pools[0].name, "DRAM (CPU and GPU)");
  EXPECT_EQ(ledger.pools[0].total, PoolBytes(7802880 * kKiB));
  EXPECT_EQ(ledger.pools[0].available, PoolBytes(1500000 * kKiB));
  EXPECT_EQ(ledger.total(), PoolBytes(7802880 * kKiB));
  EXPECT_NEAR(*ledger.available_share(), 1500000.0 / 7802880, 1e-12);
  ASSERT_TRUE(view(ledger, "NvMap"));
  EXPECT_EQ(view(ledger, "NvMap")->amount, ViewBytes(2000000 * kKiB));
  EXPECT_THAT(view(ledger, "NvMap")->note, HasSubstr("a part of"));
  ASSERT_TRUE(view(ledger, "page cache"));
  EXPECT_EQ(view(ledger, "page cache")->amount, ViewBytes(1300000 * kKiB));
  ASSERT_TRUE(view(ledger, "swapped out"));
  EXPECT_EQ(view(ledger, "swapped out")->amount, ViewBytes(401440 * kKiB));
  for (const auto& each : ledger.views)
    EXPECT_EQ(each.pool.has_value(), each.name != "swapped out") << each.name;
}

constexpr std::string_view kWithoutNvMap = "MemTotal: 7802880 kB\nMemFree: 200000 kB\n";

// Kernels without that line have the driver's own list, with every buffer once in its total.
TEST(Ledger, NvMapIsThatOfItsListWhereMeminfoDoesNotTell) {
  const BoardCopy board;
  board.write("/proc/meminfo", kWithoutNvMap);
  EXPECT_EQ(view(read_ledger(board.host(), MemoryArchitecture::unified), "NvMap"), nullptr);
  board.write("/sys/kernel/debug/nvmap/iovmm/clients",
              "user a 7 300K\nuser b 8 300K\ntotal 500K\n");
  const auto ledger = read_ledger(board.host(), MemoryArchitecture::unified);
  ASSERT_TRUE(view(ledger, "NvMap"));
  EXPECT_EQ(view(ledger, "NvMap")->amount, ViewBytes(500 * kKiB));
  EXPECT_THAT(view(ledger, "NvMap")->note, HasSubstr("as nvmap tells"));
  board.write("/proc/meminfo", kMeminfo);
  EXPECT_EQ(view(read_ledger(board.host(), MemoryArchitecture::unified), "NvMap")->amount,
            ViewBytes(2000000 * kKiB));
  EXPECT_EQ(view(read_ledger(board.host(), MemoryArchitecture::host), "NvMap"), nullptr);
}

TEST(Ledger, SharedMemoryIsNoPageCache) {
  const BoardCopy board;
  board.write("/proc/meminfo", kMeminfo);
  auto ledger = read_ledger(board.host(), MemoryArchitecture::unified);
  EXPECT_EQ(view(ledger, "page cache")->note, "shared memory included, the rest is given back");
  EXPECT_EQ(view(ledger, "shared memory"), nullptr);
  board.write("/proc/meminfo", std::string(kMeminfo) + "Shmem: 700000 kB\n");
  ledger = read_ledger(board.host(), MemoryArchitecture::unified);
  EXPECT_EQ(view(ledger, "page cache")->amount, ViewBytes(600000 * kKiB));
  EXPECT_EQ(view(ledger, "page cache")->note, "given back when needed");
  EXPECT_EQ(view(ledger, "shared memory")->amount, ViewBytes(700000 * kKiB));
  EXPECT_THAT(view(ledger, "shared memory")->note, HasSubstr("not given back"));
  board.write("/proc/meminfo", "MemTotal: 9 kB\nCached: 3 kB\nShmem: 5 kB\n");
  ledger = read_ledger(board.host(), MemoryArchitecture::unified);
  EXPECT_EQ(view(ledger, "page cache")->amount, ViewBytes(0));
}

TEST(Ledger, WhatIsSwappedOutIsAPartOfNoPool) {
  const BoardCopy board;
  board.write("/proc/meminfo", kMeminfo);
  const auto swapped = [&] {
    const auto ledger = read_ledger(board.host(), MemoryArchitecture::unified);
    return std::pair(ledger.swap, *view(ledger, "swapped out"));
  };
  EXPECT_EQ(swapped().first, SwapPlace::unknown);
  EXPECT_EQ(swapped().second.pool, std::nullopt);
  EXPECT_EQ(swapped().second.note, "in swap files or in zram");
  board.write("/proc/swaps", "Filename Type Size Used Priority\n/swapfile file 3901440 0 -2\n");
  EXPECT_EQ(swapped().first, SwapPlace::beside_memory);
  EXPECT_EQ(swapped().second.note, "outside the pool, in swap files");
  board.write("/proc/swaps", "Filename Type Size Used Priority\n/dev/zram0 partition 9 0 5\n");
  EXPECT_EQ(swapped().first, SwapPlace::in_memory);
  EXPECT_EQ(swapped().second.pool, std::nullopt);
  EXPECT_THAT(swapped().second.note, HasSubstr("in zram"));
}

TEST(Ledger, AMachineWithoutAGpuHasNoNvMapView) {
  const BoardCopy board;
  board.write("/proc/meminfo", kMeminfo);
  const auto ledger = read_ledger(board.host(), MemoryArchitecture::host);
  EXPECT_EQ(ledger.pools[0].name, "RAM");
  EXPECT_EQ(view(ledger, "NvMap"), nullptr);
}

TEST(Ledger, WhatTheKernelDoesNotTellIsAbsent) {
  const BoardCopy board;
  board.write("/proc/meminfo", "MemTotal: 1024 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\n");
  const auto ledger = read_ledger(board.host(), MemoryArchitecture::host);
  ASSERT_EQ(ledger.pools.size(), 1u);
  EXPECT_EQ(ledger.pools[0].available, std::nullopt);
  EXPECT_EQ(ledger.available_share(), std::nullopt);
  EXPECT_TRUE(ledger.views.empty());
}

TEST(Ledger, GarbageGivesNoPool) {
  const BoardCopy board;
  for (const auto* text : {"", "MemTotal: lots kB\n", "MemTotal 12\n", "MemTotal:x12 kB",
                           "MemTotal: 99999999999999999999999 kB\n", "\x80\xff\n:\n"}) {
    board.write("/proc/meminfo", text);
    EXPECT_TRUE(read_ledger(board.host(), MemoryArchitecture::host).pools.empty()) << text;
  }
}

TEST(Ledger, ZramIsCountedWhereItLies) {
  const BoardCopy board;
  board.write("/proc/meminfo", kMeminfo);
  board.write("/sys/block/zram0/mm_stat", "4096000 1024000 1100000 0 1100000 0 0 0 0\n");
  board.write("/sys/block/zram1/mm_stat", "0 0 100000 0 0 0 0 0 0\n");
  const auto ledger = read_ledger(board.host(), MemoryArchitecture::unified);
  ASSERT_TRUE(view(ledger, "zram"));
  EXPECT_EQ(view(ledger, "zram")->amount, ViewBytes(1200000));
}

TEST(Ledger, ADiscreteGpusMemoryIsAPoolThatMayBeAdded) {
  const BoardWithNvml server("x86-two-a100");
  server.write("/proc/meminfo", kMeminfo);
  const auto ledger = read_ledger(server.host(), MemoryArchitecture::discrete);
  ASSERT_EQ(ledger.pools.size(), 3u);
  EXPECT_EQ(ledger.pools[1].name, "VRAM 0");
  EXPECT_EQ(ledger.pools[1].total, PoolBytes(85899345920));
  EXPECT_EQ(ledger.pools[1].available, PoolBytes(85899345920 - 21474836480));
  EXPECT_EQ(ledger.pools[2].name, "VRAM 1");
  EXPECT_EQ(ledger.total(), PoolBytes(7802880 * kKiB + 2 * 85899345920));
  // The same machine taken for a unified one has one pool.
  EXPECT_EQ(read_ledger(server.host(), MemoryArchitecture::unified).pools.size(), 1u);
}

TEST(Ledger, ARecordedServersVramIsThatOfNvidiaSmi) {
  const BoardCopy server("x86-nvidia");
  const auto ledger = read_ledger(server.host(), MemoryArchitecture::discrete);
  ASSERT_EQ(ledger.pools.size(), 2u);
  EXPECT_EQ(ledger.pools[1].name, "VRAM 0");
  EXPECT_EQ(ledger.pools[1].total, PoolBytes(46068 * 1024 * kKiB));
  EXPECT_EQ(ledger.pools[1].available, PoolBytes(33184 * 1024 * kKiB));
}

TEST(Footprint, AddsWhatPssDoesNotHold) {
  EXPECT_EQ((Footprint{ViewBytes(100), ViewBytes(20)}).total(), ViewBytes(120));
  EXPECT_EQ((Footprint{ViewBytes(100), {}}).total(), ViewBytes(100));
  EXPECT_EQ((Footprint{{}, ViewBytes(20)}).total(), std::nullopt);
}

// PSS and what the kernel counts against a limit are two quantities.
TEST(HeldAgainst, WhatIsBoundedByTheKernelIsNotOverTheLimit) {
  const Footprint pss{ViewBytes(120), {}}, both{ViewBytes(120), ViewBytes(30)};
  const Budget hard{100, Enforcement::hard, "cgroup v2 memory.max"};
  const Budget soft{100, Enforcement::soft, ""}, watched{100, Enforcement::unavailable, ""};
  EXPECT_EQ(held_against(hard, pss), 100u);
  EXPECT_EQ(held_against(hard, Footprint{ViewBytes(70), {}}), 70u);
  EXPECT_EQ(held_against(hard, both), 130u) << "nobody bounds the GPU's memory";
  EXPECT_EQ(held_against(soft, pss), 120u);
  EXPECT_EQ(held_against(watched, both), 150u);
  EXPECT_EQ(held_against(hard, Footprint{}), std::nullopt);
  EXPECT_EQ(held_against(hard, pss, 60), 60u) << "more was never charged";
  EXPECT_EQ(held_against(hard, both, 60), 90u);
  EXPECT_EQ(held_against(hard, Footprint{ViewBytes(70), {}}, 95), 70u) << "the rest is page cache";
  EXPECT_EQ(held_against(watched, both, 60), 150u);
}

TEST(BudgetWatch, TellsOnceThatTheLimitIsNear) {
  BudgetWatch watch(1000);
  EXPECT_EQ(watch.observe(seconds(0), "load", 900), BudgetWatch::Event::none);
  EXPECT_EQ(watch.observe(seconds(1), "load", 901), BudgetWatch::Event::near);
  EXPECT_EQ(watch.observe(seconds(2), "load", 950), BudgetWatch::Event::none);
  EXPECT_EQ(watch.observe(seconds(3), "load", 1000), BudgetWatch::Event::none);
  EXPECT_TRUE(watch.violations().empty());
}

TEST(BudgetWatch, EveryPhaseOverTheLimitIsAViolationWithItsTimeAndItsPeak) {
  BudgetWatch watch(1000);
  EXPECT_EQ(watch.observe(seconds(1), "load", 1001), BudgetWatch::Event::violation_began);
  EXPECT_EQ(watch.observe(seconds(2), "measure", 1200), BudgetWatch::Event::violation_began);
  EXPECT_EQ(watch.observe(seconds(3), "measure", 1500), BudgetWatch::Event::none);
  EXPECT_EQ(watch.observe(seconds(4), "measure", 1000), BudgetWatch::Event::none);
  EXPECT_EQ(watch.observe(seconds(5), "measure", 1100), BudgetWatch::Event::none);
  ASSERT_EQ(watch.violations().size(), 2u);
  const auto& first = watch.violations()[0];
  EXPECT_EQ(first.phase, "load");
  EXPECT_EQ(first.began, seconds(1));
  EXPECT_EQ(first.ended, seconds(1));
  EXPECT_EQ(first.peak_bytes, 1001u);
  EXPECT_EQ(first.over_bytes, 1u);
  const auto& second = watch.violations()[1];
  EXPECT_EQ(second.phase, "measure");
  EXPECT_EQ(second.began, seconds(2));
  EXPECT_EQ(second.ended, seconds(5));
  EXPECT_EQ(second.peak_bytes, 1500u);
  EXPECT_TRUE(second.read);
}

TEST(BudgetWatch, AMarkOverTheLimitIsAViolationOfItsPhase) {
  BudgetWatch watch(1000);
  EXPECT_EQ(watch.observe(PhaseMark{"load", seconds(1), seconds(3), 1400}),
            BudgetWatch::Event::violation_began);
  ASSERT_EQ(watch.violations().size(), 1u);
  const auto& violation = watch.violations()[0];
  EXPECT_EQ(violation.phase, "load");
  EXPECT_FALSE(violation.read);
  EXPECT_EQ(violation.began, seconds(1));
  EXPECT_EQ(violation.ended, seconds(3));
  EXPECT_EQ(violation.over_bytes, 400u);
}

// A reading may be judged before the mark of its phase, and after it.
TEST(BudgetWatch, AReadingTellsTheTimeAndTheMarkThePeak) {
  const PhaseMark mark{"load", seconds(1), seconds(3), 1400};
  for (const bool mark_first : {false, true}) {
    BudgetWatch watch(1000);
    if (mark_first) watch.observe(mark);
    watch.observe(seconds(2), "load", 1100);
    const auto later = mark_first ? BudgetWatch::Event::none : watch.observe(mark);
    EXPECT_EQ(later, BudgetWatch::Event::none);
    ASSERT_EQ(watch.violations().size(), 1u);
    const auto& violation = watch.violations()[0];
    EXPECT_EQ(violation.began, seconds(2)) << mark_first;
    EXPECT_EQ(violation.ended, seconds(2)) << mark_first;
    EXPECT_EQ(violation.peak_bytes, 1400u) << mark_first;
  }
}

TEST(BudgetWatch, AMarkNearTheLimitIsToldToo) {
  BudgetWatch watch(1000);
  EXPECT_EQ(watch.observe(PhaseMark{"load", seconds(1), seconds(3), 901}),
            BudgetWatch::Event::near);
  EXPECT_EQ(watch.observe(seconds(4), "first", 950), BudgetWatch::Event::none);
  EXPECT_TRUE(watch.violations().empty());
}

Forecast needs(std::uint64_t bytes) {
  Forecast forecast;
  forecast.peak_bytes = bytes;
  return forecast;
}

Budget watched(std::uint64_t bytes) {
  return {bytes, Enforcement::unavailable, "that was not asked for"};
}

Budget enforced(std::uint64_t bytes) {
  return {bytes, Enforcement::hard, "cgroup v1 memory.limit_in_bytes"};
}

TEST(Fits, IsMeasuredAgainstTheTighterBound) {
  const auto by_limit = fits(needs(kGiB), watched(2 * kGiB), PoolBytes(4 * kGiB));
  EXPECT_EQ(by_limit.fit, MemoryFit::fits);
  EXPECT_EQ(by_limit.margin_bytes, static_cast<std::int64_t>(kGiB));
  EXPECT_EQ(by_limit.reason, "it needs about 1.00 GiB, and the limit is 2.00 GiB");
  const auto by_pool = fits(needs(kGiB), watched(8 * kGiB), PoolBytes(kGiB / 2));
  EXPECT_EQ(by_pool.fit, MemoryFit::does_not_fit);
  EXPECT_EQ(by_pool.margin_bytes, -static_cast<std::int64_t>(kGiB / 2));
  EXPECT_THAT(by_pool.reason, HasSubstr("the memory that is available is 512 MiB"));
}

TEST(Fits, DoesNotClaimWhatTheForecastCannotTell) {
  EXPECT_EQ(fits(needs(1000), watched(1099), {}).fit, MemoryFit::cannot_tell);
  EXPECT_EQ(fits(needs(1000), watched(1100), {}).fit, MemoryFit::fits);
  EXPECT_EQ(fits(needs(1000), watched(900), {}).fit, MemoryFit::cannot_tell);
  EXPECT_EQ(fits(needs(1000), watched(899), {}).fit, MemoryFit::does_not_fit);
  EXPECT_EQ(fits({}, watched(kGiB), PoolBytes(kGiB)).fit, MemoryFit::cannot_tell);
  EXPECT_EQ(fits({}, watched(kGiB), PoolBytes(kGiB)).margin_bytes, std::nullopt);
  EXPECT_EQ(fits(needs(1), {}, {}).fit, MemoryFit::cannot_tell);
}

Forecast with_runtime(std::uint64_t weights, std::uint64_t runtime) {
  Forecast forecast;
  forecast.weight_bytes = weights;
  forecast.runtime_bytes = runtime;
  forecast.peak_bytes = weights + runtime;
  return forecast;
}

// What a hard limit counts is no footprint.
TEST(Fits, AHardLimitMayNotCountTheRuntimesPages) {
  const auto forecast = with_runtime(22 * kMiB, 70 * kMiB);
  EXPECT_EQ(fits(forecast, watched(64 * kMiB), {}).fit, MemoryFit::does_not_fit);
  const auto verdict = fits(forecast, enforced(64 * kMiB), {});
  EXPECT_EQ(verdict.fit, MemoryFit::cannot_tell);
  EXPECT_EQ(verdict.margin_bytes, -static_cast<std::int64_t>(28 * kMiB));
  EXPECT_EQ(verdict.reason,
            "it needs about 92.0 MiB, and the limit is 64.0 MiB; of that the runtime's own 70.0 "
            "MiB are mostly pages of library files, which cgroup v1 memory.limit_in_bytes may not "
            "charge");
  EXPECT_EQ(fits(forecast, enforced(102 * kMiB), {}).fit, MemoryFit::fits);
  EXPECT_THAT(fits(forecast, enforced(90 * kMiB), {}).reason, HasSubstr("closer than"));
}

TEST(Fits, AHardLimitCountsWhatTheModelItselfTakes) {
  const auto forecast = with_runtime(1000, 3000);
  EXPECT_EQ(fits(forecast, enforced(900), {}).fit, MemoryFit::cannot_tell);
  EXPECT_EQ(fits(forecast, enforced(899), {}).fit, MemoryFit::does_not_fit);
  EXPECT_EQ(fits(forecast, enforced(899), {}).reason.find("library"), std::string::npos);
}

TEST(Fits, WhatIsAvailableCountsInFullBesideAHardLimit) {
  const auto forecast = with_runtime(22 * kMiB, 70 * kMiB);
  const auto verdict = fits(forecast, enforced(64 * kMiB), PoolBytes(70 * kMiB));
  EXPECT_EQ(verdict.fit, MemoryFit::does_not_fit);
  EXPECT_EQ(verdict.margin_bytes, -static_cast<std::int64_t>(22 * kMiB));
  EXPECT_THAT(verdict.reason, HasSubstr("the memory that is available is 70.0 MiB"));
}

}  // namespace
}  // namespace jetmeter
