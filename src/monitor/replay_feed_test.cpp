#include <gmock/gmock.h>

#include "monitor/feed.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using std::chrono::seconds;

class ReplayFeedTest : public testing::Test {
 protected:
  // One line per reading of "load.cpu", a second each.
  std::unique_ptr<Feed> replay(const std::string& text, double speed = 1) {
    auto recording = Recording::open(dir_.write("x.jsonl", text));
    EXPECT_TRUE(recording);
    return replay_feed(std::move(*recording), {"x\x1b.jsonl", {}, speed, seconds(1)}, nullptr);
  }
  static std::string line(int second, double load) {
    return R"({"monotonic_ns":)" + std::to_string(second) +
           R"(000000000,"source":"cpu","values":{"load.cpu":)" + std::to_string(load) + "}}\n";
  }
  static MonitorView view_of(Feed& feed) {
    MonitorView view;
    feed.show(view);
    return view;
  }
  TempDir dir_;
};

TEST_F(ReplayFeedTest, ShowsWhatWasReadUntilNow) {
  auto feed = replay(line(100, 10) + line(101, 20) + line(102, 30));
  feed->advance(Nanoseconds(0));
  EXPECT_EQ(view_of(*feed).value("load.cpu"), 10);
  feed->advance(seconds(1));
  EXPECT_EQ(view_of(*feed).value("load.cpu"), 20);
  EXPECT_FALSE(view_of(*feed).replay->ended);
  feed->advance(seconds(1));
  EXPECT_EQ(view_of(*feed).value("load.cpu"), 30);
  EXPECT_TRUE(view_of(*feed).replay->ended);
  EXPECT_EQ(view_of(*feed).replay->name, "x?.jsonl");
}

TEST_F(ReplayFeedTest, RunsAtItsSpeed) {
  auto feed = replay(line(100, 10) + line(110, 20) + line(116, 30), 5);
  feed->advance(seconds(1));
  EXPECT_EQ(view_of(*feed).value("load.cpu"), 10);
  feed->change_pace(true);
  feed->advance(seconds(1));
  EXPECT_EQ(view_of(*feed).value("load.cpu"), 20);
  EXPECT_EQ(view_of(*feed).replay->speed, 10);
}

