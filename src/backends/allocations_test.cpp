// Nothing of a tensor's size is allocated per inference.
#include <gtest/gtest.h>

#include <cstdlib>

#include "backends/test_models.h"
#include "jetmeter/backend.h"
#include "support/temp_dir.h"
#include "support/watch_heap.h"

namespace jetmeter {
namespace {

class HeapOfEveryBackend : public testing::TestWithParam<const Backend*> {
 protected:
  const Backend& backend() const { return *GetParam(); }
  TempDir dir_;
};

// 196 608 bytes each for input, output and whatever lies between. Runtimes take small bookkeeping
// from the heap in every run; a tensor would be seen by its size, a leak by its growth.
TEST_P(HeapOfEveryBackend, IsNotAskedForATensorAfterWarmUp) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands in for malloc in this build";
  const auto model = backend().load(write_identity(backend(), dir_, {1, 3, 128, 128}), {});
  ASSERT_TRUE(model) << model.error().what;
  auto session = (*model)->open({});
  ASSERT_TRUE(session);
  const auto hundred_runs = [&] {
    for (int i = 0; i < 100; ++i)
      if (!(*session)->run()) std::abort();
  };
  hundred_runs();
  const auto first = watch_heap(hundred_runs);
  const auto second = watch_heap(hundred_runs);
  EXPECT_LT(first.largest_bytes, 64U << 10);
  EXPECT_LT(second.largest_bytes, 64U << 10);
  EXPECT_LT(second.allocations, first.allocations + 50) << "grows from run to run";
  if (backend().name == "reference") {
    EXPECT_EQ(first.allocations, 0);
  }
  RecordProperty("allocations_per_100_runs", std::to_string(first.allocations));
}

// The same with results between the nodes, and an output whose shape only a run tells.
TEST_P(HeapOfEveryBackend, IsNotAskedForATensorByADeeperOnnxModelWithAnOpenAxis) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands in for malloc in this build";
  if (!reads_extension(backend().extensions, "m.onnx")) GTEST_SKIP() << "reads no ONNX";
  const Shape shape{kDynamic, 3, 128, 128};
  const auto path = dir_.write("deep.onnx", OnnxBuilder()
                                                .input("x", OnnxBuilder::kFloat, shape)
                                                .node("Relu", {"x"}, {"a"})
                                                .node("Sigmoid", {"a"}, {"b"})
                                                .node("Add", {"a", "b"}, {"y"})
                                                .output("y", OnnxBuilder::kFloat, shape)
                                                .bytes());
  const auto model = backend().load(path, {});
  ASSERT_TRUE(model) << model.error().what;
  const std::vector<Shape> concrete{{1, 3, 128, 128}};
  auto session = (*model)->open(concrete);
  ASSERT_TRUE(session) << session.error().what;
  const auto twenty_runs = [&] {
    for (int i = 0; i < 20; ++i)
      if (!(*session)->run()) std::abort();
  };
  twenty_runs();
  EXPECT_LT(watch_heap(twenty_runs).largest_bytes, 64U << 10);
  (*session)->input(0).as<float>()[5] = 2;
  ASSERT_TRUE((*session)->run());
  EXPECT_NEAR((*session)->output(0).as<float>()[5], 2.880797F, 1e-5);
}

INSTANTIATE_TEST_SUITE_P(Each, HeapOfEveryBackend,
                         testing::ValuesIn(backends().begin(), backends().end()),
                         [](const auto& test) { return std::string(test.param->name); });

TEST(WatchHeap, SeesWhatOperatorNewTakes) {
  if (!kCanWatchHeap) GTEST_SKIP() << "a sanitizer stands in for malloc in this build";
  const auto use = watch_heap([] {
    std::vector<char> bytes(100'000);
    static_cast<volatile char*>(bytes.data())[0] = 1;
  });
  EXPECT_GE(use.allocations, 1);
  EXPECT_GE(use.largest_bytes, 100'000U);
}

}  // namespace
}  // namespace jetmeter
