#include "backends/choose.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

BackendProbe present() {
  return {.available = true, .reason = "", .version = "1", .devices = {"cpu"}, .precisions = {}};
}
BackendProbe absent() {
  return {.available = false,
          .reason = "libfast.so.8 was not found",
          .version = "",
          .devices = {},
          .precisions = {}};
}
Result<std::shared_ptr<Model>> refuse(const std::filesystem::path&, const LoadOptions&) {
  return fail("operator Frobnicate is not known");
}
Result<std::shared_ptr<Model>> blow_up(const std::filesystem::path&, const LoadOptions&) {
  throw std::runtime_error("out of\npatience");
}

constexpr Backend kFast{"fast", "", ".onnx .plan", absent, refuse};
constexpr Backend kFirst{"first", "", ".onnx", present, refuse};
constexpr Backend kSecond{"second", "", ".onnx .xml", present, blow_up};
constexpr Backend kOther{"other", "", ".ref", present, refuse};
constexpr std::array<const Backend*, 4> kAll{&kFast, &kFirst, &kSecond, &kOther};

std::string refusal(BackendTable table, std::string_view name, const char* model) {
  const auto choice = choose_from(table, name, model);
  return choice ? fmt::format("chose {}", choice->backend->name) : choice.error().what;
}

TEST(Choose, AutoTakesTheFirstThatIsThereAndSaysWhy) {
  const auto choice = choose_from(kAll, "auto", "dir/m.ONNX");
  ASSERT_TRUE(choice) << choice.error().what;
  EXPECT_EQ(choice->backend, &kFirst);
  EXPECT_THAT(choice->why, AllOf(HasSubstr("first of fast, first, second"),
                                 HasSubstr("fast is not available: libfast.so.8 was not found")));
  EXPECT_THAT(choice->why, Not(HasSubstr("other")));
}

TEST(Choose, AutoSaysWhenThereWasNoChoice) {
  const auto choice = choose_from(kAll, "auto", "m.ref");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->backend, &kOther);
  EXPECT_EQ(choice->why, "only other reads .ref");
}

TEST(Choose, AutoNamesWhatItLacks) {
  EXPECT_THAT(refusal(kAll, "auto", "m.engine"),
              AllOf(HasSubstr("no backend of this build reads '.engine'"),
                    HasSubstr("second (.onnx .xml)")));
  EXPECT_THAT(refusal(kAll, "auto", "model"), HasSubstr("files without an extension"));
  EXPECT_THAT(refusal(kAll, "auto", "m.plan"),
              AllOf(HasSubstr("nothing here can load 'm.plan'"), HasSubstr("libfast.so.8")));
}

TEST(Choose, ByNameLooksAtNoExtension) {
  const auto choice = choose_from(kAll, "second", "m.bin");
  ASSERT_TRUE(choice);
  EXPECT_EQ(choice->backend, &kSecond);
  EXPECT_EQ(choice->why, "asked for by name");
}

TEST(Choose, RefusesAnUnknownOrAbsentName) {
  EXPECT_EQ(refusal(kAll, "secnd", "m.onnx"),
            "there is no backend 'secnd'; this build has fast, first, second, other; did you mean "
            "'second'?");
  EXPECT_EQ(refusal(kAll, "zzzzzz", "m.onnx"),
            "there is no backend 'zzzzzz'; this build has fast, first, second, other");
  EXPECT_EQ(refusal(kAll, "fast", "m.onnx"), "fast is not available: libfast.so.8 was not found");
}

TEST(Load, SaysWhoRefusedWithWhichWordsAndWhatElseReadsTheFile) {
  const TempDir dir;
  const auto path = dir.write("m.onnx", "x");
  const auto model = load_from(kAll, {&kFirst, ""}, path, {});
  ASSERT_FALSE(model);
  EXPECT_EQ(model.error().what, fmt::format("first cannot load '{}': operator Frobnicate is not "
                                            "known; second also reads .onnx: try --backend second",
                                            path.string()));
}

TEST(Load, SuggestsWithTheCommandsOwnOption) {
  const TempDir dir;
  const auto path = dir.write("m.onnx", "x");
  EXPECT_THAT(load_from(kAll, {&kFirst, ""}, path, {}, "--backend-b").error().what,
              HasSubstr("second also reads .onnx: try --backend-b second"));
  EXPECT_THAT(load_from(kAll, {&kFirst, ""}, path, {}, "").error().what, Not(HasSubstr("try")));
}

