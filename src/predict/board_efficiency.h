// How much of a GPU's peaks kernels get, as data. Pure.
#pragma once

#include "jetmeter/predict.h"

namespace jetmeter {

// What kernels of one class get.
struct KernelEfficiency {
  KernelClass kind = KernelClass::conv;
  bool tensor_cores = false;   // else the CUDA cores compute
  double compute_share = 0;    // of the peak, by a large kernel
  double bandwidth_share = 0;  // of the memory's
  double doubt = 0;            // of its time, as in KernelTime
};
const KernelEfficiency& efficiency_of(KernelClass);

// One set for all boards.
struct GpuKernels {
  double cuda_share;       // of the CUDA cores' peak, by what they compute
  double tile_m, tile_n;   // of the output that one block computes
  double half_waves;       // blocks per SM at which half of the SMs' time is used
  double half_k, half_n;   // extents at which tensor cores reach half of what they can
  double channel_step;     // channels are filled up to a multiple of it
  double int8_share;       // of what the other precisions get of their peaks
  double overhead_cycles;  // of the GPU's clock, before a kernel is at work and behind it
};
const GpuKernels& gpu_kernels();

// The share of its class's rate that a product of this shape gets on a GPU with so many SMs.
double utilisation(const Kernel&, double sms);

}  // namespace jetmeter
