#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <optional>
#include <unordered_map>

#include "convert/edit.h"

namespace jetmeter {
namespace {

// y = factor * x + offset, by channel.
struct ChannelAffine {
  std::vector<double> factor, offset;
};
// The channel of the element at a place of a weight.
using ChannelOf = std::function<std::size_t(std::size_t)>;

std::optional<std::vector<float>> constant(const GraphIndex& index, const Node& node,
                                           std::size_t input) {
  if (input >= node.inputs.size()) return std::nullopt;
  const auto* tensor = index.weight(node.inputs[input]);
  if (tensor == nullptr || tensor->type != ElementType::float32) return std::nullopt;
  return to_floats(*tensor);
}

std::optional<ChannelAffine> affine_of(const GraphIndex& index, const Node& norm) {
  const auto gamma = constant(index, norm, 1), beta = constant(index, norm, 2);
  const auto mean = constant(index, norm, 3), variance = constant(index, norm, 4);
  if (!gamma || !beta || !mean || !variance) return std::nullopt;
  const auto channels = gamma->size();
  if (beta->size() != channels || mean->size() != channels || variance->size() != channels)
    return std::nullopt;
  const double epsilon = float_attribute(norm, "epsilon", 1e-5F);
  ChannelAffine affine;
  for (std::size_t c = 0; c < channels; ++c) {
    const double factor = (*gamma)[c] / std::sqrt((*variance)[c] + epsilon);
    affine.factor.push_back(factor);
    affine.offset.push_back((*beta)[c] - (*mean)[c] * factor);
  }
  return affine;
}

// With each element times its channel's factor; computed when it is written.
Tensor scaled(const Tensor& tensor, std::string name, ChannelOf channel,
              std::vector<double> factor) {
  Tensor result = tensor;
  result.name = std::move(name);
  result.data = {};
  result.generate = [tensor, channel = std::move(channel),
                     factor = std::move(factor)](std::span<std::byte> out) {
    if (tensor.generate)
      tensor.generate(out);
    else
      std::memcpy(out.data(), tensor.data.bytes.data(), out.size());
    for (std::size_t i = 0; i < out.size() / sizeof(float); ++i) {
      float value;
      std::memcpy(&value, out.data() + i * sizeof value, sizeof value);
      value = static_cast<float>(value * factor[channel(i)]);
      std::memcpy(out.data() + i * sizeof value, &value, sizeof value);
    }
  };
  return result;
}

std::size_t extent(const Tensor& tensor, std::size_t axis) {
  return static_cast<std::size_t>(tensor.shape[axis]);
}

// Elements of everything behind the first `axes` axes.
std::size_t inner(const Tensor& tensor, std::size_t axes) {
  std::size_t count = 1;
  for (std::size_t i = axes; i < tensor.shape.size(); ++i) count *= extent(tensor, i);
  return count;
}

// Of a weight and its node: the number of channels that come out, and which is whose.
struct OutChannels {
  std::size_t count = 0;
  ChannelOf of;
};

std::optional<OutChannels> out_channels(const Node& node, const Tensor& weight) {
  if (weight.shape.size() < 2 || weight.elements() == 0) return std::nullopt;
  const auto groups = int_attribute(node, "group", 1);
  if (groups < 1) return std::nullopt;
  const auto group = static_cast<std::size_t>(groups);
  if (node.op == "Conv") {
    const auto block = inner(weight, 1);
    return OutChannels{extent(weight, 0), [block](std::size_t i) { return i / block; }};
  }
  if (node.op == "ConvTranspose") {
    const auto kernel = inner(weight, 2), outs = extent(weight, 1);
    const auto ins = extent(weight, 0) / group;
    if (ins == 0 || extent(weight, 0) % group != 0) return std::nullopt;
    return OutChannels{outs * group, [=](std::size_t i) {
                         return i / (kernel * outs) / ins * outs + i / kernel % outs;
                       }};
  }
  if (node.op != "Gemm" || weight.shape.size() != 2) return std::nullopt;
  const auto columns = extent(weight, 1);
  if (int_attribute(node, "transB", 0) != 0)
    return OutChannels{extent(weight, 0), [columns](std::size_t i) { return i / columns; }};
  return OutChannels{columns, [columns](std::size_t i) { return i % columns; }};
}

// What is added to each channel that comes out; absent where it is not one number a channel.
std::optional<std::vector<double>> bias_of(const GraphIndex& index, const Node& node,
                                           std::size_t channels) {
  std::vector<double> bias(channels, 0.0);
  if (node.inputs.size() < 3 || node.inputs[2].empty()) return bias;
  const auto values = constant(index, node, 2);
  if (!values || (values->size() != channels && !(node.op == "Gemm" && values->size() == 1)))
    return std::nullopt;
  // Gemm's C may be a column, one number for each row.
  const auto& shape = index.weight(node.inputs[2])->shape;
  if (node.op == "Gemm" && values->size() > 1 && shape.back() == 1) return std::nullopt;
  const double beta = node.op == "Gemm" ? float_attribute(node, "beta", 1) : 1;
  for (std::size_t c = 0; c < channels; ++c)
    bias[c] = beta * (*values)[values->size() == 1 ? 0 : c];
  return bias;
}

std::vector<float> narrowed(const std::vector<double>& values) {
  std::vector<float> floats(values.size());
  std::ranges::transform(values, floats.begin(), [](double v) { return static_cast<float>(v); });
  return floats;
}

bool has_no_padding(const Node& conv) {
  const auto automatic = text_attribute(conv, "auto_pad", "NOTSET");
  if (automatic == "VALID") return true;
  return automatic == "NOTSET" &&
         std::ranges::all_of(ints_attribute(conv, "pads"), [](auto pad) { return pad == 0; });
}

class Folder {
 public:
  Folder(Graph& graph, RewriteReport& report)
      : graph_(graph), report_(report), fresh_(graph), captured_(names_read_by_bodies(graph)) {}

