#include "cli/cost_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;
using Count = std::optional<std::uint64_t>;

// ---- cells -------------------------------------------------------------------------------------

// Three figures: "6.50 G", "812 k", "0 ".
std::string scaled(double value) {
  constexpr std::array kPrefixes{"", "k", "M", "G", "T", "P", "E"};
  std::size_t prefix = 0;
  for (; value >= 999.5 && prefix + 1 < kPrefixes.size(); ++prefix) value /= 1000;
  const int decimals = prefix == 0 ? 0 : value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
  return fmt::format("{:.{}f} {}", value, decimals, kPrefixes[prefix]);
}

std::string flops_cell(const Count& flops) {
  return flops ? scaled(static_cast<double>(*flops)) + "FLOP" : "?";
}
std::string bytes_cell(const Count& bytes) {
  return bytes ? format_bytes(*bytes) : "?";
}

std::string share_cell(const Count& part, const Count& whole) {
  if (!part || !whole || *whole == 0) return "?";
  return fmt::format("{:.1f}%", 100.0 * static_cast<double>(*part) / static_cast<double>(*whole));
}

// Where layers are unknown, what the known ones add up to; when that is nothing, nothing is known.
std::string total_of(const ModelCost& cost, const Count& count, const std::string& cell) {
  if (cost.complete() || !count) return cell;
  return *count == 0 ? "?" : cell + ", of the layers that are known";
}

std::string intensity_of(const ModelCost& cost) {
  if (!cost.complete()) return "?";
  if (!cost.flops || !cost.read_bytes || !cost.write_bytes) return "?";
  const auto bytes = static_cast<double>(*cost.read_bytes) + static_cast<double>(*cost.write_bytes);
  return bytes > 0 ? fmt::format("{:.3g} FLOP/byte", static_cast<double>(*cost.flops) / bytes)
                   : "?";
}

// Names come out of files: without control characters, and not so long that the rest is lost.
std::string label(std::string text) {
  constexpr std::size_t kLongest = 44;
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }, ' ');
  if (text.size() > kLongest) text = "..." + text.substr(text.size() - kLongest + 3);
  // Not in the middle of a character.
  if (text.starts_with("..."))
    while (text.size() > 3 && (static_cast<unsigned char>(text[3]) & 0xC0U) == 0x80U)
      text.erase(3, 1);
  return text;
}

// ---- tables ------------------------------------------------------------------------------------

using Row = std::vector<std::string>;

// The first `left` columns begin at the left, the others end at the right.
std::string aligned(const std::vector<Row>& rows, std::size_t left) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], row[i].size());
    }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += i < left ? fmt::format("{:<{}}  ", row[i], widths[i])
                       : fmt::format("{:>{}}  ", row[i], widths[i]);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
  }
  return text;
}

std::string totals_text(const ModelCost& cost) {
  const auto moved = cost.read_bytes && cost.write_bytes
                         ? fmt::format("{} read, {} written", format_bytes(*cost.read_bytes),
                                       format_bytes(*cost.write_bytes))
                         : std::string("?");
  const auto peak = cost.peak_activation_bytes
                        ? fmt::format("{} at {}", format_bytes(*cost.peak_activation_bytes),
                                      label(cost.peak_layer))
                        : std::string("?");
  return aligned(
      {{"parameters", scaled(static_cast<double>(cost.parameters))},
       {"weights", format_bytes(cost.weight_bytes)},
       {"multiply-adds", total_of(cost, cost.flops, flops_cell(cost.flops))},
       {"other operations", total_of(cost, cost.other_flops, flops_cell(cost.other_flops))},
       {"memory traffic", total_of(cost, cost.read_bytes, moved)},
       {"intensity", intensity_of(cost)},
       {"peak activations", peak}},
      2);
}

std::vector<const LayerCost*> most_expensive(const ModelCost& cost) {
  std::vector<const LayerCost*> layers;
  for (const auto& layer : cost.layers) layers.push_back(&layer);
  const auto weight = [](const auto* layer) {
    return std::pair(layer->flops.value_or(0), layer->other_flops.value_or(0));
  };
  std::ranges::stable_sort(layers,
                           [&](const auto* a, const auto* b) { return weight(a) > weight(b); });
  return layers;
}

std::string rest_text(std::size_t rest, std::string_view what) {
  return rest == 0 ? "" : fmt::format("and {} more {}; --top 0 shows all\n", rest, what);
}

std::string layers_text(const ModelCost& cost, std::size_t top) {
  const auto layers = most_expensive(cost);
  const auto shown = top == 0 ? layers.size() : std::min(top, layers.size());
  std::vector<Row> rows{
      {"layer", "operator", "output", "multiply-adds", "share", "read", "written", "weights"}};
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& layer = *layers[i];
    rows.push_back({label(layer.name.empty() ? fmt::format("node {}", layer.node) : layer.name),
                    label(layer.op), layer.outputs.empty() ? "?" : format_shape(layer.outputs[0]),
                    flops_cell(layer.flops), share_cell(layer.flops, cost.flops),
                    bytes_cell(layer.read_bytes), bytes_cell(layer.write_bytes),
                    layer.weight_bytes == 0 ? "-" : format_bytes(layer.weight_bytes)});
  }
  return aligned(rows, 3) + rest_text(layers.size() - shown, "layers");
}

