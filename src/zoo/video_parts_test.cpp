#include <gmock/gmock.h>

#include "zoo/test_run.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

class VideoParts : public testing::TestWithParam<std::string> {
 protected:
  static std::string part(const std::string& name) { return GetParam() + "-" + name; }
  static ModelGraph small(const std::string& name) {
    ZooOptions options{.numbers = {{"imgsz", 256}}, .type = {}, .seed = {}};
    if (name == "image-decoder") options.numbers["points"] = 5;
    return make_zoo_model(part(name), options).value();
  }
};

std::vector<std::string> described(const std::vector<Value>& values) {
  std::vector<std::string> texts;
  for (const auto& value : values) texts.push_back(value.name + " " + format_shape(value.shape));
  return texts;
}

// A point of every kind; half of the memory holds something.
void fill(const TensorSpec& spec, const TensorView& view) {
  if (spec.name == "point_coords") {
    for (std::size_t i = 0; i < 10; ++i) view.as<float>()[i] = 20.0F * static_cast<float>(i);
  } else if (spec.name == "point_labels") {
    for (std::size_t i = 0; i < 5; ++i) view.as<float>()[i] = static_cast<float>(i) - 1;
  } else if (spec.type == ElementType::boolean) {
    for (std::size_t i = 0; i < view.bytes; ++i) view.as<std::uint8_t>()[i] = i % 2 == 0;
  } else {
    feed_noise(view, false);
    if (spec.name == "mask_for_mem")
      for (float& value : view.as<float>()) value = value > 0 ? 10.0F : -10.0F;
  }
}

TEST_P(VideoParts, HaveTheShapesOfTheFixedSplit) {
  const bool edge = GetParam() == "edgetam";
  const auto encoder = make_zoo_model(part("image-encoder")).value();
  EXPECT_THAT(described(encoder.graph.inputs), ElementsAre("image 1x3x1024x1024"));
  EXPECT_THAT(described(encoder.graph.outputs),
              ElementsAre("pix_feat 1x256x64x64", "high_res_feat0 1x32x256x256",
                          "high_res_feat1 1x64x128x128", "vision_feats 1x256x64x64",
                          "vision_pos_embed 4096x1x256"));
  const auto decoder = make_zoo_model(part("image-decoder")).value();
  EXPECT_THAT(described(decoder.graph.inputs),
              ElementsAre("point_coords 1x2x2", "point_labels 1x2", "image_embed 1x256x64x64",
                          "high_res_feats_0 1x32x256x256", "high_res_feats_1 1x64x128x128"));
  EXPECT_THAT(described(decoder.graph.outputs),
              ElementsAre("pred_mask 1x1x256x256", "mask_for_mem 1x1x1024x1024", "obj_ptr 1x256",
                          "iou 1x4", "object_score_logits 1x1"));
  const auto attention = make_zoo_model(part("memory-attention")).value();
  EXPECT_THAT(described(attention.graph.inputs),
              ElementsAre("current_vision_feat 1x256x64x64", "current_vision_pos_embed 4096x1x256",
                          "memory_0 16x256", edge ? "memory_1 7x512x64" : "memory_1 7x64x64x64",
                          edge ? "memory_pos_embed 3648x1x64" : "memory_pos_embed 28736x1x64",
                          "memory_valid 23"));
  EXPECT_THAT(described(attention.graph.outputs), ElementsAre("image_embed 1x256x64x64"));
  const auto memory = make_zoo_model(part("memory-encoder")).value();
  EXPECT_THAT(described(memory.graph.inputs),
              ElementsAre("mask_for_mem 1x1x1024x1024", "pix_feat 1x256x64x64"));
  EXPECT_THAT(described(memory.graph.outputs),
              ElementsAre(edge ? "maskmem_pos_enc 512x1x64" : "maskmem_pos_enc 4096x1x64",
                          edge ? "maskmem_features 1x512x64" : "maskmem_features 1x64x64x64",
                          "temporal_code 7x1x1x64"));
}

TEST_P(VideoParts, RunAndStayInRange) {
  for (const auto* name :
       {"image-encoder", "image-decoder", "memory-attention", "memory-encoder"}) {
    SCOPED_TRACE(name);
    auto model = small(name);
    const auto outputs = model.graph.outputs;
    expose_layers(model);
    const auto ranges = run_zoo_model(model, fill);
    if (!ranges) GTEST_SKIP() << "ONNX Runtime is not in this build";
    expect_fit_for_half(*ranges);
    if (ranges->contains("object_score_logits")) {
      EXPECT_GT(ranges->at("object_score_logits").mean, 0);
    }
    for (const auto& output : outputs) {
      ASSERT_TRUE(ranges->contains(output.name)) << output.name;
      EXPECT_EQ(ranges->at(output.name).shape, output.shape) << output.name;
      if (element_count(output.shape) > 1) {
        EXPECT_GT(ranges->at(output.name).deviation, 1e-2) << output.name;
      }
    }
  }
}

// What an empty slot holds changes nothing; what a full one holds does.
TEST_P(VideoParts, EmptySlotsAreNotSeen) {
  const auto model = small("memory-attention");
  const auto run = [&](std::size_t slot, float value) {
    return run_zoo_model(
        model,
        [&](const TensorSpec& spec, const TensorView& view) {
          fill(spec, view);
          if (spec.name != "memory_1") return;
          const auto all = view.as<float>();
          const auto each = all.size() / 7;
          std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(slot * each), each, value);
        },
        true);
  };
  const auto one = run(1, 0), other = run(1, 3), full = run(0, 3);
  if (!one) GTEST_SKIP() << "ONNX Runtime is not in this build";
  EXPECT_EQ(one->at("image_embed").values, other->at("image_embed").values);
  EXPECT_NE(one->at("image_embed").values, full->at("image_embed").values);
}

INSTANTIATE_TEST_SUITE_P(Zoo, VideoParts, testing::Values("sam2.1-tiny", "edgetam"),
                         [](const auto& instance) {
                           return instance.param == "edgetam" ? "edgetam" : "sam2_1_tiny";
                         });

// 38.9 M, as its authors say; the masks that may be given as prompts are not among the parts.
TEST(Sam21Tiny, HasThePublishedParameters) {
  std::uint64_t parameters = 0;
  for (const auto* name : {"image-encoder", "image-decoder", "memory-attention", "memory-encoder"})
    parameters += zoo_parameters(make_zoo_model(std::string("sam2.1-tiny-") + name).value());
  EXPECT_EQ(parameters, 38'941'285U);
}

}  // namespace
}  // namespace jetmeter
