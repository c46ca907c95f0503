#include <gmock/gmock.h>

#include "zoo/test_run.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;

struct Published {
  std::string name;
  std::uint64_t parameters;  // as torchvision counts them, batch norm unfolded
  std::uint64_t folded;
};
void PrintTo(const Published& published, std::ostream* out) {
  *out << published.name;
}

class Classifier : public testing::TestWithParam<Published> {};

// Each convolution with a bias has one that was a batch norm's: two parameters a channel before.
std::uint64_t convolution_biases(const ModelGraph& model) {
  const GraphIndex index(model.graph);
  std::uint64_t channels = 0;
  for (const auto& node : model.graph.nodes)
    if (node.op == "Conv" && node.inputs.size() == 3)
      channels += index.weight(node.inputs[2])->elements();
  return channels;
}

TEST_P(Classifier, HasThePublishedParameters) {
  const auto model = make_zoo_model(GetParam().name).value();
  EXPECT_EQ(zoo_parameters(model), GetParam().folded);
  const bool never_normalised = GetParam().parameters == GetParam().folded;
  const auto norms = never_normalised ? 0 : convolution_biases(model);
  EXPECT_EQ(zoo_parameters(model) + norms, GetParam().parameters);
}

TEST_P(Classifier, RunsAndStaysInRange) {
  const bool patches = GetParam().name == "vit-b-16";
  ZooOptions options{.numbers = {{"imgsz", 96}, {"batch", kDynamic}}, .type = {}, .seed = {}};
  if (patches) options.numbers.insert({{"layers", 3}, {"width", 192}});
  auto model = make_zoo_model(GetParam().name, options).value();
  expose_layers(model);
  const auto ranges = run_zoo_model(
      model, [](const TensorSpec&, const TensorView& view) { feed_noise(view, false); });
  if (!ranges) GTEST_SKIP() << "ONNX Runtime is not in this build";
  expect_fit_for_half(*ranges);
  const auto& output = ranges->at("output");
  EXPECT_THAT(output.shape, ElementsAre(2, GetParam().name.starts_with("simple") ? 10 : 1000));
  EXPECT_GT(output.deviation, 0.3);
  EXPECT_LT(output.deviation, 30);
}

INSTANTIATE_TEST_SUITE_P(
    Zoo, Classifier,
    testing::Values(  // No batch norm was ever there; 448 + 4,640 + 18,496 + 73,856 + 1,290.
        Published{"simple-cnn", 98'730, 98'730},
        // 448 + 4,640 + 32 x 56 x 56 x 10 + 10.
        Published{"simple-model", 1'008'618, 1'008'618},
        Published{"resnet18", 11'689'512, 11'684'712},
        Published{"resnet50", 25'557'032, 25'530'472},
        Published{"mobilenet_v2", 3'504'872, 3'487'816},
        Published{"vit-b-16", 86'567'656, 86'567'656}),
    [](const auto& instance) {
      auto name = instance.param.name;
      std::replace(name.begin(), name.end(), '-', '_');
      return name;
    });

}  // namespace
}  // namespace jetmeter
