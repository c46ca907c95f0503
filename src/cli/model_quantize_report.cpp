#include "cli/model_quantize_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

std::string bytes_text(const std::optional<std::uint64_t>& bytes) {
  return bytes ? format_bytes(*bytes) : "-";
}

std::string number_text(const std::optional<double>& value, int decimals) {
  return value ? fmt::format("{:.{}f}", *value, decimals) : "-";
}

std::string percent_text(const std::optional<double>& share) {
  return share ? fmt::format("{:.2f} %", *share * 100) : "-";
}

std::string kept_table(const QuantizePlan& plan) {
  std::size_t width = 5;
  bool any_error = false;
  for (const auto& layer : plan.layers) {
    if (layer.quantized) continue;
    width = std::max(width, std::min<std::size_t>(layer.name.size(), 48));
    any_error = any_error || layer.error;
  }
  std::string text = fmt::format("\nStay FP32\n  {:<{}}  {:<13}  {}why\n", "layer", width,
                                 "operator", any_error ? "   error  " : "");
  for (const auto& layer : plan.layers) {
    if (layer.quantized) continue;
    text +=
        fmt::format("  {:<{}}  {:<13}  {}{}\n", layer.name, width, layer.op,
                    any_error ? fmt::format("{:>8}  ", percent_text(layer.error)) : "", layer.why);
  }
  return text;
}

// The most sensitive of those that were quantised, where errors were measured.
std::string sensitive_table(const QuantizePlan& plan) {
  const auto first = most_sensitive(plan, 5);
  if (first.empty()) return "";
  std::string text = "\nLargest errors among those that were quantised\n";
  for (const auto i : first)
    text += fmt::format("  {:>8}  {} {}\n", percent_text(plan.layers[i].error), plan.layers[i].op,
                        plan.layers[i].name);
  return text;
}

std::string outputs_table(const QuantizeSummary& summary) {
  std::size_t width = 6;
  for (const auto& each : summary.outputs) width = std::max(width, each.output.size());
  std::string text = fmt::format("\nAgainst FP32, {} sample{}\n  {:<{}}  {:>8}  {:>14}\n",
                                 summary.error_samples, summary.error_samples == 1 ? "" : "s",
                                 "output", width, "cosine", "relative error");
  for (const auto& each : summary.outputs)
    text += fmt::format("  {:<{}}  {:>8}  {:>14}\n", each.output, width,
                        number_text(each.cosine, 5), percent_text(each.relative_l2));
  return text;
}

nlohmann::ordered_json json_or_null(const std::optional<double>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

}  // namespace

std::string to_text(const QuantizeSummary& summary) {
  const auto& plan = summary.plan;
  std::string text = fmt::format(
      "{}\n  layers   {} of {} in int8, for {}\n  ranges   {} of {} sample{}{}\n  size     {} -> "
      "{}\n",
      summary.out, plan.quantized_layers(), plan.layers.size(), name(plan.options.target),
      summary.method, summary.samples, summary.samples == 1 ? "" : "s",
      summary.from_cache ? ", from the cache" : "", bytes_text(summary.bytes_before),
      bytes_text(summary.bytes_after));
  if (plan.quantized_layers() < plan.layers.size()) text += kept_table(plan);
  text += sensitive_table(plan);
  if (!summary.outputs.empty()) text += outputs_table(summary);
  for (const auto& note : plan.notes) text += fmt::format("\nNote: {}\n", note);
  return text;
}

std::string to_json(const QuantizeSummary& summary) {
  using Json = nlohmann::ordered_json;
  Json json{{"model", summary.out},
            {"target", name(summary.plan.options.target)},
            {"method", summary.method},
            {"samples", summary.samples},
            {"from_cache", summary.from_cache}};
  json["before_bytes"] = summary.bytes_before ? Json(*summary.bytes_before) : Json();
  json["after_bytes"] = summary.bytes_after ? Json(*summary.bytes_after) : Json();
  json["quantized_layers"] = summary.plan.quantized_layers();
  json["layers"] = Json::array();
  for (const auto& layer : summary.plan.layers)
    json["layers"].push_back({{"name", layer.name},
                              {"operator", layer.op},
                              {"quantized", layer.quantized},
                              {"why_not", layer.why.empty() ? Json() : Json(layer.why)},
                              {"relative_error", json_or_null(layer.error)}});
  json["error_samples"] = summary.error_samples;
  json["outputs"] = Json::array();
  for (const auto& each : summary.outputs)
    json["outputs"].push_back({{"name", each.output},
                               {"cosine", json_or_null(each.cosine)},
                               {"relative_error", json_or_null(each.relative_l2)}});
  json["notes"] = summary.plan.notes;
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace jetmeter
