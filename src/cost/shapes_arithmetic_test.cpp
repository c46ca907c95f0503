// Operators that compute: over windows, products, element by element.
#include <cstddef>
#include <cstdint>

#include "cost/test_shape_cases.h"

namespace jetmeter {
namespace {

using Ints = std::vector<std::int64_t>;
using Floats = std::vector<float>;
constexpr auto kBool = ElementType::boolean;

Floats some(std::size_t count) {
  return Floats(count, 0.5F);
}

}  // namespace

const std::vector<ShapeCase> kArithmeticShapes{
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
    {"layer_normalization",
     {2, 3, 8},
     [](GraphBuilder& g) {
       g.input("x", {2, 3, 8});
       g.floats("scale", {8}, some(8));
       g.node("LayerNormalization", "y", {"x", "scale"});
     },
     17},
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

}  // namespace jetmeter
