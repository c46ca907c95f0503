// Attention as one operator. Operations are the multiply-adds of the two products, scores and
// mixture, and of the projections where they are inside.
#include <fmt/format.h>

#include <array>

#include "cost/families.h"

namespace jetmeter {
namespace {

std::uint64_t extent(std::int64_t value) {
  return static_cast<std::uint64_t>(value);
}

// Of `rows` query positions over `columns` key positions, all heads and batches together.
Flops of_scores(std::int64_t batch, std::int64_t heads, std::int64_t rows, std::int64_t columns,
                std::int64_t key_width, std::int64_t value_width) {
  return product_of({2, extent(batch), extent(heads), extent(rows), extent(columns),
                     extent(add_extents(key_width, value_width))});
}

// ---- com.microsoft.MultiHeadAttention: query, key, value [batch, positions, heads x width] -----

struct Heads {
  std::int64_t count = 0;
};

Inferred<Heads> heads_of(const NodeInputs& inputs) {
  const auto count = int_attribute(inputs.node(), "num_heads", 0);
  if (count < 1) return contradiction(fmt::format("has {} heads", count));
  return Heads{count};
}

Inferred<Outputs> multi_head(const NodeInputs& inputs) {
  if (const auto heads = heads_of(inputs); !heads) return tl::make_unexpected(heads.error());
  if (!inputs.has(1) || !inputs.has(2) || inputs.rank(0) != 3 || inputs.rank(1) != 3 ||
      inputs.rank(2) != 3)
    return cannot_tell("jetmeter does not know its packed form");
  const auto& query = inputs.shape(0);
  return one_output(inputs.type(0), {query[0], query[1], inputs.shape(2)[2]});
}

Flops of_multi_head(const NodeInputs& inputs, const Outputs&) {
  if (!multi_head(inputs)) return std::nullopt;
  const auto& query = inputs.shape(0);
  const auto heads = int_attribute(inputs.node(), "num_heads", 1);
  return of_scores(query[0], heads, query[1], inputs.shape(1)[1], query[2] / heads,
                   inputs.shape(2)[2] / heads);
}

// ---- com.microsoft.Attention: input [batch, positions, in], weight [in, 3 x hidden] ------------

Inferred<Outputs> packed_attention(const NodeInputs& inputs) {
  if (const auto heads = heads_of(inputs); !heads) return tl::make_unexpected(heads.error());
  const auto& x = inputs.shape(0);
  const auto& w = inputs.shape(1);
  if (x.size() != 3 || w.size() != 2 || x[2] != w[0])
    return contradiction(fmt::format("cannot project {} by {}", format_shape(x), format_shape(w)));
  if (inputs.has(4) || !ints_attribute(inputs.node(), "qkv_hidden_sizes").empty())
    return cannot_tell("jetmeter does not know its form with a past or unequal widths");
  return one_output(inputs.type(0), {x[0], x[1], w[1] / 3});
}

Flops of_packed_attention(const NodeInputs& inputs, const Outputs&) {
  if (!packed_attention(inputs)) return std::nullopt;
  const auto& x = inputs.shape(0);
  const auto heads = int_attribute(inputs.node(), "num_heads", 1);
  const auto width = inputs.shape(1)[1] / 3 / heads;
  return sum_of(product_of({2, extent(x[0]), extent(x[1]), elements_of(inputs.at(1))}),
                of_scores(x[0], heads, x[1], x[1], width, width));
}

// ---- Attention (opset 23): [batch, heads, positions, width] or with heads inside the width -----

Inferred<Outputs> attention(const NodeInputs& inputs) {
  const auto& q = inputs.shape(0);
  const auto& k = inputs.shape(1);
  const auto& v = inputs.shape(2);
  if (inputs.has(4) || inputs.has(5))
    return cannot_tell("jetmeter does not know its form with a past");
  if (q.size() != k.size() || k.size() != v.size() || (q.size() != 4 && q.size() != 3))
    return contradiction(
        fmt::format("attends {} to {} and {}", format_shape(q), format_shape(k), format_shape(v)));
  Shape shape = q;
  shape.back() = v.back();
  if (q.size() == 3) {
    const auto heads = int_attribute(inputs.node(), "q_num_heads", 0);
    const auto shared = int_attribute(inputs.node(), "kv_num_heads", 0);
    if (heads < 1 || shared < 1)
      return contradiction(fmt::format("has {} heads over {}", heads, shared));
    shape.back() = multiply_extents(v.back() / shared, heads);
  }
  return one_output(inputs.type(0), shape);
}

Flops of_attention(const NodeInputs& inputs, const Outputs& outputs) {
  if (!attention(inputs)) return std::nullopt;
  const auto& q = inputs.shape(0);
  const auto& k = inputs.shape(1);
  if (q.size() == 4) return of_scores(q[0], q[1], q[2], k[2], q[3], inputs.shape(2)[3]);
  const auto heads = int_attribute(inputs.node(), "q_num_heads", 1);
  return of_scores(q[0], heads, q[1], k[1], q[2] / heads, outputs[0].shape->back() / heads);
}

constexpr std::array kRules{
    OperatorRule{"com.microsoft.MultiHeadAttention", 1, multi_head, of_multi_head},
    OperatorRule{"com.microsoft.Attention", 2, packed_attention, of_packed_attention},
    OperatorRule{"Attention", 3, attention, of_attention},
};

}  // namespace

std::span<const OperatorRule> attention_rules() {
  return kRules;
}

}  // namespace jetmeter
