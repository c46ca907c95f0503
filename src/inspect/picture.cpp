#include "inspect/picture.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>

#include "inspect/text_table.h"

namespace jetmeter {
namespace {

constexpr std::size_t kMostParts = 4;   // operators named in a box
constexpr std::size_t kMostTips = 12;   // nodes named in a tip
constexpr std::size_t kMostTitle = 30;  // characters

std::string shape_text(const Value& value) {
  if (!value.ranked) return "";
  return value.shape.empty() ? "scalar" : format_shape(value.shape);
}

// "3x3 /2, 64 > 128" of a convolution, "768 > 3072" of a matrix product with a weight.
std::string weight_text(const Node& node, const GraphIndex& index) {
  const auto family = operator_family(node);
  const Tensor* weight = node.inputs.size() > 1 ? index.weight(node.inputs[1]) : nullptr;
  if (weight == nullptr) return "";
  const auto& shape = weight->shape;
  if (family == OperatorFamily::matrix && shape.size() == 2) {
    const bool transposed = int_attribute(node, "transB", 0) != 0;
    return fmt::format("{} → {}", shape[transposed ? 1 : 0], shape[transposed ? 0 : 1]);
  }
  if (family != OperatorFamily::convolution || shape.size() < 3) return "";
  const auto group = std::clamp<std::int64_t>(int_attribute(node, "group", 1), 1, 1 << 20);
  const auto text = format_shape(std::span(shape).subspan(2));
  const auto strides = ints_attribute(node, "strides");
  const auto stride = strides.empty() || strides[0] == 1 ? "" : fmt::format(" /{}", strides[0]);
  const bool transposed = node.op == "ConvTranspose";
  const bool small = shape[1] >= 0 && shape[1] < (1 << 24);
  const auto wide = small ? shape[1] * group : shape[1];
  return fmt::format("{}{}, {} → {}{}", text, stride, transposed ? shape[0] : wide,
                     transposed ? wide : shape[0],
                     group > 1 ? fmt::format(", {} groups", group) : "");
}

// Which box each node is drawn in; boxes are told by their first node.
class Grouping {
 public:
  Grouping(const Graph& graph, const GraphIndex& index, bool collapse)
      : graph_(graph), index_(index), group_(graph.nodes.size()), outside_(graph.nodes.size()) {
    for (std::size_t i = 0; i < group_.size(); ++i) group_[i] = i;
    if (!collapse) return;
    for (std::size_t i = 0; i < group_.size(); ++i) join(i);
  }

  std::size_t of(std::size_t node) const { return group_[node]; }
  std::size_t place(const Node* node) const {
    return static_cast<std::size_t>(node - graph_.nodes.data());
  }
  bool drawn(const Node& node) const { return node.op != "Constant" || !node.domain.empty(); }

 private:
  // The group that everything `node` reads comes from; absent when there are several, or an input.
  std::optional<std::size_t> only_source(const Node& node, std::optional<std::size_t> but) const {
    std::optional<std::size_t> source;
    for (const auto& input : node.inputs) {
      if (input.empty() || index_.weight(input) != nullptr) continue;
      const auto* producer = index_.producer(input);
      if (producer == nullptr) return std::nullopt;
      if (const auto at = place(producer); at != but) {
        if (source && *source != group_[at]) return std::nullopt;
        source = group_[at];
      }
    }
    return source;
  }

  // A light node is drawn with what it reads when nothing but it, or the rest of the same
  // activation (x and Sigmoid of x into Mul), reads that.
  void join(std::size_t place_of_node) {
    const auto& node = graph_.nodes[place_of_node];
    auto& readers = outside_[place_of_node];
    for (const auto& output : node.outputs)
      for (const auto* reader : index_.consumers(output)) readers.insert(place(reader));
    if (!drawn(node) || is_landmark(node)) return;
    const auto source = only_source(node, std::nullopt);
    if (!source) return;
    auto& rest = outside_[*source];
    for (const auto reader : rest) {
      if (reader == place_of_node) continue;
      const auto& other = graph_.nodes[reader];
      if (is_landmark(other) || only_source(other, place_of_node) != *source ||
          !readers.contains(reader))
        return;
    }
    group_[place_of_node] = *source;
    rest.erase(place_of_node);
    rest.insert(readers.begin(), readers.end());
    readers.clear();
  }

  const Graph& graph_;
  const GraphIndex& index_;
  std::vector<std::size_t> group_;
  std::vector<std::set<std::size_t>> outside_;  // readers of a group, by its first node
};

class PictureMaker {
 public:
  PictureMaker(const ModelGraph& model, std::size_t most_boxes)
      : graph_(model.graph),
        index_(model.graph),
        groups_(graph_, index_, graph_.nodes.size() > most_boxes) {
    for (const auto& value : graph_.values) shapes_.emplace(value.name, shape_text(value));
    for (const auto& value : graph_.outputs) shapes_.emplace(value.name, shape_text(value));
  }

