#include <gmock/gmock.h>

#include "inputs/extents.h"
#include "inputs/test_arrays.h"
#include "jetmeter/inputs.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string shape_error(std::string_view text) {
  const auto shape = parse_shape(text);
  return shape ? "no error" : shape.error().what;
}

TEST(ParseShape, ReadsBothSeparators) {
  EXPECT_EQ(parse_shape("1x3x640x640").value(), (Shape{1, 3, 640, 640}));
  EXPECT_EQ(parse_shape("1,3,640,640").value(), (Shape{1, 3, 640, 640}));
  EXPECT_EQ(parse_shape("7").value(), Shape{7});
  EXPECT_EQ(parse_shape("0x4").value(), (Shape{0, 4}));
  EXPECT_EQ(parse_shape("scalar").value(), Shape{});
}

TEST(ParseShape, SaysWhatItNeedsInstead) {
  constexpr auto kForms = "whole numbers with 'x' or ',' between them, such as 1x3x640x640";
  for (const auto* text : {"", "x", "1x", "x1", "1xx2", "1x3,4", "1 x 3", "1.5", "abc", "+1", "1X2",
                           "0x1p3", "1x\xff"}) {
    EXPECT_THAT(shape_error(text), HasSubstr(kForms)) << text;
  }
  EXPECT_THAT(shape_error("1x?x3"), HasSubstr("may not be left open here; give its number"));
  EXPECT_THAT(shape_error("1x-1x3"), HasSubstr("may not be left open"));
  EXPECT_THAT(shape_error("1x-2x3"), HasSubstr("an axis cannot be negative"));
}

TEST(ParseShape, RefusesWhatNoMemoryHolds) {
  EXPECT_EQ(shape_error("99999999999999999999"),
            "'99999999999999999999' is not a shape: no memory holds as many elements");
  EXPECT_THAT(shape_error("4294967296x4294967296"), HasSubstr("no memory holds"));
  EXPECT_THAT(shape_error("0x4294967296x4294967296"), HasSubstr("no memory holds"));
  std::string axes = "1";
  for (std::size_t i = 1; i < kMostAxes; ++i) axes += "x1";
  EXPECT_EQ(parse_shape(axes).value().size(), kMostAxes);
  EXPECT_THAT(shape_error(axes + "x1"), HasSubstr("over 64 axes"));
}

TEST(ParseShapeWishes, ReadsNamesWithEverySign) {
  const std::vector<std::string> texts{"images=1x3x640x640", "input:0=2", "a=b=3x4", "9"};
  EXPECT_THAT(parse_shape_wishes(texts).value(),
              ElementsAre(Pair("", Shape{9}), Pair("a=b", Shape{3, 4}),
                          Pair("images", Shape{1, 3, 640, 640}), Pair("input:0", Shape{2})));
  EXPECT_TRUE(parse_shape_wishes({}).value().empty());
}

TEST(ParseShapeWishes, RefusesTwoForOneInput) {
  const std::vector<std::string> named{"a=1", "a=1"}, bare{"1", "2"}, bad{"a="};
  EXPECT_EQ(parse_shape_wishes(named).error().what, "there are two shapes for input 'a'; give one");
  EXPECT_EQ(parse_shape_wishes(bare).error().what,
            "there are two shapes for the model's one input; give one");
  EXPECT_FALSE(parse_shape_wishes(bad));
}

TEST(TensorBytes, NeverOverflow) {
  EXPECT_EQ(tensor_bytes(ElementType::float32, Shape{1, 3, 2}), 24U);
  EXPECT_EQ(tensor_bytes(ElementType::float64, Shape{}), 8U);
  EXPECT_EQ(tensor_bytes(ElementType::int8, Shape{5, 0}), 0U);
  EXPECT_EQ(tensor_bytes(ElementType::int8, Shape{5, kDynamic}), std::nullopt);
  constexpr std::int64_t kMost = INT64_MAX;
  EXPECT_EQ(tensor_bytes(ElementType::int8, Shape{kMost}), std::uint64_t{kMost});
  EXPECT_EQ(tensor_bytes(ElementType::int16, Shape{kMost}), std::nullopt);
  EXPECT_EQ(tensor_bytes(ElementType::int8, Shape{0, kMost, 2}), std::nullopt);
}

const TensorSpec kImages{"images", ElementType::float32, {1, 3, 640, 640}};
const TensorSpec kOpen{"images", ElementType::float32, {kDynamic, 3, kDynamic, kDynamic}};
const TensorSpec kBatch{"input", ElementType::float32, {kDynamic, 3, 224, 224}};

std::string concrete_error(std::vector<TensorSpec> inputs, const ShapeOptions& options) {
  const auto shapes = concrete_shapes(inputs, options);
  return shapes ? "no error" : shapes.error().what;
}

