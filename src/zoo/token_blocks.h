// Layers over the last axis of batch x tokens x width: projections, layer norm, MLPs, attention.
#pragma once

#include <optional>
#include <string>

#include "zoo/conv_block.h"

namespace jetmeter {

struct Linear {
  std::int64_t inputs = 0, outputs = 0;
  double gain = 1;   // the deviation of what it gives
  double power = 1;  // the mean square of what it reads; 1 behind a layer norm
  bool bias = true;
  double bias_mean = 0;
};
// Weights "<name>.weight", inputs x outputs, and "<name>.bias".
std::string linear(NetBuilder&, const std::string& name, const std::string& x, const Linear&);
// The same of batch x width, as one Gemm; the weight is outputs x inputs.
std::string classifier(NetBuilder&, const std::string& name, const std::string& x, const Linear&);

// REQUIRES: opset 17. Without parameters where `affine` is false.
struct LayerNorm {
  std::int64_t width = 0;
  double epsilon = 1e-6;
  bool affine = true;
};
std::string layer_norm(NetBuilder&, const std::string& name, const std::string& x,
                       const LayerNorm&);
// Over the channels of batch x channels x height x width.
FeatureMap layer_norm_2d(NetBuilder&, const std::string& name, const FeatureMap&);

struct Mlp {
  std::int64_t width = 0, hidden = 0;
  ZooActivation activation = ZooActivation::gelu;
  double gain = 1, power = 1;
  std::int64_t outputs = 0;  // 0: as wide as it reads
};
// Two projections, "<name>.<first>" and "<name>.<second>".
struct MlpNames {
  std::string first = ".fc1", second = ".fc2";
};
std::string mlp(NetBuilder&, const std::string& name, const std::string& x, const Mlp&,
                const MlpNames& = {});

struct Heads {
  std::int64_t heads = 1, width = 0;  // of one head
  std::string mask;                   // added to the products; empty: none
};
// Scaled dot products of what is projected already: batch x tokens x (heads * width) each, which
// is also what it gives. The numbers of tokens may be open.
std::string attend(NetBuilder&, const std::string& name, const std::string& queries,
                   const std::string& keys, const std::string& values, const Heads&);

}  // namespace jetmeter
