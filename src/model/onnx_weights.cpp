#include "model/onnx_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <system_error>
#include <unordered_map>

#include "model/onnx_file.h"

namespace jetmeter {
namespace {

// Values that shape inference may look at: the shapes, axes, scales and pads of a few axes.
constexpr std::uint64_t kLargestShapeValue = 1024;

std::optional<std::uint64_t> parse_count(const std::string& text) {
  std::uint64_t value = 0;
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return std::nullopt;
  return value;
}

// Bytes of the values that the message itself holds. The typed fields are wider than what they
// stand for (an int8 takes an int32 there), so they are counted by element.
std::uint64_t held_bytes(const onnx::TensorProto& tensor, ElementType type) {
  if (!tensor.raw_data().empty()) return tensor.raw_data().size();
  std::uint64_t text = 0;
  for (const auto& value : tensor.string_data()) text += value.size();
  const auto values = static_cast<std::uint64_t>(
      tensor.float_data_size() + tensor.int32_data_size() + tensor.int64_data_size() +
      tensor.double_data_size() + tensor.uint64_data_size());
  return text + values * element_bytes(type);
}

class WeightCounter {
 public:
  explicit WeightCounter(const std::filesystem::path& folder) : folder_(folder) {}

  Result<void> count(const onnx::GraphProto& graph) {
    for (const auto& tensor : graph.initializer())
      if (auto good = add(tensor, tensor.name()); !good) return good;
    for (const auto& sparse : graph.sparse_initializer()) {
      if (auto good = add(sparse.values(), sparse.values().name()); !good) return good;
      if (auto good = add(sparse.indices(), ""); !good) return good;
    }
    for (const auto& node : graph.node())
      if (auto good = visit(node); !good) return good;
    return {};
  }

  Weights take() {
    for (const auto& [type, sum] : by_type_) weights_.by_type.push_back(sum);
    std::stable_sort(weights_.by_type.begin(), weights_.by_type.end(),
                     [](const auto& a, const auto& b) { return a.bytes > b.bytes; });
    return std::move(weights_);
  }

 private:
  Result<void> visit(const onnx::NodeProto& node) {
    for (const auto& name : node.input())
      if (const auto weight = unread_.find(name); weight != unread_.end()) {
        weights_.bytes_by_reader[node.op_type()] += weight->second;
        unread_.erase(weight);
      }
    const bool constant = node.op_type() == "Constant" && node.output_size() > 0;
    for (const auto& attribute : node.attribute()) {
      if (constant && attribute.has_t())
        if (auto good = add(attribute.t(), node.output(0)); !good) return good;
      if (attribute.has_g())
        if (auto good = within_body([&] { return count(attribute.g()); }); !good) return good;
      for (const auto& body : attribute.graphs())
        if (auto good = within_body([&] { return count(body); }); !good) return good;
    }
    return {};
  }

  template <typename Count>
  Result<void> within_body(Count count_it) {
    const auto bytes_before = weights_.bytes;
    auto good = count_it();
    weights_.body_bytes += weights_.bytes - bytes_before;
    return good;
  }

  Result<void> add(const onnx::TensorProto& tensor, const std::string& name) {
    const auto type = from_onnx(tensor.data_type());
    const std::vector<std::int64_t> shape(tensor.dims().begin(), tensor.dims().end());
    auto bytes = count_bytes(type, shape);
    if (tensor.data_location() == onnx::TensorProto::EXTERNAL) {
      const auto external = external_bytes(tensor, bytes);
      if (!external) return tl::make_unexpected(external.error());
      bytes = *external;
      weights_.external_bytes += *external;
    } else if (!bytes || tensor.data_type() == onnx::TensorProto::STRING) {
      bytes = held_bytes(tensor, type);
    }
    auto& sum = by_type_[type];
    sum.type = type;
    sum.tensors += 1;
    sum.elements += count_elements(shape).value_or(0);
    sum.bytes += *bytes;
    weights_.bytes += *bytes;
    weights_.largest = std::max(weights_.largest, *bytes);
    if (type == ElementType::float16 || type == ElementType::bfloat16)
      weights_.half_bytes += *bytes;
    if (!name.empty()) unread_[name] = *bytes;
    return {};
  }

  // The size that the entry states, or, where it states none, what the shape needs.
  Result<std::uint64_t> external_bytes(const onnx::TensorProto& tensor,
                                       std::optional<std::uint64_t> needed) {
    std::string location;
    std::optional<std::uint64_t> length;
    std::uint64_t offset = 0;
    for (const auto& entry : tensor.external_data()) {
      if (entry.key() == "location") location = entry.value();
      if (entry.key() == "length") length = parse_count(entry.value());
      if (entry.key() == "offset") offset = parse_count(entry.value()).value_or(0);
    }
    const auto weight = in_quotes(tensor.name());
    if (location.empty())
      return fail(fmt::format("the weight {} lies in another file that is not named", weight));
    const auto size = file_bytes(location);
    if (!size) return tl::make_unexpected(size.error());
    const auto rest = offset <= *size ? *size - offset : 0;
    const auto bytes = length ? *length : needed.value_or(rest);
    if (bytes > rest)
      return fail(
          fmt::format("its weights lie in {}, which is cut short: {} ends after its last byte",
                      in_quotes((folder_ / location).string()), weight));
    return bytes;
  }

  Result<std::uint64_t> file_bytes(const std::string& location) {
    if (const auto known = sizes_.find(location); known != sizes_.end()) return known->second;
    const auto file = weights_beside(folder_, location);
    if (!file) return tl::make_unexpected(file.error());
    std::error_code error;
    const auto size = std::filesystem::file_size(*file, error);
    if (error)
      return fail(fmt::format("its weights lie in {}: {}", in_quotes((folder_ / location).string()),
                              error.message()));
    return sizes_[location] = size;
  }

  std::filesystem::path folder_;
  Weights weights_;
  std::map<ElementType, WeightBytes> by_type_;
  std::unordered_map<std::string, std::uint64_t> unread_;  // bytes of weights nobody has read yet
  std::map<std::string, std::uint64_t> sizes_;
};

}  // namespace

Result<Weights> count_weights(const onnx::GraphProto& graph, const std::filesystem::path& folder) {
  WeightCounter counter(folder);
  if (auto counted = counter.count(graph); !counted) return tl::make_unexpected(counted.error());
  return counter.take();
}

void drop_weight_values(onnx::GraphProto& graph) {
  for (auto& tensor : *graph.mutable_initializer()) {
    const std::vector<std::int64_t> shape(tensor.dims().begin(), tensor.dims().end());
    if (count_elements(shape).value_or(0) <= kLargestShapeValue) continue;
    tensor.clear_raw_data();
    tensor.clear_float_data();
    tensor.clear_int32_data();
    tensor.clear_int64_data();
    tensor.clear_double_data();
    tensor.clear_uint64_data();
  }
}

}  // namespace jetmeter
