#include <fmt/format.h>

#include <queue>
#include <set>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "jetmeter/graph.h"

namespace jetmeter {
namespace {

using Names = std::unordered_set<std::string>;

// What the bodies of a node read from the graph around them.
void add_captured(const Graph& body, std::set<std::string>& captured);

void add_read(const Node& node, std::set<std::string>& read) {
  for (const auto& name : node.inputs)
    if (!name.empty()) read.insert(name);
  for (const auto& attribute : node.attributes)
    if (const auto* body = std::get_if<std::shared_ptr<Graph>>(&attribute.value))
      add_captured(**body, read);
}

void add_captured(const Graph& body, std::set<std::string>& captured) {
  std::set<std::string> read;
  for (const auto& node : body.nodes) add_read(node, read);
  for (const auto& output : body.outputs) read.insert(output.name);
  for (const auto& value : body.inputs) read.erase(value.name);
  for (const auto& weight : body.weights) read.erase(weight.name);
  for (const auto& node : body.nodes)
    for (const auto& name : node.outputs) read.erase(name);
  captured.merge(read);
}

// Names that are there before any node has run.
Result<Names> given_names(const Graph& graph) {
  Names given;
  for (const auto& input : graph.inputs)
    if (!given.insert(input.name).second)
      return fail(fmt::format("the input {} is there twice", in_quotes(input.name)));
  for (const auto& weight : graph.weights)
    if (!given.insert(weight.name).second)
      return fail(fmt::format("the name {} is given twice", in_quotes(weight.name)));
  return given;
}

class Sorter {
 public:
  // A body reads from the graphs around it too.
  Sorter(Graph& graph, bool is_body) : graph_(graph), is_body_(is_body) {}

  Result<void> sort() {
    auto given = given_names(graph_);
    if (!given) return tl::make_unexpected(given.error());
    given_ = *std::move(given);
    if (auto good = find_writers(); !good) return good;
    if (auto good = find_edges(); !good) return good;
    if (auto good = put_in_order(); !good) return good;
    if (auto good = sort_bodies(); !good || is_body_) return good;
    for (const auto& output : graph_.outputs)
      if (!given_.contains(output.name) && !writers_.contains(output.name))
        return fail(fmt::format("no node writes the output {}", in_quotes(output.name)));
    return {};
  }

 private:
  Result<void> find_writers() {
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i)
      for (const auto& name : graph_.nodes[i].outputs) {
        if (name.empty()) continue;
        if (given_.contains(name) || !writers_.emplace(name, i).second)
          return fail(fmt::format("the name {} is given twice, the second time by {}",
                                  in_quotes(name), describe(graph_.nodes[i])));
      }
    return {};
  }

  Result<void> find_edges() {
    readers_.resize(graph_.nodes.size());
    waits_for_.resize(graph_.nodes.size());
    for (std::size_t i = 0; i < graph_.nodes.size(); ++i) {
      std::set<std::string> read;
      add_read(graph_.nodes[i], read);
      for (const auto& name : read) {
        if (given_.contains(name)) continue;
        const auto writer = writers_.find(name);
        if (writer == writers_.end() && is_body_) continue;
        if (writer == writers_.end())
          return fail(fmt::format("{} reads {}, which nothing writes", describe(graph_.nodes[i]),
                                  in_quotes(name)));
        readers_[writer->second].push_back(i);
        ++waits_for_[i];
      }
    }
    return {};
  }

  Result<void> put_in_order() {
    std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready;
    for (std::size_t i = 0; i < waits_for_.size(); ++i)
      if (waits_for_[i] == 0) ready.push(i);
    std::vector<Node> ordered;
    ordered.reserve(graph_.nodes.size());
    while (!ready.empty()) {
      const auto next = ready.top();
      ready.pop();
      ordered.push_back(graph_.nodes[next]);
      for (const auto reader : readers_[next])
        if (--waits_for_[reader] == 0) ready.push(reader);
    }
    for (std::size_t i = 0; i < waits_for_.size(); ++i)
      if (waits_for_[i] > 0)
        return fail(fmt::format("its nodes read from each other in a circle, {} among them",
                                describe(graph_.nodes[i])));
    graph_.nodes = std::move(ordered);
    return {};
  }

  Result<void> sort_bodies() {
    for (auto& node : graph_.nodes)
      for (auto& attribute : node.attributes) {
        auto* body = std::get_if<std::shared_ptr<Graph>>(&attribute.value);
        if (body == nullptr) continue;
        if (auto sorted = Sorter(**body, true).sort(); !sorted)
          return fail(fmt::format("in a body of {}, {}", describe(node), sorted.error().what));
      }
    return {};
  }

  Graph& graph_;
  bool is_body_;
  Names given_;
  std::unordered_map<std::string, std::size_t> writers_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<std::size_t> waits_for_;
};

}  // namespace

Result<void> sort_nodes(Graph& graph) {
  return Sorter(graph, false).sort();
}

}  // namespace jetmeter
