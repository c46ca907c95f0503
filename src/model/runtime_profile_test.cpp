#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "jetmeter/model.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

constexpr std::uint64_t kBase = 38'000'000;

RuntimeProfile wanted() {
  return {"onnxruntime", "1.23.2", "cpu", "0.1.0", 0, false};
}

// Counts how often it is asked.
struct Measure {
  int calls = 0;
  Result<std::uint64_t> answer = kBase;
  std::function<Result<std::uint64_t>()> function() {
    return [this] {
      ++calls;
      return answer;
    };
  }
};

TEST(RuntimeProfile, IsTheSameAfterJson) {
  auto profile = wanted();
  profile.base_bytes = kBase;
  const auto back = runtime_profile_from_json(to_json(profile));
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, profile);
}

TEST(RuntimeProfile, IsMeasuredOnceAndThenRead) {
  const TempDir dir;
  const auto folder = dir.path() / "a" / "b";  // made when it is missing
  Measure measure;
  const auto first = cached_profile(folder, wanted(), measure.function());
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_TRUE(first->measured);
  EXPECT_EQ(first->profile.base_bytes, kBase);
  const auto second = cached_profile(folder, wanted(), measure.function());
  ASSERT_TRUE(second) << second.error().what;
  EXPECT_FALSE(second->measured);
  EXPECT_EQ(second->profile, first->profile);
  EXPECT_EQ(measure.calls, 1);
  // Nothing but the profile is left in the folder.
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST(RuntimeProfile, IsMeasuredAgainForAnotherVersion) {
  const TempDir dir;
  Measure measure;
  auto other = wanted();
  ASSERT_TRUE(cached_profile(dir.path(), wanted(), measure.function()));
  other.backend_version = "1.24.0";
  ASSERT_TRUE(cached_profile(dir.path(), other, measure.function()));
  other.jetmeter_version = "0.2.0";
  ASSERT_TRUE(cached_profile(dir.path(), other, measure.function()));
  EXPECT_EQ(measure.calls, 3);
  ASSERT_TRUE(cached_profile(dir.path(), other, measure.function()));
  EXPECT_EQ(measure.calls, 3);
}

TEST(RuntimeProfile, ThatWasMeasuredBesideOthersServesOnlyBesideOthers) {
  const TempDir dir;
  Measure measure;
  auto crowded = wanted();
  crowded.beside_others = true;
  ASSERT_TRUE(cached_profile(dir.path(), crowded, measure.function()));
  EXPECT_FALSE(cached_profile(dir.path(), crowded, measure.function())->measured);
  EXPECT_TRUE(cached_profile(dir.path(), wanted(), measure.function())->measured);
  EXPECT_FALSE(cached_profile(dir.path(), crowded, measure.function())->measured);
  EXPECT_EQ(measure.calls, 2);
}

TEST(RuntimeProfile, IsKeptForEachDevice) {
  const TempDir dir;
  auto gpu = wanted();
  gpu.device = "cuda:0";
  EXPECT_EQ(profile_file(dir.path(), wanted()).filename(), "runtime-onnxruntime-cpu.json");
  EXPECT_EQ(profile_file(dir.path(), gpu).filename(), "runtime-onnxruntime-cuda-0.json");
  gpu.backend = "../../etc/x";
  EXPECT_EQ(profile_file(dir.path(), gpu).parent_path(), dir.path());
}

TEST(RuntimeProfile, IsMeasuredAgainWhenTheFileIsDamaged) {
  const TempDir dir;
  auto good = wanted();
  good.base_bytes = kBase;
  const auto text = to_json(good);
  auto tiny = good;
  tiny.base_bytes = 4096;
  const auto negative = std::string(text).replace(text.find("38000000"), 8, "-3800000");
  const auto in_words = std::string(text).replace(text.find("38000000"), 8, "\"plenty\"");
  const auto name = profile_file(dir.path(), good).filename().string();
  for (const auto& damaged :
       {std::string(), std::string("{"), std::string("null"), std::string("[1, 2]"),
        std::string(3000, '\0'), std::string("\xff\xfe{}"), text.substr(0, text.size() / 2),
        negative, in_words, to_json(tiny), text + std::string(100'000, ' ')}) {
    dir.write(name, damaged);
    Measure measure;
    const auto profile = cached_profile(dir.path(), wanted(), measure.function());
    ASSERT_TRUE(profile) << profile.error().what;
    EXPECT_EQ(measure.calls, 1) << damaged.substr(0, 40);
    EXPECT_EQ(profile->profile, good);
    EXPECT_EQ(read_text(dir.path() / name), text);  // replaced
  }
}

TEST(RuntimeProfile, IsMeasuredEachTimeWhereNothingCanBeStored) {
  const TempDir dir;
  const auto in_the_way = dir.write("file", "x");
  Measure measure;
  for (int i = 0; i < 2; ++i) {
    const auto profile = cached_profile(in_the_way / "cache", wanted(), measure.function());
    ASSERT_TRUE(profile) << profile.error().what;
    EXPECT_TRUE(profile->measured);
  }
  EXPECT_EQ(measure.calls, 2);
  // A folder where the file should be.
  std::filesystem::create_directories(profile_file(dir.path() / "c", wanted()));
  ASSERT_TRUE(cached_profile(dir.path() / "c", wanted(), measure.function()));
  EXPECT_EQ(measure.calls, 3);
}

TEST(RuntimeProfile, CarriesTheFailureOfTheMeasurement) {
  const TempDir dir;
  Measure measure;
  measure.answer = fail("the worker died");
  const auto failed = cached_profile(dir.path(), wanted(), measure.function());
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().what, "the worker died");
  measure.answer = 0;
  const auto nothing = cached_profile(dir.path(), wanted(), measure.function());
  ASSERT_FALSE(nothing);
  EXPECT_THAT(nothing.error().what, testing::HasSubstr("which cannot be"));
  EXPECT_TRUE(std::filesystem::is_empty(dir.path()));
}

TEST(RuntimeProfile, LiesWhereTheEnvironmentSays) {
  EXPECT_EQ(cache_folder("/x/cache", "/home/u"), "/x/cache/jetmeter");
  EXPECT_EQ(cache_folder("", "/home/u"), "/home/u/.cache/jetmeter");
  EXPECT_EQ(cache_folder("relative", "/home/u"), "/home/u/.cache/jetmeter");
  EXPECT_EQ(cache_folder("", ""), std::nullopt);
  EXPECT_EQ(cache_folder("", "home"), std::nullopt);
}

}  // namespace
}  // namespace jetmeter
