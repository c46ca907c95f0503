#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <map>

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

// The tensors of one run of the runtime may take so many times what its weights take.
constexpr std::uint64_t kMostAtOnce = 64;
constexpr std::string_view kGrows = "the file would grow";

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
    if (options_.runtime != nullptr) model_ = remove_dead(std::move(model_)).model;
    bytes_before_ = count_weight_bytes(graph_);
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
    ModelGraph model;                            // of the nodes that hang on weights alone
    std::map<std::string, std::uint64_t> sizes;  // in bytes, of what they make
  };

  // What the file may still grow by.
  std::uint64_t allowance() const {
    const auto now = count_weight_bytes(graph_);
    const auto grown = now - std::min(now, bytes_before_);
    return options_.most_growth_bytes - std::min(options_.most_growth_bytes, grown);
  }

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

  // A runtime dies of an integer's division by 0, and of the least integer's by -1.
  enum class Division { none, sound, fatal, unknown };
  static Division division_in(const Node& node, const GraphIndex& index,
                              const ElementTypes& types) {
    if ((node.op != "Div" && node.op != "Mod") || node.inputs.size() != 2) return Division::none;
    const auto type = types.find(node.inputs[1]);
    if (type != types.end() && !is_integer(type->second)) return Division::none;
    const auto *number = index.weight(node.inputs[0]), *divisor = index.weight(node.inputs[1]);
    if (number == nullptr || divisor == nullptr) return Division::unknown;
    const auto numbers = to_integers(*number), divisors = to_integers(*divisor);
    if (!numbers || !divisors) return Division::unknown;
    const auto is_least = [](std::int64_t value) {
      return value == std::numeric_limits<std::int64_t>::min() ||
             value == std::numeric_limits<std::int32_t>::min();
    };
    const auto divides_by = [&](std::int64_t value) {
      return std::ranges::find(*divisors, value) != divisors->end();
    };
    const bool fatal = divides_by(0) || (divides_by(-1) && std::ranges::any_of(*numbers, is_least));
    return fatal ? Division::fatal : Division::sound;
  }

  bool may_divide(const Node& node, const GraphIndex& index, const ElementTypes& types) {
    const auto division = division_in(node, index, types);
    if (division == Division::fatal) leave(node, "it divides integers by 0, or the least by -1");
    return division == Division::none || division == Division::sound;
  }

  bool may_grow(const Node& node, const GraphIndex& index) {
    const auto most = asked_for(node, index);
    if (!most || *most <= static_cast<double>(options_.most_growth_bytes)) return true;
    leave(node, std::string(kGrows));
    return false;
  }

  // Of nodes that read weights and each other, whatever the size of what they make.
  Constants candidates() {
    const GraphIndex index(graph_);
    const auto types = element_types(graph_);
    NameSet weights, made;
    for (const auto& weight : graph_.weights) weights.insert(weight.name);
    Constants found;
    found.model = model_;
    found.model.graph = {};
    found.model.graph.name = "constants";
    NameSet read;
    for (const auto& node : graph_.nodes) {
      if (node.outputs.empty() || !may_fold(node, weights, made) || !may_grow(node, index) ||
          !may_divide(node, index, types))
        continue;
      made.insert(node.outputs.begin(), node.outputs.end());
      read.insert(node.inputs.begin(), node.inputs.end());
      found.model.graph.nodes.push_back(node);
    }
    for (const auto& weight : graph_.weights)
      if (read.contains(weight.name)) found.model.graph.weights.push_back(weight);
    return found;
  }

  // Absent unless every output has a size that follows from the weights.
  static std::optional<std::map<std::string, std::uint64_t>> sizes_of(const Node& node,
                                                                      const ShapeTable& shapes) {
    std::map<std::string, std::uint64_t> sizes;
    for (const auto& name : node.outputs) {
      if (name.empty()) continue;
      const auto* known = shapes.find(name);
      if (known == nullptr || !known->shape) return std::nullopt;
      const auto count = count_of(*known->shape);
      const auto width = element_bytes(known->type);
      std::uint64_t bytes = 0;
      if (!count || width == 0 || __builtin_mul_overflow(*count, width, &bytes))
        return std::nullopt;
      sizes[name] = bytes;
    }
    return sizes;
  }

  // Only what has a size, and none that nobody could hold: chains grow, though no node does much.
  void keep_bounded(Constants& found, const ShapeTable& shapes) {
    auto& part = found.model.graph;
    const auto most = count_weight_bytes(part) + allowance();
    auto room = most * kMostAtOnce;
    NameSet made;
    for (const auto& node : part.nodes) made.insert(node.outputs.begin(), node.outputs.end());
    std::erase_if(part.nodes, [&](const Node& node) {
      const bool waits = std::ranges::any_of(node.inputs, [&](const auto& name) {
        return !name.empty() && made.contains(name) && !found.sizes.contains(name);
      });
      if (waits) return true;
      const auto sizes = sizes_of(node, shapes);
      if (!sizes) {
        const bool for_good = std::ranges::none_of(
            node.inputs, [&](const auto& name) { return made.contains(name); });
        if (for_good) leave(node, "its size is not known before it is computed");
        return true;
      }
      std::uint64_t bytes = 0;
      for (const auto& [name, size] : *sizes) bytes += std::min(size, most + 1);
      if (bytes > most) leave(node, std::string(kGrows));
      if (bytes > most || bytes > room) return true;
      room -= bytes;
      found.sizes.insert(sizes->begin(), sizes->end());
      return false;
    });
  }

  Constants constants() {
    auto found = candidates();
    const auto shapes = propagate_shapes(found.model);
    if (shapes) {
      keep_bounded(found, *shapes);
    } else {
      for (const auto& node : found.model.graph.nodes) leave(node, shapes.error().what);
      found.model.graph.nodes.clear();
    }
    add_outputs(found);
    return found;
  }

  // Read by what is not computed here.
  NameSet read_by_others(const Constants& found) const {
    NameSet read = names_read_by_bodies(graph_);
    for (const auto& output : graph_.outputs) read.insert(output.name);
    for (const auto& node : graph_.nodes)
      if (std::ranges::none_of(node.outputs,
                               [&](const auto& name) { return found.sizes.contains(name); }))
        read.insert(node.inputs.begin(), node.inputs.end());
    return read;
  }

  struct Wanted {
    const Node* node = nullptr;
    Value output;
    std::uint64_t size = 0, inputs = 0;  // in bytes
  };

  // What others read, the one that grows least first.
  std::vector<Wanted> wanted_of(const Constants& found, const NameSet& read) const {
    const auto types = element_types(graph_);
    const GraphIndex index(found.model.graph);
    const auto size_of = [&](const std::string& name) {
      const auto* weight = index.weight(name);
      const auto made = found.sizes.find(name);
      if (weight != nullptr) return weight->byte_size();
      return made == found.sizes.end() ? 0 : made->second;
    };
    std::vector<Wanted> wanted;
    for (const auto& node : found.model.graph.nodes)
      for (const auto& name : node.outputs) {
        const auto type = types.find(name);
        if (name.empty() || !read.contains(name) || type == types.end()) continue;
        Wanted one{&node, {name, type->second, 0, false, {}, {}}, found.sizes.at(name), 0};
        for (const auto& input : NameSet(node.inputs.begin(), node.inputs.end()))
          one.inputs += size_of(input);
        wanted.push_back(std::move(one));
      }
    std::ranges::stable_sort(
        wanted, {}, [](const Wanted& one) { return one.size - std::min(one.size, one.inputs); });
    return wanted;
  }

  // Weights that only these nodes read make room; those behind an output that is left stay.
  class Leaving {
   public:
    Leaving(const Graph& part, const NameSet& read) : index_(part) {
      for (const auto& weight : part.weights)
        if (!read.contains(weight.name))
          bytes_ += weight.byte_size();
        else
          stays_.insert(weight.name);
    }
    std::uint64_t bytes() const { return bytes_; }
    void keep_behind(const Node& last) {
      std::vector<const Node*> nodes{&last};
      while (!nodes.empty()) {
        const auto* node = nodes.back();
        nodes.pop_back();
        for (const auto& name : node->inputs) {
          if (!stays_.insert(name).second) continue;
          if (const auto* weight = index_.weight(name)) bytes_ -= weight->byte_size();
          if (const auto* writer = index_.producer(name)) nodes.push_back(writer);
        }
      }
    }

   private:
    GraphIndex index_;
    NameSet stays_;
    std::uint64_t bytes_ = 0;
  };

  // As far as the file may grow.
  void add_outputs(Constants& found) {
    auto& part = found.model.graph;
    const auto read = read_by_others(found);
    auto wanted = wanted_of(found, read);
    Leaving leaving(part, read);
    const auto more = allowance();
    std::uint64_t size = 0;
    for (const auto& one : wanted) size += one.size;
    for (; !wanted.empty() && size > more + leaving.bytes(); wanted.pop_back()) {
      size -= wanted.back().size;
      leaving.keep_behind(*wanted.back().node);
      leave(*wanted.back().node, std::string(kGrows));
    }
    for (auto& one : wanted) part.outputs.push_back(std::move(one.output));
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
    bool folded = false;
    const GraphIndex index(part);
    for (auto& tensor : *tensors) {
      const auto* node = index.producer(tensor.name);
      if (tensor.byte_size() > found.sizes.at(tensor.name)) {
        leave(*node, std::string(kGrows));
        continue;
      }
      folded = true;
      count(node->op, 1);
      put(std::move(tensor));
    }
    model_ = remove_dead(std::move(model_)).model;
    return folded;
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
  std::uint64_t bytes_before_ = 0;  // of weights
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
