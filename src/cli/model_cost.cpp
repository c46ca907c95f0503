#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "cli/cost_view.h"
#include "cli/read_graph.h"
#include "cli/subcommand.h"
#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

struct CostRequest {
  std::string model, by = "layer", format = "text";
  std::vector<std::string> shapes, axes;
  std::size_t top = 20;
};

std::string input_names(const Graph& graph) {
  std::vector<std::string> names;
  for (const auto& input : graph.inputs) names.push_back(in_quotes(input.name));
  return fmt::format("{}", fmt::join(names, ", "));
}

std::vector<std::string> open_axes(const Graph& graph) {
  std::vector<std::string> names;
  for (const auto& input : graph.inputs)
    for (std::size_t i = 0; i < input.shape.size(); ++i)
      if (input.shape[i] < 0 && i < input.axes.size() && !input.axes[i].empty() &&
          std::ranges::find(names, input.axes[i]) == names.end())
        names.push_back(input.axes[i]);
  return names;
}

Result<void> add_shapes(const CostRequest& request, const Graph& graph, ShapeHints& hints) {
  const auto wishes = parse_shape_wishes(request.shapes);
  if (!wishes) return tl::make_unexpected(wishes.error());
  for (const auto& [name, shape] : *wishes) {
    if (name.empty() && graph.inputs.size() != 1)
      return fail(fmt::format("--shape {} does not say of which input; the model has {}",
                              format_shape(shape), input_names(graph)));
    const auto input = name.empty() ? graph.inputs.front().name : name;
    if (std::ranges::find(graph.inputs, input, &Value::name) == graph.inputs.end())
      return fail(fmt::format("the model has no input {}; it has {}", in_quotes(input),
                              input_names(graph)));
    hints.inputs.emplace_back(input, shape);
  }
  return {};
}

Result<void> add_axes(const CostRequest& request, const Graph& graph, ShapeHints& hints) {
  const auto open = open_axes(graph);
  for (const auto& text : request.axes) {
    const auto equals = text.find('=');
    const auto name = text.substr(0, equals);
    const auto number = equals == std::string::npos ? "" : text.substr(equals + 1);
    std::int64_t size = -1;
    const auto* end = number.data() + number.size();
    const auto read = std::from_chars(number.data(), end, size);
    if (number.empty() || read.ec != std::errc() || read.ptr != end || size < 0)
      return fail(fmt::format("--axis {} is not NAME=SIZE, as batch=1", in_quotes(text)));
    if (std::ranges::find(open, name) == open.end())
      return fail(open.empty() ? fmt::format("the model has no open axis with a name, and so no {}",
                                             in_quotes(name))
                               : fmt::format("the model has no open axis {}; it has {}",
                                             in_quotes(name), fmt::join(open, ", ")));
    hints.axes[name] = size;
  }
  return {};
}

// An open first axis is the batch, of which a cost is told per sample. Says so.
void take_batch_of_one(const CostRequest& request, const Graph& graph, ShapeHints& hints,
                       Terminal& terminal) {
  if (!request.axes.empty() || !request.shapes.empty()) return;
  bool taken = false;
  for (const auto& input : graph.inputs) {
    if (!input.ranked || input.shape.empty() || input.shape.front() != kDynamic) continue;
    auto shape = input.shape;
    shape.front() = 1;
    if (std::ranges::find(shape, kDynamic) != shape.end()) continue;  // more than the batch
    hints.inputs.emplace_back(input.name, shape);
    taken = true;
  }
  if (taken) terminal.note("the batch is open and taken to be 1; --axis or --shape sets another");
}

// What to type where an open axis stands in the way.
std::string advice(const Graph& graph, const ModelCost& cost) {
  const bool open = std::ranges::any_of(
      cost.unknown, [](const auto& each) { return each.why.ends_with(" is open"); });
  if (!open) return "";
  if (const auto names = open_axes(graph); !names.empty())
    return fmt::format("--axis {}=1 gives it a size", names.front());
  for (const auto& input : graph.inputs) {
    auto shape = input.shape;
    if (std::ranges::find(shape, kDynamic) == shape.end()) continue;
    std::ranges::replace(shape, kDynamic, std::int64_t{1});
    return fmt::format("--shape {}={} gives its axes sizes, here of 1", input.name,
                       format_shape(shape));
  }
  return "";
}

Result<ExitCode> carry_out(const CostRequest& request, Terminal& terminal) {
  const auto model = read_graph(request.model);
  if (!model) return tl::make_unexpected(model.error());
  ShapeHints hints;
  if (auto good = add_shapes(request, model->graph, hints); !good)
    return tl::make_unexpected(good.error());
  if (auto good = add_axes(request, model->graph, hints); !good)
    return tl::make_unexpected(good.error());
  take_batch_of_one(request, model->graph, hints, terminal);
  const auto cost = model_cost(*model, hints);
  if (!cost) return fail(fmt::format("{}: {}", in_quotes(request.model), cost.error().what));
  const CostView view{request.model, request.top, request.by == "op"};
  terminal.print(request.format == "json" ? cost_json(*cost, view) : cost_text(*cost, view));
  if (const auto sentence = advice(model->graph, *cost); !sentence.empty()) terminal.note(sentence);
  return ExitCode::done;
}

Action define(CLI::App& app, const Invocation& invocation) {
  const auto request = std::make_shared<CostRequest>();
  auto& o = *request;
  app.add_option("MODEL", o.model, "an ONNX file")->required();
  app.add_option("--shape", o.shapes, "INPUT=1x3x640x640: sizes for its open axes")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1);
  app.add_option("--axis", o.axes, "NAME=SIZE: a size for an open axis, wherever it occurs")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->expected(1);
  app.add_option("--top", o.top, "rows of the table; 0: all of them")->capture_default_str();
  app.add_option("--by", o.by, "rows are layers, or operators with all their layers")
      ->check(CLI::IsMember({"layer", "op"}))
      ->capture_default_str();
  app.add_option("--format", o.format, "text or json; json has every layer and operator")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  return [request, terminal = invocation.terminal] { return carry_out(*request, *terminal); };
}

}  // namespace

extern const Subcommand model_cost_command{
    "cost", "operations, bytes and memory of each layer and of the whole, before anything runs",
    define};

}  // namespace jetmeter
