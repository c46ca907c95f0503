#include "backends/onnx_signature.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/onnx_builder.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

// The weight is declared as an input too, as files before IR version 4 do.
OnnxBuilder small_model() {
  return OnnxBuilder()
      .input("image", OnnxBuilder::kHalf, {-1, 3, 8})
      .input("w", OnnxBuilder::kFloat, {2})
      .initialiser("w", {2}, {1, 2})
      .node("Identity", {"image"}, {"y"})
      .output("y", OnnxBuilder::kHalf, {-1, 3, 8})
      .output("scalar", OnnxBuilder::kInt64, {})
      .metadata("stride", "32");
}

TEST(OnnxSignature, HoldsWhatTheFileDeclares) {
  const TempDir dir;
  const auto signature = read_onnx_signature(dir.write("m.onnx", small_model().bytes()));
  ASSERT_TRUE(signature) << signature.error().what;
  ASSERT_EQ(signature->inputs.size(), 1U);
  EXPECT_EQ(signature->inputs[0].name, "image");
  EXPECT_EQ(signature->inputs[0].type, ElementType::float16);
  EXPECT_THAT(signature->inputs[0].shape, ElementsAre(kDynamic, 3, 8));
  ASSERT_EQ(signature->outputs.size(), 2U);
  EXPECT_EQ(signature->outputs[1].type, ElementType::int64);
  EXPECT_TRUE(signature->outputs[1].shape.empty());
  EXPECT_THAT(signature->metadata,
              UnorderedElementsAre(Pair("stride", "32"), Pair("producer", "jetmeter tests")));
  EXPECT_THAT(signature->opsets, ElementsAre(Pair("", 13)));
}

// Cut between two fields of the model it cannot be told from a whole file; the graph is whole then.
TEST(OnnxSignature, NeverTakesAPartOfAGraph) {
  const TempDir dir;
  const auto bytes = small_model().initialiser("big", {5000}, std::vector<float>(5000)).bytes();
  int accepted = 0;
  for (std::size_t size = 1; size < bytes.size(); size += size % 1000 == 500 ? 19'000 : 1) {
    const auto part = read_onnx_signature(dir.write("m.onnx", bytes.substr(0, size)));
    if (!part) continue;
    ++accepted;
    ASSERT_EQ(part->outputs.size(), 2U) << size;
  }
  EXPECT_LE(accepted, 4);
}

TEST(OnnxSignature, RefusesOtherFiles) {
  const TempDir dir;
  for (const auto* text : {"hello, world\n", "{\"json\": true}", "\x08\x07", "ftrt\x01\x02\x03"}) {
    const auto signature = read_onnx_signature(dir.write("m.onnx", text));
    ASSERT_FALSE(signature) << text;
    EXPECT_THAT(signature.error().what, HasSubstr("not an ONNX file"));
  }
  EXPECT_FALSE(read_onnx_signature(dir.path() / "absent.onnx"));
}

}  // namespace
}  // namespace jetmeter