TEST_F(ReplayFeedTest, WaitsNeitherThroughLongPausesNorWhereTimeGoesBack) {
  auto feed = replay(line(100, 10) + line(90'000, 20) + line(5, 30));
  feed->advance(seconds(1));
  EXPECT_EQ(view_of(*feed).value("load.cpu"), 30);
}

TEST_F(ReplayFeedTest, KnowsTheWorkersOfARunAsProcesses) {
  auto feed = replay(
      R"({"monotonic_ns":1,"source":"worker 0","values":{"process.pss":2048,"process.rss":4096}})"
      "\n"
      R"({"monotonic_ns":1,"source":"worker 1","values":{"process.pss":8192}})");
  feed->finish();
  const auto view = view_of(*feed);
  ASSERT_EQ(view.processes.size(), 2U);
  EXPECT_EQ(view.processes[0].name, "worker 1");
  EXPECT_EQ(view.processes[0].rss_bytes, std::nullopt);
  EXPECT_EQ(view.processes[1].pss_bytes, 2048U);
}

TEST_F(ReplayFeedTest, KnowsTheGpuMemoryOfAWorker) {
  auto feed = replay(
      R"({"monotonic_ns":1,"source":"worker 0","values":{"process.pss":2048,"process.gpu":null}})"
      "\n"
      R"({"monotonic_ns":1,"source":"worker 1","values":{"process.pss":1024,"process.gpu":8192}})");
  feed->finish();
  const auto view = view_of(*feed);
  ASSERT_EQ(view.processes.size(), 2U);
  EXPECT_EQ(view.processes[0].name, "worker 1") << "largest first, wherever it lies";
  EXPECT_EQ(view.processes[0].gpu_bytes, 8192U);
  EXPECT_EQ(view.processes[1].gpu_bytes, std::nullopt);
}

TEST_F(ReplayFeedTest, SaysWhatAJetsonsMemoryIsAPartOf) {
  auto feed = replay(
      R"({"monotonic_ns":1,"source":"memory","values":{"memory.total":1000,)"
      R"("memory.available":400,"memory.nvmap":300,"memory.free":-5,"memory.cached":1e300}})");
  feed->finish();
  const auto ledger = view_of(*feed).ledger;
  EXPECT_EQ(ledger.architecture, MemoryArchitecture::unified);
  ASSERT_EQ(ledger.pools.size(), 1U);
  EXPECT_EQ(ledger.pools[0].available, PoolBytes(400));
  ASSERT_EQ(ledger.views.size(), 1U) << "amounts that cannot be are absent";
  EXPECT_EQ(ledger.views[0].amount, ViewBytes(300));
}

TEST_F(ReplayFeedTest, NvMapIsThatOfItsListWhereMeminfoDidNotTell) {
  auto feed = replay(
      R"({"monotonic_ns":1,"source":"memory","values":{"memory.total":1000,"memory.used":600}})"
      "\n"
      R"({"monotonic_ns":1,"source":"nvmap","values":{"memory.nvmap_clients":300}})");
  feed->finish();
  const auto ledger = view_of(*feed).ledger;
  EXPECT_EQ(ledger.architecture, MemoryArchitecture::unified);
  ASSERT_EQ(ledger.views.size(), 1U);
  EXPECT_EQ(ledger.views[0].name, kNvmapView);
  EXPECT_EQ(ledger.views[0].amount, ViewBytes(300));
  EXPECT_EQ(ledger.views[0].note, kNvmapListNote);
}

TEST_F(ReplayFeedTest, SaysWhetherSharedMemoryIsInTheCache) {
  const auto views_of = [&](const std::string& values) {
    auto feed = replay(R"({"monotonic_ns":1,"source":"memory","values":{"memory.total":1000,)" +
                       values + "}}");
    feed->finish();
    return view_of(*feed).ledger.views;
  };
  const auto before = views_of(R"("memory.cached":400)");
  ASSERT_EQ(before.size(), 1U) << "a log of an older version";
  EXPECT_EQ(before[0].note, kSharedCacheNote);
  const auto now = views_of(R"("memory.cached":300,"memory.shared":100)");
  ASSERT_EQ(now.size(), 2U);
  EXPECT_EQ(now[0].note, kPageCacheNote);
  EXPECT_EQ(now[1].amount, ViewBytes(100));
}

TEST_F(ReplayFeedTest, NamesTheWordsOfALogThatNobodyUnderstands) {
  auto feed = replay(
      "RAM 1024/2048MB CPU [10%@729,off] FOO 12%@300\n"
      "RAM 1024/2048MB CPU [10%@729,off] FOO 13%@300\n");
  feed->finish();
  auto view = view_of(*feed);
  feed->show(view);
  ASSERT_EQ(view.unknown.size(), 1U) << "shown twice, told once";
  EXPECT_EQ(view.unknown[0].source, "tegrastats");
  EXPECT_EQ(view.unknown[0].words.count, 4);
  EXPECT_THAT(view.unknown[0].words.words, testing::ElementsAre("FOO", "12%@300", "13%@300"));
  EXPECT_TRUE(view_of(*replay(line(1, 10))).unknown.empty());
}

// AGX Thor of JetPack 7.2 writes no GR3D and, without root, no EMC.
TEST_F(ReplayFeedTest, KnowsATegraByItsToolAlone) {
  auto feed = replay(
      "07-02-2026 13:45:44 RAM 36529/125749MB (lfb 12x4MB) CPU [2%@972,1%@972] cpu@60.406C "
      "VDD_GPU 37528mW/37528mW/37528mW VDD_CPU_SOC_MSS 18961mW/18961mW/18961mW "
      "VIN_SYS_5V0 18331mW/18331mW/18331mW VIN 87426mW/43713mW/87426mW\n");
  feed->finish();
  const auto view = view_of(*feed);
  EXPECT_EQ(view.ledger.architecture, MemoryArchitecture::unified);
  EXPECT_EQ(view.value("power.board"), view.value("power.VIN"));
  EXPECT_TRUE(view.value("power.board"));
}

}  // namespace
}  // namespace jetmeter
