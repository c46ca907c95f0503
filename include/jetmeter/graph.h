// A model's graph as plain data: what an ONNX file says, with its weights left where they are. A
// file is mapped, not read: a weight of a gigabyte costs address space until somebody looks at it.
// Reading, writing and every function here are pure but for the files that are named, and may be
// called from any thread; a graph is changed by one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "jetmeter/core.h"
#include "jetmeter/tensor.h"

namespace jetmeter {

// Bytes that never change and that several may share: a part of a mapped file, or a buffer.
struct Blob {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};
Blob make_blob(std::vector<std::byte>);

// A weight or a constant: dense, row-major, little-endian.
struct Tensor {
  std::string name;
  ElementType type = ElementType::float32;
  int onnx_type = 1;  // the file's own number: tells apart what is `other` (int4, float8, text)
  Shape shape;
  Blob data;
  // In place of `data`: fills exactly byte_size() bytes, the same at every call. For weights too
  // large to be held while a graph is put together; called when they are written.
  std::function<void(std::span<std::byte>)> generate;
  std::vector<std::string> texts;  // of a text tensor, in place of `data`
  bool external = false;           // it lay in a file of its own

  std::uint64_t elements() const;   // 1 for a scalar
  std::uint64_t byte_size() const;  // of data or of what is generated
};

struct Graph;
// Tensors, and the bodies of control flow.
using AttributeData =
    std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>, std::vector<float>,
                 std::vector<std::string>, Tensor, std::shared_ptr<Graph>>;
struct Attribute {
  std::string name;
  AttributeData value;
};

struct Node {
  std::string op, domain;                    // "" is the standard domain
  std::string name;                          // may be empty
  std::vector<std::string> inputs, outputs;  // "" is one that was left out
  std::vector<Attribute> attributes;
};

// What is known of a tensor that flows.
struct Value {
  std::string name;
  ElementType type = ElementType::other;
  int onnx_type = 0;              // the file's own number, where `type` is other; 0: not told
  bool ranked = false;            // the number of axes is known
  Shape shape;                    // kDynamic where an axis is open
  std::vector<std::string> axes;  // names of open axes, "" where there is none; or empty
};

struct Graph {
  std::string name;
  std::vector<Value> inputs, outputs;  // weights are not inputs
  std::vector<Value> values;           // what the file says of tensors in between
  std::vector<Tensor> weights;
  std::vector<Node> nodes;  // each after those that it reads from
};

struct ModelGraph {
  Graph graph;
  std::int64_t ir_version = 0;
  std::map<std::string, std::int64_t> opsets;  // by domain; "" is the standard one
  std::string producer, producer_version, domain, description;
  std::int64_t model_version = 0;
  std::vector<std::pair<std::string, std::string>> metadata;  // in the file's order
  std::uint64_t file_bytes = 0;
  std::vector<std::filesystem::path> external_files;
  bool weights_are_inputs = false;  // before IR 4, or by the exporter's wish: may be overridden
  // What the file has and this structure does not, in words: "model-local functions". Such a graph
  // can be looked at, but not written.
  std::vector<std::string> lost;
};

// ---- files -------------------------------------------------------------------------------------

// Maps the file and those beside it that its weights lie in. Nodes are brought into order. One
// sentence that names the file when: it is no ONNX file, or cut short; names are given twice or
// missing; nodes read from each other in a circle; a tensor's bytes are not what its shape needs;
// external data is missing, cut short, or outside of the model's folder (by "..", by an absolute
// path or by a link).
Result<ModelGraph> read_onnx(const std::filesystem::path&);
// The same of bytes, which are kept alive by `owner`. Without a folder, external data is an error.
Result<ModelGraph> parse_onnx(Blob file, const std::filesystem::path& folder = {});

enum class WeightPlace {
  automatic,  // beside the model when they are too large for one file (2 GiB)
  inside,
  beside  // in "<name>.data", each aligned to 4096 bytes when it is that large
};
// Complete or not there at all; needs memory for the largest weight that is generated, not for all.
// The same graph gives the same bytes.
Result<void> write_onnx(const ModelGraph&, const std::filesystem::path&,
                        WeightPlace = WeightPlace::automatic);
// Weights inside.
Result<std::string> to_onnx_bytes(const ModelGraph&);

// ---- looking things up -------------------------------------------------------------------------

// Where the tensors of one graph come from and go to. Valid until the graph changes.
class GraphIndex {
 public:
  explicit GraphIndex(const Graph&);
  const Tensor* weight(
      std::string_view name) const;  // initialisers and Constant nodes with a tensor
  const Node* producer(std::string_view name) const;  // null for inputs and weights
  std::span<const Node* const> consumers(std::string_view name) const;  // in order, once per node
  bool is_output(std::string_view name) const;

 private:
  struct Text {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  template <typename T>
  using ByName = std::unordered_map<std::string, T, Text, std::equal_to<>>;
  ByName<const Tensor*> weights_;
  ByName<const Node*> producers_;
  ByName<std::vector<const Node*>> consumers_;
  ByName<bool> outputs_;
};

// Null where the node has no such attribute or it is of another kind.
template <typename T>
const T* attribute(const Node& node, std::string_view name) {
  for (const auto& each : node.attributes)
    if (each.name == name) return std::get_if<T>(&each.value);
  return nullptr;
}
std::int64_t int_attribute(const Node&, std::string_view name, std::int64_t otherwise);
float float_attribute(const Node&, std::string_view name, float otherwise);
std::string text_attribute(const Node&, std::string_view name, std::string otherwise);
std::vector<std::int64_t> ints_attribute(const Node&, std::string_view name,
                                         std::vector<std::int64_t> otherwise = {});
// Replaces it where there is one.
void set_attribute(Node&, std::string name, AttributeData);

// "Conv 'model.0/conv'"; by its first output where it has no name.
std::string describe(const Node&);
// The operator with its domain unless that is the standard one: "Conv", "com.microsoft.Gelu".
// Control characters are made visible.
std::string operator_name(const Node&);

// ---- values of tensors -------------------------------------------------------------------------

Tensor float_tensor(std::string name, Shape, std::span<const float>);
Tensor int64_tensor(std::string name, Shape, std::span<const std::int64_t>);
Tensor raw_tensor(std::string name, ElementType, Shape, std::vector<std::byte>);
// All of them as float32: floats of every width, integers. Absent for text and what is `other`.
std::optional<std::vector<float>> to_floats(const Tensor&);
// Absent unless it is of an integer type or boolean.
std::optional<std::vector<std::int64_t>> to_integers(const Tensor&);
// The product of the extents; absent when one is open or the product overflows 64 bits.
std::optional<std::uint64_t> count_of(std::span<const std::int64_t> shape);

// Brings nodes into an order in which each comes after those it reads from; stable. Bodies of
// control flow, which copies of a graph share, are brought into order too. The error names one node
// of a circle, a name that is written twice, or one that nobody writes.
Result<void> sort_nodes(Graph&);

}  // namespace jetmeter
