#include <string_view>
#include <unordered_map>

#include "cost/families.h"

namespace jetmeter {
namespace {

using Table = std::unordered_map<std::string_view, const OperatorRule*>;

Table whole_table() {
  Table table;
  for (const auto& family :
       {elementwise_rules(), normalisation_rules(), convolution_rules(), pooling_rules(),
        matmul_rules(), attention_rules(), reduction_rules(), layout_rules(), joining_rules(),
        indexing_rules(), generating_rules(), image_rules(), quantised_rules(), recurrent_rules()})
    for (const auto& rule : family) table.emplace(rule.name, &rule);
  return table;
}

}  // namespace

const OperatorRule* find_rule(std::string_view name) {
  static const Table table = whole_table();
  const auto found = table.find(name);
  return found == table.end() ? nullptr : found->second;
}

Flops no_flops(const NodeInputs&, const Outputs&) {
  return 0;
}

}  // namespace jetmeter
