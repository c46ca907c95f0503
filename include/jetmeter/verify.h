// Whether two models, or one model on two runtimes, give the same answers. The arithmetic is pure;
// what runs models needs the backends.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "jetmeter/backend.h"
#include "jetmeter/core.h"
#include "jetmeter/graph.h"
#include "jetmeter/inputs.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// How far `b` lies from `a`, the reference. Places where either is no finite number are counted and
// left out of the rest.
struct ValueDifference {
  std::uint64_t n = 0;         // places, finite or not
  std::uint64_t compared = 0;  // places where both are finite; where it is 0, no error below counts
  std::uint64_t not_finite_a = 0, not_finite_b = 0;
  std::uint64_t newly_not_finite = 0;  // places of b alone
  // How their sizes differed in a run, which counts no value; empty where they never did.
  std::string mismatch;
  std::optional<double> cosine;       // absent when one of the two is all zero or nothing is left
  std::optional<double> relative_l2;  // |a-b| / |a|; absent when a is all zero
  double max_error = 0, p99_error = 0, mean_error = 0;  // absolute
  double max_reference = 0;                             // the largest |a|
};

// Over several runs without keeping their values: add() each, then read. p99 is of a reservoir of
// 65536 places chosen by a fixed rule, the rest is exact. REQUIRES of add(): equal sizes.
class DifferenceMeter {
 public:
  void add(std::span<const float> a, std::span<const float> b);
  void add_mismatch(std::string what) { mismatch_ = std::move(what); }
  ValueDifference difference() const;
  std::uint64_t places() const { return n_; }

 private:
  void add_finite(double a, double b);

  std::uint64_t n_ = 0, seen_ = 0, not_finite_a_ = 0, not_finite_b_ = 0, newly_not_finite_ = 0;
  double dot_ = 0, a_square_ = 0, b_square_ = 0, error_square_ = 0, error_sum_ = 0;
  double max_error_ = 0, max_reference_ = 0;
  std::vector<float> kept_;
  std::string mismatch_;
};

// ---- whether it is near enough -----------------------------------------------------------------

struct VerifyLimits {
  std::optional<double> min_cosine = 0.999;
  std::optional<double> max_error;  // absolute
  // |a-b| / |a|, which sees what a cosine does not: a wrong scale.
  std::optional<double> max_relative_l2 = 0.5;
  std::optional<double> max_p99_error;  // absolute
};
// What of a difference is beyond a limit: "cosine 0.98 is below 0.999". Absent: all is well. New
// places that are not finite fail always; two answers that are all zero are equal.
std::optional<std::string> beyond_limits(const ValueDifference&, const VerifyLimits&);

// ---- what is compared with what ----------------------------------------------------------------

struct NameMatch {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;  // by their place in a and in b
  std::vector<std::string> notes;  // sentences on what was not matched by equal names
};
// Equal names first; what is left, by place among what is left. `what` is "input" or "output".
NameMatch match_by_name(std::span<const TensorSpec> a, std::span<const TensorSpec> b,
                        std::string_view what);

// As float32. Absent for `other`.
std::optional<std::vector<float>> floats_of(const TensorView&);

// ---- running both ------------------------------------------------------------------------------

struct VerifiedOutput {
  std::string a, b;  // names
  Shape shape;       // in a, in the last run
  ValueDifference difference;
};

// The same inputs through two models. Used by one thread.
class Verifier {
 public:
  // `shapes` are the inputs of `a`; those of b get the shape of the one that they are matched with.
  // Fails, in a sentence, where the two cannot be given the same inputs.
  static Result<Verifier> make(std::shared_ptr<Model> a, std::shared_ptr<Model> b,
                               std::span<const Shape> shapes);

  // One tensor per input of a, concrete.
  Result<void> run(std::span<const TensorData> inputs);
  // As run(), but the outputs are left to the caller.
  Result<void> run_both(std::span<const TensorData> inputs);
  // On what the inputs of a's session hold already.
  Result<void> run_prepared();
  Session& session_a() { return *a_; }
  Session& session_b() { return *b_; }
  const std::vector<std::string>& notes() const { return notes_; }
  std::vector<VerifiedOutput> outputs() const;

 private:
  Verifier() = default;
  Result<void> copy_inputs();
  Result<void> run_sessions();
  Result<void> add_outputs();
  Result<void> add_output(std::size_t place);

  std::shared_ptr<Model> model_a_, model_b_;
  std::unique_ptr<Session> a_, b_;
  NameMatch inputs_, outputs_;
  std::vector<DifferenceMeter> meters_;
  std::vector<Shape> shapes_;
  std::vector<std::string> notes_;
};

// ---- where they part ---------------------------------------------------------------------------

using LoadGraph = std::function<Result<std::shared_ptr<Model>>(const std::filesystem::path&)>;

struct PartingRequest {
  const ModelGraph* a = nullptr;
  const ModelGraph* b = nullptr;
  LoadGraph load_a, load_b;
  std::vector<TensorData> inputs;  // of a
  VerifyLimits limits;
  std::filesystem::path folder;  // for copies of the models with more outputs
  std::size_t group = 32;        // tensors that are outputs at the same time
  std::function<void(std::size_t done, std::size_t all)> progress;  // may be empty
};

struct LayerDifference {
  std::string tensor, node;  // node: as describe() has it, in a
  ValueDifference difference;
  std::string beyond;  // which limit; empty: none
};

struct Parting {
  std::size_t shared = 0;               // tensors of floats that both have by the same name
  std::vector<LayerDifference> layers;  // compared, in a's order, up to the group of the first
  std::optional<std::size_t> first;     // in `layers`: the first beyond a limit
};
// Tensors of the main graphs with equal names, in the order of a, are made outputs in groups, until
// one holds a tensor beyond the limits. Outputs keep a runtime from fusing layers across them, so
// figures may differ in the last digits from those of the whole model.
Result<Parting> find_parting(const PartingRequest&);

}  // namespace jetmeter