  void fold() {
    while (fold_one()) {
    }
    for (const auto& [op, count] : folded_)
      report_.done.push_back(fmt::format("{} BatchNormalization into {}", count, op));
    for (const auto& node : graph_.nodes)
      if (is_norm(node)) report_.left.push_back({describe(node), operator_name(node), why_[&node]});
  }

 private:
  static bool is_norm(const Node& node) {
    return node.op == "BatchNormalization" && node.domain.empty();
  }

  // The rest of a turn's norms follow in the next: the index is of the graph before.
  bool fold_one() {
    const GraphIndex index(graph_);
    why_.clear();
    bool folded = false;
    NameSet touched;
    std::unordered_map<const Node*, bool> gone;
    for (auto& norm : graph_.nodes) {
      if (!is_norm(norm) || gone.contains(&norm)) continue;
      std::string why;
      Node* target = fold_into(index, norm, touched, why);
      if (target == nullptr) {
        why_[&norm] = why;
        continue;
      }
      gone[&norm] = true;
      ++folded_[target->op];
      folded = true;
    }
    // Weights come last: the index points into their vector.
    std::ranges::move(made_, std::back_inserter(graph_.weights));
    made_.clear();
    if (folded) {
      std::vector<Node> left;
      for (auto& node : graph_.nodes)
        if (!gone.contains(&node)) left.push_back(std::move(node));
      graph_.nodes = std::move(left);
    }
    return folded;
  }

  bool only_reader(const GraphIndex& index, const std::string& name, const Node& reader) const {
    const auto readers = index.consumers(name);
    return readers.size() == 1 && readers[0] == &reader && !index.is_output(name) &&
           !captured_.contains(name) && std::ranges::count(reader.inputs, name) == 1;
  }

  Node* fold_into(const GraphIndex& index, const Node& norm, NameSet& touched, std::string& why) {
    if (int_attribute(norm, "training_mode", 0) != 0 || int_attribute(norm, "is_test", 1) == 0 ||
        norm.outputs.size() != 1 || norm.inputs.size() != 5) {
      why = "it is in training mode";
      return nullptr;
    }
    const auto affine = affine_of(index, norm);
    if (!affine) {
      why = "its numbers are not constant float32";
      return nullptr;
    }
    auto* before = const_cast<Node*>(index.producer(norm.inputs[0]));
    if (before != nullptr && only_reader(index, norm.inputs[0], norm) &&
        into_producer(index, *before, norm, *affine, touched))
      return before;
    const auto readers = index.consumers(norm.outputs[0]);
    auto* behind = readers.size() == 1 ? const_cast<Node*>(readers[0]) : nullptr;
    if (behind != nullptr && only_reader(index, norm.outputs[0], *behind) &&
        into_reader(index, *behind, norm, *affine, touched))
      return behind;
    why = reason(index, norm, before, behind);
    return nullptr;
  }

