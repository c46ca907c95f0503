// From an FP32 model to one that computes in 8-bit integers: which layers, in which ranges, and an
// ONNX file that says so explicitly with QuantizeLinear and DequantizeLinear. Planning and
// rewriting are pure; calibrating runs the model with a backend. Everything here is used by one
// thread.
//
//   quantizable() -> plan_quantization() -> calibrate() -> ranges_of() -> quantized()
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/core.h"
#include "jetmeter/frames.h"
#include "jetmeter/graph.h"
#include "jetmeter/inputs.h"
#include "jetmeter/pipeline.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// ---- what becomes integers ---------------------------------------------------------------------

// Who is to run it: where the pairs of Q and DQ have to stand, and whether zero may lie off centre.
enum class QuantizeTarget {
  onnxruntime,  // uint8 activations with a zero point; around every operator with an integer kernel
  tensorrt      // int8 activations around zero; before Conv, ConvTranspose, Gemm and MatMul
};
std::string_view name(QuantizeTarget);

struct QuantizeOptions {
  QuantizeTarget target = QuantizeTarget::onnxruntime;
  // Layers that stay FP32: by name, by operator, with * and ? as wildcards. One that fits no layer
  // is an error.
  std::vector<std::string> skip;
  bool skip_first = false;  // the layers that read the model's inputs
  bool skip_last = false;   // those behind which no other layer comes
  bool reduce_range =
      false;                // 7 bits for weights: for x86 before VNNI, where sums of pairs saturate
  bool per_channel = true;  // weights; false: one scale a tensor
};

// A Conv, ConvTranspose, Gemm or MatMul.
struct QuantizeLayer {
  std::size_t node = 0;  // index into Graph::nodes
  std::string name, op;
  bool quantized = false;
  std::string why;  // it stays FP32; empty when it does not
  std::optional<double>
      error;  // of the model when this layer alone is quantised; see layer_errors()
};

struct TensorRange {
  float low = 0, high = 0;
  friend bool operator==(const TensorRange&, const TensorRange&) = default;
};
using TensorRanges = std::map<std::string, TensorRange>;

struct QuantizePlan {
  QuantizeOptions options;
  std::vector<QuantizeLayer> layers;        // in the graph's order
  std::vector<bool> integer;                // by node: it will compute in integers
  std::vector<std::string> tensors;         // get a Q and a DQ
  std::vector<std::string> observe;         // of these, those whose range has to be found
  TensorRanges known;                       // those whose range follows from their operator
  std::map<std::string, std::string> like;  // those that take the range of another
  // Read by x * sigmoid(x) alone: what lies far below 0 comes to nothing and needs no range.
  std::set<std::string> gated;
  std::set<std::pair<std::size_t, std::size_t>> reads;  // node and input that read behind the DQ
  std::vector<std::string> notes;  // what a person should know of this model, in sentences

  std::size_t quantized_layers() const;
};

// The model as the rest expects it: opset 13 or newer. One sentence when it is quantised already,
// is not of FP32, has parts that cannot be written, or an opset below 11.
Result<ModelGraph> quantizable(ModelGraph);
// REQUIRES: of quantizable(). Fails when a pattern fits no layer or no layer is left.
Result<QuantizePlan> plan_quantization(const ModelGraph&, const QuantizeOptions&);
// The plan with all layers but these (indices into QuantizePlan::layers) in FP32.
Result<QuantizePlan> plan_only(const ModelGraph&, const QuantizePlan&,
                               std::span<const std::size_t> layers);
// REQUIRES: the plan is of this model. Fails, naming it, when a tensor has no range or a weight
// holds what is no finite number.
Result<ModelGraph> quantized(const ModelGraph&, const QuantizePlan&, const TensorRanges&);

// ---- ranges ------------------------------------------------------------------------------------

// How the values of one tensor are spread, in memory that does not grow with their number: exact
// extremes, and counts in bins that double in width whenever a value lies beyond them. At least
// 2048 bins lie between 0 and the largest magnitude. Adding the same values in other portions gives
// the same.
class TensorStatistics {
 public:
  static constexpr std::size_t kBins = 4096;  // on either side of 0

  // Values that are no finite numbers are counted apart.
  void add(std::span<const float>);

  std::uint64_t count() const { return count_; }
  std::uint64_t not_finite() const { return not_finite_; }
  float min() const { return min_; }  // 0 when nothing was added
  float max() const { return max_; }
  double limit() const;                                          // bins reach from -limit to limit
  std::span<const std::uint64_t> bins() const { return bins_; }  // 2 * kBins, or none yet

  // As it is kept in a cache; absent when the parts contradict each other.
  struct Parts {
    std::uint64_t count = 0, not_finite = 0;
    float min = 0, max = 0;
    int exponent = 0;
    std::vector<std::uint64_t> bins;
    friend bool operator==(const Parts&, const Parts&) = default;
  };
  Parts parts() const;
  static std::optional<TensorStatistics> from_parts(Parts);

 private:
  void reach(float magnitude);

  std::uint64_t count_ = 0, not_finite_ = 0;
  float min_ = 0, max_ = 0;
  int exponent_ = 0;  // limit = 2 ^ exponent
  std::vector<std::uint64_t> bins_;
};

enum class CalibrationMethod {
  minmax,      // everything that was seen
  entropy,     // least loss of information (Kullback-Leibler), 128 levels, as TensorRT calibrates
  percentile,  // without the outermost values
};
std::string_view name(CalibrationMethod);

