// What every pass needs of a graph: its names, its bodies, and changing who reads what.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "jetmeter/convert.h"
#include "jetmeter/graph.h"

namespace jetmeter {

using NameSet = std::unordered_set<std::string>;
using NameMap = std::unordered_map<std::string, std::string>;

// Calls `use` with the bodies of control flow, which are the node's own after that: bodies are
// shared between copies of a graph.
void for_each_own_body(Node&, const std::function<void(Graph&)>& use);
void for_each_body(const Node&, const std::function<void(const Graph&)>& use);

// Names that are taken, in bodies too; gives new ones.
class FreshNames {
 public:
  explicit FreshNames(const Graph&);
  std::string operator()(const std::string& wish);

 private:
  void add(const Graph&);
  NameSet taken_;
};

// What the bodies of the graph's nodes read from outside of themselves.
NameSet names_read_by_bodies(const Graph&);
// Inputs of nodes, in bodies too. Outputs of the graph keep their names.
void rename_reads(Graph&, const NameMap&);
// Constant nodes with numbers become weights; returns how many did.
std::uint64_t lift_constants(Graph&);

std::uint64_t count_nodes(const Graph&);
std::uint64_t count_weight_bytes(const Graph&);

RewriteReport begin_report(std::string pass, const ModelGraph&);
void end_report(RewriteReport&, const ModelGraph&);

}  // namespace jetmeter
