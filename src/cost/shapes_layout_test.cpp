// Operators that join, cut or rearrange.
#include <cstdint>

#include "cost/test_shape_cases.h"

namespace jetmeter {
namespace {

using Ints = std::vector<std::int64_t>;

}  // namespace

const std::vector<ShapeCase> kLayoutShapes{
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
};

}  // namespace jetmeter
