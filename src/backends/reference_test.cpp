#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <thread>

#include "jetmeter/backend.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Reference : public testing::Test {
 protected:
  Result<std::shared_ptr<Model>> load(std::string_view rest) {
    return backend_->load(dir_.write("m.ref", fmt::format(R"({{
      "inputs": [{{"name": "x", "type": "float32", "shape": [1, 2]}}],
      "outputs": [{{"name": "y", "type": "float32", "shape": [1, 2]}}], {}}})",
                                                          rest)),
                          {});
  }
  // Loads, opens and runs so often; the last answer.
  Result<void> run(std::string_view rest, int times) {
    auto model = load(rest);
    if (!model) return tl::make_unexpected(model.error());
    auto session = (*model)->open({});
    if (!session) return tl::make_unexpected(session.error());
    for (int i = 1; i < times; ++i)
      if (auto ran = (*session)->run(); !ran) return fail("too early: " + ran.error().what);
    return (*session)->run();
  }
  void hang_and_be_killed() {
    std::jthread killer([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      ::raise(SIGTERM);
    });
    static_cast<void>(run(fault("hang", 0), 1));
  }
  static std::string fault(std::string_view kind, int at) {
    return fmt::format(R"("behaviour": "noop", "fault": {{"kind": "{}", "at": {}}})", kind, at);
  }

  TempDir dir_;
  const Backend* backend_ = choose_backend("reference", "m.ref")->backend;
};

class ReferenceDeathTest : public Reference {
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(Reference, AnswersWithItsConstants) {
  auto model = load(R"("behaviour": "constant", "values": [[1.5, -2]])");
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  ASSERT_TRUE((*session)->run());
  EXPECT_THAT((*session)->output(0).as<float>(), ElementsAre(1.5F, -2.0F));
}

TEST_F(Reference, FillsEveryTypeWithOneNumber) {
  for (const auto* type : {"float16", "float64", "int8", "uint8", "int16", "uint16", "int32",
                           "uint32", "int64", "uint64", "boolean"}) {
    const auto path = dir_.write("t.ref", fmt::format(R"({{"inputs": [], "outputs":
      [{{"name": "y", "type": "{}", "shape": [3]}}], "behaviour": "constant", "value": 1}})",
                                                      type));
    auto model = backend_->load(path, {});
    ASSERT_TRUE(model) << model.error().what;
    auto session = (*model)->open({});
    ASSERT_TRUE(session);
    const auto out = (*session)->output(0);
    const auto bytes = out.as<std::uint8_t>();
    const auto element = bytes.size() / 3;
    ASSERT_EQ(element, element_bytes(out.type)) << type;
    // 1 in each of them, little-endian: the half is 0x3C00, the double 0x3FF0…
    const bool floating = std::string_view(type).starts_with("float");
    EXPECT_EQ(floating ? bytes[element - 1] & 0x3CU : bytes[0], floating ? 0x3CU : 1U) << type;
    EXPECT_TRUE(std::equal(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(element),
                           bytes.begin() + static_cast<std::ptrdiff_t>(element)))
        << type;
  }
}

TEST_F(Reference, NoopLeavesItsOutputsZero) {
  auto model = load(R"("behaviour": "noop")");
  ASSERT_TRUE(model);
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  (*session)->input(0).as<float>()[0] = 5;
  ASSERT_TRUE((*session)->run());
  EXPECT_THAT((*session)->output(0).as<float>(), ElementsAre(0.0F, 0.0F));
}

TEST_F(Reference, RefusesAFileWithItsReason) {
  const auto model = load(R"("behaviour": "noop", "delay_m": 3)");
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr("did you mean 'delay_ms'?"));
}

TEST_F(Reference, RefusesOptions) {
  LoadOptions options;
  options.options = {{"speed", "high"}};
  const auto model = backend_->load(dir_.write("m.ref", "{}"), options);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr("'speed'"));
}

TEST_F(Reference, FailsInTheRunThatItIsTold) {
  EXPECT_TRUE(run(fault("fail", 2), 2));
  const auto third = run(fault("fail", 2), 3);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().what, "the reference model fails, as its file says");
}

TEST_F(Reference, CountsRunsOverItsSessions) {
  auto model = load(fault("fail", 1));
  ASSERT_TRUE(model);
  auto first = (*model)->open({});
  auto second = (*model)->open({});
  ASSERT_TRUE(first && second);
  EXPECT_TRUE((*first)->run());
  EXPECT_FALSE((*second)->run());
  EXPECT_TRUE((*first)->run());
}

