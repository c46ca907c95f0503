#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "jetmeter/model.h"
#include "model/arena.h"

namespace jetmeter {
namespace {

// Tensors of unknown size that a forecast may pass over: those behind a non-maximum suppression are
// few and small.
constexpr double kUnknownShare = 0.05;

// glibc's malloc gives blocks above this back at once, however large it has let its threshold grow
// (DEFAULT_MMAP_THRESHOLD_MAX); smaller ones it keeps.
constexpr std::uint64_t kKeptByAllocator = std::uint64_t{32} << 20;

std::uint64_t times(double factor, std::uint64_t bytes) {
  return static_cast<std::uint64_t>(std::llround(factor * static_cast<double>(bytes)));
}

std::uint64_t conv_weight_bytes(const ModelMemory& model) {
  const auto conv = model.weight_bytes_by_reader.find("Conv");
  const bool fixed = !model.weights_may_be_overridden;
  return fixed && conv != model.weight_bytes_by_reader.end() ? conv->second : 0;
}

struct HeldWeights {
  std::uint64_t loading = 0, loaded = 0;  // at the peak of loading, and from then on
};

HeldWeights held_weights(const ModelMemory& model, const RuntimeRules& rules) {
  const auto stored = static_cast<double>(std::max<std::uint64_t>(model.weight_bytes, 1));
  const double widening =
      rules.widens_halves ? 1 + static_cast<double>(model.half_weight_bytes) / stored : 1;
  const auto bodies = times(rules.body_copies, model.body_weight_bytes);
  const auto conv = conv_weight_bytes(model);
  // Large tensors go one by one: all of them once, and the largest twice.
  if (model.largest_weight_bytes > kKeptByAllocator && conv == 0)
    return {times(widening, model.weight_bytes + model.largest_weight_bytes) + bodies,
            times(widening, model.weight_bytes) + bodies};
  const auto in_flight = times(rules.weights_in_flight, std::min(conv, model.largest_weight_bytes));
  const auto kept = times(rules.conv_weight_copies, conv) +
                    times(rules.weight_copies, model.weight_bytes - conv) + in_flight;
  return {times(widening, kept) + bodies, times(widening, kept) + bodies};
}

std::string unknown_shapes_sentence(const ModelMemory& model) {
  return fmt::format("the shapes of {} of {} tensors are unknown{}{}", model.unknown_shapes,
                     model.activations, model.unknown_why.empty() ? "" : ": ", model.unknown_why);
}

std::vector<std::string> what_it_rests_on(const ModelMemory& model, const RuntimeProfile& profile) {
  std::vector<std::string> rests_on = {
      fmt::format("runtime: {} {} measured on this machine", profile.backend,
                  profile.backend_version),
      fmt::format("weights: {} in the file", format_bytes(model.weight_bytes))};
  if (model.worked_out_activation_bytes) {
    rests_on.push_back(
        "activations: the shapes that jetmeter found by following the graph, since the file lacks "
        "them; their peak, without the runtime's arena");
    return rests_on;
  }
  rests_on.push_back(
      "activations: the shapes in the file, and the arena of ONNX Runtime with its defaults");
  if (model.unknown_shapes > 0)
    rests_on.push_back("not counted: " + unknown_shapes_sentence(model));
  return rests_on;
}

}  // namespace

bool too_many_unknown_shapes(const ModelMemory& model) {
  return !model.worked_out_activation_bytes &&
         static_cast<double>(model.unknown_shapes) >
             kUnknownShare * static_cast<double>(model.activations);
}

// Measured with ONNX Runtime 1.23.2 on x86-64, glibc 2.36, as the difference to a model of next to
// nothing. 3.1 KiB a node: chains of 400 and 2000 nodes. 128 KiB a further thread: its stack and
// its share of the heap. Weights: two copies where they lie among small tensors (Gemm with biases,
// ConvInteger, quantised Conv); matrices without a small tensor between them take from 1.3 to 1.8.
// On x86-64 weights of Conv are laid out anew in blocks of channels while the old ones are still
// there, through three buffers of a tensor each: ten Conv of 9 MiB, 33 tensors at the peak. That
// Arm goes without is an assumption, not measured. The body of an If is held once more by its node:
// 0.9 and 1.1 copies for ten Conv and six Gemm put into one.
std::optional<RuntimeRules> runtime_rules(std::string_view backend, std::string_view architecture) {
  if (backend != "onnxruntime") return std::nullopt;
  const bool blocks = architecture == "x86_64";
  return RuntimeRules{.weight_copies = 2,
                      .conv_weight_copies = blocks ? 3.0 : 2.0,
                      .weights_in_flight = blocks ? 3.0 : 0.0,
                      .body_copies = 1,
                      .widens_halves = true,
                      .bytes_per_node = 3174,
                      .bytes_per_thread = 128 * 1024};
}

Result<PeakForecast> forecast_peak(const ModelMemory& model, const RuntimeProfile& profile,
                                   const std::optional<RuntimeRules>& rules, int threads) {
  if (!rules) return fail(fmt::format("how {} holds a model is not known", profile.backend));
  if (profile.device != "cpu")
    return fail(
        fmt::format("how {} holds a model on {} is not known", profile.backend, profile.device));
  if (too_many_unknown_shapes(model)) return fail(unknown_shapes_sentence(model));
  PeakForecast forecast;
  const auto graph = model.nodes * rules->bytes_per_node;
  const auto weights = held_weights(model, *rules);
  forecast.weight_bytes = weights.loaded + graph;
  forecast.activation_bytes = model.worked_out_activation_bytes.value_or(
      model.input_output_bytes + arena_bytes(model.planned));
  const auto further_threads = static_cast<std::uint64_t>(std::max(threads, 1) - 1);
  forecast.runtime_bytes = profile.base_bytes + further_threads * rules->bytes_per_thread;
  forecast.peak_bytes = forecast.runtime_bytes + graph +
                        std::max(weights.loading, weights.loaded + forecast.activation_bytes);
  forecast.rests_on = what_it_rests_on(model, profile);
  return forecast;
}

}  // namespace jetmeter
