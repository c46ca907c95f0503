#include "jetmeter/recording.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <limits>
#include <map>
#include <thread>

#include "support/no_file.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::HasSubstr;

const std::vector<Channel> kChannels{
    {"load.cpu", Unit::percent}, {"power.VDD_IN", Unit::watt}, {"memory.free", Unit::byte}};

WallTime noon() {
  return WallTime(std::chrono::sys_days(std::chrono::year(2026) / 1 / 31)) +
         std::chrono::hours(12) + std::chrono::microseconds(5);
}

TEST(ReadingText, IsOneLineWithoutWhatIsAbsent) {
  std::string line = "rubbish";
  const std::vector<std::optional<double>> values{12.5, std::nullopt,
                                                  std::numeric_limits<double>::infinity()};
  write_reading(line, noon(), Nanoseconds(7), "a\"b", kChannels, values);
  EXPECT_EQ(line, R"({"time":"2026-01-31T12:00:00.000005Z","monotonic_ns":7,"source":"a\"b",)"
                  R"("values":{"load.cpu":12.5}})");
}

TEST(ReadingText, ComesBackAsItWas) {
  std::string line;
  const std::vector<std::optional<double>> values{0.1, 15.25, 1e12};
  write_reading(line, noon(), Nanoseconds(1'500'000'000), "cpu", kChannels, values);
  RecordedReading reading;
  ASSERT_TRUE(parse_reading(line, reading));
  EXPECT_EQ(reading.at, Nanoseconds(1'500'000'000));
  EXPECT_EQ(reading.time, noon());
  EXPECT_EQ(reading.source, "cpu");
  ASSERT_EQ(reading.channels.size(), 3U);
  EXPECT_FALSE(reading.gap);
  for (std::size_t i = 0; i < reading.channels.size(); ++i) {
    const auto& expected = reading.channels[i];
    const auto same = std::find_if(kChannels.begin(), kChannels.end(),
                                   [&](const Channel& c) { return c.name == expected.name; });
    ASSERT_NE(same, kChannels.end()) << expected.name;
    EXPECT_EQ(expected.unit, same->unit);
    EXPECT_EQ(reading.values[i], values[static_cast<std::size_t>(same - kChannels.begin())]);
  }
}

TEST(ReadingText, OfAGapKeepsItsReasonAndItsEnd) {
  std::string line;
  RecordedReading reading;
  write_gap(line, noon(), Nanoseconds(1), "cpu", "no\nvalue \xff");
  ASSERT_TRUE(parse_reading(line, reading)) << line;
  EXPECT_EQ(reading.gap, "no\nvalue ?");
  write_gap(line, noon(), Nanoseconds(2), "cpu", "");
  EXPECT_THAT(line, HasSubstr(R"("gap":null)"));
  ASSERT_TRUE(parse_reading(line, reading));
  EXPECT_EQ(reading.gap, "");
}

TEST(ReadingText, KeepsALocalTimeAsItWasTold) {
  std::string line;
  RecordedReading reading;
  const std::string told = "2025-07-21T16:33:42";
  write_reading(line, told, Nanoseconds(7), "a", kChannels,
                std::vector<std::optional<double>>{12.5, std::nullopt, std::nullopt});
  EXPECT_EQ(line, R"({"time":"2025-07-21T16:33:42","monotonic_ns":7,"source":"a",)"
                  R"("values":{"load.cpu":12.5}})");
  ASSERT_TRUE(parse_reading(line, reading));
  EXPECT_FALSE(reading.time) << "nobody told its zone";
  EXPECT_EQ(reading.local_time, told);
  write_gap(line, told, Nanoseconds(8), "a", "gone");
  ASSERT_TRUE(parse_reading(line, reading));
  EXPECT_EQ(reading.gap, "gone");
  EXPECT_EQ(reading.local_time, told);
  write_gap(line, noon(), Nanoseconds(9), "a", "");
  ASSERT_TRUE(parse_reading(line, reading));
  EXPECT_EQ(reading.time, noon());
  EXPECT_EQ(reading.local_time, "");
}

TEST(ReadingText, RefusesWhatIsNone) {
  RecordedReading reading;
  for (const auto* line :
       {"", "{", "[]", "null", "{}", R"({"monotonic_ns":1})", R"({"source":"a"})",
        R"({"monotonic_ns":"1","source":"a","values":{}})",
        R"({"monotonic_ns":-1,"source":"a","values":{}})",
        R"({"monotonic_ns":18446744073709551615,"source":"a","values":{}})",
        R"({"monotonic_ns":1,"source":2,"values":{}})",
        R"({"monotonic_ns":1,"source":"a","values":[]})",
        R"({"monotonic_ns":1,"source":"a","gap":3})", R"({"monotonic_ns":1,"source":"a"})"})
    EXPECT_FALSE(parse_reading(line, reading)) << line;
  std::string any;
  for (int byte = 0; byte < 256; ++byte) any += static_cast<char>(byte);
  EXPECT_FALSE(parse_reading(any, reading));
}

TEST(ReadingText, WithATimeThatIsNoneHasNone) {
  RecordedReading reading;
  for (const auto* time :
       {"", "2026-13-31T12:00:00.000005Z", "2026-01-31T25:00:00.000005Z",
        "2026-01-31 12:00:00.000005Z", "2026-01-31T12:00:00.00000xZ", "2026x01-31T12:00:00.000005Z",
        "2026-01-31T25:00:00", "2026-01-31 12:00:00"}) {
    const auto line = std::string(R"({"time":")") + time +
                      R"(","monotonic_ns":1,"source":"a","values":{"x":"y"}})";
    ASSERT_TRUE(parse_reading(line, reading)) << time;
    EXPECT_FALSE(reading.time) << time;
    EXPECT_EQ(reading.local_time, "") << time;
    EXPECT_TRUE(reading.channels.empty());
  }
}

TEST(UnitOfChannel, FollowsItsName) {
  EXPECT_EQ(unit_of_channel("temperature.cpu-thermal"), Unit::celsius);
  EXPECT_EQ(unit_of_channel("tegrastats.power.VDD_IN"), Unit::watt);
  EXPECT_EQ(unit_of_channel("fan.duty"), Unit::percent);
  EXPECT_EQ(unit_of_channel("fan.speed"), Unit::rpm);
  EXPECT_EQ(unit_of_channel("memory.largest_free_blocks"), Unit::count);
  EXPECT_EQ(unit_of_channel("clock.gpu_cap"), Unit::hertz);
  EXPECT_EQ(unit_of_channel("process.pss"), Unit::byte);
  EXPECT_EQ(unit_of_channel("something"), Unit::none);
}

class RecordingTest : public testing::Test {
 protected:
  Recording open(std::string_view text) {
    auto recording = Recording::open(dir_.write("log", text));
    EXPECT_TRUE(recording) << recording.error().what;
    return std::move(*recording);
  }
  std::string why_not(std::string_view text) {
    const auto recording = Recording::open(dir_.write("log", text));
    return recording ? "it opened" : recording.error().what;
  }
  TempDir dir_;
};

constexpr std::string_view kFirst = R"({"monotonic_ns":1,"source":"a","values":{"load.cpu":1}})";
constexpr std::string_view kSecond = R"({"monotonic_ns":2,"source":"a","values":{"load.cpu":2}})";

TEST_F(RecordingTest, CountsTheLinesThatAreNoReadings) {
  const auto text = "$ jetmeter\n" + std::string(kFirst) + "\n\n\xff\xfe{\n" +
                    std::string(kSecond) + "\n{\"monotonic_ns\":3,\"sou";
  auto recording = open(text);
  RecordedReading reading;
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.at, Nanoseconds(1));
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.at, Nanoseconds(2));
  EXPECT_FALSE(recording.next(reading));
  EXPECT_FALSE(recording.next(reading));
  EXPECT_EQ(recording.bad_lines(), 3) << "a shell's line, bytes, and a line that was cut";
  EXPECT_EQ(recording.share(), 1.0);
}