TEST_F(Reference, ThrowsWhenItIsTold) {
  EXPECT_THROW(static_cast<void>(run(fault("throw", 0), 1)), std::runtime_error);
}

TEST_F(Reference, FailsAlreadyAtLoad) {
  const auto model = load(R"("behaviour": "noop", "fault": {"kind": "fail", "phase": "load"})");
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().what, HasSubstr("fails, as its file says"));
}

TEST_F(Reference, TakesTheTimeOfItsStagesAndTellsThem) {
  auto model = load(R"("behaviour": "noop", "stages": {"host_to_device_us": 300,
                       "compute_us": 500, "device_to_host_us": 0})");
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  EXPECT_FALSE((*session)->stages().compute) << "nothing ran yet";
  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE((*session)->run());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::microseconds(800));
  const auto stages = (*session)->stages();
  EXPECT_EQ(stages.host_to_device, Nanoseconds(300'000));
  EXPECT_EQ(stages.compute, Nanoseconds(500'000));
  EXPECT_EQ(stages.device_to_host, Nanoseconds(0));
  EXPECT_FALSE(stages.enqueue);
}

TEST_F(Reference, TellsNoStageWithoutAnyInItsFile) {
  auto model = load(R"("behaviour": "noop")");
  ASSERT_TRUE(model);
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  ASSERT_TRUE((*session)->run());
  EXPECT_FALSE((*session)->stages().compute);
}

TEST_F(Reference, AddsUpItsLayersOverTheWarmRuns) {
  LoadOptions options;
  options.profile_layers = true;
  auto model = backend_->load(dir_.write("l.ref", R"({"inputs": [], "outputs": [],
    "behaviour": "noop", "layers": [{"name": "a", "type": "Conv", "microseconds": 7},
                                    {"name": "b", "type": "Relu", "microseconds": 2}]})"),
                              options);
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  for (int i = 0; i < 4; ++i) ASSERT_TRUE((*session)->run());
  const auto layers = (*session)->layers();
  ASSERT_TRUE(layers) << layers.error().what;
  ASSERT_EQ(layers->size(), 2U);
  EXPECT_EQ((*layers)[0].name, "a");
  EXPECT_EQ((*layers)[0].total, Nanoseconds(21'000));
  EXPECT_EQ((*layers)[0].calls, 3);
  EXPECT_EQ((*layers)[1].type, "Relu");
  EXPECT_EQ((*layers)[1].total, Nanoseconds(6'000));
  EXPECT_EQ((*layers)[1].first_begin, Nanoseconds(7'000));
}

TEST_F(Reference, HasNoLayersWhereItsFileNamesNone) {
  LoadOptions options;
  options.profile_layers = true;
  auto model = backend_->load(
      dir_.write("l.ref", R"({"inputs": [], "outputs": [], "behaviour": "noop"})"), options);
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  ASSERT_TRUE((*session)->run());
  const auto layers = (*session)->layers();
  ASSERT_FALSE(layers);
  EXPECT_THAT(layers.error().what, HasSubstr("its file names none"));
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0, resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST_F(Reference, HoldsTheMemoryThatItIsTold) {
  const auto before = resident_bytes();
  auto model = load(R"("behaviour": "noop", "allocate_mb": 64)");
  ASSERT_TRUE(model);
  EXPECT_GE(resident_bytes(), before + (std::size_t{60} << 20));
}

TEST_F(ReferenceDeathTest, SegmentationFault) {
  EXPECT_DEATH(static_cast<void>(run(fault("segfault", 1), 2)), "");
}

TEST_F(ReferenceDeathTest, KillsItself) {
  EXPECT_EXIT(static_cast<void>(run(fault("kill", 0), 1)), testing::KilledBySignal(SIGKILL), "");
}

TEST_F(ReferenceDeathTest, Exits) {
  EXPECT_EXIT(static_cast<void>(run(fault("exit", 0), 1)), testing::ExitedWithCode(7), "");
}

TEST_F(ReferenceDeathTest, HangsUntilASignalEndsIt) {
  EXPECT_EXIT(hang_and_be_killed(), testing::KilledBySignal(SIGTERM), "");
}

}  // namespace
}  // namespace jetmeter
