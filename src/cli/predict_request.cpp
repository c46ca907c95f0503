#include "cli/predict_request.h"

#include <fmt/format.h>

#include "cli/common_options.h"
#include "cli/read_graph.h"
#include "jetmeter/inputs.h"

namespace jetmeter {
namespace {

bool has_open_first_axis(const Graph& graph) {
  for (const auto& input : graph.inputs)
    if (input.ranked && !input.shape.empty() && input.shape.front() == kDynamic) return true;
  return false;
}

// A board may be asked what a model of another batch would take. This machine is asked about the
// file.
Result<void> check_fixed_batch(const Graph& graph, const PredictRequest& request) {
  if (request.batch == 1) return {};
  const bool boards = request.board != "this" || request.all_boards || request.all_modes;
  if (!boards)
    return fail(
        "the model's batch is fixed, and this machine runs the file as it is; leave --batch out, "
        "or name a board with --board");
  for (const auto& input : graph.inputs)
    if (input.ranked && !input.shape.empty() && input.shape.front() > 1)
      return fail(fmt::format("the model's batch is fixed at {} by input {}; leave --batch out",
                              input.shape.front(), in_quotes(input.name)));
  return {};
}

std::vector<TensorSpec> specs_of(const Graph& graph) {
  std::vector<TensorSpec> specs;
  for (const auto& input : graph.inputs) specs.push_back({input.name, input.type, input.shape});
  return specs;
}

Result<ShapeHints> hints_of(const Graph& graph, const PredictRequest& request, std::int64_t batch) {
  auto wishes = parse_shape_wishes(request.shapes);
  if (!wishes) return tl::make_unexpected(wishes.error());
  ShapeOptions options;
  options.wishes = std::move(*wishes);
  options.batch = batch;
  const auto shapes = concrete_shapes(specs_of(graph), options);
  if (!shapes) return tl::make_unexpected(shapes.error());
  ShapeHints hints;
  for (std::size_t i = 0; i < shapes->size(); ++i)
    hints.inputs.emplace_back(graph.inputs[i].name, (*shapes)[i]);
  return hints;
}

}  // namespace

void add_predict_options(CLI::App& app, PredictRequest& o) {
  app.add_option("MODEL", o.model, "an ONNX file")->required();
  app.add_option("--board", o.board,
                 "a Jetson module, as orin-nano-8gb-super; or this: the machine in front of you, "
                 "which is calibrated first, once, in a minute")
      ->capture_default_str();
  app.add_option("--mode", o.mode, "the board's power mode; default: its fastest");
  app.add_option("--precision", o.precision,
                 "fp32, fp16 or int8, on a board; default: fp16. This machine runs the file as it "
                 "is");
  app.add_option("--batch", o.batch, "samples in one inference")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  app.add_option("--shape", o.shapes, "of an input whose axes are open: images=1x3x640x640")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_flag("--all-boards", o.all_boards, "a table of every board that is known");
  app.add_flag("--all-modes", o.all_modes, "and of every power mode");
  app.add_option("--top", o.top, "kernels to list, the slowest first")
      ->check(CLI::Range(0, 100000))
      ->capture_default_str();
  app.add_option("--format", o.format, "text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str();
  app.add_option("--threads", o.threads, "of this machine's runtime; 0: its own choice")
      ->check(CLI::Range(0, kMostThreads))
      ->capture_default_str();
  app.add_flag("--recalibrate", o.recalibrate, "measure this machine again");
}

Result<void> check(const PredictRequest& request) {
  const bool boards = request.all_boards || request.all_modes;
  if (boards && request.all_boards && request.board != "this")
    return fail("--all-boards and --board contradict each other; name one of them");
  if (boards && !request.mode.empty())
    return fail("--mode is of one board; leave it out, or leave the table out");
  if (boards) return {};
  if (request.board != "this") {
    if (request.recalibrate || request.threads != 0)
      return fail("--recalibrate and --threads are of this machine; boards have neither");
    return {};
  }
  if (!request.mode.empty())
    return fail("--mode is of a board; name one with --board, as in --board orin-nano-8gb-super");
  if (!request.precision.empty())
    return fail(
        "this machine runs the file in the precision that it has; leave --precision out, or name a "
        "board with --board");
  return {};
}

Result<CostedModel> read_costed(const PredictRequest& request) {
  auto graph = read_graph(request.model);
  if (!graph) return tl::make_unexpected(graph.error());
  CostedModel model{std::move(*graph), {}, {}, 1};
  const bool open = has_open_first_axis(model.graph.graph);
  if (!open) {
    if (auto good = check_fixed_batch(model.graph.graph, request); !good)
      return tl::make_unexpected(good.error());
    model.times = request.batch;
  }
  const auto hints = hints_of(model.graph.graph, request, open ? request.batch : 1);
  if (!hints) return tl::make_unexpected(hints.error());
  auto shapes = propagate_shapes(model.graph, *hints);
  if (!shapes) return tl::make_unexpected(shapes.error());
  model.shapes = std::move(*shapes);
  model.cost = model_cost(model.graph, model.shapes);
  return model;
}

FusedModel fused(const CostedModel& model, const FusionRules& rules) {
  auto kernels = fuse(model.graph, model.shapes, model.cost, rules);
  return model.times > 1 ? batched(std::move(kernels), model.times) : kernels;
}

}  // namespace jetmeter
