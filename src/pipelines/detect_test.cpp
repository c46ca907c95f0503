#include <gmock/gmock.h>

#include <array>
#include <limits>
#include <stdexcept>

#include "jetmeter/pipeline.h"
#include "support/fake_session.h"
#include "support/watch_heap.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

const PipelineKind& detect() {
  return *pipeline_kinds().front();
}

using Anchor = std::array<float, 6>;  // centre x, centre y, width, height, apple, pear
constexpr std::size_t kAnchors = 8;

// A 64x32 input and the output [1, 6, 8] of a yolo head; anchors that are not given are zero.
FakeSession session_of(ElementType type, const std::vector<Anchor>& anchors) {
  std::vector<float> values(kAnchors * 6, 0.0F);
  for (std::size_t i = 0; i < anchors.size(); ++i)
    for (std::size_t row = 0; row < 6; ++row) values[row * kAnchors + i] = anchors[i][row];
  return {{"images", type, {1, 3, 32, 64}},
          {{.spec = {"output0", type, {1, 6, kAnchors}}, .values = std::move(values)}}};
}

// An apple, the same apple again with a lower score, and nothing to speak of.
std::vector<Anchor> two_apples() {
  return {{20, 16, 10, 8, 0.9F, 0}, {20, 16, 10, 8, 0.8F, 0.1F}, {40, 16, 4, 4, 0.1F, 0.2F}};
}

struct Frame {
  std::vector<std::uint8_t> pixels;
  int width, height;
  Frame(int w, int h)
      : pixels(static_cast<std::size_t>(w * h * 3), std::uint8_t{255}), width(w), height(h) {}
  Image image() const { return {pixels.data(), width, height, std::ptrdiff_t{width} * 3}; }
};

TEST(Detect, FindsTheAppleInPixelsOfTheFrame) {
  for (const auto type : {ElementType::float32, ElementType::float16}) {
    auto session = session_of(type, two_apples());
    auto info = session.info();
    info.metadata["names"] = "{0: 'apple', 1: 'pear'}";
    const auto pipeline = *detect().make(info, session, {});
    EXPECT_THAT(pipeline->info().labels, ElementsAre("apple", "pear"));
    EXPECT_EQ(pipeline->info().labels_from, "model metadata");
    EXPECT_EQ(pipeline->info().classes, 2);

    // 128x32 into 64x32: gain 0.5, eight rows above.
    pipeline->preprocess(Frame(128, 32).image());
    const auto found = pipeline->postprocess();
    ASSERT_THAT(found, SizeIs(1));
    EXPECT_NEAR(found[0].score, 0.9, 1e-3);
    EXPECT_EQ(found[0].class_id, 0);
    EXPECT_NEAR(found[0].box.x1, (20 - 5) / 0.5, 1e-3);
    EXPECT_NEAR(found[0].box.y1, (16 - 4 - 8) / 0.5, 1e-3);
    EXPECT_NEAR(found[0].box.x2, (20 + 5) / 0.5, 1e-3);
    EXPECT_NEAR(found[0].box.y2, (16 + 4 - 8) / 0.5, 1e-3);
  }
}

TEST(Detect, WritesTheSessionsInput) {
  auto session = session_of(ElementType::float32, two_apples());
  const auto pipeline = *detect().make(session.info(), session, {});
  pipeline->preprocess(Frame(128, 32).image());
  const auto tensor = session.input(0).as<float>();
  EXPECT_FLOAT_EQ(tensor[0], 114.0F / 255);
  EXPECT_FLOAT_EQ(tensor[16 * 64], 1.0F);
}

