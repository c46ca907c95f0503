#include <gmock/gmock.h>

#include "zoo/test_run.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kState = 5, kContextTokens = 7;

// Half of the context is a picture; the last token is padding.
void fill(const TensorSpec& spec, const TensorView& view) {
  if (spec.name == "timestep") {
    view.as<std::int64_t>()[0] = 250;
  } else if (spec.type == ElementType::boolean) {
    const auto flags = view.as<std::uint8_t>();
    for (std::size_t i = 0; i < flags.size(); ++i)
      flags[i] = spec.name == "image_mask" ? i % 2 == 0 : i + 1 < flags.size();
  } else {
    feed_noise(view, false);
  }
}

ZooOptions small() {
  return {.numbers = {{"layers", 5},
                      {"heads", 4},
                      {"batch", 1},
                      {"sa_tokens", kState},
                      {"vl_tokens", kContextTokens}},
          .type = ElementType::float32};
}

// The sum over the parts that its description names; "1.091 G".
TEST(GrootDit, HasThePublishedParameters) {
  EXPECT_EQ(zoo_parameters(make_zoo_model("groot-dit").value()), 1'091'722'240U);
}

TEST(GrootDit, LooksLikeTheExport) {
  const auto model = make_zoo_model("groot-dit").value();
  EXPECT_EQ(model.opsets.at(""), 19);
  std::vector<std::string> inputs;
  for (const auto& value : model.graph.inputs)
    inputs.push_back(value.name + " " + std::string(name(value.type)) + " " +
                     format_shape(value.shape));
  EXPECT_THAT(inputs, ElementsAre("sa_embs bfloat16 ?x?x1536", "vl_embs bfloat16 ?x?x2048",
                                  "timestep int64 ?", "image_mask boolean ?x?",
                                  "backbone_attention_mask boolean ?x?"));
  EXPECT_THAT(model.graph.inputs[1].axes, ElementsAre("batch_size", "vl_seq_len", ""));
  ASSERT_EQ(model.graph.outputs.size(), 1U);
  EXPECT_EQ(model.graph.outputs[0].name, "output");
  EXPECT_THAT(model.graph.outputs[0].shape, ElementsAre(kDynamic, kDynamic, 1024));
}

TEST(GrootDit, RunsAndStaysInRange) {
  auto model = make_zoo_model("groot-dit", small()).value();
  expose_layers(model);
  const auto ranges = run_zoo_model(model, fill);
  if (!ranges) GTEST_SKIP() << "ONNX Runtime is not in this build";
  expect_fit_for_half(*ranges);
  EXPECT_THAT(ranges->at("output").shape, ElementsAre(1, kState, 1024));
  EXPECT_GT(ranges->at("output").deviation, 0.3);
}

// What a block must not see changes nothing: the masked tokens of the context are replaced.
TEST(GrootDit, DoesNotSeeWhatIsMasked) {
  const auto model = make_zoo_model("groot-dit", small()).value();
  const auto run = [&](float last, float first) {
    return run_zoo_model(
        model,
        [&](const TensorSpec& spec, const TensorView& view) {
          fill(spec, view);
          if (spec.name != "vl_embs") return;
          view.as<float>().back() = last;
          view.as<float>().front() = first;
        },
        true);
  };
  const auto usual = run(0, 0), masked = run(100, 0), seen = run(0, 100);
  if (!usual) GTEST_SKIP() << "ONNX Runtime is not in this build";
  EXPECT_EQ(usual->at("output").values, masked->at("output").values);
  EXPECT_NE(usual->at("output").values, seen->at("output").values);
}

ModelGraph small_backbone(std::int64_t opset) {
  return make_zoo_model("groot-backbone", {.numbers = {{"imgsz", 56},
                                                       {"frames", 2},
                                                       {"tokens", 12},
                                                       {"hidden", 256},
                                                       {"vocabulary", 50},
                                                       {"vision_width", 144},
                                                       {"opset", opset}},
                                           .type = ElementType::float32})
      .value();
}

// Two pictures of four tokens each, then text, then padding.
void fill_backbone(const TensorSpec& spec, const TensorView& view) {
  if (spec.type != ElementType::int64) return feed_noise(view, false);
  const auto ids = view.as<std::int64_t>();
  for (std::size_t i = 0; i < ids.size(); ++i)
    ids[i] = spec.name == "attention_mask" ? i + 2 < ids.size()
             : i < 8                       ? 49
                                           : static_cast<std::int64_t>(i);
}

TEST(GrootBackbone, LooksLikeTheExport) {
  const auto model = make_zoo_model("groot-backbone").value();
  std::vector<std::string> values;
  for (const auto* side : {&model.graph.inputs, &model.graph.outputs})
    for (const auto& value : *side)
      values.push_back(value.name + " " + std::string(name(value.type)) + " " +
                       format_shape(value.shape));
  EXPECT_THAT(values, ElementsAre("input_ids int64 1x122", "attention_mask int64 1x122",
                                  "pixel_values bfloat16 1x1x3x224x224", "image_mask boolean 1x122",
                                  "hidden_states bfloat16 1x122x2048",
                                  "backbone_attention_mask int64 1x122"));
}

TEST(GrootBackbone, RunsAndStaysInRange) {
  for (const auto opset : {17, 19}) {
    auto model = small_backbone(opset);
    expose_layers(model);
    const auto ranges = run_zoo_model(model, fill_backbone);
    if (!ranges) GTEST_SKIP() << "ONNX Runtime is not in this build";
    expect_fit_for_half(*ranges);
    EXPECT_THAT(ranges->at("hidden_states").shape, ElementsAre(1, 12, 256));
    EXPECT_GT(ranges->at("hidden_states").deviation, 0.3);
  }
}

// No token sees a later one; a picture's pixels reach the tokens that stand for it.
TEST(GrootBackbone, LooksBackOnly) {
  const auto model = small_backbone(19);
  const auto run = [&](std::size_t token, float pixel) {
    return run_zoo_model(
        model,
        [&](const TensorSpec& spec, const TensorView& view) {
          fill_backbone(spec, view);
          if (spec.name == "input_ids") view.as<std::int64_t>()[token] += 20;
          if (spec.name == "pixel_values") view.as<float>()[0] = pixel;
        },
        true);
  };
  const auto usual = run(8, 0), later = run(9, 0), other = run(8, 50);
  if (!usual) GTEST_SKIP() << "ONNX Runtime is not in this build";
  const auto& a = usual->at("hidden_states").values;
  const auto& b = later->at("hidden_states").values;
  const auto& c = other->at("hidden_states").values;
  EXPECT_TRUE(std::equal(a.begin(), a.begin() + 8 * 256, b.begin()));
  EXPECT_FALSE(std::equal(a.begin() + 9 * 256, a.begin() + 10 * 256, b.begin() + 9 * 256));
  EXPECT_FALSE(std::equal(a.begin(), a.begin() + 256, c.begin()));
}

}  // namespace
}  // namespace jetmeter
