#include "cli/model_conversion.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/interrupts.h"
#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

const Backend* runtime() {
  const auto found = std::ranges::find_if(
      backends(), [](const Backend* each) { return each->name == "onnxruntime"; });
  return found == backends().end() ? nullptr : *found;
}

class Conversion {
 public:
  Conversion(ModelGraph model, const ConversionPlan& plan,
             const std::function<void(std::string_view)>& tell)
      : plan_(plan), tell_(tell) {
    result_.model = std::move(model);
  }

  Result<ConversionResult> run() {
    // From IR version 4 on, weights are not inputs, and nobody may override what a pass rests on.
    if (result_.model.ir_version < 4) result_.model.ir_version = 4;
    if (result_.model.weights_are_inputs)
      result_.notes.emplace_back("weights were inputs as well; they cannot be overridden any more");
    result_.model.weights_are_inputs = false;
    for (const auto step : {&Conversion::fix, &Conversion::fold, &Conversion::embed,
                            &Conversion::narrow, &Conversion::refresh})
      if (auto good = (this->*step)(); !good) return tl::make_unexpected(good.error());
    return std::move(result_);
  }

 private:
  template <typename Pass>
  void take(Pass pass) {
    result_.model = std::move(pass.model);
    result_.passes.push_back(std::move(pass.report));
  }

  Result<void> fix() {
    if (plan_.hints.axes.empty() && plan_.hints.inputs.empty()) return {};
    auto fixed = fix_axes(result_.model, plan_.hints);
    if (!fixed) return tl::make_unexpected(fixed.error());
    take(*std::move(fixed));
    return fold_integers();
  }

  // What hangs on the shapes that are fixed now.
  Result<void> fold_integers() {
    const auto shapes = propagate_shapes(result_.model);
    if (!shapes) return tl::make_unexpected(shapes.error());
    refresh_shapes(result_.model, *shapes);
    if (plan_.fold) return {};
    FoldOptions options;
    options.shapes = &*shapes;
    auto folded = fold_constants(result_.model, options);
    if (!folded) return tl::make_unexpected(folded.error());
    folded->report.pass = "fold shapes";
    take(*std::move(folded));
    return {};
  }

  Result<void> fold() {
    if (!plan_.fold) return {};
    tell_("folding");
    take(remove_dead(std::move(result_.model)));
    const auto shapes = propagate_shapes(result_.model);
    FoldOptions options;
    options.shapes = shapes ? &*shapes : nullptr;
    options.runtime = runtime();
    if (options.runtime == nullptr)
      result_.notes.emplace_back("onnxruntime is not in this build: only integers were folded");
    auto folded = fold_constants(std::move(result_.model), options);
    if (!folded) return tl::make_unexpected(folded.error());
    take(*std::move(folded));
    take(remove_identities(std::move(result_.model), options.shapes));
    take(fold_batch_norm(std::move(result_.model)));
    return {};
  }

  Result<void> embed() {
    if (!plan_.embed) return {};
    auto embedded = embed_preprocess(std::move(result_.model), *plan_.embed);
    if (!embedded) return tl::make_unexpected(embedded.error());
    take(*std::move(embedded));
    return {};
  }

  Result<std::vector<TensorSpec>> concrete_inputs() const {
    std::vector<TensorSpec> specs;
    for (const auto& input : result_.model.graph.inputs)
      specs.push_back({input.name, input.type, input.shape});
    const auto shapes = concrete_shapes(specs, {});
    if (!shapes) return tl::make_unexpected(shapes.error());
    for (std::size_t i = 0; i < specs.size(); ++i) specs[i].shape = (*shapes)[i];
    return specs;
  }

  Result<ValueRanges> ranges() {
    const auto* backend = runtime();
    if (backend == nullptr) return fail("--data needs onnxruntime, which is not in this build");
    const auto specs = concrete_inputs();
    if (!specs) return tl::make_unexpected(specs.error());
    const auto samples = ModelSamples::open(plan_.data, *specs, plan_.pixels, plan_.most_samples);
    if (!samples) return tl::make_unexpected(samples.error());
    result_.samples = samples->size();
    MeasureRangesOptions options;
    options.runtime = backend;
    for (const auto& spec : *specs) options.input_shapes.push_back(spec.shape);
    options.samples = [&] { return samples->begin(); };
    options.watch = [&](std::uint64_t done, std::uint64_t of) {
      tell_(fmt::format("looking at activations: {} of {} parts", done, of));
      return interrupts() == 0;
    };
    return measure_ranges(result_.model, options);
  }

  Result<void> narrow() {
    if (!plan_.precision) return {};
    PrecisionOptions options;
    options.type = *plan_.precision;
    options.convert_io = plan_.convert_io;
    options.keep = plan_.keep;
    const bool measured = !plan_.data.empty();
    const auto seen = measured ? ranges() : Result<ValueRanges>();
    if (!seen) return tl::make_unexpected(seen.error());
    if (measured) options.ranges = &*seen;
    tell_("converting");
    auto narrowed = to_precision(std::move(result_.model), options);
    if (!narrowed) return tl::make_unexpected(narrowed.error());
    if (options.type == ElementType::bfloat16)
      result_.notes.emplace_back(
          "onnxruntime has no bfloat16 arithmetic for the CPU: this file is for a GPU");
    result_.precision = std::move(narrowed->precision);
    take(*std::move(narrowed));
    return {};
  }

  // What the passes made known; what they leave unknown is no failure here.
  Result<void> refresh() {
    if (plan_.hints.axes.empty() && plan_.hints.inputs.empty()) return {};
    if (const auto shapes = propagate_shapes(result_.model)) refresh_shapes(result_.model, *shapes);
    return {};
  }

  const ConversionPlan& plan_;
  const std::function<void(std::string_view)>& tell_;
  ConversionResult result_;
};

}  // namespace

Result<ConversionResult> convert_model(ModelGraph model, const ConversionPlan& plan,
                                       const std::function<void(std::string_view)>& tell) {
  return Conversion(std::move(model), plan, tell).run();
}

}  // namespace jetmeter
