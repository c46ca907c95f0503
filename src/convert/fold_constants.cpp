#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <set>

#include "convert/edit.h"
#include "convert/element_types.h"
#include "convert/scratch_model.h"

namespace jetmeter {
namespace {

template <typename List>
bool has(const List& list, std::string_view op) {
  return std::ranges::find(list, op) != list.end();
}

// Quantised weights are small because they are quantised; random numbers are others in each run.
constexpr auto kNever = std::to_array<std::string_view>(
    {"QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "RandomNormal", "RandomUniform",
     "RandomNormalLike", "RandomUniformLike", "Multinomial", "Bernoulli"});
// What comes out hangs on integers, and may be of any size.
constexpr auto kGrow =
    std::to_array<std::string_view>({"ConstantOfShape", "Expand", "Tile", "Range", "OneHot", "Pad",
                                     "Resize", "Upsample", "EyeLike", "Loop"});

std::vector<std::byte> bytes_of(ElementType type, const std::vector<std::int64_t>& values) {
  const auto width = element_bytes(type);
  std::vector<std::byte> bytes(values.size() * width);
  // Little-endian: the low bytes come first.
  for (std::size_t i = 0; i < values.size(); ++i)
    std::memcpy(bytes.data() + i * width, &values[i], width);
  return bytes;
}

bool is_integer(ElementType type) {
  using enum ElementType;
  return type != float32 && type != float16 && type != bfloat16 && type != float64 && type != other;
}

class ConstantFolder {
 public:
  ConstantFolder(ModelGraph& model, const FoldOptions& options, RewriteReport& report)
      : model_(model), graph_(model.graph), options_(options), report_(report) {}

  void fold() {
    count("Constant", lift_constants(graph_));
    if (options_.shapes != nullptr) fold_known_integers();
    // Each turn computes what the one before made constant; sizes are then known.
    while (options_.runtime != nullptr && fold_by_runtime()) {
    }
    for (const auto& [op, times] : counts_) report_.done.push_back(fmt::format("{} {}", times, op));
  }

 private:
  void count(const std::string& op, std::uint64_t times) {
    if (times > 0) counts_[op] += times;
  }

  bool is_output(const Node& node) const {
    return std::ranges::any_of(node.outputs, [&](const auto& name) {
      return std::ranges::any_of(graph_.outputs, [&](const auto& o) { return o.name == name; });
    });
  }

  static bool has_body(const Node& node) {
    bool found = false;
    for_each_body(node, [&](const Graph&) { found = true; });
    return found;
  }

  // ---- integers that shapes hang on ------------------------------------------------------------

  std::optional<Tensor> known(const std::string& name) const {
    const auto found = options_.shapes->tensors.find(name);
    if (found == options_.shapes->tensors.end()) return std::nullopt;
    const auto& tensor = found->second;
    if (!tensor.integers || !tensor.shape || !is_integer(tensor.type) ||
        count_of(*tensor.shape) != tensor.integers->size())
      return std::nullopt;
    return raw_tensor(name, tensor.type, *tensor.shape, bytes_of(tensor.type, *tensor.integers));
  }

  void fold_known_integers() {
    std::erase_if(graph_.nodes, [&](const Node& node) {
      if (node.outputs.size() != 1 || is_output(node) || has_body(node)) return false;
      auto tensor = known(node.outputs[0]);
      if (!tensor) return false;
      graph_.weights.push_back(*std::move(tensor));
      count(node.op, 1);
      return true;
    });
  }

  // ---- the rest --------------------------------------------------------------------------------

  struct Constants {
    ModelGraph model;                              // of the nodes that hang on weights alone
    std::map<std::string, std::uint64_t> made_of;  // bytes of the weights behind each output
  };

  bool may_fold(const Node& node, const NameSet& weights, const NameSet& made) const {
    if (!node.domain.empty() || node.inputs.empty() || has(kNever, node.op) || has_body(node) ||
        is_output(node) || left_.contains(node.outputs[0]))
      return false;
    const bool grows = has(kGrow, node.op);
    return std::ranges::all_of(node.inputs, [&](const auto& name) {
      return name.empty() || weights.contains(name) || (!grows && made.contains(name));
    });
  }

  // An upper bound for what asks for its size in integers; absent: it does not.
  std::optional<double> asked_for(const Node& node, const GraphIndex& index) const {
    if (!has(kGrow, node.op)) return std::nullopt;
    double most = 1;
    for (const auto& name : node.inputs) {
      const auto* weight = index.weight(name);
      if (weight == nullptr) continue;
      if (weight->type != ElementType::int64 || weight->elements() > 64) {
        most *= static_cast<double>(std::max<std::uint64_t>(1, weight->elements()));
        continue;
      }
      const auto integers = to_integers(*weight);
      for (const auto value : *integers)
        most *= std::max(1.0, std::abs(static_cast<double>(value)));
    }
    return most;
  }

