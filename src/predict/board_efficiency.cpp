// Fitted on one board, the Orin Nano Super in MAXN_SUPER: to the 15 latencies that Ultralytics
// publishes for YOLO11 n, s, m, l and x with TensorRT in FP32 (TF32), FP16 and INT8. Tested on the
// two other boards of that table. docs/prediction.md has the errors.
#include "predict/board_efficiency.h"

#include <array>
#include <cmath>

namespace jetmeter {
namespace {

constexpr double kFittedBandwidth = 0.57;
// Of the CUDA cores' peak, where they compute; YOLO11's kernels of the kind wait for memory, so
// that it was not fitted.
constexpr double kCudaShare = 0.15;
// YOLO11 has no kernels of these, or they are too small a part of it to be seen.
constexpr double kUnseen = 0.45;

constexpr std::array<KernelEfficiency, kKernelClasses> kEfficiencies{{
    {KernelClass::conv, true, 0.7, kFittedBandwidth, 0.25},
    {KernelClass::conv1x1, true, 0.743, kFittedBandwidth, 0.25},
    {KernelClass::depthwise, false, kCudaShare, kFittedBandwidth, kUnseen},
    {KernelClass::matmul, true, 0.743, kFittedBandwidth, kUnseen},
    {KernelClass::pointwise, false, kCudaShare, kFittedBandwidth, 0.35},
    {KernelClass::reduction, false, kCudaShare, kFittedBandwidth, kUnseen},
    {KernelClass::pool, false, kCudaShare, kFittedBandwidth, 0.35},
    {KernelClass::copy, false, kCudaShare, kFittedBandwidth, 0.35},
}};

// Blocks of 64x64, the middle of the tiles that the vendor's libraries choose from, and channels in
// steps of 8, what tensor cores take at 16 bits, were not fitted.
constexpr GpuKernels kGpuKernels{.cuda_share = kCudaShare,
                                 .tile_m = 64,
                                 .tile_n = 64,
                                 .half_waves = 0.05,
                                 .half_k = 128,
                                 .half_n = 32,
                                 .channel_step = 8,
                                 .int8_share = 0.811,
                                 .overhead_cycles = 13700};

double filled(double extent, double step) {
  return extent / (std::ceil(extent / step) * step);
}

}  // namespace

const KernelEfficiency& efficiency_of(KernelClass kind) {
  return kEfficiencies[static_cast<std::size_t>(kind)];
}

const GpuKernels& gpu_kernels() {
  return kGpuKernels;
}

double utilisation(const Kernel& kernel, double sms) {
  if (kernel.m <= 0 || kernel.n <= 0 || kernel.k <= 0 || sms <= 0) return 1;
  const auto& gpu = kGpuKernels;
  const auto blocks =
      std::ceil(kernel.m / gpu.tile_m) * std::ceil(kernel.n / gpu.tile_n) * kernel.groups;
  const auto waves = blocks / sms;
  return waves / (waves + gpu.half_waves) * kernel.k / (kernel.k + gpu.half_k) * kernel.n /
         (kernel.n + gpu.half_n) * filled(kernel.k, gpu.channel_step) *
         filled(kernel.n, gpu.channel_step);
}

}  // namespace jetmeter
