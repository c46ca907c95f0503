#include <gmock/gmock.h>

#include <filesystem>

#include "compare/test_runs.h"
#include "jetmeter/compare.h"
#include "support/sample_record.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kFrames =
    "{\"slot\":\"rgb\",\"pass\":\"measure\",\"index\":0,\"latency_ns\":1000000}\n"
    "{\"slot\":\"rgb\",\"pass\":\"measure\",\"index\":1,\"latency_ns\":2000000}\n"
    "{\"slot\":\"rgb\",\"pass\":\"measure\",\"index\":2,\"laten";

TEST(ReadRun, ADirectoryOrItsReportWithTheSamplesBeside) {
  const TempDir dir;
  const auto report = dir.write("report.json", to_json(sample_record()));
  dir.write("frames.jsonl", kFrames);
  for (const auto& path : {dir.path(), report}) {
    const auto run = read_compared_run(path);
    ASSERT_TRUE(run) << run.error().what;
    EXPECT_EQ(run->name, path.string());
    EXPECT_EQ(run->record.run.id, "2026-01-31T12-00-00Z");
    EXPECT_THAT(run->samples.at("rgb").at("latency_ms"), ElementsAre(1.0, 2.0));
  }
}

TEST(ReadRun, ThroughALink) {
  const TempDir dir;
  std::filesystem::create_directory(dir.path() / "run");
  dir.write("run/report.json", to_json(sample_record()));
  std::filesystem::create_directory_symlink("run", dir.path() / "latest");
  EXPECT_TRUE(read_compared_run(dir.path() / "latest"));
}

TEST(ReadRun, AReportUnderAnotherNameHasNoSamples) {
  const TempDir dir;
  const auto report = dir.write("main.json", to_json(sample_record()));
  dir.write("frames.jsonl", kFrames);
  EXPECT_THAT(read_compared_run(report)->samples, IsEmpty());
}

TEST(ReadRun, FramesThatCannotBeRead) {
  const TempDir dir;
  dir.write("report.json", to_json(sample_record()));
  EXPECT_THAT(read_compared_run(dir.path())->samples, IsEmpty());
  dir.write("frames.jsonl", std::string_view("\x7f\x45\x4c\x46\x00\x01", 6));
  EXPECT_THAT(read_compared_run(dir.path())->samples, IsEmpty());
  std::filesystem::remove(dir.path() / "frames.jsonl");
  std::filesystem::create_directory(dir.path() / "frames.jsonl");
  EXPECT_THAT(read_compared_run(dir.path())->samples, IsEmpty());
}

TEST(ReadRun, LinesAcrossTheBufferOfTheReader) {
  const TempDir dir;
  auto record = sample_record();
  for (auto& slot : record.slots)
    if (slot.name == "rgb") slot.latency_ms = {.n = 20001};
  dir.write("report.json", to_json(record));
  std::string text;
  for (int i = 0; i < 20000; ++i)
    text += "{\"slot\":\"rgb\",\"id\":\"" + std::string(static_cast<std::size_t>(i % 301), 'x') +
            "\",\"latency_ns\":" + std::to_string(i + 1) + "000000}\n";
  text += "{\"slot\":\"rgb\",\"latency_ns\":7000000}";  // whole, though the line end is missing
  dir.write("frames.jsonl", text);
  const auto run = read_compared_run(dir.path());
  const auto& latencies = run->samples.at("rgb").at("latency_ms");
  ASSERT_EQ(latencies.size(), 20001U);
  for (std::size_t i = 0; i < 20000; ++i)
    ASSERT_DOUBLE_EQ(latencies[i], static_cast<double>(i + 1)) << i;
  EXPECT_EQ(latencies.back(), 7.0);
}

TEST(ReadRun, ComplainsOfAFileThatIsNotTheRecords) {
  const TempDir dir;
  dir.write("report.json", to_json(run_of("x", {1, 2, 3, 4}).record));
  const std::string good =
      "{\"slot\":\"rgb\",\"latency_ns\":1000000}\n{\"slot\":\"rgb\",\"latency_ns\":2000000}\n";
  const std::string bad =
      "null\n{\"slot\":\"rgb\",\"latency_ns\":-3000000}\n{\"slot\":\"rgb\",\"latency_ns\":1e400}\n";
  dir.write("frames.jsonl", good + bad);
  const auto run = read_compared_run(dir.path());
  ASSERT_TRUE(run);
  EXPECT_THAT(run->samples, IsEmpty());
  EXPECT_THAT(run->complaints,
              ElementsAre("3 of the 5 lines of frames.jsonl are no frames, the first is line 3",
                          "rgb: frames.jsonl has 2 of its latencies where report.json has 4; "
                          "nothing rests on them"));
  dir.write("frames.jsonl", good + "{\"slot\":\"rgb\",\"laten");  // cut off
  EXPECT_THAT(read_compared_run(dir.path())->complaints,
              ElementsAre("rgb: frames.jsonl breaks off after 2 of 4 latencies"));
}

std::string why_not(const std::filesystem::path& path) {
  const auto run = read_compared_run(path);
  return run ? "it was read" : run.error().what;
}

TEST(ReadRun, SaysWhatIsWrong) {
  const TempDir dir;
  EXPECT_EQ(why_not("/nowhere/at/all"),
            "there is no run '/nowhere/at/all': name a run directory or a report.json");
  EXPECT_THAT(why_not(dir.path()), HasSubstr("the folder has no report.json"));
  EXPECT_THAT(why_not(dir.write("empty.json", "")), HasSubstr("empty.json"));
  EXPECT_THAT(why_not(dir.write("text.json", "hello")), HasSubstr("JSON"));
  EXPECT_THAT(why_not(dir.write("new.json", R"({"schema": "jetmeter.record/2"})")),
              HasSubstr("'jetmeter.record/2'; this version of jetmeter reads jetmeter.record/1"));
  std::filesystem::create_directory(dir.path() / "x");
  std::filesystem::create_directory(dir.path() / "x/report.json");
  EXPECT_THAT(why_not(dir.path() / "x"), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace jetmeter
