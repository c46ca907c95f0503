#include <algorithm>
#include <unordered_map>

#include "jetmeter/predict.h"
#include "predict/kernel_groups.h"
#include "predict/kernel_shape.h"

namespace jetmeter {
namespace {

// Bodies of control flow in each other; deeper ones are not followed.
constexpr int kDeepest = 16;

// Whether its bytes hang on the precision that a model is run in.
bool scales(ElementType type) {
  switch (type) {
    case ElementType::float32:
    case ElementType::float16:
    case ElementType::bfloat16:
    case ElementType::float64:
    case ElementType::int8:
    case ElementType::uint8: return true;
    default: return false;
  }
}

void add_to(Traffic& traffic, ElementType type, double elements, double bytes) {
  traffic.own_bytes += bytes;
  if (scales(type))
    traffic.elements += elements;
  else
    traffic.fixed_bytes += bytes;
}

void limit(Traffic& traffic, const Traffic& most) {
  traffic.elements = std::min(traffic.elements, most.elements);
  traffic.fixed_bytes = std::min(traffic.fixed_bytes, most.fixed_bytes);
  traffic.own_bytes = std::min(traffic.own_bytes, most.own_bytes);
}

double scaled_elements(const Tensor& tensor) {
  return scales(tensor.type) ? static_cast<double>(tensor.elements()) : 0;
}

// Of all weights and Constant nodes, those of bodies included.
double weight_elements(const Graph& graph, int depth = 0) {
  double elements = 0;
  for (const auto& weight : graph.weights) elements += scaled_elements(weight);
  for (const auto& node : graph.nodes) {
    if (node.op == "Constant")
      if (const auto* value = attribute<Tensor>(node, "value")) elements += scaled_elements(*value);
    if (depth >= kDeepest) continue;
    for (const auto& each : node.attributes)
      if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&each.value))
        elements += weight_elements(**body, depth + 1);
  }
  return elements;
}

KernelClass class_of(OpRole role) {
  switch (role) {
    case OpRole::product: return KernelClass::matmul;
    case OpRole::pointwise: return KernelClass::pointwise;
    case OpRole::reduction: return KernelClass::reduction;
    case OpRole::pool: return KernelClass::pool;
    default: return KernelClass::copy;
  }
}

class KernelMaker {
 public:
  KernelMaker(const ModelGraph& model, const ShapeTable& shapes, const ModelCost& cost)
      : graph_(model.graph), index_(model.graph), shapes_(shapes) {
    for (const auto& layer : cost.layers) layers_[layer.node] = &layer;
  }

  Kernel make(const KernelGroup& group, const KernelGroups& all) const {
    const auto& first = graph_.nodes[group.nodes.front()];
    Kernel kernel;
    kernel.kind = class_of(group.role);
    kernel.name = first.name.empty() ? first.outputs.front() : first.name;
    kernel.nodes = group.nodes;
    kernel.quantized =
        group.quantized || first.op.find("Integer") != std::string::npos || first.op[0] == 'Q';
    for (const auto i : group.nodes) add_node(kernel, i, all);
    for (const auto& value : group.reads) add_tensor(kernel, kernel.read, value);
    for (const auto& value : group.values)
      if (all.escaping.count(value) > 0) add_tensor(kernel, kernel.write, value);
    // A copy reads no more than it writes; a table that is looked up neither.
    if (kernel.kind == KernelClass::copy) {
      limit(kernel.read, kernel.write);
      limit(kernel.weights, kernel.write);
    }
    if (group.role == OpRole::product) set_shape(kernel, first);
    return kernel;
  }

 private:
  void set_shape(Kernel& kernel, const Node& node) const {
    const auto shape = product_shape(node, shapes_);
    if (!shape) return;
    kernel.kind = shape->kind;
    kernel.m = shape->m;
    kernel.n = shape->n;
    kernel.k = shape->k;
    kernel.groups = shape->groups;
  }

  void add_node(Kernel& kernel, std::size_t i, const KernelGroups& all) const {
    const auto& node = graph_.nodes[i];
    if (!kernel.ops.empty()) kernel.ops += '+';
    kernel.ops += operator_name(node);
    const auto layer = layers_.find(i);
    if (layer == layers_.end() || !layer->second->flops)
      kernel.known = false;
    else
      kernel.flops += static_cast<double>(*layer->second->flops);
    for (const auto& name : node.inputs) add_weight(kernel, name, all);
  }

