#include "run/worked_out_activations.h"

#include <algorithm>

#include "jetmeter/cost.h"
#include "jetmeter/graph.h"
#include "run/number_from_child.h"

namespace jetmeter {
namespace {

constexpr unsigned kSecondsAllowed = 60;
constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 48;  // more than any machine has

bool unrolls(const LayerCost& layer) {
  return layer.op == "ConvInteger" || layer.op == "QLinearConv";
}

std::optional<std::uint64_t> follow(const std::filesystem::path& model, const ShapeHints& hints) {
  const auto read = read_onnx(model);
  if (!read) return std::nullopt;
  const auto cost = model_cost(*read, hints);
  if (!cost || !cost->complete() || !cost->peak_activation_bytes || !cost->peak_body_bytes)
    return std::nullopt;
  if (std::ranges::any_of(cost->layers, unrolls)) return std::nullopt;
  if (std::max(*cost->peak_activation_bytes, *cost->peak_body_bytes) > kMostBytes)
    return std::nullopt;
  return *cost->peak_activation_bytes + *cost->peak_body_bytes;
}

}  // namespace

std::optional<std::uint64_t> worked_out_activations(const std::filesystem::path& model,
                                                    const ShapeHints& hints) {
  return number_from_child(kSecondsAllowed, [&] { return follow(model, hints); });
}

}  // namespace jetmeter
