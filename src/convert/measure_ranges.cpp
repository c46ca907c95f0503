#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "convert/edit.h"
#include "convert/element_types.h"
#include "convert/scratch_model.h"

namespace jetmeter {
namespace {

class RangeMeter {
 public:
  void add(std::span<const float> values) {
    for (const auto value : values) {
      if (!std::isfinite(value)) {
        ++range_.not_finite;
        continue;
      }
      range_.low = empty_ ? value : std::min(range_.low, value);
      range_.high = empty_ ? value : std::max(range_.high, value);
      empty_ = false;
    }
  }
  const ValueRange& range() const { return range_; }

 private:
  ValueRange range_;
  bool empty_ = true;
};
using RangeMeters = std::unordered_map<std::string, RangeMeter>;

std::vector<std::string> float_tensors(const Graph& graph) {
  const auto types = element_types(graph);
  std::vector<std::string> names;
  for (const auto& node : graph.nodes)
    for (const auto& name : node.outputs)
      if (const auto type = types.find(name);
          type != types.end() && type->second == ElementType::float32)
        names.push_back(name);
  return names;
}

ModelGraph with_outputs(const ModelGraph& model, std::span<const std::string> names) {
  auto copy = model;
  copy.graph.outputs.clear();
  for (const auto& name : names)
    copy.graph.outputs.push_back({name, ElementType::float32, 0, false, {}, {}});
  return remove_dead(std::move(copy)).model;
}

// A sample that is no number tells nothing of ranges; what the model makes of good ones does.
Result<void> check_input(const TensorSpec& spec, std::span<const float> values) {
  if (std::ranges::all_of(values, [](float value) { return std::isfinite(value); })) return {};
  return fail(fmt::format("array {} holds NaN or infinity; calibration needs finite numbers",
                          in_quotes(spec.name)));
}

// Returns how many samples there were.
Result<std::uint64_t> run_samples(Session& session, const ModelInfo& info, const NextSample& next,
                                  RangeMeters& meters) {
  std::vector<TensorView> inputs;
  for (std::size_t i = 0; i < info.inputs.size(); ++i) inputs.push_back(session.input(i));
  for (std::uint64_t samples = 0;; ++samples) {
    const auto more = next(inputs);
    if (!more) return tl::make_unexpected(more.error());
    if (!*more) return samples;
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].type == ElementType::float32)
        if (auto good = check_input(info.inputs[i], inputs[i].as<const float>()); !good)
          return tl::make_unexpected(good.error());
    if (auto ran = session.run(); !ran) return tl::make_unexpected(ran.error());
    for (std::size_t i = 0; i < inputs.size(); ++i)
      if (inputs[i].type == ElementType::float32)
        meters[info.inputs[i].name].add(inputs[i].as<const float>());
    for (std::size_t i = 0; i < info.outputs.size(); ++i)
      if (const auto view = session.output(i); view.type == ElementType::float32)
        meters[info.outputs[i].name].add(view.as<const float>());
  }
}

Result<void> measure_batch(const ModelGraph& model, std::span<const std::string> names,
                           const MeasureRangesOptions& options, RangeMeters& meters) {
  const auto scratch = ScratchModel::load(with_outputs(model, names), *options.runtime);
  if (!scratch) return tl::make_unexpected(scratch.error());
  auto session = scratch->model().open(options.input_shapes);
  if (!session) return tl::make_unexpected(session.error());
  const auto samples = run_samples(**session, scratch->model().info(), options.samples(), meters);
  if (!samples) return tl::make_unexpected(samples.error());
  if (*samples == 0) return fail("the data hold no sample");
  return {};
}

ShapeHints hints_of(const ModelGraph& model, std::span<const Shape> inputs) {
  ShapeHints hints;
  for (std::size_t i = 0; i < std::min(inputs.size(), model.graph.inputs.size()); ++i)
    hints.inputs.emplace_back(model.graph.inputs[i].name, inputs[i]);
  return hints;
}

// A tensor whose shape is not known counts as one among many.
using Batches = std::vector<std::vector<std::string>>;
Batches batches_of(const ModelGraph& model, const MeasureRangesOptions& options) {
  const auto shapes = propagate_shapes(model, hints_of(model, options.input_shapes));
  const auto bytes_of = [&](const std::string& name) -> std::uint64_t {
    const auto* known = shapes ? shapes->find(name) : nullptr;
    if (known == nullptr || !known->shape) return 0;
    return static_cast<std::uint64_t>(element_count(*known->shape)) * sizeof(float);
  };
  Batches batches;
  std::uint64_t held = 0;
  for (auto& name : float_tensors(model.graph)) {
    const auto size = bytes_of(name);
    if (batches.empty() || batches.back().size() >= options.tensors_at_a_time ||
        held + size > options.bytes_at_a_time) {
      batches.emplace_back();
      held = 0;
    }
    batches.back().push_back(std::move(name));
    held += size;
  }
  return batches;
}

}  // namespace

Result<ValueRanges> measure_ranges(const ModelGraph& model, const MeasureRangesOptions& options) {
  const auto batches = batches_of(model, options);
  RangeMeters meters;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    if (options.watch && !options.watch(i, batches.size())) return fail("stopped");
    if (auto good = measure_batch(model, batches[i], options, meters); !good)
      return tl::make_unexpected(good.error());
  }
  ValueRanges ranges;
  for (const auto& [name, meter] : meters) ranges.emplace(name, meter.range());
  return ranges;
}

}  // namespace jetmeter
