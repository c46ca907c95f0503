#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <set>

#include "convert/edit.h"
#include "convert/element_types.h"
#include "convert/half_weights.h"
#include "convert/precision_plan.h"
#include "convert/sixteen_bit_rules.h"

namespace jetmeter {
namespace {

// One graph, and how its float tensors are called in each of the two types.
struct Scope {
  Graph& graph;
  Scope* outer = nullptr;
  ElementTypes types;
  std::unordered_map<std::string, std::size_t> weights;  // in graph.weights
  std::unordered_map<std::string, bool> narrow;  // by tensor that flows here: what writes it gives
  NameMap written;                               // names of those that got another one
  NameMap cast;                                  // names in the other type
  NameMap narrow_weights;
  std::unordered_map<std::string, Node> casts;  // by the tensor they read
  std::vector<Tensor> made;
};

class Converter {
 public:
  Converter(ModelGraph& model, const PrecisionOptions& options, PrecisionResult& result)
      : options_(options),
        opset_(model.opsets.contains("") ? model.opsets.at("") : 1),
        report_(result.report),
        precision_(result.precision),
        fresh_(model.graph) {
    convert(model.graph, nullptr);
  }

 private:
  void convert(Graph& graph, Scope* outer) {
    lift_constants(graph);
    Scope scope{graph, outer};
    scope.types = element_types(graph, outer ? outer->types : ElementTypes{});
    for (std::size_t i = 0; i < graph.weights.size(); ++i)
      scope.weights.emplace(graph.weights[i].name, i);
    const bool narrow_io = outer == nullptr && options_.convert_io;
    const PlanRequest request{
        options_,
        opset_,
        scope.types,
        [&](const std::string& name) { return weight_of(scope, name); },
        [&](const Tensor& tensor) -> const WeightLoss& { return loss_of(tensor); },
        narrow_io,
        narrow_io};
    const auto plan = plan_precision(graph, request);
    for (std::size_t i = 0; i < plan.size(); ++i)
      if (!plan[i].why.empty())
        report_.left.push_back(
            {describe(graph.nodes[i]), operator_name(graph.nodes[i]), plan[i].why});
    note_types(scope, plan, narrow_io);
    name_outputs(scope, narrow_io);
    rewrite(scope, plan);
    retype_values(scope);
    std::ranges::move(scope.made, std::back_inserter(graph.weights));
  }

  // ---- looking up ------------------------------------------------------------------------------

  static const Tensor* weight_of(const Scope& scope, const std::string& name) {
    for (const auto* each = &scope; each != nullptr; each = each->outer) {
      if (const auto found = each->weights.find(name); found != each->weights.end())
        return &each->graph.weights[found->second];
      if (each->narrow.contains(name)) return nullptr;
    }
    return nullptr;
  }

  const WeightLoss& loss_of(const Tensor& tensor) {
    const auto [found, is_new] = losses_.try_emplace({tensor.name, tensor.data.bytes.data()});
    if (is_new) found->second = weight_loss(tensor, options_.type);
    return found->second;
  }

  static bool is_float(const Scope& scope, const std::string& name) {
    const auto found = scope.types.find(name);
    return found != scope.types.end() && found->second == ElementType::float32;
  }

  // ---- what there is ---------------------------------------------------------------------------

  static void note_types(Scope& scope, const std::vector<NodePlan>& plan, bool narrow_io) {
    for (const auto& input : scope.graph.inputs)
      if (is_float(scope, input.name)) scope.narrow[input.name] = narrow_io;
    for (std::size_t i = 0; i < plan.size(); ++i)
      for (const auto& name : scope.graph.nodes[i].outputs)
        if (is_float(scope, name)) scope.narrow[name] = plan[i].narrow;
  }

