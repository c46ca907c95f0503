#include "cli/verify_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace jetmeter {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kAround = 4;  // layers shown before and after the first beyond a limit
constexpr std::size_t kMostName = 40;

std::string number(const std::optional<double>& value, bool cosine = false) {
  if (!value) return "-";
  return cosine ? fmt::format("{:.6f}", *value) : fmt::format("{:.3g}", *value);
}

// An error of nothing is no error.
std::optional<double> if_compared(const ValueDifference& difference, double value) {
  return difference.compared > 0 ? std::optional(value) : std::nullopt;
}

std::string line_of(const std::string& left, std::size_t width, const ValueDifference& d,
                    const std::string& verdict) {
  return fmt::format("  {:<{}}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}  {:>7}  {:>7}  {}\n", left, width,
                     number(d.cosine, true), number(d.relative_l2),
                     number(if_compared(d, d.max_error)), number(if_compared(d, d.p99_error)),
                     number(if_compared(d, d.max_reference)), d.not_finite_a, d.not_finite_b,
                     verdict);
}

std::string head_of(const std::string& left, std::size_t width, std::string_view last) {
  return fmt::format("  {:<{}}  {:>9}  {:>9}  {:>9}  {:>9}  {:>9}  {:>7}  {:>7}  {}\n", left, width,
                     "cosine", "rel. L2", "max error", "p99 error", "max |A|", "bad A", "bad B",
                     last);
}

std::string side_text(std::string_view letter, const VerifySideReport& side) {
  return fmt::format("  {}       {} on {} {}, {}, {}\n", letter, side.model, side.backend,
                     side.version, side.device, side.precision);
}

std::string name_of(const VerifiedOutput& output) {
  const auto name = output.a == output.b ? output.a : output.a + " / " + output.b;
  return in_quotes(name.substr(0, kMostName));
}

std::string outputs_text(const VerifyReport& report) {
  std::size_t width = 6;
  for (const auto& output : report.outputs) width = std::max(width, name_of(output).size());
  auto text = "\noutputs\n" + head_of("name", width, "");
  for (const auto& output : report.outputs)
    text += line_of(name_of(output), width, output.difference,
                    beyond_limits(output.difference, report.limits).value_or("ok"));
  return text;
}

std::string parting_text(const Parting& parting) {
  std::string text = "\nlayers\n";
  if (parting.shared == 0)
    return text + "  no tensor has the same name in both graphs: where they part cannot be told\n";
  if (!parting.first)
    return text + fmt::format(
                      "  {} tensors of floats have the same name in both graphs, and none "
                      "of them is beyond the limits\n",
                      parting.layers.size());
  const auto first = *parting.first;
  const auto& found = parting.layers[first];
  text += fmt::format("  they part at {}, in {}: {}\n\n", in_quotes(found.tensor), found.node,
                      found.beyond);
  const auto from = first > kAround ? first - kAround : 0;
  const auto to = std::min(parting.layers.size(), first + kAround + 1);
  std::size_t width = 6;
  for (auto i = from; i < to; ++i) width = std::max(width, parting.layers[i].node.size());
  width = std::min<std::size_t>(width, 60);
  text += head_of("layer", width, "");
  for (auto i = from; i < to; ++i) {
    const auto& layer = parting.layers[i];
    text += line_of(layer.node.substr(0, width), width, layer.difference,
                    i == first             ? "<- the first"
                    : layer.beyond.empty() ? ""
                                           : "beyond");
  }
  return text;
}

std::string accuracy_text(const TaskAccuracy& accuracy) {
  std::string text = fmt::format(
      "\naccuracy over {} images, {} objects; scores above {:g}, NMS above {:g}\n"
      "  {:<10}  {:>6}  {:>6}  {:>7}\n",
      accuracy.a.images, accuracy.a.truths, accuracy.confidence, accuracy.iou, "", "A", "B",
      "B - A");
  const auto row = [&](std::string_view name, auto a, auto b) {
    const auto cell = [](const std::optional<double>& value) {
      return value ? fmt::format("{:.4f}", *value) : std::string("-");
    };
    const auto change = a && b ? fmt::format("{:+.4f}", *b - *a) : "-";
    text += fmt::format("  {:<10}  {:>6}  {:>6}  {:>7}\n", name, cell(a), cell(b), change);
  };
  row("mAP50", accuracy.a.map50, accuracy.b.map50);
  row("mAP50-95", accuracy.a.map50_95, accuracy.b.map50_95);
  return text;
}

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