struct RangeOptions {
  CalibrationMethod method = CalibrationMethod::minmax;
  double percentile = 99.99;  // of the values lie inside; half of the rest beyond either end
};
// REQUIRES: something finite was added.
TensorRange range_of(const TensorStatistics&, const RangeOptions&);

// ---- samples -----------------------------------------------------------------------------------

// What the model is fed while it is calibrated. Read in order; may be begun again.
class CalibrationSamples {
 public:
  virtual ~CalibrationSamples() = default;
  // Of the inputs, all extents concrete.
  virtual const std::vector<Shape>& shapes() const = 0;
  virtual std::int64_t count() const = 0;
  // Two sources of the same samples tell the same; in words, with a digest.
  virtual const std::string& identity() const = 0;
  // What was passed over, and why.
  virtual std::vector<std::string> warnings() const { return {}; }
  // The next sample into the inputs, in the model's order; false at the end.
  virtual Result<bool> next(std::span<const TensorView> inputs) = 0;
  // Goes back to the beginning and passes over so many.
  virtual Result<void> restart(std::int64_t skip) = 0;
};

// A folder of pictures, one picture, or any other source of frames, made into inputs as `detect`
// makes them: by the head that reads the model's outputs, or by the options.
struct ImageSamplesOptions {
  std::string source;
  std::int64_t limit = 0;  // 0: all
  PipelineOptions pipeline;
  LoadOptions load;
};
Result<std::unique_ptr<CalibrationSamples>> image_samples(const std::filesystem::path& model,
                                                          const ImageSamplesOptions&);

// Arrays by the names of the inputs; those without a name of an input are for a model with one. The
// first axis may hold many samples.
Result<std::unique_ptr<CalibrationSamples>> array_samples(std::span<const TensorSpec> inputs,
                                                          std::vector<TensorData>,
                                                          std::int64_t limit = 0);
// A .npz, or .npy files: named as the inputs, or all of them for the only input.
Result<std::vector<TensorData>> read_sample_arrays(std::span<const std::filesystem::path>,
                                                   std::span<const TensorSpec> inputs);

// ---- calibration -------------------------------------------------------------------------------

struct Calibration {
  std::string model;  // digest of its file
  std::string data;   // CalibrationSamples::identity()
  std::int64_t samples = 0;
  struct Observed {
    TensorStatistics statistics;
    std::int64_t samples = 0;  // so many went in
  };
  std::map<std::string, Observed> tensors;

  bool covers(std::span<const std::string> names) const;  // all of them, with all samples
};

// JSON; the same for every method. The error is one sentence.
std::string to_json(const Calibration&);
Result<Calibration> calibration_from_json(std::string_view);
// Absent when there is no such file.
Result<std::optional<Calibration>> read_calibration(const std::filesystem::path&);
// Complete or as it was.
Result<void> write_calibration(const std::filesystem::path&, const Calibration&);
// Whether a cache may be used for this model and these samples; the error says what differs.
Result<void> check_calibration(const Calibration&, std::string_view model, std::string_view data);

// 16 hexadecimal digits over the file's bytes; no protection against anybody.
Result<std::string> file_digest(std::span<const std::filesystem::path> files);

struct QuantizeProgress {
  std::string_view what;  // "calibrating", "trying layers"
  std::int64_t done = 0, total = 0;
};
// False stops the work at the next sample.
using QuantizeWatch = std::function<bool(const QuantizeProgress&)>;

struct CalibrateOptions {
  std::filesystem::path cache;                         // written as it goes; empty: none
  std::filesystem::path folder;                        // for the models that it runs; must exist
  std::uint64_t max_bytes = std::uint64_t{256} << 20;  // of intermediate tensors at a time
  std::int64_t save_every = 16;                        // samples
  LoadOptions load;
  QuantizeWatch watch;
};
// Runs the model on all samples, in as many passes as the memory asks for, and gathers the tensors'
// statistics. `begun` is what an earlier call left behind; it is gone on with. Stopped by the
// watch, it returns what it has, which does not cover() the tensors. Fails when samples are none,
// do not fit, or lead to values that are no finite numbers.
Result<Calibration> calibrate(const ModelGraph&, std::span<const std::string> tensors,
                              CalibrationSamples&, Calibration begun, const CalibrateOptions&);

// Ranges of everything in the plan. Fails, naming it, for a tensor that was not calibrated.
Result<TensorRanges> ranges_of(const QuantizePlan&, const Calibration&, const RangeOptions&);

// ---- what it costs -----------------------------------------------------------------------------

struct OutputError {
  std::string output;
  std::optional<double> cosine, relative_l2;  // absent when the reference is all zero
};
// The FP32 model and another on the first samples.
Result<std::vector<OutputError>> output_errors(const ModelGraph& reference, const ModelGraph& other,
                                               CalibrationSamples&, std::int64_t samples,
                                               const CalibrateOptions&);
// Into every quantised layer of the plan: the largest relative error (L2) of an output when this
// layer alone is quantised. Those that no sample could tell stay absent. False: stopped.
Result<bool> layer_errors(const ModelGraph&, QuantizePlan&, const TensorRanges&,
                          CalibrationSamples&, std::int64_t samples, const CalibrateOptions&);
// Indices of the n layers with the largest error, the largest first.
std::vector<std::size_t> most_sensitive(const QuantizePlan&, std::size_t n);
// Those whose error is larger, or no finite number; the worst first.
std::vector<std::size_t> worse_than(const QuantizePlan&, double error);

}  // namespace jetmeter
