// The shape rules, each checked against a shape worked out by hand and, where it runs the operator,
// against ONNX Runtime.
#include <gmock/gmock.h>

#include "cost/test_ort_shapes.h"
#include "jetmeter/graph_builder.h"

namespace jetmeter {
namespace {

using Ints = std::vector<std::int64_t>;
using Floats = std::vector<float>;
constexpr auto kBool = ElementType::boolean;
constexpr auto kInt64 = ElementType::int64;

struct Case {
  const char* name;
  Shape expected;                // of the tensor "y"
  void (*build)(GraphBuilder&);  // ends in a node "y"
  std::int64_t opset = 13;
  bool runs = true;  // ONNX Runtime has it for the CPU, and in this opset
};

Floats some(std::size_t count) {
  return Floats(count, 0.5F);
}

ModelGraph graph_of(const Case& each) {
  GraphBuilder g(each.name, each.opset);
  each.build(g);
  auto model = g.take();
  model.graph.outputs.push_back({"y"});
  if (each.opset > 13) model.ir_version = 8;
  for (const auto& node : model.graph.nodes)
    if (!node.domain.empty()) model.opsets[node.domain] = 1;
  return model;
}

class ShapeOf : public testing::TestWithParam<Case> {};

TEST_P(ShapeOf, IsAsByHandAndAsRun) {
  const auto model = graph_of(GetParam());
  const auto table = propagate_shapes(model);
  ASSERT_TRUE(table) << table.error().what;
  for (const auto& each : table->unknown) ADD_FAILURE() << each.node << ": " << each.why;
  ASSERT_NE(table->find("y"), nullptr);
  ASSERT_TRUE(table->find("y")->shape);
  EXPECT_EQ(format_shape(*table->find("y")->shape), format_shape(GetParam().expected));
  if (GetParam().runs && runtime_is_there()) expect_shapes_as_run(model);
}

const Case kCases[] = {
    {"conv",
     {2, 6, 5, 4},
     [](GraphBuilder& g) {
       g.input("x", {2, 4, 9, 8});
       g.floats("w", {6, 2, 3, 3}, some(108));
       g.node("Conv", "y", {"x", "w"},
              {{"strides", Ints{2, 2}}, {"pads", Ints{1, 1, 1, 1}}, {"group", std::int64_t{2}}});
     }},
    {"conv_dilated_1d",
     {1, 3, 6},
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 10});
       g.floats("w", {3, 2, 3}, some(18));
       g.node("Conv", "y", {"x", "w"}, {{"dilations", Ints{2}}});
     }},
    {"conv_same",
     {1, 1, 4, 3},
     [](GraphBuilder& g) {
       g.input("x", {1, 1, 7, 5});
       g.floats("w", {1, 1, 3, 3}, some(9));
       g.node("Conv", "y", {"x", "w"},
              {{"auto_pad", std::string("SAME_UPPER")}, {"strides", Ints{2, 2}}});
     }},
    {"conv_transpose",
     {1, 4, 9, 11},
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 4, 5});
       g.floats("w", {2, 4, 3, 3}, some(72));
       g.node("ConvTranspose", "y", {"x", "w"}, {{"strides", Ints{2, 2}}});
     }},
    {"conv_transpose_padded",
     {1, 4, 8, 10},
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 4, 5});
       g.floats("w", {2, 2, 3, 3}, some(36));
       g.node("ConvTranspose", "y", {"x", "w"},
              {{"strides", Ints{2, 2}},
               {"pads", Ints{1, 1, 1, 1}},
               {"output_padding", Ints{1, 1}},
               {"group", std::int64_t{2}}});
     }},
    {"max_pool_ceil",
     {1, 2, 4, 3},
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 8, 7});
       g.node(
           "MaxPool", "y", {"x"},
           {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}, {"ceil_mode", std::int64_t{1}}});
     }},
    {"max_pool_ceil_into_padding",
     {1, 1, 2, 2},
     [](GraphBuilder& g) {
       g.input("x", {1, 1, 3, 3});
       g.node("MaxPool", "y", {"x"},
              {{"kernel_shape", Ints{2, 2}},
               {"strides", Ints{2, 2}},
               {"pads", Ints{1, 1, 1, 1}},
               {"ceil_mode", std::int64_t{1}}});
     },
     13,
     false},  // its kernel says 2x2 too, its own inference 3x3, and so it stops
    {"average_pool",
     {1, 2, 7, 7},
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 8, 8});
       g.node("AveragePool", "y", {"x"}, {{"kernel_shape", Ints{2, 2}}});
     }},
    {"global_average_pool",
     {2, 3, 1, 1},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 5, 7});
       g.node("GlobalAveragePool", "y", {"x"});
     }},
    {"matmul_broadcast",
     {2, 3, 4, 6},
     [](GraphBuilder& g) {
       g.input("a", {2, 1, 4, 5});
       g.input("b", {3, 5, 6});
       g.node("MatMul", "y", {"a", "b"});
     }},
    {"matmul_vector",
     {3},
     [](GraphBuilder& g) {
       g.input("a", {4});
       g.input("b", {4, 3});
       g.node("MatMul", "y", {"a", "b"});
     }},
    {"gemm_transposed",
     {5, 3},
     [](GraphBuilder& g) {
       g.input("a", {4, 5});
       g.floats("b", {3, 4}, some(12));
       g.floats("c", {3}, some(3));
       g.node("Gemm", "y", {"a", "b", "c"},
              {{"transA", std::int64_t{1}}, {"transB", std::int64_t{1}}});
     }},
    {"einsum",
     {2, 3, 7},
     [](GraphBuilder& g) {
       g.input("a", {2, 3, 5});
       g.input("b", {2, 7, 5});
       g.node("Einsum", "y", {"a", "b"}, {{"equation", std::string("b i d, b j d -> b i j")}});
     }},
    {"broadcast",
     {2, 3, 4},
     [](GraphBuilder& g) {
       g.input("a", {2, 1, 4});
       g.input("b", {3, 1});
       g.node("Add", "y", {"a", "b"});
     }},
    {"where",
     {2, 3},
     [](GraphBuilder& g) {
       g.input("c", {2, 1}, kBool);
       g.input("a", {3});
       g.floats("b", {}, some(1));
       g.node("Where", "y", {"c", "a", "b"});
     }},
    {"concat",
     {2, 7},
     [](GraphBuilder& g) {
       g.input("a", {2, 3});
       g.input("b", {2, 4});
       g.node("Concat", "y", {"a", "b"}, {{"axis", std::int64_t{-1}}});
     }},
    {"split_by_input",
     {2, 4},
     [](GraphBuilder& g) {
       g.input("x", {2, 7});
       g.integers("parts", {3, 4});
       g.nodes("Split", "s", {"x", "parts"}, {"left", "y"}, {{"axis", std::int64_t{1}}});
     }},
    {"split_uneven",
     {1, 2},
     [](GraphBuilder& g) {
       g.input("x", {7, 2});
       g.nodes("Split", "s", {"x"}, {"a", "b", "y"}, {{"num_outputs", std::int64_t{3}}});
     },
     18},
    {"reshape_open_and_kept",
     {2, 6, 4},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 8});
       g.integers("to", {0, -1, 4});
       g.node("Reshape", "y", {"x", "to"});
     }},
    {"reshape_computed",
     {2, 24},
     [](GraphBuilder& g) {  // as exporters write x.view(x.shape[0], -1)
       g.input("x", {2, 3, 8});
       g.node("Shape", "shape", {"x"});
       g.integer("zero", 0);
       g.node("Gather", "batch", {"shape", "zero"});
       g.integers("axes", {0});
       g.node("Unsqueeze", "batches", {"batch", "axes"});
       g.integers("rest", {-1});
       g.node("Concat", "to", {"batches", "rest"}, {{"axis", std::int64_t{0}}});
       g.node("Reshape", "y", {"x", "to"});
     }},
    {"reshape_by_arithmetic",
     {2, 4, 6},
     [](GraphBuilder& g) {  // (b, heads, width / heads)
       g.input("x", {2, 24});
       g.node("Shape", "shape", {"x"});
       g.integers("starts", {1});
       g.integers("ends", {9223372036854775807});
       g.node("Slice", "width", {"shape", "starts", "ends"});
       g.integers("heads", {4});
       g.node("Div", "each", {"width", "heads"});
       g.integers("two", {2});
       g.node("Concat", "to", {"two", "heads", "each"}, {{"axis", std::int64_t{0}}});
       g.node("Reshape", "y", {"x", "to"});
     }},
    {"flatten",
     {6, 20},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4, 5});
       g.node("Flatten", "y", {"x"}, {{"axis", std::int64_t{2}}});
     }},
    {"squeeze_and_unsqueeze",
     {1, 3, 1, 4},
     [](GraphBuilder& g) {
       g.input("x", {3, 1, 4});
       g.integers("gone", {1});
       g.node("Squeeze", "s", {"x", "gone"});
       g.integers("added", {0, -2});
       g.node("Unsqueeze", "y", {"s", "added"});
     }},
    {"transpose",
     {4, 2, 3},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4});
       g.node("Transpose", "y", {"x"}, {{"perm", Ints{2, 0, 1}}});
     }},
    {"expand",
     {2, 3, 4},
     [](GraphBuilder& g) {
       g.input("x", {3, 1});
       g.integers("to", {2, 1, 4});
       g.node("Expand", "y", {"x", "to"});
     }},
    {"tile",
     {4, 9},
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.integers("times", {2, 3});
       g.node("Tile", "y", {"x", "times"});
     }},
    {"pad",
     {2, 6},
     [](GraphBuilder& g) {
       g.input("x", {2, 3});
       g.integers("pads", {0, 1, 0, 2});
       g.node("Pad", "y", {"x", "pads"});
     }},
    {"slice_backwards",
     {4, 2},
     [](GraphBuilder& g) {
       g.input("x", {4, 5});
       g.integers("starts", {-1});
       g.integers("ends", {0});
       g.integers("axes", {1});
       g.integers("steps", {-2});
       g.node("Slice", "y", {"x", "starts", "ends", "axes", "steps"});
     }},
    {"slice_beyond_the_end",
     {3, 0},
     [](GraphBuilder& g) {
       g.input("x", {4, 5});
       g.integers("starts", {1, 7});
       g.integers("ends", {99, 99});
       g.node("Slice", "y", {"x", "starts", "ends"});
     }},
    {"slice_by_attributes",
     {2, 5},
     [](GraphBuilder& g) {
       g.input("x", {4, 5});
       g.node("Slice", "y", {"x"}, {{"starts", Ints{1}}, {"ends", Ints{-1}}, {"axes", Ints{0}}});
     },
     9},
    {"gather",
     {2, 3, 2, 5},
     [](GraphBuilder& g) {
       g.input("x", {2, 4, 5});
       g.weight(int64_tensor("i", {3, 2}, Ints{0, 1, 2, 3, 0, 1}));
       g.node("Gather", "y", {"x", "i"}, {{"axis", std::int64_t{1}}});
     }},
    {"gather_elements",
     {2, 2},
     [](GraphBuilder& g) {
       g.input("x", {2, 4});
       g.weight(int64_tensor("i", {2, 2}, Ints{0, 1, 2, 3}));
       g.node("GatherElements", "y", {"x", "i"}, {{"axis", std::int64_t{1}}});
     }},
    {"gather_nd",
     {3, 5},
     [](GraphBuilder& g) {
       g.input("x", {2, 4, 5});
       g.weight(int64_tensor("i", {3, 2}, Ints{0, 1, 1, 3, 0, 2}));
       g.node("GatherND", "y", {"x", "i"});
     }},
    {"reduce",
     {2, 1, 4},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4});
       g.node("ReduceMean", "y", {"x"}, {{"axes", Ints{-2}}});
     }},
    {"reduce_all",
     {},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4});
       g.node("ReduceMax", "y", {"x"}, {{"keepdims", std::int64_t{0}}});
     }},
    {"reduce_by_input",
     {3},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4});
       g.integers("axes", {0, 2});
       g.node("ReduceSum", "y", {"x", "axes"}, {{"keepdims", std::int64_t{0}}});
     }},
    {"arg_max",
     {2, 4},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4});
       g.node("ArgMax", "y", {"x"}, {{"axis", std::int64_t{1}}, {"keepdims", std::int64_t{0}}});
     }},
    {"top_k",
     {2, 3},
     [](GraphBuilder& g) {
       g.input("x", {2, 8});
       g.integers("k", {3});
       g.nodes("TopK", "t", {"x", "k"}, {"values", "y"});
     }},
    {"resize_by_scales",
     {1, 2, 6, 10},
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 3, 5});
       g.floats("scales", {4}, {1, 1, 2, 2});
       g.node("Resize", "y", {"x", "", "scales"}, {{"mode", std::string("nearest")}});
     }},
    {"resize_by_computed_sizes",
     {1, 2, 6, 10},
     [](GraphBuilder& g) {  // as older exporters write interpolate(x, scale_factor=2)
       g.input("x", {1, 2, 3, 5});
       g.node("Shape", "shape", {"x"});
       g.integers("begin", {2});
       g.integers("end", {4});
       g.node("Slice", "pixels", {"shape", "begin", "end"});
       g.node("Cast", "reals", {"pixels"}, {{"to", std::int64_t{1}}});
       g.floats("two", {1}, {2});
       g.node("Mul", "doubled", {"reals", "two"});
       g.node("Floor", "floored", {"doubled"});
       g.node("Cast", "whole", {"floored"}, {{"to", std::int64_t{7}}});
       g.integers("channels", {1, 2});
       g.node("Concat", "sizes", {"channels", "whole"}, {{"axis", std::int64_t{0}}});
       g.node("Resize", "y", {"x", "", "", "sizes"}, {{"mode", std::string("linear")}});
     }},
    {"range_of_an_extent",
     {6},
     [](GraphBuilder& g) {
       g.input("x", {2, 6});
       g.node("Shape", "shape", {"x"});
       g.integer("one", 1);
       g.integer("zero", 0);
       g.node("Gather", "n", {"shape", "one"});
       g.node("Range", "y", {"zero", "n", "one"});
     }},
    {"range_of_floats",
     {4},
     [](GraphBuilder& g) {
       g.floats("start", {}, {0});
       g.floats("limit", {}, {1});
       g.floats("step", {}, {0.3F});
       g.node("Range", "y", {"start", "limit", "step"});
     }},
    {"constant_of_shape_found",
     {2, 3},
     [](GraphBuilder& g) {  // as older exporters write expand: places of all ones
       g.integers("shape", {3});
       g.node("ConstantOfShape", "ones", {"shape"}, {{"value", int64_tensor("", {1}, Ints{1})}});
       g.node("NonZero", "places", {"ones"});
       g.integers("two", {2, 3});
       g.node("Expand", "y", {"places", "two"});
     }},
    {"depth_to_space",
     {1, 2, 6, 8},
     [](GraphBuilder& g) {
       g.input("x", {1, 8, 3, 4});
       g.node("DepthToSpace", "y", {"x"}, {{"blocksize", std::int64_t{2}}});
     }},
    {"space_to_depth",
     {1, 8, 3, 4},
     [](GraphBuilder& g) {
       g.input("x", {1, 2, 6, 8});
       g.node("SpaceToDepth", "y", {"x"}, {{"blocksize", std::int64_t{2}}});
     }},
    {"grid_sample",
     {1, 3, 4, 5},
     [](GraphBuilder& g) {
       g.input("x", {1, 3, 8, 8});
       g.input("grid", {1, 4, 5, 2});
       g.node("GridSample", "y", {"x", "grid"}, {{"mode", std::string("bilinear")}});
     },
     16},
    {"layer_normalization",
     {2, 3, 8},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 8});
       g.floats("scale", {8}, some(8));
       g.node("LayerNormalization", "y", {"x", "scale"});
     },
     17},
    {"one_hot",
     {3, 5},
     [](GraphBuilder& g) {
       g.input("x", {3}, kInt64);
       g.integer("depth", 5);
       g.floats("values", {2}, {0, 1});
       g.node("OneHot", "y", {"x", "depth", "values"});
     }},
    {"scatter_into_a_shape",
     {2, 12},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 4});
       g.node("Shape", "shape", {"x"});
       g.integers("start", {0});
       g.integers("end", {2});
       g.node("Slice", "two", {"shape", "start", "end"});
       g.weight(int64_tensor("at", {1, 1}, Ints{1}));
       g.integers("open", {-1});
       g.node("ScatterND", "to", {"two", "at", "open"});
       g.node("Reshape", "y", {"x", "to"});
     }},
    {"lstm",
     {5, 1, 2, 4},
     [](GraphBuilder& g) {
       g.input("x", {5, 2, 3});
       g.floats("w", {1, 16, 3}, some(48));
       g.floats("r", {1, 16, 4}, some(64));
       g.nodes("LSTM", "l", {"x", "w", "r"}, {"y", "h", "c"}, {{"hidden_size", std::int64_t{4}}});
     }},
    {"dynamic_quantisation",
     {2, 3},
     [](GraphBuilder& g) {
       g.input("x", {2, 4});
       g.weight(raw_tensor("w", ElementType::uint8, {4, 3}, std::vector<std::byte>(12)));
       g.nodes("DynamicQuantizeLinear", "q", {"x"}, {"xq", "scale", "zero"});
       g.node("MatMulInteger", "y", {"xq", "w", "zero"});
     }},
    {"explicit_quantisation",
     {2, 4},
     [](GraphBuilder& g) {
       g.input("x", {2, 4});
       g.floats("s", {}, {0.1F});
       g.weight(raw_tensor("z", ElementType::int8, {}, std::vector<std::byte>(1)));
       g.node("QuantizeLinear", "q", {"x", "s", "z"});
       g.node("DequantizeLinear", "y", {"q", "s", "z"});
     }},
    {"contrib_multi_head_attention",
     {2, 5, 8},
     [](GraphBuilder& g) {
       g.input("q", {2, 5, 8});
       g.input("k", {2, 7, 8});
       g.input("v", {2, 7, 8});
       g.node("MultiHeadAttention", "y", {"q", "k", "v"}, {{"num_heads", std::int64_t{2}}},
              "com.microsoft");
     }},
    {"contrib_skip_layer_normalization",
     {2, 3, 8},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 8});
       g.input("skip", {2, 3, 8});
       g.floats("gamma", {8}, some(8));
       g.node("SkipLayerNormalization", "y", {"x", "skip", "gamma"}, {}, "com.microsoft");
     }},
    {"contrib_fused_matmul",
     {2, 4, 3},
     [](GraphBuilder& g) {
       g.input("a", {2, 4, 5});
       g.input("b", {2, 3, 5});
       g.node("FusedMatMul", "y", {"a", "b"}, {{"transB", std::int64_t{1}}}, "com.microsoft");
     }},
};

INSTANTIATE_TEST_SUITE_P(Cost, ShapeOf, testing::ValuesIn(kCases),
                         [](const auto& each) { return std::string(each.param.name); });

}  // namespace
}  // namespace jetmeter