  // An output keeps its name; where its type is another than that of what writes it, the writer
  // gives way.
  void name_outputs(Scope& scope, bool narrow_io) {
    for (auto& output : scope.graph.outputs) {
      if (!is_float(scope, output.name)) continue;
      const auto found = scope.narrow.find(output.name);
      if (found == scope.narrow.end()) {  // a weight, or from outside
        if (scope.outer != nullptr) output.name = name_as(scope, output.name, false);
        continue;
      }
      if (narrow_io) output.type = options_.type;
      if (found->second == narrow_io || scope.cast.contains(output.name)) continue;
      const auto name = output.name;
      scope.written[name] = fresh_(name + (found->second ? suffix() : "_float32"));
      add_cast(scope, name, name);
    }
  }

  std::string suffix() const { return "_" + std::string(name(options_.type)); }

  // ---- names in a type -------------------------------------------------------------------------

  std::string name_as(Scope& scope, const std::string& tensor, bool narrow) {
    if (const auto found = scope.weights.find(tensor); found != scope.weights.end())
      return narrow ? narrow_weight(scope, found->second) : tensor;
    const auto found = scope.narrow.find(tensor);
    if (found == scope.narrow.end())
      return scope.outer != nullptr ? name_as(*scope.outer, tensor, narrow) : tensor;
    if (found->second == narrow) return written_name(scope, tensor);
    if (const auto cast = scope.cast.find(tensor); cast != scope.cast.end()) return cast->second;
    add_cast(scope, tensor, fresh_(tensor + (narrow ? suffix() : "_float32")));
    return scope.cast.at(tensor);
  }

  static std::string written_name(const Scope& scope, const std::string& tensor) {
    const auto found = scope.written.find(tensor);
    return found == scope.written.end() ? tensor : found->second;
  }

  void add_cast(Scope& scope, const std::string& tensor, const std::string& result) {
    const auto type = scope.narrow.at(tensor) ? ElementType::float32 : options_.type;
    Node cast{"Cast", "", fresh_(result + "_cast"), {written_name(scope, tensor)}, {result}, {}};
    set_attribute(cast, "to", std::int64_t{to_onnx(type)});
    scope.casts.emplace(tensor, std::move(cast));
    scope.cast[tensor] = result;
    ++precision_.casts;
  }

  std::string narrow_weight(Scope& scope, std::size_t index) {
    const auto& weight = scope.graph.weights[index];
    const auto [found, is_new] = scope.narrow_weights.try_emplace(weight.name);
    if (!is_new) return found->second;
    found->second = fresh_(weight.name + suffix());
    const auto& loss = loss_of(weight);
    auto& all = precision_.weights;
    all.elements += loss.elements;
    all.overflown += loss.overflown;
    all.lost += loss.lost;
    all.denormal += loss.denormal;
    if (loss.relative_error > all.relative_error) {
      all.relative_error = loss.relative_error;
      precision_.worst_weight = weight.name;
    }
    scope.made.push_back(in_16_bits(weight, found->second, options_.type));
    return found->second;
  }

  // ---- writing ---------------------------------------------------------------------------------

  void rewrite(Scope& scope, const std::vector<NodePlan>& plan) {
    std::vector<std::string> inputs;
    for (const auto& input : scope.graph.inputs) inputs.push_back(input.name);
    std::vector<std::vector<std::string>> outputs;
    for (std::size_t i = 0; i < plan.size(); ++i) {
      auto& node = scope.graph.nodes[i];
      outputs.push_back(node.outputs);
      rewrite(scope, node, plan[i].narrow);
    }
    // Each Cast right behind what it reads; those that bodies asked for are known only now.
    std::vector<Node> nodes;
    const auto put_casts = [&](const std::vector<std::string>& names) {
      for (const auto& name : names)
        if (const auto cast = scope.casts.find(name); cast != scope.casts.end())
          nodes.push_back(cast->second);
    };
    put_casts(inputs);
    for (std::size_t i = 0; i < plan.size(); ++i) {
      nodes.push_back(std::move(scope.graph.nodes[i]));
      put_casts(outputs[i]);
    }
    scope.graph.nodes = std::move(nodes);
  }