TEST(ConcreteShapes, KeepsWhatTheModelFixesAndFillsTheBatch) {
  const std::vector<TensorSpec> inputs{kImages, kBatch, {"sr", ElementType::int64, {}}};
  EXPECT_THAT(concrete_shapes(inputs, {}).value(),
              ElementsAre(Shape{1, 3, 640, 640}, Shape{1, 3, 224, 224}, Shape{}));
  EXPECT_THAT(concrete_shapes(inputs, {.batch = 8}).value(),
              ElementsAre(Shape{1, 3, 640, 640}, Shape{8, 3, 224, 224}, Shape{}));
  EXPECT_TRUE(concrete_shapes({}, {.batch = 8}).value().empty());
}

TEST(ConcreteShapes, AWishGoesBeforeTheBatch) {
  const std::vector<TensorSpec> one{kOpen};
  EXPECT_THAT(concrete_shapes(one, {.wishes = {{"", {1, 3, 320, 416}}}}).value(),
              ElementsAre(Shape{1, 3, 320, 416}));
  const std::vector<TensorSpec> two{kOpen, kBatch};
  EXPECT_THAT(concrete_shapes(two, {.wishes = {{"images", {2, 3, 320, 416}}}, .batch = 4}).value(),
              ElementsAre(Shape{2, 3, 320, 416}, Shape{4, 3, 224, 224}));
  // An axis of 0 is legal; nobody gets one without asking.
  EXPECT_THAT(concrete_shapes(one, {.wishes = {{"", {0, 3, 320, 416}}}}).value(),
              ElementsAre(Shape{0, 3, 320, 416}));
}

// The signatures are those of real detectors, classifiers and of a voice detector.
TEST(ConcreteShapes, AnOpenAxisIsNamedWithAnOptionThatWouldDo) {
  EXPECT_EQ(concrete_error({{"images", ElementType::float32, {1, 3, kDynamic, kDynamic}}}, {}),
            "input 'images' is 1x3x?x?: the model leaves axes open; say what to measure, for "
            "example --shape images=1x3x640x640");
  EXPECT_EQ(concrete_error({{"state", ElementType::float32, {2, kDynamic, 128}}}, {}),
            "input 'state' is 2x?x128: the model leaves an axis open; say what to measure, for "
            "example --shape state=2x128x128");
  EXPECT_THAT(concrete_error({{"x", ElementType::float32, {kDynamic, kDynamic, kDynamic, 3}}},
                             {.batch = 4}),
              HasSubstr("--shape x=4x640x640x3"));
}

TEST(ConcreteShapes, TheOptionThatWouldDoDoes) {
  for (const Shape& axes : {Shape{1, 3, kDynamic, kDynamic}, Shape{kDynamic, kDynamic},
                            Shape{2, kDynamic, 128}, Shape{kDynamic, 12, kDynamic, 64}}) {
    const std::vector<TensorSpec> inputs{{"a", ElementType::float32, axes}};
    const std::string error = concrete_error(inputs, {});
    const std::vector<std::string> option{error.substr(error.find("--shape ") + 8)};
    const auto wishes = parse_shape_wishes(option);
    ASSERT_TRUE(wishes) << error;
    EXPECT_TRUE(concrete_shapes(inputs, {.wishes = *wishes})) << error;
  }
}

TEST(ConcreteShapes, AWishMustFitTheModel) {
  EXPECT_EQ(concrete_error({kImages}, {.wishes = {{"images", {1, 1, 640, 640}}}}),
            "input 'images' is 1x3x640x640: the model fixes axis 1 at 3, and the shape 1x1x640x640 "
            "has 1 there");
  EXPECT_EQ(concrete_error({kImages}, {.wishes = {{"images", {3, 640, 640}}}}),
            "input 'images' is 1x3x640x640, which is 4 axes; the shape 3x640x640 has 3");
  EXPECT_EQ(concrete_error({kImages, kBatch}, {.wishes = {{"image", {1, 3, 640, 640}}}}),
            "there is no input 'image' (did you mean 'images'?); the model has 2 inputs: 'images', "
            "'input'");
  EXPECT_EQ(concrete_error({kImages, kBatch}, {.wishes = {{"", {1, 2}}}}),
            "the shape 1x2 needs an input's name before it, as in --shape images=1x2; the model "
            "has 2 inputs: 'images', 'input'");
  EXPECT_THAT(concrete_error({}, {.wishes = {{"", {1, 2}}}}), HasSubstr("the model has no inputs"));
}

TEST(ConcreteShapes, ABatchThatNothingTakesIsRefused) {
  EXPECT_EQ(concrete_error({kImages}, {.batch = 8}),
            "no input takes a batch of 8: 'images' as 1x3x640x640");
  EXPECT_EQ(concrete_error({kImages}, {.batch = 0}),
            "a batch of 0 cannot be measured; it is 1 or more");
  EXPECT_THAT(concrete_error({kImages}, {.batch = -3}), HasSubstr("a batch of -3"));
}