  Picture make() {
    for (const auto& input : graph_.inputs) {
      inputs_.emplace(input.name, picture_.boxes.size());
      picture_.boxes.push_back(port_box(input));
    }
    add_nodes();
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (groups_.drawn(graph_.nodes[i])) add_edges(graph_.nodes[i], box_of(i));
    for (const auto& output : graph_.outputs) {
      picture_.boxes.push_back(port_box(output));
      add_edge(output.name, picture_.boxes.size() - 1);
    }
    picture_.edges.assign(edges_.begin(), edges_.end());
    return std::move(picture_);
  }

 private:
  static PictureBox port_box(const Value& value) {
    PictureBox box{cut_middle(visible_text(value.name), kMostTitle),
                   {},
                   visible_text(value.name),
                   OperatorFamily::port};
    const auto shape = shape_text(value);
    box.lines.push_back(std::string(name(value.type)) + (shape.empty() ? "" : " ") + shape);
    return box;
  }

  std::size_t box_of(std::size_t node) const { return boxes_.at(groups_.of(node)); }

  void add_nodes() {
    std::vector<std::vector<const Node*>> members(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      if (groups_.drawn(graph_.nodes[i])) members[groups_.of(i)].push_back(&graph_.nodes[i]);
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (members[i].empty()) continue;
      boxes_.emplace(i, picture_.boxes.size());
      picture_.boxes.push_back(node_box(members[i]));
      picture_.nodes += members[i].size();
    }
  }

  PictureBox node_box(const std::vector<const Node*>& nodes) const {
    PictureBox box;
    box.family = operator_family(*nodes.front());
    box.title = title_of(nodes);
    for (const auto* node : nodes)
      if (auto text = weight_text(*node, index_); !text.empty())
        box.lines.push_back(std::move(text));
    for (const auto& output : nodes.back()->outputs) {
      const auto shape = shapes_.find(output);
      if (shape == shapes_.end() || shape->second.empty()) continue;
      box.lines.push_back(shape->second);
      break;
    }
    for (std::size_t i = 0; i < nodes.size() && i < kMostTips; ++i)
      box.tip += (i > 0 ? "\n" : "") + describe(*nodes[i]);
    if (nodes.size() > kMostTips) box.tip += fmt::format("\n… {} in all", nodes.size());
    return box;
  }

  static std::string title_of(const std::vector<const Node*>& nodes) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto& op = nodes[i]->op;
      const bool gate = i + 1 < nodes.size() && nodes[i + 1]->op == "Mul";
      if (op == "Sigmoid" && gate && parts.size() > 0) {
        parts.emplace_back("SiLU");
        ++i;
      } else if (op == "HardSigmoid" && gate && parts.size() > 0) {
        parts.emplace_back("HardSwish");
        ++i;
      } else if (parts.empty() || parts.back() != op) {
        parts.push_back(visible_text(op));
      }
    }
    const auto more = parts.size() > kMostParts ? parts.size() - kMostParts + 1 : 0;
    if (more > 0) {
      parts.resize(kMostParts - 1);
      parts.push_back(fmt::format("{} more", more));
    }
    return fmt::format("{}", fmt::join(parts, " + "));
  }

  void add_edges(const Node& node, std::size_t box) {
    for (const auto& input : node.inputs)
      if (!input.empty()) add_edge(input, box);
    // Bodies of control flow read what lies around them by its name.
    for (const auto& attribute : node.attributes)
      if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&attribute.value))
        for (const auto& inner : (*body)->nodes) add_edges(inner, box);
  }
  void add_edge(const std::string& tensor, std::size_t to) {
    if (const auto input = inputs_.find(tensor); input != inputs_.end()) {
      edges_.emplace(input->second, to);
    } else if (const auto* producer = index_.producer(tensor);
               producer != nullptr && groups_.drawn(*producer)) {
      const auto from = box_of(groups_.place(producer));
      if (from < to) edges_.emplace(from, to);
    }
  }

  const Graph& graph_;
  GraphIndex index_;
  Grouping groups_;
  Picture picture_;
  std::unordered_map<std::string, std::string> shapes_;
  std::unordered_map<std::string, std::size_t> inputs_;
  std::unordered_map<std::size_t, std::size_t> boxes_;  // by group
  std::set<std::pair<std::size_t, std::size_t>> edges_;
};

}  // namespace

Picture make_picture(const ModelGraph& model, std::size_t most_boxes) {
  return PictureMaker(model, most_boxes).make();
}

}  // namespace jetmeter
