#include <fmt/format.h>

#include <algorithm>

#include "jetmeter/quantize.h"
#include "quantize/model_runner.h"

namespace jetmeter {
namespace {

// So many tensors are outputs at a time while their sizes are found out.
constexpr std::size_t kProbed = 64;

using Names = std::vector<std::string>;

// Below it x * sigmoid(x) is above -0.003 and may be taken for it. A floor that follows the step
// instead was tried and cost half of a detector's accuracy: what is lost there is no noise, it has
// the same sign everywhere.
constexpr float kGateFloor = -8;

class Calibrator {
 public:
  Calibrator(const ModelGraph& model, CalibrationSamples& samples, Calibration begun,
             const CalibrateOptions& options)
      : model_(model), samples_(samples), options_(options), calibration_(std::move(begun)) {}

  Result<Calibration> run(std::span<const std::string> tensors) {
    if (samples_.count() == 0) return fail("there are no samples to calibrate with");
    calibration_.data = samples_.identity();
    calibration_.samples = samples_.count();
    Names missing;
    for (const auto& name : tensors)
      if (!calibration_.covers({&name, 1})) missing.push_back(name);
    auto groups = packed(missing);
    if (!groups) return tl::make_unexpected(groups.error());
    const auto passes = std::ssize(*groups);
    for (std::int64_t i = 0; i < passes; ++i) {
      const auto whole = pass((*groups)[static_cast<std::size_t>(i)], i, passes);
      if (!whole) return tl::make_unexpected(whole.error());
      if (!*whole) break;
    }
    if (auto saved = save(); !saved) return tl::make_unexpected(saved.error());
    return std::move(calibration_);
  }

 private:
  Result<ModelRunner> runner(std::span<const std::string> names) {
    return ModelRunner::make(model_, names, samples_.shapes(), options_);
  }

  // Groups whose tensors fit into the memory together. One that is too large alone has its own.
  Result<std::vector<Names>> packed(const Names& names) {
    std::vector<Names> groups;
    std::uint64_t held = 0;
    for (std::size_t begin = 0; begin < names.size(); begin += kProbed) {
      const auto some = std::span(names).subspan(begin, std::min(kProbed, names.size() - begin));
      auto sizes = probe(some);
      if (!sizes) return tl::make_unexpected(sizes.error());
      for (std::size_t i = 0; i < some.size(); ++i) {
        if (groups.empty() || held + (*sizes)[i] > options_.max_bytes) {
          groups.emplace_back();
          held = 0;
        }
        groups.back().push_back(some[i]);
        held += (*sizes)[i];
      }
    }
    return groups;
  }

  Result<std::vector<std::uint64_t>> probe(std::span<const std::string> names) {
    auto probing = runner(names);
    if (!probing) return tl::make_unexpected(probing.error());
    if (auto begun = samples_.restart(0); !begun) return tl::make_unexpected(begun.error());
    auto ran = probing->run_next(samples_);
    if (!ran) return tl::make_unexpected(ran.error());
    if (!*ran) return fail("not one sample could be read");
    std::vector<std::uint64_t> sizes;
    for (std::size_t i = 0; i < names.size(); ++i) {
      const auto values = probing->output(i);
      if (!values) return tl::make_unexpected(values.error());
      sizes.push_back(values->size_bytes());
    }
    return sizes;
  }

  // Where an interrupted pass of this group stood; tensors that do not stand together begin anew.
  std::int64_t take_up(const Names& group) {
    const auto first = calibration_.tensors[group[0]].samples;
    const bool together = std::ranges::all_of(
        group, [&](const auto& name) { return calibration_.tensors[name].samples == first; });
    if (together) return first;
    for (const auto& name : group) calibration_.tensors[name] = {};
    return 0;
  }

  // False: stopped.
  Result<bool> pass(const Names& group, std::int64_t number, std::int64_t passes) {
    auto running = runner(group);
    if (!running) return tl::make_unexpected(running.error());
    auto done = take_up(group);
    if (auto begun = samples_.restart(done); !begun) return tl::make_unexpected(begun.error());
    const auto all = samples_.count();
    for (;;) {
      const QuantizeProgress progress{"calibrating", number * all + done, passes * all};
      if (options_.watch && !options_.watch(progress)) return false;
      auto ran = running->run_next(samples_);
      if (!ran) return tl::make_unexpected(ran.error());
      if (!*ran) break;
      if (auto added = observe(group, *running, done); !added)
        return tl::make_unexpected(added.error());
      ++done;
      if (done % options_.save_every == 0)
        if (auto saved = save(); !saved) return tl::make_unexpected(saved.error());
    }
    // Pictures that could not be read are fewer samples than were announced.
    for (const auto& name : group) calibration_.tensors[name].samples = all;
    return true;
  }

  Result<void> observe(const Names& group, ModelRunner& running, std::int64_t sample) {
    for (std::size_t i = 0; i < group.size(); ++i) {
      const auto values = running.output(i);
      if (!values) return tl::make_unexpected(values.error());
      auto& observed = calibration_.tensors[group[i]];
      observed.statistics.add(*values);
      observed.samples = sample + 1;
      if (observed.statistics.not_finite() > 0)
        return fail(
            fmt::format("sample {} leads to NaN or infinity in tensor {}; mend the sample or "
                        "the model",
                        sample + 1, in_quotes(group[i])));
    }
    return {};
  }

  Result<void> save() {
    if (options_.cache.empty()) return {};
    return write_calibration(options_.cache, calibration_);
  }

  const ModelGraph& model_;
  CalibrationSamples& samples_;
  const CalibrateOptions& options_;
  Calibration calibration_;
};

}  // namespace

Result<Calibration> calibrate(const ModelGraph& model, std::span<const std::string> tensors,
                              CalibrationSamples& samples, Calibration begun,
                              const CalibrateOptions& options) {
  return Calibrator(model, samples, std::move(begun), options).run(tensors);
}

Result<TensorRanges> ranges_of(const QuantizePlan& plan, const Calibration& calibration,
                               const RangeOptions& options) {
  auto ranges = plan.known;
  for (const auto& name : plan.observe) {
    const auto found = calibration.tensors.find(name);
    if (found == calibration.tensors.end() || found->second.statistics.count() == 0)
      return fail(fmt::format("tensor {} was not calibrated; calibrate again", in_quotes(name)));
    ranges[name] = range_of(found->second.statistics, options);
    auto& low = ranges[name].low;
    if (plan.gated.contains(name)) low = std::max(low, kGateFloor);
  }
  for (const auto& [name, other] : plan.like) {
    const auto found = ranges.find(other);
    if (found == ranges.end())
      return fail(fmt::format("tensor {} was not calibrated; calibrate again", in_quotes(other)));
    ranges[name] = TensorRange(found->second);
  }
  return ranges;
}

}  // namespace jetmeter