  // What was made of weights is read like a weight.
  void add_weight(Kernel& kernel, const std::string& name, const KernelGroups& all) const {
    if (const auto* weight = index_.weight(name)) {
      if (scales(weight->type))
        add_to(kernel.weights, weight->type, static_cast<double>(weight->elements()),
               static_cast<double>(weight->byte_size()));
      return;
    }
    if (name.empty() || all.folded.count(name) == 0) return;
    const auto* tensor = shapes_.find(name);
    if (tensor == nullptr || !scales(tensor->type)) return;
    const auto count = tensor->shape ? count_of(*tensor->shape) : std::nullopt;
    if (!count) {
      kernel.known = false;
      return;
    }
    const auto elements = static_cast<double>(*count);
    const auto type = stored_type(name).value_or(tensor->type);
    add_to(kernel.weights, type, elements, elements * static_cast<double>(element_bytes(type)));
  }

  // Of what is dequantised, however its axes are moved behind that; absent for all else.
  std::optional<ElementType> stored_type(const std::string& name) const {
    const auto* node = index_.producer(name);
    while (node != nullptr && !node->inputs.empty()) {
      const auto* source = shapes_.find(node->inputs.front());
      if (node->op == "DequantizeLinear")
        return source != nullptr && scales(source->type) ? std::optional(source->type)
                                                         : std::nullopt;
      if (role_of(*node) != OpRole::free && node->op != "Transpose") return std::nullopt;
      node = index_.producer(node->inputs.front());
    }
    return std::nullopt;
  }

  void add_tensor(Kernel& kernel, Traffic& traffic, const std::string& name) const {
    const auto* tensor = shapes_.find(name);
    const auto count = tensor != nullptr && tensor->shape ? count_of(*tensor->shape) : std::nullopt;
    if (!count) {
      kernel.known = false;
      return;
    }
    const auto elements = static_cast<double>(*count);
    add_to(traffic, tensor->type, elements,
           elements * static_cast<double>(element_bytes(tensor->type)));
  }

  const Graph& graph_;
  const GraphIndex index_;
  const ShapeTable& shapes_;
  std::unordered_map<std::size_t, const LayerCost*> layers_;
};

}  // namespace

std::string_view name(KernelClass kind) {
  switch (kind) {
    case KernelClass::conv: return "conv";
    case KernelClass::conv1x1: return "conv1x1";
    case KernelClass::depthwise: return "depthwise";
    case KernelClass::matmul: return "matmul";
    case KernelClass::pointwise: return "pointwise";
    case KernelClass::reduction: return "reduction";
    case KernelClass::pool: return "pool";
    case KernelClass::copy: return "copy";
  }
  return "";
}

FusionRules tensorrt_fusion() {
  return {};
}

FusionRules onnxruntime_cpu_fusion() {
  return {.pointwise_into_products = false, .pointwise_chains = false, .views_are_free = false};
}

FusedModel fuse(const ModelGraph& model, const ShapeTable& shapes, const ModelCost& cost,
                const FusionRules& rules) {
  const auto groups = group_kernels(model, shapes, rules);
  const KernelMaker maker(model, shapes, cost);
  FusedModel fused;
  fused.layers = model.graph.nodes.size();
  fused.free_layers = groups.free_layers;
  for (const auto& group : groups.groups) fused.kernels.push_back(maker.make(group, groups));
  for (const auto& kernel : fused.kernels) {
    if (kernel.known) continue;
    for (const auto i : kernel.nodes) {
      const auto op = operator_name(model.graph.nodes[i]);
      if (cost.unknown_operators.count(op) > 0 || kernel.nodes.size() == 1)
        ++fused.unknown_operators[op];
    }
  }
  fused.weight_elements = weight_elements(model.graph);
  fused.weight_bytes = cost.weight_bytes;
  if (cost.peak_activation_bytes)
    fused.peak_activation_bytes = static_cast<double>(*cost.peak_activation_bytes);
  return fused;
}

FusedModel batched(FusedModel model, double times) {
  const auto scale = [times](Traffic& traffic) {
    traffic.elements *= times;
    traffic.fixed_bytes *= times;
    traffic.own_bytes *= times;
  };
  for (auto& kernel : model.kernels) {
    scale(kernel.read);
    scale(kernel.write);
    kernel.flops *= times;
    // Of a stack of products there are more; all others grow taller.
    auto& extent =
        kernel.kind == KernelClass::matmul && kernel.groups > 1 ? kernel.groups : kernel.m;
    extent *= times;
  }
  if (model.peak_activation_bytes) *model.peak_activation_bytes *= times;
  return model;
}

}  // namespace jetmeter