  Constants constants() {
    const GraphIndex index(graph_);
    NameSet weights, made;
    for (const auto& weight : graph_.weights) weights.insert(weight.name);
    Constants found;
    found.model = model_;
    found.model.graph = {};
    found.model.graph.name = "constants";
    std::set<std::string> read;
    for (const auto& node : graph_.nodes) {
      if (node.outputs.empty() || !may_fold(node, weights, made)) continue;
      if (const auto most = asked_for(node, index);
          most && *most > static_cast<double>(options_.most_growth_bytes)) {
        leave(node, "the file would grow");
        continue;
      }
      std::uint64_t bytes = 0;
      for (const auto& name : node.inputs) {
        if (const auto* weight = index.weight(name)) bytes += weight->byte_size();
        if (const auto of = found.made_of.find(name); of != found.made_of.end())
          bytes += of->second;
      }
      for (const auto& name : node.outputs) found.made_of[name] = bytes;
      made.insert(node.outputs.begin(), node.outputs.end());
      read.insert(node.inputs.begin(), node.inputs.end());
      found.model.graph.nodes.push_back(node);
    }
    for (const auto& weight : graph_.weights)
      if (read.contains(weight.name)) found.model.graph.weights.push_back(weight);
    add_outputs(found, made);
    return found;
  }

  // What others read.
  void add_outputs(Constants& found, const NameSet& made) const {
    NameSet wanted = names_read_by_bodies(graph_);
    for (const auto& node : graph_.nodes)
      if (node.outputs.empty() || !made.contains(node.outputs[0]))
        wanted.insert(node.inputs.begin(), node.inputs.end());
    const auto types = element_types(graph_);
    for (const auto& node : found.model.graph.nodes)
      for (const auto& name : node.outputs)
        if (const auto type = types.find(name); wanted.contains(name) && type != types.end())
          found.model.graph.outputs.push_back({name, type->second, 0, false, {}, {}});
  }

  void leave(const Node& node, std::string why) {
    if (left_.insert(node.outputs[0]).second)
      report_.left.push_back({describe(node), operator_name(node), std::move(why)});
  }

  Result<std::vector<Tensor>> computed(const ModelGraph& model) const {
    const auto scratch = ScratchModel::load(model, *options_.runtime);
    if (!scratch) return tl::make_unexpected(scratch.error());
    auto session = scratch->model().open({});
    if (!session) return tl::make_unexpected(session.error());
    if (auto ran = (*session)->run(); !ran) return tl::make_unexpected(ran.error());
    std::vector<Tensor> tensors;
    const auto& outputs = scratch->model().info().outputs;
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto view = (*session)->output(i);
      const auto* start = static_cast<const std::byte*>(view.data);
      tensors.push_back(raw_tensor(outputs[i].name, view.type,
                                   {view.shape.begin(), view.shape.end()},
                                   {start, start + view.bytes}));
    }
    return tensors;
  }

  // Whether anything was folded.
  bool fold_by_runtime() {
    const auto found = constants();
    const auto& part = found.model.graph;
    if (part.outputs.empty()) return false;
    auto tensors = computed(remove_dead(found.model).model);
    if (!tensors) {
      for (const auto& node : part.nodes) leave(node, tensors.error().what);
      return false;
    }
    NameSet folded;
    const GraphIndex index(part);
    for (auto& tensor : *tensors) {
      const auto* node = index.producer(tensor.name);
      const auto made_of = found.made_of.at(tensor.name);
      const auto more = tensor.byte_size() - std::min(tensor.byte_size(), made_of);
      if (more > options_.most_growth_bytes - growth_) {
        leave(*node, "the file would grow");
        continue;
      }
      growth_ += more;
      folded.insert(tensor.name);
      count(node->op, 1);
      put(std::move(tensor));
    }
    model_ = remove_dead(std::move(model_)).model;
    return !folded.empty();
  }

  // The node is left without that output.
  void put(Tensor tensor) {
    for (auto& node : graph_.nodes)
      for (auto& name : node.outputs)
        if (name == tensor.name) name.clear();
    graph_.weights.push_back(std::move(tensor));
  }

  ModelGraph& model_;
  Graph& graph_;
  const FoldOptions& options_;
  RewriteReport& report_;
  NameSet left_;
  std::uint64_t growth_ = 0;  // of the file, in bytes; never beyond the limit
  std::map<std::string, std::uint64_t> counts_;
};

}  // namespace

Result<Rewrite> fold_constants(ModelGraph model, const FoldOptions& options) {
  Rewrite result{std::move(model), {}};
  result.report = begin_report("fold constants", result.model);
  ConstantFolder(result.model, options, result.report).fold();
  result.model = remove_dead(std::move(result.model)).model;
  end_report(result.report, result.model);
  return result;
}

}  // namespace jetmeter
