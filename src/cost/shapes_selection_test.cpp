// Operators that look values up, reduce, resample or generate.
#include <cstdint>

#include "cost/test_shape_cases.h"

namespace jetmeter {
namespace {

using Ints = std::vector<std::int64_t>;
constexpr auto kInt64 = ElementType::int64;

}  // namespace

const std::vector<ShapeCase> kSelectionShapes{
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
    {"grid_sample",
     {1, 3, 4, 5},
     [](GraphBuilder& g) {
       g.input("x", {1, 3, 8, 8});
       g.input("grid", {1, 4, 5, 2});
       g.node("GridSample", "y", {"x", "grid"}, {{"mode", std::string("bilinear")}});
     },
     16},
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
};

}  // namespace jetmeter
