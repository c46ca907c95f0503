#include "fuzz/fuzz.h"
#include "jetmeter/cost.h"
#include "jetmeter/graph_builder.h"

namespace jetmeter {
namespace {

using Ints = std::vector<std::int64_t>;

// Convolution, pool, an extent that is computed from another, a product.
std::string classifier() {
  GraphBuilder g("classifier");
  g.input("x", {kDynamic, 2, 8, 8}, ElementType::float32, {"batch", "", "", ""});
  g.floats("w", {4, 2, 3, 3}, std::vector<float>(72, 0.1F));
  g.node("Conv", "c", {"x", "w"}, {{"pads", Ints{1, 1, 1, 1}}, {"strides", Ints{2, 2}}});
  g.node("MaxPool", "p", {"c"}, {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  g.node("Shape", "s", {"p"});
  g.integer("zero", 0);
  g.node("Gather", "n", {"s", "zero"});
  g.integers("axes", {0});
  g.node("Unsqueeze", "batch", {"n", "axes"});
  g.integers("rest", {-1});
  g.node("Concat", "to", {"batch", "rest"}, {{"axis", std::int64_t{0}}});
  g.node("Reshape", "flat", {"p", "to"});
  g.floats("v", {16, 3}, std::vector<float>(48, 0.1F));
  g.node("MatMul", "y", {"flat", "v"});
  g.output("y", {kDynamic, 3}, ElementType::float32, {"batch", ""});
  return g.serialise();
}

// Pieces, places and repetitions.
std::string pieces() {
  GraphBuilder g("pieces");
  g.input("x", {2, 6});
  g.integers("starts", {5});
  g.integers("ends", {-7});
  g.integers("axes", {1});
  g.integers("steps", {-2});
  g.node("Slice", "cut", {"x", "starts", "ends", "axes", "steps"});
  g.integers("times", {2, 3});
  g.node("Tile", "tiled", {"cut", "times"});
  g.integers("pads", {0, 1, 0, 2});
  g.node("Pad", "padded", {"tiled", "pads"});
  g.nodes("Split", "split", {"padded"}, {"left", "right"}, {{"axis", std::int64_t{0}}});
  g.integers("wide", {2, 1, 1});
  g.node("Expand", "expanded", {"left", "wide"});
  g.node("Transpose", "turned", {"expanded"}, {{"perm", Ints{2, 0, 1}}});
  g.node("ReduceMean", "y", {"turned"}, {{"axes", Ints{-1}}});
  g.output("y", {12, 2, 1});
  return g.serialise();
}

// A branch, and what is made from numbers.
std::string branches() {
  GraphBuilder body("body");
  body.integers("to", {3, 2});
  body.node("ConstantOfShape", "o", {"to"});
  body.output("o", {});
  const auto branch = std::make_shared<Graph>(body.model().graph);
  GraphBuilder g("branches");
  g.input("c", {}, ElementType::boolean);
  g.node("If", "y", {"c"}, {{"then_branch", branch}, {"else_branch", branch}});
  g.integer("start", 0);
  g.integer("limit", 9);
  g.integer("step", 2);
  g.node("Range", "r", {"start", "limit", "step"});
  g.node("NonZero", "z", {"r"});
  g.node("Mystery", "m", {"z"}, {}, "com.example");
  g.output("y", {3, 2});
  return g.serialise();
}

}  // namespace

std::vector<std::string> fuzz_seeds() {
  return {classifier(), pieces(), branches()};
}

}  // namespace jetmeter

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace jetmeter;
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  const auto model = parse_onnx(make_blob({bytes, bytes + size}));
  if (!model) return 0;
  const auto cost = model_cost(*model, {.axes = {{"batch", 2}}});
  if (!cost) {
    fuzz_require(!cost.error().what.empty(), "a failure has a reason");
    return 0;
  }
  std::uint64_t parameters = 0;
  for (const auto& layer : cost->layers) {
    parameters += layer.parameters;
    fuzz_require(layer.weight_bytes <= cost->weight_bytes, "a layer reads weights that are there");
    fuzz_require(layer.flops || !cost->complete(), "what is not known is said");
  }
  fuzz_require(parameters == cost->parameters, "each parameter has one first reader");
  return 0;
}