TEST_F(RecordingTest, SurvivesALineThatNeverEnds) {
  auto recording =
      open(std::string(kFirst) + "\n" + std::string(3'000'000, 'x') + "\n" + std::string(kSecond));
  RecordedReading reading;
  ASSERT_TRUE(recording.next(reading));
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.at, Nanoseconds(2));
  EXPECT_EQ(recording.bad_lines(), 1);
}

TEST_F(RecordingTest, IsNoneOfTheseFiles) {
  EXPECT_THAT(why_not(""), HasSubstr("no line of it is a reading"));
  EXPECT_THAT(why_not("nothing\nof\nthe kind\n"), HasSubstr("no line of it is a reading"));
  EXPECT_THAT(why_not(std::string(100'000, '\0')), HasSubstr("no line of it is a reading"));
  EXPECT_THAT(Recording::open(dir_.path() / "none").error().what, HasSubstr("no such file"));
  EXPECT_THAT(Recording::open(dir_.path()).error().what, HasSubstr("it is a directory"));
}

TEST_F(RecordingTest, IsNoDeviceAndNothingThatNobodyWrites) {
  EXPECT_THAT(Recording::open("/dev/zero").error().what,
              HasSubstr("it is neither a file nor a pipe"));
  const auto file = dir_.write("log", "");
  put_fifo(file);
  EXPECT_THAT(Recording::open(file).error().what, HasSubstr("nobody writes into this pipe"));
}

TEST_F(RecordingTest, HasNoMoreAfterALineWithoutAnEnd) {
  const auto file = dir_.write("log", std::string(kFirst) + "\n");
  std::filesystem::resize_file(file, std::uintmax_t{8} << 30);
  auto recording = Recording::open(file);
  ASSERT_TRUE(recording) << recording.error().what;
  RecordedReading reading;
  EXPECT_TRUE(recording->next(reading));
  EXPECT_FALSE(recording->next(reading));
  EXPECT_EQ(recording->bad_lines(), 1);
}

TEST_F(RecordingTest, MayComeFromAPipe) {
  const auto pipe = dir_.write("pipe", "");
  put_fifo(pipe);
  std::jthread writer([&] { std::ofstream(pipe) << kFirst << "\n" << kSecond << "\n"; });
  auto recording = Recording::open(pipe);
  ASSERT_TRUE(recording) << recording.error().what;
  EXPECT_EQ(recording->share(), std::nullopt);
  RecordedReading reading;
  ASSERT_TRUE(recording->next(reading));
  EXPECT_EQ(reading.at, Nanoseconds(1));
  ASSERT_TRUE(recording->next(reading));
  EXPECT_EQ(reading.at, Nanoseconds(2));
  EXPECT_FALSE(recording->next(reading));
}

TEST_F(RecordingTest, ReadsALogOfTegrastats) {
  auto recording = open(
      "user@orin:~$ tegrastats\n"
      "01-31-2026 23:59:59 RAM 1024/2048MB (lfb 2x4MB) SWAP 1/10MB (cached 0MB) "
      "CPU [10%@729,off] EMC_FREQ 1%@2133 GR3D_FREQ 5%@[306] cpu@40C VDD_IN 4000mW/4000mW\n"
      "01-31-2026 23:59:59 RAM 1025/2048MB (lfb 2x4MB) CPU [11%@729,off] cpu@41C\n"
      "02-01-2026 00:00:01 RAM 1026/2048MB (lfb 2x4MB) CPU [12%@729,off] cpu@42C\n");
  EXPECT_TRUE(recording.is_tegrastats());
  EXPECT_EQ(recording.bad_lines(), 1);
  RecordedReading reading;
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.at, Nanoseconds(0));
  EXPECT_EQ(reading.source, "tegrastats");
  EXPECT_FALSE(reading.time);
  EXPECT_EQ(reading.local_time, "2026-01-31T23:59:59");
  std::map<std::string, std::optional<double>> values;
  for (std::size_t i = 0; i < reading.channels.size(); ++i)
    values[reading.channels[i].name] = reading.values[i];
  EXPECT_EQ(values.at("tegrastats.memory.used"), 1024.0 * 1024 * 1024);
  EXPECT_EQ(values.at("tegrastats.load.cpu0"), 10);
  EXPECT_EQ(values.at("tegrastats.load.cpu1"), std::nullopt);
  EXPECT_EQ(values.at("tegrastats.power.VDD_IN"), 4);
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.at, std::chrono::milliseconds(50)) << "a second line of the same second";
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.at, std::chrono::seconds(2)) << "over midnight";
  EXPECT_EQ(reading.local_time, "2026-02-01T00:00:01");
}

