#include "inspect/picture.h"

#include <gmock/gmock.h>

#include "inspect/layout.h"
#include "jetmeter/graph_builder.h"
#include "jetmeter/inspect.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

// x -> Conv -> SiLU -> Conv -> SiLU -> Add (with the first SiLU) -> y
ModelGraph residual_model(const std::string& title = "net") {
  GraphBuilder builder(title, 17);
  builder.input("x", {1, 8, 4, 4});
  builder.floats("w", {8, 8, 3, 3}, std::vector<float>(576));
  const auto block = [&](const std::string& name, const std::string& from) {
    builder.node("Conv", name, {from, "w"}, {{"strides", std::vector<std::int64_t>{2, 2}}});
    builder.node("Sigmoid", name + "s", {name});
    return builder.node("Mul", name + "m", {name, name + "s"});
  };
  const auto first = block("a", "x");
  const auto second = block("b", first);
  builder.output("y", {1, 8, 4, 4});
  builder.node("Add", "y", {first, second});
  return builder.take();
}

std::vector<std::string> titles(const Picture& picture) {
  std::vector<std::string> all;
  for (const auto& box : picture.boxes) all.push_back(box.title);
  return all;
}

TEST(Picture, HasABoxForEveryNodeOfASmallGraph) {
  const auto picture = make_picture(residual_model(), 60);
  EXPECT_THAT(titles(picture),
              ElementsAre("x", "Conv", "Sigmoid", "Mul", "Conv", "Sigmoid", "Mul", "Add", "y"));
  EXPECT_THAT(picture.boxes[1].lines, ElementsAre("3x3 /2, 8 → 8"));
  EXPECT_EQ(picture.edges.size(), 11u);
}

TEST(Picture, DrawsActivationsWithWhatTheyFollowInALargeOne) {
  const auto picture = make_picture(residual_model(), 3);
  EXPECT_THAT(titles(picture), ElementsAre("x", "Conv + SiLU", "Conv + SiLU", "Add", "y"));
  EXPECT_THAT(picture.edges,
              ElementsAre(Pair(0, 1), Pair(1, 2), Pair(1, 3), Pair(2, 3), Pair(3, 4)));
  EXPECT_EQ(picture.nodes, 7u);
  EXPECT_EQ(picture.boxes[1].tip, "Conv 'a'\nSigmoid 'as'\nMul 'am'");
}

TEST(Layout, PutsEachBoxBelowWhatItReadsFromAndNoneOntoAnother) {
  const std::vector<LayoutBox> boxes(5, LayoutBox{100, 40});
  const std::vector<std::pair<std::size_t, std::size_t>> edges{{0, 1}, {1, 2}, {1, 3},
                                                               {2, 4}, {3, 4}, {0, 4}};
  const auto layout = lay_out(boxes, edges, {.between_boxes = 20, .between_ranks = 30});
  EXPECT_EQ(layout.height, 4 * 40 + 3 * 30);
  for (const auto& [from, to] : edges) EXPECT_LT(layout.centres[from].y + 40, layout.centres[to].y);
  EXPECT_EQ(layout.centres[2].y, layout.centres[3].y);
  EXPECT_GE(std::abs(layout.centres[2].x - layout.centres[3].x), 120 - 1e-9);
  // The long edge passes two ranks, each by a vertical piece.
  ASSERT_EQ(layout.routes[5].size(), 6u);
  EXPECT_EQ(layout.routes[5][1].x, layout.routes[5][2].x);
  for (const auto& centre : layout.centres) {
    EXPECT_GE(centre.x, 50);
    EXPECT_LE(centre.x, layout.width - 50 + 1e-9);
  }
}

TEST(Layout, OfNothingIsNothing) {
  EXPECT_EQ(lay_out({}, {}).width, 0);
  const std::vector<LayoutBox> one{{10, 10}};
  EXPECT_EQ(lay_out(one, {}).width, 10);
}

TEST(Drawings, AreEscaped) {
  const auto model = residual_model("a<b & \"c\"");
  const auto svg = graph_svg(model, {});
  EXPECT_THAT(svg, HasSubstr("a&lt;b &amp; &quot;c&quot;"));
  EXPECT_THAT(svg, Not(HasSubstr("a<b")));
  EXPECT_THAT(svg, HasSubstr("7 operators in 9 boxes"));
  const auto dot = graph_dot(model, {});
  EXPECT_THAT(dot, HasSubstr("a<b & \\\"c\\\""));
  EXPECT_THAT(dot, HasSubstr("n0 -> n1;"));
  EXPECT_THAT(dot, HasSubstr("Conv\\n3x3 /2"));
  EXPECT_EQ(graph_svg(model, {}), svg);
}

TEST(Drawings, AreUtf8WhateverTheNamesAre) {
  const auto svg = graph_svg(residual_model("caf\xE9 \xF0\x9F"), {});
  EXPECT_EQ(svg, valid_utf8(svg));
  EXPECT_THAT(svg, HasSubstr("caf\uFFFD"));
}

TEST(Drawings, OfAnEmptyGraphAreStillWhole) {
  EXPECT_THAT(graph_svg({}, {}), HasSubstr("</svg>"));
  EXPECT_THAT(graph_dot({}, {}), HasSubstr("}"));
}

}  // namespace
}  // namespace jetmeter
