#include "run/bench_lanes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "run/bench_tasks.h"

namespace jetmeter {
namespace {

std::vector<TensorSpec> with_shapes(std::vector<TensorSpec> specs,
                                    const std::vector<Shape>& shapes) {
  for (std::size_t i = 0; i < specs.size(); ++i) specs[i].shape = shapes[i];
  return specs;
}

const Fill& fill_of(const Fills& fills, const std::string& input) {
  static const Fill random;
  const auto named = fills.find(input);
  if (named != fills.end()) return named->second;
  const auto others = fills.find("");
  return others != fills.end() ? others->second : random;
}

}  // namespace

Result<BenchInputs> bench_inputs(const Model& model, const BenchSpec& spec) {
  auto shapes = concrete_shapes(model.info().inputs, spec.shapes, spec.fills);
  if (!shapes) return tl::make_unexpected(shapes.error());
  const auto specs = with_shapes(model.info().inputs, *shapes);
  auto tensors = make_inputs(specs, spec.fills, spec.seed);
  if (!tensors) return tl::make_unexpected(tensors.error());
  BenchInputs inputs{std::move(*shapes), std::move(*tensors), {}};
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto& name = specs[i].name;
    const auto& remark = inputs.tensors[i].remark;
    inputs.described.push_back(fmt::format("{}: {}{}", name,
                                           describe(fill_of(spec.fills, name), spec.seed),
                                           remark.empty() ? "" : fmt::format(" ({})", remark)));
  }
  return inputs;
}

Result<BenchLanes> BenchLanes::open(Model& model, const BenchSpec& spec, BenchInputs inputs) {
  BenchLanes lanes;
  lanes.inputs_ = std::move(inputs.tensors);
  for (int lane = 0; lane < spec.scenario.in_flight; ++lane) {
    auto session = model.open(inputs.shapes);
    if (!session) return tl::make_unexpected(session.error());
    lanes.sessions_.push_back(std::move(*session));
  }
  if (auto filled = lanes.fill(); !filled) return tl::make_unexpected(filled.error());
  if (!spec.copies && !spec.ladder) lanes.inputs_.clear();
  return lanes;
}

Result<void> BenchLanes::fill() {
  for (auto& session : sessions_)
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto view = session->input(i);
      if (view.bytes != inputs_[i].bytes.size())
        return fail(fmt::format("input {} holds {} bytes in this runtime, not the {} of its shape",
                                inputs_[i].spec.name, view.bytes, inputs_[i].bytes.size()));
      std::ranges::copy(inputs_[i].bytes, static_cast<std::byte*>(view.data));
    }
  return {};
}

void BenchLanes::make_tasks(const Model& model, const BenchSpec& spec, const Clock& clock) {
  for (auto& session : sessions_) {
    if (spec.copies)
      owned_.push_back(
          std::make_unique<CopyTask>(*session, inputs_, model.info().outputs.size(), clock));
    else
      owned_.push_back(std::make_unique<InferenceTask>(*session));
    if (spec.slowdown > 0)
      owned_.back() = std::make_unique<SlowedTask>(std::move(owned_.back()), spec.slowdown, clock);
    tasks_.push_back(owned_.back().get());
  }
}

std::vector<TensorData> copy_outputs(const Model& model, Session& session) {
  std::vector<TensorData> outputs;
  const auto& specs = model.info().outputs;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const auto view = session.output(i);
    TensorData output{specs[i], std::vector<std::byte>(view.bytes)};
    output.spec.shape.assign(view.shape.begin(), view.shape.end());
    if (view.bytes > 0) std::memcpy(output.bytes.data(), view.data, view.bytes);
    outputs.push_back(std::move(output));
  }
  return outputs;
}

}  // namespace jetmeter
