#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "jetmeter/verify.h"

namespace jetmeter {
namespace {

std::string port_text(const TensorView& view, const TensorSpec& spec) {
  return fmt::format("{} ({} {})", in_quotes(spec.name), name(view.type),
                     view.shape.empty() ? "scalar" : format_shape(view.shape));
}

bool is_float(ElementType type) {
  return type == ElementType::float32 || type == ElementType::float16;
}

// Of equal types, or between float32 and float16. False: it cannot be.
bool copy_converted(const TensorView& from, const TensorView& to) {
  if (from.type == to.type) {
    if (from.bytes != to.bytes) return false;
    if (from.bytes > 0) std::memcpy(to.data, from.data, from.bytes);
    return true;
  }
  if (!is_float(from.type) || !is_float(to.type)) return false;
  if (from.type == ElementType::float32 && from.bytes == 2 * to.bytes)
    to_half(from.as<const float>(), to.as<std::uint16_t>());
  else if (to.type == ElementType::float32 && to.bytes == 2 * from.bytes)
    to_float(from.as<const std::uint16_t>(), to.as<float>());
  else
    return false;
  return true;
}

Result<std::vector<Shape>> shapes_of_b(const ModelInfo& b, const NameMatch& match,
                                       std::span<const Shape> shapes) {
  std::vector<Shape> out(b.inputs.size());
  std::vector<bool> given(b.inputs.size(), false);
  for (const auto& [from, to] : match.pairs) {
    out[to] = shapes[from];
    given[to] = true;
  }
  for (std::size_t i = 0; i < given.size(); ++i)
    if (!given[i])
      return fail(
          fmt::format("input {} of B has no counterpart in A: the two cannot be given the "
                      "same inputs",
                      in_quotes(b.inputs[i].name)));
  return out;
}

}  // namespace

Result<Verifier> Verifier::make(std::shared_ptr<Model> a, std::shared_ptr<Model> b,
                                std::span<const Shape> shapes) {
  Verifier verifier;
  verifier.inputs_ = match_by_name(a->info().inputs, b->info().inputs, "input");
  verifier.outputs_ = match_by_name(a->info().outputs, b->info().outputs, "output");
  if (verifier.outputs_.pairs.empty()) return fail("the two models have no outputs to compare");
  const auto shapes_b = shapes_of_b(b->info(), verifier.inputs_, shapes);
  if (!shapes_b) return tl::make_unexpected(shapes_b.error());
  auto session_a = a->open(shapes);
  if (!session_a) return fail("A: " + session_a.error().what);
  auto session_b = b->open(*shapes_b);
  if (!session_b) return fail("B: " + session_b.error().what);
  verifier.a_ = *std::move(session_a);
  verifier.b_ = *std::move(session_b);
  verifier.model_a_ = std::move(a);
  verifier.model_b_ = std::move(b);
  verifier.meters_.resize(verifier.outputs_.pairs.size());
  verifier.shapes_.resize(verifier.outputs_.pairs.size());
  verifier.notes_ = verifier.inputs_.notes;
  verifier.notes_.insert(verifier.notes_.end(), verifier.outputs_.notes.begin(),
                         verifier.outputs_.notes.end());
  return verifier;
}

Result<void> Verifier::run(std::span<const TensorData> inputs) {
  if (auto ran = run_both(inputs); !ran) return ran;
  return add_outputs();
}

Result<void> Verifier::run_both(std::span<const TensorData> inputs) {
  const auto& specs = model_a_->info().inputs;
  if (inputs.size() != specs.size())
    return fail(fmt::format("A has {} inputs, and {} were given", specs.size(), inputs.size()));
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    const auto to = a_->input(i);
    if (to.bytes != inputs[i].bytes.size() || to.type != inputs[i].spec.type)
      return fail(fmt::format("what is given for input {} is {} {}", port_text(to, specs[i]),
                              name(inputs[i].spec.type), format_shape(inputs[i].spec.shape)));
    if (to.bytes > 0) std::memcpy(to.data, inputs[i].bytes.data(), to.bytes);
  }
  return run_sessions();
}

Result<void> Verifier::copy_inputs() {
  for (const auto& [from, to] : inputs_.pairs) {
    const auto a = a_->input(from), b = b_->input(to);
    if (!copy_converted(a, b))
      return fail(fmt::format(
          "input {} of A and {} of B cannot hold the same values: give both "
          "models inputs of one shape and type",
          port_text(a, model_a_->info().inputs[from]), port_text(b, model_b_->info().inputs[to])));
  }
  return {};
}

Result<void> Verifier::run_prepared() {
  if (auto ran = run_sessions(); !ran) return ran;
  return add_outputs();
}

Result<void> Verifier::run_sessions() {
  if (auto copied = copy_inputs(); !copied) return copied;
  if (auto ran = a_->run(); !ran) return fail("A: " + ran.error().what);
  if (auto ran = b_->run(); !ran) return fail("B: " + ran.error().what);
  return {};
}

Result<void> Verifier::add_outputs() {
  for (std::size_t place = 0; place < meters_.size(); ++place)
    if (auto added = add_output(place); !added) return added;
  return {};
}

Result<void> Verifier::add_output(std::size_t place) {
  const auto& [from, to] = outputs_.pairs[place];
  const auto view_a = a_->output(from), view_b = b_->output(to);
  const auto& spec_a = model_a_->info().outputs[from];
  const auto a = floats_of(view_a), b = floats_of(view_b);
  if (a && b && a->size() != b->size()) {
    meters_[place].add_mismatch(fmt::format("it is {} in A and {} in B", format_shape(view_a.shape),
                                            format_shape(view_b.shape)));
    return {};
  }
  if (!a || !b)
    return fail(fmt::format("output {} of A and {} of B cannot be compared",
                            port_text(view_a, spec_a),
                            port_text(view_b, model_b_->info().outputs[to])));
  const bool first = meters_[place].places() == 0;
  if (first && !std::equal(view_a.shape.begin(), view_a.shape.end(), view_b.shape.begin(),
                           view_b.shape.end()))
    notes_.push_back(fmt::format("output {} is {} in A and {} in B; compared in their order",
                                 in_quotes(spec_a.name), format_shape(view_a.shape),
                                 format_shape(view_b.shape)));
  shapes_[place].assign(view_a.shape.begin(), view_a.shape.end());
  meters_[place].add(*a, *b);
  return {};
}

std::vector<VerifiedOutput> Verifier::outputs() const {
  std::vector<VerifiedOutput> outputs;
  for (std::size_t i = 0; i < meters_.size(); ++i) {
    const auto& [a, b] = outputs_.pairs[i];
    outputs.push_back({model_a_->info().outputs[a].name, model_b_->info().outputs[b].name,
                       shapes_[i], meters_[i].difference()});
  }
  return outputs;
}

}  // namespace jetmeter