TEST_F(RecordingTest, GuessesNoDateOfALogWhoseMonthsCannotBe) {
  const std::string rest = " RAM 1024/2048MB (lfb 2x4MB) CPU [10%@729,off]\n";
  auto recording = open("01-31-2026 23:59:59" + rest + "31-01-2026 23:59:59" + rest +
                        "02-01-2026 00:00:01" + rest + "00-00-0000 99:99:99" + rest);
  RecordedReading reading;
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.local_time, "2026-01-31T23:59:59");
  for (int line = 1; line < 4; ++line) {
    ASSERT_TRUE(recording.next(reading));
    EXPECT_EQ(reading.local_time, "") << line;
  }
}

TEST_F(RecordingTest, TakesASecondPerLineOfAToolThatWritesNoTimes) {
  auto recording = open(
      "RAM 1024/2048MB (lfb 2x4MB) CPU [10%@729,off]\n"
      "RAM 1024/2048MB (lfb 2x4MB) CPU [10%@729,off]\n");
  RecordedReading reading;
  ASSERT_TRUE(recording.next(reading));
  ASSERT_TRUE(recording.next(reading));
  EXPECT_EQ(reading.at, std::chrono::seconds(1));
  EXPECT_EQ(reading.local_time, "");
}

}  // namespace
}  // namespace jetmeter