  std::string reason(const GraphIndex& index, const Node& norm, const Node* before,
                     const Node* behind) const {
    const auto takes = [](const Node* node) {
      return node != nullptr && node->domain.empty() &&
             (node->op == "Conv" || node->op == "ConvTranspose" || node->op == "Gemm");
    };
    if (takes(before) && !only_reader(index, norm.inputs[0], norm))
      return "others read what it reads";
    if (takes(before)) return "the weights before it are not constant float32 of its channels";
    if (behind != nullptr && behind->op == "Conv" && !has_no_padding(*behind))
      return "the Conv behind it has padding";
    return "no Conv, ConvTranspose or Gemm is next to it";
  }

  // Absent: not a node of this kind, or one that this turn has changed already.
  const Tensor* weight_of(const GraphIndex& index, const Node& node, const NameSet& touched) const {
    if (!node.domain.empty() || node.inputs.size() < 2 || touched.contains(node.outputs[0]) ||
        touched.contains(node.inputs[0]))
      return nullptr;
    const auto* weight = index.weight(node.inputs[1]);
    return weight != nullptr && weight->type == ElementType::float32 ? weight : nullptr;
  }

  void give(Node& node, Tensor weight, const std::vector<double>& bias) {
    node.inputs.resize(3);
    node.inputs[1] = weight.name;
    auto name = fresh_(weight.name + "_bias");
    node.inputs[2] = name;
    if (node.op == "Gemm") set_attribute(node, "beta", 1.0F);
    made_.push_back(std::move(weight));
    made_.push_back(float_tensor(std::move(name), {std::ssize(bias)}, narrowed(bias)));
  }

  bool into_producer(const GraphIndex& index, Node& node, const Node& norm,
                     const ChannelAffine& affine, NameSet& touched) {
    const auto* weight = weight_of(index, node, touched);
    if (weight == nullptr) return false;
    const auto channels = out_channels(node, *weight);
    if (!channels || channels->count != affine.factor.size()) return false;
    auto bias = bias_of(index, node, channels->count);
    if (!bias) return false;
    for (std::size_t c = 0; c < bias->size(); ++c)
      (*bias)[c] = (*bias)[c] * affine.factor[c] + affine.offset[c];
    give(node, scaled(*weight, fresh_(weight->name + "_folded"), channels->of, affine.factor),
         *bias);
    touched.insert(node.outputs[0]);
    node.outputs[0] = norm.outputs[0];
    touched.insert(node.outputs[0]);
    return true;
  }

  bool into_reader(const GraphIndex& index, Node& conv, const Node& norm,
                   const ChannelAffine& affine, NameSet& touched) {
    if (conv.op != "Conv" || !has_no_padding(conv)) return false;
    const auto* weight = weight_of(index, conv, touched);
    if (weight == nullptr || weight->shape.size() < 3 || weight->elements() == 0 ||
        conv.inputs[0] != norm.outputs[0])
      return false;
    const auto outs = extent(*weight, 0), ins = extent(*weight, 1), kernel = inner(*weight, 2);
    const auto group = static_cast<std::size_t>(int_attribute(conv, "group", 1));
    if (group == 0 || outs % group != 0 || ins * group != affine.factor.size()) return false;
    auto bias = bias_of(index, conv, outs);
    const auto values = to_floats(*weight);
    if (!bias || !values) return false;
    const ChannelOf channel = [=](std::size_t i) {
      return i / (ins * kernel) / (outs / group) * ins + i / kernel % ins;
    };
    for (std::size_t i = 0; i < values->size(); ++i)
      (*bias)[i / (ins * kernel)] += (*values)[i] * affine.offset[channel(i)];
    touched.insert(conv.inputs[0]);
    give(conv, scaled(*weight, fresh_(weight->name + "_folded"), channel, affine.factor), *bias);
    conv.inputs[0] = norm.inputs[0];
    touched.insert({conv.inputs[0], conv.outputs[0]});
    return true;
  }

  Graph& graph_;
  RewriteReport& report_;
  FreshNames fresh_;
  NameSet captured_;
  std::vector<Tensor> made_;
  std::map<std::string, std::uint64_t> folded_;
  std::unordered_map<const Node*, std::string> why_;
};

}  // namespace

Rewrite fold_batch_norm(ModelGraph model) {
  Rewrite result{std::move(model), {}};
  result.report = begin_report("fold batch norm", result.model);
  Folder(result.model.graph, result.report).fold();
  if (!result.report.done.empty()) result.model = remove_dead(std::move(result.model)).model;
  end_report(result.report, result.model);
  return result;
}

}  // namespace jetmeter