std::string operators_text(const ModelCost& cost, std::size_t top) {
  const auto operators = by_operator(cost);
  const auto shown = top == 0 ? operators.size() : std::min(top, operators.size());
  std::vector<Row> rows{
      {"operator", "layers", "multiply-adds", "share", "read", "written", "parameters"}};
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& each = operators[i];
    rows.push_back({label(each.op), std::to_string(each.layers), flops_cell(each.flops),
                    share_cell(each.flops, cost.flops), bytes_cell(each.read_bytes),
                    bytes_cell(each.write_bytes),
                    each.parameters == 0 ? "-" : scaled(static_cast<double>(each.parameters))});
  }
  return aligned(rows, 1) + rest_text(operators.size() - shown, "operators");
}

// The reasons, each once, with the number of layers and the first of them.
std::string unknown_text(const ModelCost& cost) {
  std::map<std::string, std::pair<std::uint64_t, std::string>> reasons;
  for (const auto& each : cost.unknown) {
    auto& [count, first] = reasons[each.why];
    if (count++ == 0) first = each.node;
  }
  std::string text;
  for (const auto& [why, layers] : reasons)
    text += fmt::format("{} {} no cost, {} first: {}\n", layers.first,
                        layers.first == 1 ? "layer has" : "layers have", label(layers.second), why);
  return text;
}

// ---- JSON --------------------------------------------------------------------------------------

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json layer_json(const LayerCost& layer) {
  return {{"name", layer.name},
          {"op", layer.op},
          {"node", layer.node},
          {"inputs", layer.inputs},
          {"outputs", layer.outputs},
          {"flops", or_null(layer.flops)},
          {"other_flops", or_null(layer.other_flops)},
          {"read_bytes", or_null(layer.read_bytes)},
          {"write_bytes", or_null(layer.write_bytes)},
          {"parameters", layer.parameters},
          {"weight_bytes", layer.weight_bytes}};
}

Json operator_json(const OperatorCost& each) {
  return {{"op", each.op},
          {"layers", each.layers},
          {"flops", or_null(each.flops)},
          {"other_flops", or_null(each.other_flops)},
          {"read_bytes", or_null(each.read_bytes)},
          {"write_bytes", or_null(each.write_bytes)},
          {"parameters", each.parameters}};
}

}  // namespace

std::vector<OperatorCost> by_operator(const ModelCost& cost) {
  std::map<std::string, OperatorCost> operators;
  const auto add = [](Count& sum, const Count& each) {
    if (each) sum = sum.value_or(0) + *each;
  };
  for (const auto& layer : cost.layers) {
    auto& each = operators[layer.op];
    each.op = layer.op;
    ++each.layers;
    each.parameters += layer.parameters;
    add(each.flops, layer.flops);
    add(each.other_flops, layer.other_flops);
    add(each.read_bytes, layer.read_bytes);
    add(each.write_bytes, layer.write_bytes);
  }
  std::vector<OperatorCost> sorted;
  for (auto& [op, each] : operators) sorted.push_back(std::move(each));
  const auto weight = [](const OperatorCost& each) {
    return std::pair(each.flops.value_or(0), each.other_flops.value_or(0));
  };
  std::ranges::stable_sort(sorted,
                           [&](const auto& a, const auto& b) { return weight(a) > weight(b); });
  return sorted;
}

std::string cost_text(const ModelCost& cost, const CostView& view) {
  auto text = totals_text(cost) + '\n';
  text += view.by_operator ? operators_text(cost, view.top) : layers_text(cost, view.top);
  const auto unknown = unknown_text(cost);
  return unknown.empty() ? text : text + '\n' + unknown;
}

std::string cost_json(const ModelCost& cost, const CostView& view) {
  auto layers = Json::array();
  for (const auto& layer : cost.layers) layers.push_back(layer_json(layer));
  auto operators = Json::array();
  for (const auto& each : by_operator(cost)) operators.push_back(operator_json(each));
  auto unknown = Json::array();
  for (const auto& each : cost.unknown) unknown.push_back({{"node", each.node}, {"why", each.why}});
  const Json document{{"model", view.model},
                      {"parameters", cost.parameters},
                      {"flops", or_null(cost.flops)},
                      {"other_flops", or_null(cost.other_flops)},
                      {"weight_bytes", cost.weight_bytes},
                      {"read_bytes", or_null(cost.read_bytes)},
                      {"write_bytes", or_null(cost.write_bytes)},
                      {"peak_activation_bytes", or_null(cost.peak_activation_bytes)},
                      {"peak_layer", cost.peak_activation_bytes ? Json(cost.peak_layer) : Json()},
                      {"complete", cost.complete()},
                      {"unknown_operators", Json(cost.unknown_operators)},
                      {"unknown", unknown},
                      {"operators", operators},
                      {"layers", layers}};
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace jetmeter
