#include "monitor/reading_log.h"

#include <gmock/gmock.h>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using std::chrono::seconds;
using testing::HasSubstr;
using Values = std::vector<std::optional<double>>;

const std::vector<Channel> kCpu{{"load.cpu", Unit::percent}}, kPower{{"power.A,B", Unit::watt}};

TEST(ReadingLog, AsCsvHasARowPerMomentAndEmptyCells) {
  const TempDir dir;
  const auto path = dir.path() / "x.csv";
  {
    const auto log = ReadingLog::open(path);
    ASSERT_TRUE(log);
    (*log)->reading(WallTime(seconds(1)), seconds(1), "cpu", kCpu, Values{12.5});
    (*log)->reading(WallTime(seconds(1)), seconds(1), "rail", kPower, Values{std::nullopt});
    (*log)->reading(WallTime(seconds(2)), seconds(2), "rail", kPower, Values{3.0});
    (*log)->reading(WallTime(seconds(2)), seconds(2), "fan",
                    std::vector<Channel>{{"fan.speed", Unit::rpm}}, Values{900.0});
    (*log)->reading(WallTime(seconds(3)), seconds(3), "rail", kPower, Values{4.0});
    (*log)->reading(std::nullopt, seconds(4), "late",
                    std::vector<Channel>{{"fan.duty", Unit::percent}}, Values{7.0});
    EXPECT_THAT((*log)->trouble(), HasSubstr("fan.duty"));
    EXPECT_EQ((*log)->failure(), "");
  }
  EXPECT_EQ(read_text(path),
            "time,monotonic_ns,load.cpu,\"power.A,B\",fan.speed,gap\n"
            "1970-01-01T00:00:01.000000Z,1000000000,12.5,,,\n"
            "1970-01-01T00:00:02.000000Z,2000000000,,3,900,\n"
            "1970-01-01T00:00:03.000000Z,3000000000,,4,,\n"
            ",4000000000,,,,\n");
}

TEST(ReadingLog, AsCsvTellsGapsInTheRowOfTheirMoment) {
  const TempDir dir;
  const auto path = dir.path() / "x.csv";
  {
    const auto log = ReadingLog::open(path);
    ASSERT_TRUE(log);
    (*log)->reading(std::nullopt, seconds(1), "cpu", kCpu, Values{12.5});
    (*log)->gap(std::nullopt, seconds(2), "cpu", "no value, \"none\"\n");
    (*log)->gap(std::nullopt, seconds(2), "fan", "gone");
    (*log)->reading(std::nullopt, seconds(3), "cpu", kCpu, Values{7.0});
    (*log)->gap(std::nullopt, seconds(3), "cpu", "");
    (*log)->reading(std::nullopt, seconds(4), "cpu", kCpu, Values{8.0});
    (*log)->gap(std::nullopt, seconds(5), "cpu", "gone");
  }
  EXPECT_EQ(read_text(path),
            "time,monotonic_ns,load.cpu,gap\n"
            ",1000000000,12.5,\n"
            ",2000000000,,\"cpu: no value, \"\"none\"\"?; fan: gone\"\n"
            ",3000000000,7,cpu: answers again\n"
            ",4000000000,8,\n"
            ",5000000000,,cpu: gone\n");
}

TEST(ReadingLog, AsJsonCanBeReadBack) {
  const TempDir dir;
  const auto path = dir.path() / "x.jsonl";
  {
    const auto log = ReadingLog::open(path);
    ASSERT_TRUE(log);
    (*log)->reading(WallTime(seconds(1)), seconds(1), "cpu", kCpu, Values{12.5});
    (*log)->gap(WallTime(seconds(2)), seconds(2), "cpu", "silent");
    EXPECT_EQ((*log)->lines(), 2);
    EXPECT_EQ((*log)->trouble(), "");
  }
  auto recording = Recording::open(path);
  ASSERT_TRUE(recording);
  RecordedReading reading;
  ASSERT_TRUE(recording->next(reading));
  EXPECT_EQ(reading.values, Values{12.5});
  ASSERT_TRUE(recording->next(reading));
  EXPECT_EQ(reading.gap, "silent");
}

TEST(ReadingLog, HasALocalTimeInThePlaceOfTheTime) {
  const TempDir dir;
  for (const auto* name : {"x.csv", "x.jsonl"}) {
    const auto log = ReadingLog::open(dir.path() / name);
    ASSERT_TRUE(log);
    (*log)->reading(std::nullopt, seconds(1), "cpu", kCpu, Values{12.5}, "2025-07-21T16:33:42");
    (*log)->gap(std::nullopt, seconds(2), "cpu", "gone", "2025-07-21T16:33:43");
    (*log)->finish();
  }
  EXPECT_EQ(read_text(dir.path() / "x.csv"),
            "time,monotonic_ns,load.cpu,gap\n"
            "2025-07-21T16:33:42,1000000000,12.5,\n"
            "2025-07-21T16:33:43,2000000000,,cpu: gone\n");
  EXPECT_EQ(read_text(dir.path() / "x.jsonl"),
            R"({"time":"2025-07-21T16:33:42","monotonic_ns":1000000000,"source":"cpu",)"
            R"("values":{"load.cpu":12.5}})"
            "\n"
            R"({"time":"2025-07-21T16:33:43","monotonic_ns":2000000000,"source":"cpu",)"
            R"("gap":"gone"})"
            "\n");
}

TEST(ReadingLog, OnAFullDiskSaysSoOnce) {
  const auto log = ReadingLog::open("/dev/full");
  ASSERT_TRUE(log);
  (*log)->reading(WallTime(), seconds(1), "cpu", kCpu, Values{12.5});
  EXPECT_EQ((*log)->trouble(), "the log '/dev/full' ends here: No space left on device");
  EXPECT_EQ((*log)->failure(), (*log)->trouble());
  EXPECT_EQ((*log)->lines(), 0);
}

TEST(ReadingLog, OverwritesNothing) {
  const TempDir dir;
  EXPECT_THAT(ReadingLog::open(dir.write("x.csv", "dear")).error().what,
              HasSubstr("it holds something already"));
  EXPECT_EQ(read_text(dir.path() / "x.csv"), "dear");
  EXPECT_THAT(ReadingLog::open(dir.path()).error().what, HasSubstr("cannot write the log"));
  EXPECT_THAT(ReadingLog::open(dir.path() / "a" / "b").error().what,
              HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace jetmeter
