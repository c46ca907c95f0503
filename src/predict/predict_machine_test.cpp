#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "jetmeter/predict.h"
#include "predict/point_rates.h"
#include "predict/probes.h"
#include "support/temp_dir.h"

namespace jetmeter {
namespace {

CalibrationPoint product(double m, double n, double k, double flops_per_second) {
  CalibrationPoint point{.probe = "conv", .m = m, .n = n, .k = k};
  point.work = 2 * m * n * k;
  point.seconds = point.work / flops_per_second;
  return point;
}

CalibrationPoint bytes(const char* probe, double size, double bytes_per_second) {
  CalibrationPoint point{.probe = probe, .m = size, .work = size};
  point.seconds = size / bytes_per_second;
  return point;
}

MachineCalibration example() {
  MachineCalibration calibration{"a CPU, 2 cores", "onnxruntime", "1.23.2", "cpu", 1};
  calibration.overhead_seconds = 1e-6;
  calibration.run_seconds = 2e-6;
  calibration.doubt = 0.2;
  calibration.points = {product(1000, 64, 576, 1e11), bytes("Add", 1e4, 1e10),
                        bytes("Add", 1e6, 2e10), bytes("Concat", 1e6, 1e10)};
  return calibration;
}

TEST(PointRates, AMeasuredSizeHasItsMeasuredRate) {
  const std::vector points{product(1000, 64, 576, 1e11)};
  EXPECT_NEAR(*product_rate(points, "conv", false, {1000, 64, 576}), 1e11, 1);
  EXPECT_FALSE(product_rate(points, "conv", true, {1000, 64, 576}));
  EXPECT_FALSE(product_rate(points, "matmul", false, {1000, 64, 576}));
}

TEST(PointRates, TheNearestCountsMost) {
  const std::vector points{product(1000, 64, 576, 1e11), product(1000, 8, 72, 1e10)};
  const auto rate = product_rate(points, "conv", false, {1000, 56, 576});
  EXPECT_GT(*rate, 9e10);
  EXPECT_LT(*rate, 1e11);
}

TEST(PointRates, BytesGoBetweenTheMeasuredSizesAndStopAtTheEnds) {
  const auto points = example().points;
  EXPECT_NEAR(*byte_rate(points, "Add", 1e5), 1.41421e10, 1e6);
  EXPECT_NEAR(*byte_rate(points, "Add", 1), 1e10, 1);
  EXPECT_NEAR(*byte_rate(points, "Add", 1e9), 2e10, 1);
  EXPECT_FALSE(byte_rate(points, "Erf", 1e5));
}

TEST(PredictMachine, AddsOverheadsToWork) {
  FusedModel model;
  Kernel kernel{.kind = KernelClass::conv, .ops = "Conv", .m = 1000, .n = 64, .k = 576};
  kernel.flops = 2.0 * 1000 * 64 * 576;
  model.kernels = {kernel, {.kind = KernelClass::copy, .ops = "Concat"}};
  model.kernels[1].write.own_bytes = 1e6;
  const auto prediction = predict(model, example());
  const double conv = kernel.flops / 1e11 + 1e-6, concat = 1e6 / 1e10 + 1e-6;
  EXPECT_NEAR(*prediction.kernels[0].seconds, conv, 1e-9);
  EXPECT_EQ(prediction.kernels[0].bottleneck, Bottleneck::compute);
  EXPECT_NEAR(*prediction.kernels[1].seconds, concat, 1e-9);
  EXPECT_EQ(prediction.kernels[1].bottleneck, Bottleneck::bandwidth);
  EXPECT_NEAR(prediction.seconds->mid, conv + concat + 2e-6, 1e-9);
  EXPECT_NEAR(prediction.seconds->high, (conv + concat) * 1.2 + 2e-6, 1e-9);
  EXPECT_FALSE(prediction.joules);
}

TEST(PredictMachine, SaysThatOthersWereAtWork) {
  auto calibration = example();
  EXPECT_EQ(predict({}, calibration).rests_on.size(), 1U);
  for (auto& point : calibration.points) point.spread = 0.9;
  EXPECT_THAT(predict({}, calibration).rests_on,
              testing::Contains(testing::HasSubstr("--recalibrate")));
}

TEST(PredictMachine, WhatWasNotMeasuredHasNoTime) {
  FusedModel model;
  model.kernels = {{.kind = KernelClass::depthwise, .ops = "Conv", .m = 4, .n = 1, .k = 9}};
  const auto prediction = predict(model, example());
  EXPECT_TRUE(prediction.at_least);
  EXPECT_FALSE(prediction.kernels[0].seconds);
  EXPECT_FALSE(prediction.seconds);
}

TEST(PredictMachine, AModelOfFreeLayersTakesAnEmptyRun) {
  const auto prediction = predict({}, example());
  EXPECT_FALSE(prediction.at_least);
  ASSERT_TRUE(prediction.seconds);
  EXPECT_EQ(prediction.seconds->mid, example().run_seconds);
}

TEST(MachineCalibration, IsTheSameAfterItsFile) {
  const auto read = machine_calibration_from_json(to_json(example()));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(to_json(*read), to_json(example()));
  EXPECT_EQ(read->points.size(), 4U);
  EXPECT_EQ(read->points[0].seconds, example().points[0].seconds);
}

TEST(MachineCalibration, RefusesWhatCannotBe) {
  EXPECT_FALSE(machine_calibration_from_json(""));
  EXPECT_FALSE(machine_calibration_from_json("[]"));
  EXPECT_FALSE(machine_calibration_from_json("{\"schema\":\"jetmeter.calibration/1\"}"));
  auto negative = example();
  negative.points[0].seconds = -1;
  EXPECT_FALSE(machine_calibration_from_json(to_json(negative)));
  auto empty = example();
  empty.points.clear();
  EXPECT_FALSE(machine_calibration_from_json(to_json(empty)));
}

TEST(MachineCalibration, OfAnotherRuntimeOrMachineIsNotUsed) {
  const TempDir folder;
  const auto calibration = example();
  const auto key = key_of(calibration);
  EXPECT_FALSE(cached_calibration(folder.path(), key));
  std::ofstream(calibration_file(folder.path(), key)) << to_json(calibration);
  EXPECT_TRUE(cached_calibration(folder.path(), key));
  auto newer = key;
  newer.backend_version = "1.24.0";
  EXPECT_FALSE(cached_calibration(folder.path(), newer));
  auto elsewhere = key;
  elsewhere.machine = "another CPU, 8 cores";
  EXPECT_FALSE(cached_calibration(folder.path(), elsewhere));
}

// Every micro model is a graph that the costs know, and is what its point says.
TEST(Probes, CostWhatTheirPointsSay) {
  for (const auto& probe : calibration_probes(1)) {
    const auto model = probe.build();
    const auto shapes = propagate_shapes(model);
    ASSERT_TRUE(shapes) << probe.point.probe << ": " << shapes.error().what;
    EXPECT_GT(probe.point.work, 0) << probe.point.probe;
    if (probe.point.k <= 0) continue;
    const auto fused = fuse(model, *shapes, model_cost(model, *shapes), onnxruntime_cpu_fusion());
    double flops = 0, m = 0;
    for (const auto& kernel : fused.kernels)
      if (kernel.k > 0) {
        flops += kernel.flops;
        m = kernel.m;
        EXPECT_EQ(kernel.n, probe.point.n) << probe.point.probe;
        EXPECT_EQ(kernel.k, probe.point.k) << probe.point.probe;
      }
    EXPECT_EQ(m, probe.point.m) << probe.point.probe;
    // The activation behind a convolution costs a little as well.
    EXPECT_NEAR(flops / (probe.point.work * probe.kernels), 1, 0.15) << probe.point.probe;
  }
}

}  // namespace
}  // namespace jetmeter