TEST(Detect, OptionsOverrideTheHeadsPreset) {
  auto session = session_of(ElementType::float32, two_apples());
  PipelineOptions options;
  options.fit = Fit::stretch;
  options.scale = 1.0F;
  options.mean = {{55, 5, 5}};
  options.stdev = {{2, 1, 1}};
  options.labels = {"a", "b"};
  options.max_detections = 1;
  options.iou = 1.0F;
  const auto pipeline = *detect().make(session.info(), session, options);
  pipeline->preprocess(Frame(128, 32).image());
  EXPECT_FLOAT_EQ(session.input(0).as<float>()[0], 100.0F);
  EXPECT_EQ(pipeline->info().labels_from, "file");
  EXPECT_THAT(pipeline->postprocess(), SizeIs(1));
}

TEST(Detect, AScoreAtTheConfidenceIsNotAboveIt) {
  auto session = session_of(ElementType::float32, two_apples());
  PipelineOptions options;
  options.confidence = 0.9F;
  const auto pipeline = *detect().make(session.info(), session, options);
  pipeline->preprocess(Frame(64, 32).image());
  EXPECT_THAT(pipeline->postprocess(), IsEmpty());
}

TEST(Detect, DropsBoxesThatAreNotNumbers) {
  auto anchors = two_apples();
  anchors[0][0] = std::numeric_limits<float>::quiet_NaN();
  auto session = session_of(ElementType::float32, anchors);
  const auto pipeline = *detect().make(session.info(), session, {});
  pipeline->preprocess(Frame(64, 32).image());
  EXPECT_THAT(pipeline->postprocess(), ElementsAre(testing::Field(&Detection::score, 0.8F)));
}

TEST(Detect, RunsOnceOnlyWhereTheOutputsShapeIsNotKnown) {
  auto known = session_of(ElementType::float32, two_apples());
  ASSERT_TRUE(detect().make(known.info(), known, {}));
  EXPECT_EQ(known.runs(), 0);
  auto unknown = session_of(ElementType::float32, two_apples());
  unknown.change(0).known_before_run = false;
  const auto pipeline = detect().make(unknown.info(), unknown, {});
  ASSERT_TRUE(pipeline) << pipeline.error().what;
  EXPECT_EQ(unknown.runs(), 1);
}

TEST(Detect, AnOutputThatChangesItsShapeIsAnErrorNotACrash) {
  auto session = session_of(ElementType::float32, two_apples());
  const auto pipeline = *detect().make(session.info(), session, {});
  pipeline->preprocess(Frame(64, 32).image());
  session.change(0).spec.shape = {1, 6, 4};
  session.change(0).values.resize(6 * 4);
  EXPECT_THROW(pipeline->postprocess(), std::runtime_error);
}

std::string refusal(FakeSession& session, const PipelineOptions& options) {
  const auto pipeline = detect().make(session.info(), session, options);
  return pipeline ? "accepted" : pipeline.error().what;
}

TEST(Detect, RefusesWhatItCannotDo) {
  auto session = session_of(ElementType::float32, two_apples());
  PipelineOptions options;
  options.stdev = {{1, 0, 1}};
  EXPECT_THAT(refusal(session, options), HasSubstr("above 0"));
  options = {};
  options.labels = {"one", "two", "three"};
  EXPECT_THAT(refusal(session, options), HasSubstr("2 classes, but 3 labels (from file)"));
  session.change(0).spec.type = ElementType::int64;
  EXPECT_THAT(refusal(session, {}), HasSubstr("output0 is int64"));
}

TEST(Detect, AllocatesNothingPerFrame) {
  if (!kCanWatchHeap) GTEST_SKIP() << "allocations cannot be counted in this build";
  for (const auto type : {ElementType::float32, ElementType::float16}) {
    auto session = session_of(type, two_apples());
    const auto pipeline = *detect().make(session.info(), session, {});
    const Frame frame(100, 75);
    pipeline->preprocess(frame.image());
    std::size_t found = 0;
    const auto use = watch_heap([&] {
      for (int i = 0; i < 10; ++i) {
        pipeline->preprocess(frame.image());
        found += pipeline->postprocess().size();
      }
    });
    EXPECT_EQ(use.allocations, 0);
    EXPECT_EQ(found, 10U);
  }
}

}  // namespace
}  // namespace jetmeter
