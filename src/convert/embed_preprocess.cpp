#include <fmt/format.h>

#include <algorithm>

#include "convert/edit.h"

namespace jetmeter {
namespace {

constexpr std::size_t kChannels = 3;
using ByChannel = std::array<float, kChannels>;

Result<Value*> pixel_input(Graph& graph, const std::string& name) {
  if (name.empty() && graph.inputs.size() != 1)
    return fail(
        fmt::format("the model has {} inputs; say which takes the pixels", graph.inputs.size()));
  const auto found = std::ranges::find_if(
      graph.inputs, [&](const Value& each) { return name.empty() || each.name == name; });
  if (found == graph.inputs.end())
    return fail(fmt::format("the model has no input {}", in_quotes(name)));
  if (found->type != ElementType::float32 || !found->ranked || found->shape.size() != 4 ||
      found->shape[1] != std::int64_t{kChannels})
    return fail(fmt::format("the input {} is {} {}; pixels need float32 Nx3xHxW",
                            in_quotes(found->name), jetmeter::name(found->type),
                            found->ranked ? format_shape(found->shape) : "of unknown shape"));
  if (std::ranges::any_of(graph.outputs, [&](auto& each) { return each.name == found->name; }))
    return fail(fmt::format("the input {} is an output too", in_quotes(found->name)));
  return &*found;
}

// Channels last.
void turn_to_pixels(Value& input) {
  input.type = ElementType::uint8;
  input.shape = {input.shape[0], input.shape[2], input.shape[3], input.shape[1]};
  if (input.axes.size() == 4)
    input.axes = {input.axes[0], input.axes[2], input.axes[3], input.axes[1]};
}

class Steps {
 public:
  explicit Steps(Graph& graph) : graph_(graph), fresh_(graph) {}

  void add(const std::string& op, std::vector<std::string> more,
           std::vector<Attribute> attributes) {
    auto name = fresh_("preprocess_" + op);
    more.insert(more.begin(), last_);
    nodes_.push_back({op, "", name, std::move(more), {name}, std::move(attributes)});
    last_ = std::move(name);
  }
  // Of one number where the channels agree.
  void add(const std::string& op, const ByChannel& values) {
    const bool agree = std::ranges::count(values, values[0]) == std::int64_t{kChannels};
    auto name = fresh_("preprocess_" + op + "_values");
    graph_.weights.push_back(agree ? float_tensor(name, {}, std::span(values).first(1))
                                   : float_tensor(name, {1, 3, 1, 1}, values));
    add(op, {std::move(name)}, {});
  }
  void swap_channels() {
    auto name = fresh_("preprocess_order");
    const std::int64_t order[] = {2, 1, 0};
    graph_.weights.push_back(int64_tensor(name, {3}, order));
    add("Gather", {std::move(name)}, {{"axis", std::int64_t{1}}});
  }
  // In front of everything that reads the input.
  void put_before(const std::string& input) {
    rename_reads(graph_, {{input, last_}});
    nodes_.front().inputs[0] = input;
    graph_.nodes.insert(graph_.nodes.begin(), std::make_move_iterator(nodes_.begin()),
                        std::make_move_iterator(nodes_.end()));
  }

 private:
  Graph& graph_;
  FreshNames fresh_;
  std::string last_;
  std::vector<Node> nodes_;
};

}  // namespace

Result<Rewrite> embed_preprocess(ModelGraph model, const EmbeddedPreprocess& preprocess) {
  Rewrite result{std::move(model), {}};
  result.report = begin_report("embed preprocess", result.model);
  auto& graph = result.model.graph;
  const auto input = pixel_input(graph, preprocess.input);
  if (!input) return tl::make_unexpected(input.error());
  ByChannel factor{}, offset{};
  for (std::size_t c = 0; c < kChannels; ++c) {
    if (!(preprocess.stdev[c] > 0)) return fail("--std must be three positive numbers");
    factor[c] = preprocess.scale / preprocess.stdev[c];
    offset[c] = -preprocess.mean[c] / preprocess.stdev[c];
  }
  Steps steps(graph);
  // The Cast comes first though the Transpose would then move four times as much: TensorRT takes
  // uint8 for nothing but an input that is cast at once.
  steps.add("Cast", {}, {{"to", std::int64_t{to_onnx(ElementType::float32)}}});
  steps.add("Transpose", {}, {{"perm", std::vector<std::int64_t>{0, 3, 1, 2}}});
  if (preprocess.swap_channels) steps.swap_channels();
  const auto all = [](const ByChannel& values, float value) {
    return std::ranges::count(values, value) == std::int64_t{kChannels};
  };
  if (!all(factor, 1)) steps.add("Mul", factor);
  if (!all(offset, 0)) steps.add("Add", offset);
  steps.put_before((*input)->name);
  turn_to_pixels(**input);
  result.report.done.push_back(fmt::format("{} takes uint8 {}{}", in_quotes((*input)->name),
                                           format_shape((*input)->shape),
                                           preprocess.swap_channels ? ", channels swapped" : ""));
  end_report(result.report, result.model);
  return result;
}

}  // namespace jetmeter