  void rewrite(Scope& scope, Node& node, bool narrow) {
    for_each_own_body(node, [&](Graph& body) { convert(body, &scope); });
    const bool takes_any = reads_any_float(node);
    for (std::size_t i = 0; i < node.inputs.size(); ++i) {
      auto& input = node.inputs[i];
      if (!is_float(scope, input)) continue;
      if (takes_any)
        input = native(scope, input);
      else
        input = name_as(scope, input, narrow && !input_stays(node, i));
    }
    for (auto& output : node.outputs)
      if (is_float(scope, output)) output = written_name(scope, output);
    if (!narrow) return;
    ++precision_.converted_nodes;
    retype_attributes(node);
  }

  static std::string native(const Scope& scope, const std::string& tensor) {
    for (const auto* each = &scope; each != nullptr; each = each->outer)
      if (each->narrow.contains(tensor)) return written_name(*each, tensor);
    return tensor;
  }

  void retype_attributes(Node& node) const {
    if (node.op == "Cast") set_attribute(node, "to", std::int64_t{to_onnx(options_.type)});
    if (node.op != "ConstantOfShape") return;
    const float zero = 0;
    const auto* value = attribute<Tensor>(node, "value");
    set_attribute(
        node, "value",
        in_16_bits(value ? *value : float_tensor("", {1}, {&zero, 1}), "", options_.type));
  }

  void retype_values(Scope& scope) const {
    for (auto* values : {&scope.graph.values, &scope.graph.inputs})
      for (auto& value : *values)
        if (const auto found = scope.narrow.find(value.name);
            found != scope.narrow.end() && found->second) {
          value.type = options_.type;
          value.name = written_name(scope, value.name);
        } else if (found != scope.narrow.end()) {
          value.name = written_name(scope, value.name);
        }
  }

  const PrecisionOptions& options_;
  std::int64_t opset_;
  RewriteReport& report_;
  PrecisionReport& precision_;
  FreshNames fresh_;
  // Bodies may have weights of one name.
  std::map<std::pair<std::string, const std::byte*>, WeightLoss> losses_;
};

void add_words(const Graph& graph, std::set<std::string>& words) {
  for (const auto& node : graph.nodes) {
    if (!node.name.empty()) words.insert(node.name);
    words.insert(operator_name(node));
    words.insert(node.outputs.begin(), node.outputs.end());
    for_each_body(node, [&](const Graph& body) { add_words(body, words); });
  }
}

Result<void> check(const ModelGraph& model, const PrecisionOptions& options) {
  if (options.type != ElementType::float16 && options.type != ElementType::bfloat16)
    return fail(fmt::format("{} has not 16 bits; take float16 or bfloat16", name(options.type)));
  const auto opset = model.opsets.find("");
  if (options.type == ElementType::bfloat16 && opset != model.opsets.end() && opset->second < 13)
    return fail(
        fmt::format("bfloat16 came with opset 13 and the model is of opset {}; take "
                    "float16, or export it anew",
                    opset->second));
  if (options.keep.empty()) return {};
  std::set<std::string> words;
  add_words(model.graph, words);
  for (const auto& word : options.keep) {
    if (words.contains(word)) continue;
    const std::vector<std::string> known(words.begin(), words.end());
    const auto near = closest(word, known);
    return fail(fmt::format("--keep {}: the model has no node or operator of that name{}",
                            in_quotes(word),
                            near ? fmt::format("; did you mean {}?", in_quotes(*near)) : ""));
  }
  return {};
}

}  // namespace

Result<PrecisionResult> to_precision(ModelGraph model, const PrecisionOptions& options) {
  if (auto good = check(model, options); !good) return tl::make_unexpected(good.error());
  PrecisionResult result{std::move(model), {}, {}};
  result.report = begin_report(fmt::format("to {}", name(options.type)), result.model);
  Converter(result.model, options, result);
  result.model = remove_dead(std::move(result.model)).model;
  const auto& precision = result.precision;
  result.report.done.push_back(
      fmt::format("{} nodes compute in {}", precision.converted_nodes, name(options.type)));
  if (precision.casts > 0)
    result.report.done.push_back(fmt::format("{} Casts between the two", precision.casts));
  end_report(result.report, result.model);
  return result;
}

}  // namespace jetmeter
