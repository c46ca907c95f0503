#include "run/bench_tasks.h"

#include <gtest/gtest.h>

#include <cstring>

#include "support/fake_session.h"

namespace jetmeter {
namespace {

TensorData floats(const std::string& name, const std::vector<float>& values) {
  TensorData data{{name, ElementType::float32, {static_cast<std::int64_t>(values.size())}},
                  std::vector<std::byte>(values.size() * sizeof(float))};
  std::memcpy(data.bytes.data(), values.data(), data.bytes.size());
  return data;
}

FakeSession session_with(std::vector<float> outputs) {
  return {{"x", ElementType::float32, {3}},
          {{{"y", ElementType::float32, {2}}, std::move(outputs)}}};
}

TEST(InferenceTask, RunsOnceAndTellsWhatTheRuntimeTells) {
  auto session = session_with({1, 2});
  InferenceTask task(session);
  StageTimes stages;
  ASSERT_TRUE(task.run(stages));
  EXPECT_EQ(session.runs(), 1);
  EXPECT_FALSE(stages.get(Stage::compute));  // the fake tells nothing
}

TEST(AddStages, LeavesOutWhatIsNotTold) {
  StageTimes stages;
  add_stages({.enqueue = Nanoseconds(7), .compute = Nanoseconds(0)}, stages);
  EXPECT_EQ(stages.get(Stage::enqueue), Nanoseconds(7));
  EXPECT_EQ(stages.get(Stage::compute), Nanoseconds(0));  // measured, and nothing
  EXPECT_FALSE(stages.get(Stage::host_to_device));
  EXPECT_FALSE(stages.get(Stage::device_to_host));
}

TEST(CopyTask, BringsTheInputsInBeforeEveryRun) {
  auto session = session_with({1, 2});
  const std::vector<TensorData> inputs{floats("x", {5, 6, 7})};
  CopyTask task(session, inputs, 1, system_clock());
  for (int i = 0; i < 2; ++i) {
    const auto x = session.input(0).as<float>();
    x[1] = 0;  // as an inference that works in place may leave it
    StageTimes stages;
    ASSERT_TRUE(task.run(stages));
    EXPECT_EQ(x[1], 6);
    EXPECT_TRUE(stages.get(Stage::preprocess) && stages.get(Stage::postprocess));
  }
  EXPECT_EQ(session.runs(), 2);
}

// Each reading of it is a millisecond after the one before.
class CountingClock : public Clock {
 public:
  Nanoseconds monotonic() const override { return std::chrono::milliseconds(++readings); }
  WallTime wall() const override { return {}; }
  mutable int readings = 0;
};

TEST(SlowedTask, LastsLongerByTheShareOfWhatItTook) {
  auto session = session_with({1, 2});
  CountingClock clock;
  SlowedTask task(std::make_unique<InferenceTask>(session), 3.0, clock);
  StageTimes stages;
  ASSERT_TRUE(task.run(stages));
  EXPECT_EQ(session.runs(), 1);
  EXPECT_EQ(clock.readings, 5) << "a millisecond of work, and three of being held up";
}

TEST(CopyTask, SurvivesAnOutputThatGrows) {
  auto session = session_with({1, 2});
  const std::vector<TensorData> inputs{floats("x", {5, 6, 7})};
  CopyTask task(session, inputs, 1, system_clock());
  session.change(0).values.assign(1000, 3);
  StageTimes stages;
  EXPECT_TRUE(task.run(stages));
}

// Takes every frame and finds nothing.
class CountingPipeline final : public Pipeline {
 public:
  const PipelineInfo& info() const override { return info_; }
  void preprocess(const Image& image) override {
    ++frames;
    last_width = image.width;
  }
  std::span<const Detection> postprocess() override { return {}; }
  int frames = 0, last_width = 0;

 private:
  PipelineInfo info_;
};

TEST(PipelineTask, GoesRoundTheFramesThatItHasAndTellsItsStages) {
  auto session = session_with({1, 2});
  CountingPipeline pipeline;
  auto task = PipelineTask::make(session, pipeline, {"synthetic", false}, system_clock());
  ASSERT_TRUE(task);
  for (int i = 0; i < 20; ++i) {
    StageTimes stages;
    ASSERT_TRUE((*task)->run(stages));
    EXPECT_FALSE(stages.get(Stage::acquire));
    EXPECT_TRUE(stages.get(Stage::preprocess) && stages.get(Stage::compute) &&
                stages.get(Stage::postprocess));
  }
  EXPECT_EQ(pipeline.frames, 20);
  EXPECT_GT(pipeline.last_width, 0);
}

TEST(PipelineTask, DecodesWhereItIsAskedTo) {
  auto session = session_with({1, 2});
  CountingPipeline pipeline;
  auto task = PipelineTask::make(session, pipeline, {"synthetic", true}, system_clock());
  ASSERT_TRUE(task);
  StageTimes stages;
  ASSERT_TRUE((*task)->run(stages));
  EXPECT_TRUE(stages.get(Stage::acquire));
}

TEST(PipelineTask, OfASourceThatIsNotThereIsASentence) {
  auto session = session_with({1, 2});
  CountingPipeline pipeline;
  const auto task =
      PipelineTask::make(session, pipeline, {"video=nowhere.mp4", false}, system_clock());
  ASSERT_FALSE(task);
  EXPECT_NE(task.error().what.find("nowhere.mp4"), std::string::npos) << task.error().what;
}

}  // namespace
}  // namespace jetmeter
