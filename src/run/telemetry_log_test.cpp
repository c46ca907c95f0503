#include "run/telemetry_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>

#include "jetmeter/worker_memory.h"

namespace jetmeter {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class HandClock final : public Clock {
 public:
  Nanoseconds monotonic() const override { return now; }
  WallTime wall() const override { return WallTime(seconds(1'770'000'000)); }
  Nanoseconds now = seconds(1000);
};

class TelemetryLogTest : public testing::Test {
 protected:
  TelemetryLogTest()
      : path_(std::filesystem::path(testing::TempDir()) /
              ("jm_telemetry_log_" + std::to_string(getpid()))) {
    std::filesystem::remove_all(path_);
    dir_.emplace(RunDir::create(path_).value());
  }
  ~TelemetryLogTest() override {
    dir_.reset();
    std::filesystem::remove_all(path_);
  }

  static void tick(TelemetryLog& log, std::string_view source = "memory") {
    const std::optional<double> value = 7.0;
    log.reading(Nanoseconds(1), source, kChannels, {&value, 1});
    log.tick_ended();
  }
  std::string text() const { return read_text(path_ / "metrics.jsonl").value(); }
  std::ptrdiff_t lines() const { return std::ranges::count(text(), '\n'); }

  inline static const std::array<Channel, 1> kChannels{Channel{"memory.free", Unit::byte}};
  std::filesystem::path path_;
  std::optional<RunDir> dir_;
  HandClock clock_;
};

TEST_F(TelemetryLogTest, TicksAreInTheFileHalfASecondLater) {
  TelemetryLog log(*dir_, clock_);
  tick(log);
  EXPECT_EQ(lines(), 1) << "the first at once";
  for (int i = 1; i < 4; ++i) {
    clock_.now += milliseconds(100);
    tick(log);
    EXPECT_EQ(lines(), 1) << i;
  }
  clock_.now += milliseconds(100);
  tick(log);
  EXPECT_EQ(lines(), 5);
  EXPECT_THAT(text(), HasSubstr(R"("source":"memory","values":{"memory.free":7}})"));
}

TEST_F(TelemetryLogTest, NothingIsLostAtTheEnd) {
  {
    TelemetryLog log(*dir_, clock_);
    for (int i = 0; i < 3; ++i) tick(log);
    log.write();
    EXPECT_EQ(lines(), 3);
    log.write();
    EXPECT_EQ(lines(), 3) << "nothing new";
    tick(log);
  }
  EXPECT_EQ(lines(), 4) << "by its destructor";
}

TEST_F(TelemetryLogTest, AGapIsKeptInItsPlace) {
  TelemetryLog log(*dir_, clock_);
  tick(log);
  log.gap(Nanoseconds(2), "memory", "gone");
  tick(log);
  log.write();
  const auto all = text();
  EXPECT_LT(all.find(R"("gap":"gone")"), all.rfind(R"("values")"));
  EXPECT_GT(all.find(R"("gap":"gone")"), all.find(R"("values")"));
}

// A thousand ticks a second, each with hundreds of channels: what waits stays small.
TEST_F(TelemetryLogTest, ManyReadingsDoNotWait) {
  TelemetryLog log(*dir_, clock_);
  tick(log);
  const std::string name(1000, 'x');
  for (int i = 0; i < 100; ++i) tick(log, name);
  EXPECT_GT(lines(), 50);
}

TEST_F(TelemetryLogTest, FootprintsAreHandedOverAtOnce) {
  TelemetryLog log(*dir_, clock_);
  tick(log);
  const std::array channels{Channel{std::string(kProcessGpuChannel), Unit::byte},
                            Channel{std::string(kFootprintChannel), Unit::byte}};
  const std::array<std::optional<double>, 2> values{300.0, 1000.0};
  log.reading(Nanoseconds(5), "worker.rgb", channels, values);
  const auto footprints = log.take_footprints();
  ASSERT_EQ(footprints.size(), 1u);
  EXPECT_EQ(footprints[0].worker, "worker.rgb");
  EXPECT_EQ(footprints[0].footprint.pss->bytes(), 700u);
  EXPECT_EQ(footprints[0].footprint.gpu->bytes(), 300u);
  EXPECT_TRUE(log.take_footprints().empty());
}

}  // namespace
}  // namespace jetmeter
