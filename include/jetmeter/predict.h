// How long a model should take where nobody has run it: on a Jetson board in one of its power
// modes, or on this machine after a calibration. A model's layers are fused into the kernels that a
// runtime would make of them, and each kernel takes the longer of its arithmetic and its memory
// traffic, and an overhead. What is not known has no time, and the sum says so: it is then "at
// least". Everything is pure but for calibrate(), which runs models, and the cache's file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/core.h"
#include "jetmeter/cost.h"
#include "jetmeter/device.h"
#include "jetmeter/graph.h"

namespace jetmeter {

// ---- kernels -----------------------------------------------------------------------------------

enum class KernelClass {
  conv,       // 3x3 and larger
  conv1x1,    // a matrix product over the image
  depthwise,  // one channel each
  matmul,     // MatMul and Gemm
  pointwise,  // chains of elementwise operators
  reduction,  // softmax, normalisation, sums
  pool,
  copy,  // concatenation, transposition, resizing: bytes move and nothing is computed
};
inline constexpr std::size_t kKernelClasses = 8;
std::string_view name(KernelClass);

// What flows through a kernel. Floats and quantised numbers are counted, as their size hangs on the
// precision; what keeps its type (indices, masks) is in bytes.
struct Traffic {
  double elements = 0, fixed_bytes = 0;
  double own_bytes = 0;  // everything, in the types that the file has
};

struct Kernel {
  KernelClass kind = KernelClass::pointwise;
  std::string name;                // of the layer that it begins with
  std::string ops;                 // "Conv+Sigmoid+Mul"
  std::vector<std::size_t> nodes;  // in Graph::nodes
  bool known = true;               // false: its cost is not
  bool quantized = false;          // its arithmetic is on 8-bit integers in the file already
  double flops = 0;
  Traffic read, write, weights;
  // Of a product: `groups` times m x k by k x n. Of a convolution m counts output positions.
  double m = 0, n = 0, k = 0, groups = 1;
};

// What a runtime fuses.
struct FusionRules {
  // A convolution or a product takes every pointwise operator behind it, and one other operand.
  bool pointwise_into_products = true;
  bool pointwise_chains = true;  // they are one kernel
  bool views_are_free = true;    // Split and Slice only say where to read
};
FusionRules tensorrt_fusion();
// Only what ONNX Runtime fuses on a CPU: one activation and a sum behind a convolution, patterns
// like SiLU, GELU and layer normalisation.
FusionRules onnxruntime_cpu_fusion();

struct FusedModel {
  std::vector<Kernel> kernels;  // in the order of execution
  std::size_t layers = 0;       // of the graph
  std::size_t free_layers = 0;  // reshapes, constants and what folds into them
  std::map<std::string, std::uint64_t> unknown_operators;  // that have no cost, so no time
  double weight_elements = 0;                              // floats and quantised numbers
  std::uint64_t weight_bytes = 0;                          // as the file has them
  std::optional<double> peak_activation_bytes;             // in the file's types
};
FusedModel fuse(const ModelGraph&, const ShapeTable&, const ModelCost&, const FusionRules&);
// The same of `times` as many samples at once, where the first axis of all that flows is the batch.
FusedModel batched(FusedModel, double times);

// ---- predictions -------------------------------------------------------------------------------

enum class Precision { fp32, fp16, int8 };
std::string_view name(Precision);
Result<Precision> parse_precision(std::string_view);

enum class Bottleneck { compute, bandwidth, overhead };
std::string_view name(Bottleneck);

struct KernelTime {
  std::size_t kernel = 0;         // in FusedModel::kernels
  std::optional<double> seconds;  // absent: the kernel's cost is not known
  double compute_seconds = 0, memory_seconds = 0, overhead_seconds = 0;
  Bottleneck bottleneck = Bottleneck::compute;
  double doubt = 0;  // its time lies between seconds / (1 + doubt) and seconds * (1 + doubt)
};

struct LatencyBand {
  double mid = 0, low = 0, high = 0;  // seconds
};

// One inference.
struct Prediction {
  std::string target, mode;  // "Jetson Orin Nano 8GB Super", "MAXN_SUPER"; mode empty: none
  std::string precision;     // "fp16"; "as in the file"
  std::optional<LatencyBand> seconds;  // of the kernels that have a time; absent: none has
  bool at_least = false;               // some kernels have no time
  double flops = 0, bytes = 0;
  std::vector<KernelTime> kernels;
  std::optional<double> joules, watts;  // by a model of the chip; nothing measured
  // Weights and peak activations at this precision, without what the runtime itself takes.
  std::optional<double> memory_bytes;
  std::optional<double> memory_limit_bytes;  // what the board's system leaves to programs
  std::vector<std::string> rests_on;         // sentences
};

// What a board does in one of its modes.
struct BoardTarget {
  const Device* device = nullptr;
  std::string mode;  // empty: everything at its highest clocks
  Peaks peaks;
  double sms = 0, gpu_hz = 0;
  std::optional<double> watts;  // the budget of the mode, else of the board
  std::string assumption = {};  // a sentence where the table does not state the mode; or empty
};
// The error names the mode that was meant, or lists them, or says what the table lacks. An empty
// mode is the fastest one. A mode that caps nothing by its name, MAXN, has the board's highest
// clocks where the table does not state it.
Result<BoardTarget> board_target(const Device&, std::string_view mode);

// TensorRT builds no engine from the operators that hold 8-bit arithmetic in themselves
// (QLinearConv, ConvInteger, DynamicQuantizeLinear and the like); the error names them.
Result<void> check_for_tensorrt(const FusedModel&);

// REQUIRES: `model` was fused as TensorRT would. Fails where check_for_tensorrt does, and where the
// board has no units for the precision.
Result<Prediction> predict(const FusedModel& model, const BoardTarget&, Precision);

// ---- this machine ------------------------------------------------------------------------------

// One measured micro model: how long one kernel of it took.
struct CalibrationPoint {
  std::string probe;       // "conv", "conv1x1", "depthwise", "matmul"; or an operator: "Sigmoid"
  bool quantized = false;  // on 8-bit integers
  bool ragged = false;     // of channels that fill no vector: no multiple of 16
  double m = 0, n = 0, k = 0;  // of products; else m counts the bytes that it reads and writes
  double work = 0;             // operations of products, bytes of others
  double seconds = 0;          // the least of several measurements
  double spread = 0;           // their middle over the least, less one
};

struct MachineCalibration {
  std::string machine;  // the CPU and its cores
  std::string backend, backend_version, device;
  int threads = 0;              // 0: the runtime's choice
  double overhead_seconds = 0;  // of an operator that does next to nothing
  double run_seconds = 0;       // of a run that does nothing
  double doubt = 0;             // of predictions that rest on it
  std::vector<CalibrationPoint> points;
};

// What says whether a calibration still holds: all fields but the measured ones.
struct CalibrationKey {
  std::string machine, backend, backend_version, device;
  int threads = 0;
};
CalibrationKey key_of(const MachineCalibration&);

struct CalibrationOptions {
  std::filesystem::path folder;  // for its micro models; must exist
  Nanoseconds budget = std::chrono::seconds(60);
  std::uint64_t seed = 1;
  // False stops, and calibrate() fails. May be empty.
  std::function<bool(std::size_t done, std::size_t all)> watch;
};
// Runs about a hundred micro models through the backend, each within its part of the budget.
Result<MachineCalibration> calibrate(const BackendChoice&, const CalibrationKey&,
                                     const CalibrationOptions&);

std::string to_json(const MachineCalibration&);
Result<MachineCalibration> machine_calibration_from_json(std::string_view);
std::filesystem::path calibration_file(const std::filesystem::path& folder, const CalibrationKey&);
// Absent when there is none, when it is damaged, or when it is of something else.
std::optional<MachineCalibration> cached_calibration(const std::filesystem::path& folder,
                                                     const CalibrationKey&);

// REQUIRES: `model` was fused as the calibrated runtime would.
Prediction predict(const FusedModel& model, const MachineCalibration&);

}  // namespace jetmeter