TEST(ConcreteShapes, WhatIsTooLargeIsRefused) {
  EXPECT_EQ(concrete_error({kBatch}, {.batch = 100000}),
            "input 'input' as 100000x3x224x224 float32 is 56.1 GiB, over the 8.00 GiB that one "
            "input may have; choose a smaller shape or batch");
  EXPECT_THAT(concrete_error({kBatch}, {.batch = INT64_MAX}), HasSubstr("more than any memory"));
  EXPECT_EQ(concrete_error({kBatch}, {.max_bytes = 602112}), "no error");
  EXPECT_THAT(concrete_error({kBatch}, {.max_bytes = 602111}), HasSubstr("over the 588 KiB"));
}

class ShapesOfFiles : public testing::Test {
 protected:
  std::filesystem::path npy(const std::string& name, const char* shape, std::size_t elements) {
    return dir_.write(name,
                      npy_file(npy_literal("'<f4'", "False", shape), std::string(4 * elements, 0)));
  }
  static Fill file(FillKind kind, std::filesystem::path path) {
    Fill fill;
    fill.kind = kind;
    fill.file = std::move(path);
    return fill;
  }
  static std::string why(const Result<std::vector<Shape>>& shapes) {
    return shapes ? "no error" : shapes.error().what;
  }
  TempDir dir_;
  const std::vector<TensorSpec> open_{{"x", ElementType::float32, {-1, -1}}};
};

TEST_F(ShapesOfFiles, FillOpenAxes) {
  const Fills fills{{"", file(FillKind::npy, npy("x.npy", "(2, 4)", 8))}};
  EXPECT_THAT(concrete_shapes(open_, {}, fills).value(), ElementsAre(Shape{2, 4}));
  const std::vector<TensorSpec> batch{{"x", ElementType::float32, {-1, 4}}};
  EXPECT_THAT(concrete_shapes(batch, {}, fills).value(), ElementsAre(Shape{2, 4}));
  EXPECT_THAT(concrete_shapes(batch, {.batch = 2}, fills).value(), ElementsAre(Shape{2, 4}));
  const std::vector<TensorSpec> closed{{"x", ElementType::float32, {3, 4}}};
  EXPECT_THAT(concrete_shapes(closed, {}, fills).value(), ElementsAre(Shape{3, 4}))
      << "what does not fit is told when it is read";
  EXPECT_THAT(concrete_shapes(batch, {}, {}).value(), ElementsAre(Shape{1, 4}));
}

TEST_F(ShapesOfFiles, AWishWinsAndAContradictionIsSaid) {
  const Fills fills{{"x", file(FillKind::npy, npy("x.npy", "(2, 4)", 8))}};
  EXPECT_THAT(concrete_shapes(open_, {.wishes = {{"x", {5, 6}}}}, fills).value(),
              ElementsAre(Shape{5, 6}));
  EXPECT_THAT(why(concrete_shapes(open_, {.batch = 3}, fills)),
              HasSubstr("holds 2x4, which is no batch of 3; leave out the batch"));
  const std::vector<TensorSpec> other{{"x", ElementType::float32, {-1, 5}}};
  EXPECT_THAT(why(concrete_shapes(other, {}, fills)), testing::StartsWith("input 'x' is "));
  EXPECT_THAT(why(concrete_shapes(other, {}, fills)), testing::EndsWith("x.npy' holds 2x4"));
  const std::vector<TensorSpec> deeper{{"x", ElementType::float32, {-1, 2, 4}}};
  EXPECT_THAT(why(concrete_shapes(deeper, {}, fills)), HasSubstr("holds 2x4"));
  const Fills gone{{"x", file(FillKind::npy, dir_.path() / "gone.npy")}};
  EXPECT_THAT(why(concrete_shapes(open_, {}, gone)), testing::StartsWith("input 'x': "));
}

TEST_F(ShapesOfFiles, OfAnArchiveAreThoseOfItsMembers) {
  const auto path = dir_.path() / "all.npz";
  const std::vector<TensorData> arrays{
      tensor_of<float>(ElementType::float32, {2, 3}, std::vector<float>(6), "a"),
      tensor_of<float>(ElementType::float32, {7}, std::vector<float>(7), "b")};
  ASSERT_TRUE(write_npz_file(path, arrays));
  const std::vector<TensorSpec> inputs{{"b", ElementType::float32, {-1}},
                                       {"a", ElementType::float32, {-1, 3}}};
  const Fills fills{{"", file(FillKind::npz, path)}};
  EXPECT_THAT(concrete_shapes(inputs, {}, fills).value(), ElementsAre(Shape{7}, Shape{2, 3}));
  EXPECT_THAT(why(concrete_shapes(open_, {}, fills)), HasSubstr("has no array 'x'"));
}

}  // namespace
}  // namespace jetmeter
