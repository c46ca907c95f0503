// What a model costs, for people and for programs.
#pragma once

#include <string>

#include "jetmeter/cost.h"

namespace jetmeter {

struct CostView {
  std::string model;     // as the user named it
  std::size_t top = 20;  // rows of the table; 0: all
  bool by_operator = false;
};

std::string cost_text(const ModelCost&, const CostView&);
std::string cost_json(const ModelCost&, const CostView&);

// The costs of all layers of one operator.
struct OperatorCost {
  std::string op;
  std::uint64_t layers = 0;
  // Absent: of no layer known.
  std::optional<std::uint64_t> flops, other_flops, read_bytes, write_bytes;
  std::uint64_t parameters = 0;
};
// The most expensive first, then by name.
std::vector<OperatorCost> by_operator(const ModelCost&);

}  // namespace jetmeter