Json difference_json(const ValueDifference& d) {
  return {{"values", d.n},
          {"compared", d.compared},
          {"cosine", optional_json(d.cosine)},
          {"relative_l2", optional_json(d.relative_l2)},
          {"max_error", optional_json(if_compared(d, d.max_error))},
          {"p99_error", optional_json(if_compared(d, d.p99_error))},
          {"mean_error", optional_json(if_compared(d, d.mean_error))},
          {"max_reference", optional_json(if_compared(d, d.max_reference))},
          {"not_finite_a", d.not_finite_a},
          {"not_finite_b", d.not_finite_b}};
}

Json side_json(const VerifySideReport& side) {
  return {{"model", side.model},
          {"backend", side.backend},
          {"version", side.version},
          {"device", side.device},
          {"precision", side.precision}};
}

Json parting_json(const Parting& parting) {
  Json layers = Json::array();
  for (const auto& layer : parting.layers) {
    Json row{{"tensor", layer.tensor}, {"node", layer.node}};
    row.update(difference_json(layer.difference));
    row["beyond"] = layer.beyond.empty() ? Json() : Json(layer.beyond);
    layers.push_back(std::move(row));
  }
  return {{"shared_tensors", parting.shared},
          {"first", parting.first ? Json(parting.layers[*parting.first].tensor) : Json()},
          {"layers", std::move(layers)}};
}

Json accuracy_json(const TaskAccuracy& accuracy) {
  const auto side = [](const Accuracy& each) {
    return Json{{"map50", optional_json(each.map50)}, {"map50_95", optional_json(each.map50_95)}};
  };
  return {{"images", accuracy.a.images},
          {"truths", accuracy.a.truths},
          {"confidence", accuracy.confidence},
          {"iou", accuracy.iou},
          {"a", side(accuracy.a)},
          {"b", side(accuracy.b)}};
}

}  // namespace

std::optional<std::string> beyond_map_loss(const VerifyReport& report) {
  if (!report.max_map_loss) return std::nullopt;
  const auto& accuracy = report.accuracy;
  if (!accuracy || !accuracy->a.map50 || !accuracy->a.map50_95 || !accuracy->b.map50 ||
      !accuracy->b.map50_95)
    return "the pictures have no labelled object that mAP could be told of";
  const auto lost = [&](std::string_view name, double a, double b) -> std::optional<std::string> {
    if (a - b <= *report.max_map_loss) return std::nullopt;
    return fmt::format("{} falls by {:.4f}, more than {:g}", name, a - b, *report.max_map_loss);
  };
  const auto map50 = lost("mAP50", *accuracy->a.map50, *accuracy->b.map50);
  return map50 ? map50 : lost("mAP50-95", *accuracy->a.map50_95, *accuracy->b.map50_95);
}

bool VerifyReport::passed() const {
  return !beyond_map_loss(*this) && std::ranges::all_of(outputs, [&](const auto& output) {
    return !beyond_limits(output.difference, limits);
  });
}

std::string verify_text(const VerifyReport& report) {
  auto text = std::string(report.passed() ? "the answers agree\n" : "the answers differ\n") +
              side_text("A", report.a) + side_text("B", report.b) + "  inputs  " + report.inputs +
              '\n';
  text += outputs_text(report);
  if (report.parting) text += parting_text(*report.parting);
  if (report.accuracy) text += accuracy_text(*report.accuracy);
  if (const auto lost = beyond_map_loss(report)) text += "  " + *lost + '\n';
  if (!report.notes.empty()) text += "\nnotes\n";
  for (const auto& note : report.notes) text += "  " + note + '\n';
  return text;
}

std::string verify_json(const VerifyReport& report) {
  Json outputs = Json::array();
  for (const auto& output : report.outputs) {
    Json row{{"a", output.a}, {"b", output.b}, {"shape", output.shape}};
    row.update(difference_json(output.difference));
    const auto beyond = beyond_limits(output.difference, report.limits);
    row["beyond"] = beyond ? Json(*beyond) : Json();
    outputs.push_back(std::move(row));
  }
  Json out{{"passed", report.passed()},
           {"a", side_json(report.a)},
           {"b", side_json(report.b)},
           {"inputs", report.inputs},
           {"runs", report.runs}};
  out["limits"] = {{"min_cosine", optional_json(report.limits.min_cosine)},
                   {"max_error", optional_json(report.limits.max_error)},
                   {"max_relative_l2", optional_json(report.limits.max_relative_l2)},
                   {"max_p99_error", optional_json(report.limits.max_p99_error)},
                   {"max_map_loss", optional_json(report.max_map_loss)}};
  out["outputs"] = std::move(outputs);
  out["parting"] = report.parting ? parting_json(*report.parting) : Json();
  out["accuracy"] = report.accuracy ? accuracy_json(*report.accuracy) : Json();
  const auto lost = beyond_map_loss(report);
  out["map_beyond"] = lost ? Json(*lost) : Json();
  out["notes"] = report.notes;
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace jetmeter