Result<std::shared_ptr<Model>> run_out(const std::filesystem::path&, const LoadOptions&) {
  return fail("Failed to allocate memory for requested buffer of size 1048576");
}

// What is short for one backend is short for the next one.
TEST(Load, SuggestsNoOtherBackendWhereMemoryWasRefused) {
  const TempDir dir;
  constexpr Backend kGreedy{"greedy", "", ".onnx", present, run_out};
  const std::array<const Backend*, 2> table{&kGreedy, &kFirst};
  const auto model = load_from(table, {&kGreedy, ""}, dir.write("m.onnx", "x"), {});
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what,
              AllOf(HasSubstr("buffer of size 1048576"), Not(HasSubstr("try --backend"))));
}

TEST(Load, SuggestsNothingThatIsNotThere) {
  const TempDir dir;
  const auto path = dir.write("m.plan", "x");
  const auto model = load_from(kAll, {&kOther, ""}, path, {});
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, Not(HasSubstr("try --backend")));
}

// Only the second of the two can compute on a GPU.
BackendProbe with_gpu() {
  auto probe = present();
  probe.devices = {"cuda:0", "cpu"};
  return probe;
}
constexpr Backend kGpu{"gpu", "", ".onnx", with_gpu, refuse};
constexpr std::array<const Backend*, 3> kWithGpu{&kFirst, &kSecond, &kGpu};

std::string device_refusal(BackendTable table, const Backend& chosen, std::string_view device) {
  const auto checked = check_device_in(table, {&chosen, ""}, "m.onnx", device);
  return checked ? "offered" : checked.error().what;
}

TEST(Load, SuggestsOnlyWhoHasTheDevice) {
  const TempDir dir;
  const auto path = dir.write("m.onnx", "x");
  LoadOptions options;
  options.device = "cuda:1";
  const auto helped = load_from(kWithGpu, {&kFirst, ""}, path, options);
  ASSERT_FALSE(helped);
  EXPECT_THAT(helped.error().what, HasSubstr("try --backend gpu"));
  const auto alone = load_from(kAll, {&kFirst, ""}, path, options);
  ASSERT_FALSE(alone);
  EXPECT_THAT(alone.error().what, Not(HasSubstr("try --backend")));
}

TEST(CheckDevice, PassesWhatTheBackendMayHave) {
  for (const auto* device : {"", "cpu", "cuda", "cuda:0", "cuda:3"})
    EXPECT_EQ(device_refusal(kWithGpu, kGpu, device), "offered") << device;
  EXPECT_EQ(device_refusal(kWithGpu, kFirst, "cpu"), "offered");
}

TEST(CheckDevice, SaysWhoHasItOrWhatThereIs) {
  EXPECT_EQ(device_refusal(kWithGpu, kFirst, "cuda:0"),
            "first has no device 'cuda:0', but gpu has: try --backend gpu");
  EXPECT_EQ(device_refusal(kAll, kFirst, "cuda:0"),
            "no backend here offers the device 'cuda:0' for '.onnx'; there is cpu");
  EXPECT_EQ(device_refusal(kWithGpu, kGpu, "abacus"),
            "no backend here offers the device 'abacus' for '.onnx'; there is cuda:0, cpu");
}

TEST(Load, TurnsAnExceptionIntoWords) {
  const TempDir dir;
  const auto model = load_from(kAll, {&kSecond, ""}, dir.write("m.xml", "x"), {});
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr(": out of patience"));
}

TEST(Load, BlamesNoBackendForTheFile) {
  const TempDir dir;
  for (const auto& path : {dir.path() / "none.onnx", dir.write("zero.onnx", ""), dir.path()}) {
    const auto model = load_from(kAll, {&kFirst, ""}, path, {});
    ASSERT_FALSE(model);
    EXPECT_THAT(model.error().what, AllOf(HasSubstr(path.string()), Not(HasSubstr("first")),
                                          Not(HasSubstr("try --backend"))));
  }
}

TEST(Choose, TheBuildsOwnTableReadsReferenceFiles) {
  const auto choice = choose_backend("auto", "m.ref");
  ASSERT_TRUE(choice) << choice.error().what;
  EXPECT_EQ(choice->backend->name, "reference");
}

}  // namespace
}  // namespace jetmeter
