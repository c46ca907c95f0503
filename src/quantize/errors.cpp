#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "jetmeter/quantize.h"
#include "quantize/model_runner.h"

namespace jetmeter {
namespace {

// What the sums of one output come to, over several samples.
struct ErrorSums {
  double dot = 0, reference = 0, other = 0, error = 0;

  void add(std::span<const float> a, std::span<const float> b) {
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
      const double x = a[i], y = b[i];
      dot += x * y;
      reference += x * x;
      other += y * y;
      error += (x - y) * (x - y);
    }
  }

  OutputError result(std::string output) const {
    OutputError e{std::move(output), std::nullopt, std::nullopt};
    if (reference > 0) e.relative_l2 = std::sqrt(error / reference);
    if (reference > 0 && other > 0) e.cosine = dot / std::sqrt(reference * other);
    return e;
  }
};

using Outputs = std::vector<std::vector<float>>;

Result<Outputs> outputs_of(ModelRunner& runner) {
  Outputs values;
  for (std::size_t i = 0; i < runner.outputs(); ++i) {
    const auto output = runner.output(i);
    if (!output) return tl::make_unexpected(output.error());
    values.emplace_back(output->begin(), output->end());
  }
  return values;
}

// The model's outputs for the first samples, by sample.
Result<std::vector<Outputs>> first_outputs(const ModelGraph& model, CalibrationSamples& samples,
                                           std::int64_t count, const CalibrateOptions& options) {
  auto runner = ModelRunner::make(model, {}, samples.shapes(), options);
  if (!runner) return tl::make_unexpected(runner.error());
  if (auto begun = samples.restart(0); !begun) return tl::make_unexpected(begun.error());
  std::vector<Outputs> all;
  while (std::ssize(all) < count) {
    const auto ran = runner->run_next(samples);
    if (!ran) return tl::make_unexpected(ran.error());
    if (!*ran) break;
    auto outputs = outputs_of(*runner);
    if (!outputs) return tl::make_unexpected(outputs.error());
    all.push_back(std::move(*outputs));
  }
  return all;
}

std::vector<OutputError> compare(const ModelGraph& reference, const std::vector<Outputs>& a,
                                 const std::vector<Outputs>& b) {
  std::vector<OutputError> errors;
  for (std::size_t i = 0; i < reference.graph.outputs.size(); ++i) {
    ErrorSums sums;
    for (std::size_t k = 0; k < a.size() && k < b.size(); ++k) sums.add(a[k][i], b[k][i]);
    errors.push_back(sums.result(reference.graph.outputs[i].name));
  }
  return errors;
}

std::optional<double> largest(const std::vector<OutputError>& errors) {
  std::optional<double> most;
  for (const auto& each : errors)
    if (each.relative_l2 && !(each.relative_l2 <= most)) most = each.relative_l2;
  return most;
}

}  // namespace

Result<std::vector<OutputError>> output_errors(const ModelGraph& reference, const ModelGraph& other,
                                               CalibrationSamples& data, std::int64_t samples,
                                               const CalibrateOptions& options) {
  const auto a = first_outputs(reference, data, samples, options);
  if (!a) return tl::make_unexpected(a.error());
  const auto b = first_outputs(other, data, samples, options);
  if (!b) return tl::make_unexpected(b.error());
  return compare(reference, *a, *b);
}

Result<bool> layer_errors(const ModelGraph& model, QuantizePlan& plan, const TensorRanges& ranges,
                          CalibrationSamples& data, std::int64_t samples,
                          const CalibrateOptions& options) {
  const auto reference = first_outputs(model, data, samples, options);
  if (!reference) return tl::make_unexpected(reference.error());
  const auto total = static_cast<std::int64_t>(plan.quantized_layers());
  std::int64_t done = 0;
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    if (!plan.layers[i].quantized) continue;
    if (options.watch && !options.watch({"trying layers", done++, total})) return false;
    const auto only = plan_only(model, plan, {&i, 1});
    if (!only) return tl::make_unexpected(only.error());
    const auto changed = quantized(model, *only, ranges);
    if (!changed) return tl::make_unexpected(changed.error());
    const auto outputs = first_outputs(*changed, data, samples, options);
    if (!outputs) return tl::make_unexpected(outputs.error());
    plan.layers[i].error = largest(compare(model, *reference, *outputs));
  }
  return true;
}

std::vector<std::size_t> most_sensitive(const QuantizePlan& plan, std::size_t n) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < plan.layers.size(); ++i)
    if (plan.layers[i].quantized && plan.layers[i].error) order.push_back(i);
  // A layer that breaks the model is the worst of all.
  const auto badness = [&](std::size_t i) {
    const double error = *plan.layers[i].error;
    return std::isfinite(error) ? error : std::numeric_limits<double>::infinity();
  };
  std::ranges::stable_sort(order, std::greater(), badness);
  order.resize(std::min(n, order.size()));
  return order;
}

std::vector<std::size_t> worse_than(const QuantizePlan& plan, double error) {
  auto layers = most_sensitive(plan, plan.layers.size());
  std::erase_if(layers, [&](std::size_t i) { return *plan.layers[i].error <= error; });
  return layers;
}

}  // namespace jetmeter
